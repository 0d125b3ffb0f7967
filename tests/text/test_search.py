"""Words as they are searched: what people type without accents finds what is written with them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.search import folded, letters_of, words_of

SPELLED = [
    ("Bœuf", "boeuf"), ("Łódź", "lodz"), ("ÉLISE", "elise"), ("Ÿves", "yves"), ("STRAẞE", "strasse"),
    ("straße", "strasse"), ("Ægir", "aegir"), ("Þór", "thor"), ("İstanbul", "istanbul"), ("ışık", "isik"),
    ("Đặng", "dang"), ("Nuñez", "nunez"), ("Gaëlle", "gaelle"), ("Ça", "ca"), ("L’Hôte", "l'hote"),
    ("Jean‑Noël", "jean-noel"), ("Jean–Noël", "jean-noel"), ("ﬁn", "fin"), ("№", "no"), ("①", "1"),
    ("Ｊｅａｎ", "jean"), ("Škoda", "skoda"), ("Øystein", "oystein"), ("℡", "tel"), ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "typed"), SPELLED)
def test_a_name_is_found_by_what_a_plain_keyboard_types(written, typed):
    assert folded(written) == typed
    assert folded(written.upper()) == folded(written.lower()) == folded(written)


@given(st.text(max_size=40))
def test_what_is_folded_is_folded_for_good(words):
    """It is kept in rows, and compared with what is typed."""
    assert folded(folded(words)) == folded(words)


def test_every_letter_of_the_languages_of_europe_has_a_plain_key():
    letters = [chr(code) for code in range(0xC0, 0x180) if chr(code).isalpha()]
    assert [each for each in letters if not set(folded(each)) <= set(string.ascii_lowercase + "'·")] == []


@given(st.text(max_size=40))
def test_words_are_letters_and_digits_in_the_order_of_the_text(text):
    words = words_of(text)
    assert all(each.isalnum() for word in words for each in word)
    left = folded(text)
    for word in words:
        left = left[left.index(word) + len(word) :]


@given(st.text(max_size=40))
def test_the_letters_of_a_title_are_plain_ones_run_together(title):
    spelled = letters_of(title)
    assert set(spelled) <= set(string.ascii_lowercase + string.digits)
    assert letters_of(spelled) == spelled == letters_of(f"  {title} * ")


@pytest.mark.parametrize(
    ("text", "words"),
    [("N° de Sécu.", ["n", "de", "secu"]), ("Le_Gall, Anne-Marie", ["le", "gall", "anne", "marie"]),
     ("L’Île", ["l", "ile"]), ("12B", ["12b"]), ("--- ", [])],
)  # fmt: skip
def test_a_text_is_cut_where_a_reader_would(text, words):
    assert words_of(text) == words
