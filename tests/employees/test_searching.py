"""A search finds what the words say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.search import folded, words_of
from tests.test_rules import CODE, shown

TEXTS = st.text(max_size=40)


@given(TEXTS)
def test_folding_twice_is_folding_once(text):
    assert folded(folded(text)) == folded(text)
    assert words_of(" ".join(words_of(text))) == words_of(text)


@given(
    st.text(st.characters(categories=["Ll", "Lu"], max_codepoint=0x17F, exclude_characters="µ"), max_size=20)
)
def test_every_letter_of_europe_is_found_with_a_plain_keyboard(text):
    assert all(word.isascii() for word in words_of(text))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("boeuf", "Bœuf et Sœurs"), ("bœuf", "Boeuf et Soeurs"), ("AEGIR", "Ægir"), ("sorensen", "SØRENSEN"),
        ("lodz", "Łódź"), ("đuric", "Duric"), ("Duric", "Đurić"), ("strasse", "Straße"), ("weiß", "WEISS"),
        ("l'etoile", "L’ÉTOILE"), ("thor", "Þór"), ("ﬁn", "FIN"), ("Istanbul", "ıstanbul"),
    ],
)  # fmt: skip
def test_a_word_is_found_however_it_is_typed(typed, written):
    assert folded(typed) in folded(written)
    assert set(words_of(typed)) <= set(words_of(written))


def test_there_is_one_way_to_fold():
    """Another table of accents would find other words."""
    folding = [
        shown(file)
        for file in CODE
        if re.search(r"NFKD|combining\(", file.read_text()) and shown(file) != "app/text/search.py"
    ]
    # A file's name in plain ASCII, for old browsers; the letters of a bank, which keep their case.
    assert folding == ["app/files/types.py", "app/invoices/rules.py"]
