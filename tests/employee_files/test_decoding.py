"""Bytes of spreadsheets: whatever system of France wrote them, the names come back, or nobody is misread."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.employee_files.decoding import (
    CHOOSABLE,
    ENCODINGS,
    decoded,
    decoded_once,
    guessed_text,
    look_of,
)
from app.employee_files.rows import Unreadable

NAMES = [
    "Hélène LE GALL", "François Lefèvre", "Zoë", "Noël", "Jérôme Maître", "Anaïs", "Éric", "Agnès", "Théo",
    "Benoît Châtel", "Gaëlle", "Clémence Façade", "Côme", "Hervé", "Loïc Guéguen", "RENÉE", "Maëlys",
]  # fmt: skip
PEOPLE = st.lists(st.sampled_from(NAMES), min_size=4, max_size=12)


@given(PEOPLE, st.sampled_from([*ENCODINGS, "utf-8", "utf-8-sig", "utf-16"]))
def test_names_written_by_any_system_of_france_are_read(people, encoding):
    assume(sum(not name.isascii() for name in people) >= 4)
    text = "\r\n".join(["Nom;Date", *(f"{name};01/02/1990" for name in people)])
    assert decoded(text.encode(encoding)).text == text


@given(PEOPLE, st.sampled_from(sorted(CHOOSABLE)))
def test_what_the_reader_says_of_the_accents_is_obeyed(people, encoding):
    text = "\n".join(people)
    read = decoded(text.encode(encoding), encoding)
    assert (read.text, read.encoding["chosen"], read.is_certain) == (text, encoding, True)
    assert encoding not in [name for name, _ in read.encoding["others"]]


@given(st.binary(max_size=200) | st.binary(max_size=40).map(lambda some: b"Nom;\xe9" + some))
def test_any_bytes_are_text_or_are_refused_as_none(content):
    try:
        read = decoded(content)
    except Unreadable:
        return
    assert not {*"\x00\x07\x1b\ufeff\x1f"} & {*read.text}
    assert read.is_certain or read.encoding


@given(st.text(max_size=60), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_text_in_unicode_comes_back_letter_by_letter(text, encoding):
    plain = "".join(each for each in text if each.isprintable() and each != "\ufeff")
    assume(decoded_once(plain) == plain)
    assume(encoding != "utf-16" or plain)
    assert decoded(plain.encode(encoding)).text == plain


@pytest.mark.parametrize("way", ["cp1252", "latin-1"])
@given(people=PEOPLE)
def test_names_put_in_unicode_twice_are_read_once(people, way):
    text = "\n".join(people)
    twice = text.encode().decode(way, "surrogateescape")
    assume(max(twice) < "\udc80")
    assert decoded_once(twice) == text
    assert decoded_once(text) == text


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"%PDF-1.7\n\x01\x02",
        b"a;b\x00\x00c\x07",
        "Nom;Prénom\nÉlise".encode() + "é".encode("cp1252"),
        b"\xff\xfe\x00",
        b"\xef\xbb\xbfNom\xe9",
    ],
)
def test_what_is_no_text_or_two_at_once_is_refused_in_a_sentence(content):
    with pytest.raises(Unreadable) as refused:
        decoded(content)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("end", [b"\x1a", b"\x00\x00\x00", b"\r\n\x1a\x00", b""])
def test_what_an_old_system_put_at_the_end_of_a_file_is_no_letter_of_it(end):
    assert decoded(b"Nom;Ville\nDURAND;Dinan" + end).text == "Nom;Ville\nDURAND;Dinan"


def test_the_mark_that_some_exports_put_before_a_number_is_dropped():
    assert decoded(b"Nom;\x1f00012").text == "Nom;00012"


@pytest.mark.parametrize(
    ("french", "odd"),
    [("André", "AndrŽ"), ("HÉLÈNE", "HéLèNE"), ("Noël", "No‘l"), ("Ça", "‚a"), ("garçon", "gar‡on")],
)
def test_a_name_looks_more_french_than_the_same_bytes_read_otherwise(french, odd):
    assert look_of(french).odd == 0
    assert look_of(french).score > look_of(odd).score


@pytest.mark.parametrize("odd", ["AndrÉ", "HéLÈNE", "TESTƒ", "Dur€and", "Gu×guen", "Ju»lie"])
def test_a_mark_that_no_french_word_has_there_is_odd(odd):
    assert look_of(odd).odd == 1


@pytest.mark.parametrize("french", ["L’Île", "DURAND É.", "100 €", "« Noël »", "N°1", "PIÈCES", "œuvre"])
def test_marks_where_french_has_them_are_not(french):
    assert look_of(french).odd == 0


@given(PEOPLE)
def test_accents_of_windows_and_of_an_old_mac_are_told_apart_in_a_few_bytes(people):
    text = " ".join(people)
    assume(not text.isascii())
    assert guessed_text(text.encode("cp1252")) == text
    assert look_of(guessed_text(text.encode("mac_roman"))).odd == 0


@given(st.binary(max_size=100))
def test_the_text_of_a_few_bytes_is_always_a_text(content):
    assert isinstance(guessed_text(content), str)
    plain = bytes(each & 0x7F for each in content)
    assert guessed_text(plain) == plain.decode()


def test_a_file_without_an_accent_leaves_nothing_to_ask():
    read = decoded(b"Nom;Ville\r\nDURAND;Dinan\r\n")
    assert (read.encoding, read.is_certain) == ({}, True)


def test_what_was_guessed_is_shown_with_words_of_the_file():
    read = decoded("Prénom;Nom\nHélène;Guéguen".encode("cp1252"))
    assert read.encoding["words"] == "Windows"
    assert read.encoding["sample"] == "Prénom, Hélène, Guéguen"
