"""Cells of spreadsheets: nothing in them runs, what we write is what we read, and no secret number passes."""

import csv
import io
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.text.cells import (
    BROKEN,
    COLUMNS,
    LA_POSTE,
    Column,
    as_typed,
    csv_of,
    holds_social_number,
    one_line,
    protected,
    unprotected,
    value,
)
from tests.outcomes import outcome

NAME = Column("Nom", ("nom",), 40, "le nom")
# Texts as attackers and typists make them: many signs that a spreadsheet runs, apostrophes, digits, spaces.
RISKY = st.text(st.sampled_from("=+-@\t\r\n '\"0123456789eE.,aé;"), max_size=12)
WORDS = RISKY | st.text(max_size=30)


@given(WORDS)
@example("=1+1")
@example("''=1+1")
@example("\t=1")
@example("-2+3")
@example("12E4")
@example("1,5e3")
def test_what_we_write_never_begins_as_what_a_spreadsheet_runs(words):
    assert protected(words)[:1] not in set("=+-@\t\r")


@given(WORDS)
@example("'=1")
@example("'''+33")
@example("'x")
def test_what_we_protected_is_read_again_as_it_was(words):
    line = one_line(words)
    if not BROKEN.fullmatch(line) and not holds_social_number(line):
        assert unprotected(protected(line), "le nom") == line


@pytest.mark.parametrize(
    "words", ["LE GALL", "O’NEILL", "12", "0012", "'90s", "a=b", "12E", "E12", "1,5", ""]
)
def test_what_no_spreadsheet_runs_is_written_as_it_is(words):
    assert protected(words) == words


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12),
                         min_size=3, max_size=3), max_size=6))  # fmt: skip
def test_a_file_of_cells_is_read_again_cell_by_cell(rows):
    content = csv_of(("A", "B", "C"), rows)
    assert content.startswith("\N{BYTE ORDER MARK}A;B;C\r\n".encode())
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert read[1:] == [[protected(cell) for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("=A1", "est une formule"),
        ("= 1+1", "est une formule"),
        ('="00012"&A1', "est une formule"),
        ("=CMD|'/c calc'!A0", "est une formule"),
        ("#REF!", "contient une erreur du tableur"),
        ("#VALEUR!", "contient une erreur du tableur"),
        ("#NOM ?", "contient une erreur du tableur"),
        ("#DIV/0 !", "contient une erreur du tableur"),
        ("########", "contient une erreur du tableur"),
        ("6,12E+08", "est arrondi par un tableur"),
        ("9.99E12", "est arrondi par un tableur"),
        ("1E+15", "est arrondi par un tableur"),
        ("1 90 05 22 113 045 86", "ressemble à un numéro de Sécurité sociale"),
        ("2900522113045", "ressemble à un numéro de Sécurité sociale"),
    ],
)
def test_a_cell_that_nobody_typed_is_refused_with_what_it_is(cell, words):
    with pytest.raises(ValueError, match=words) as refused:
        unprotected(cell, "le nom")
    assert "113" not in str(refused.value)


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ('="00012"', "00012"),
        ('="il dit ""oui"""', 'il dit "oui"'),
        ('=""', ""),
        ("12E4", "12E4"),  # a staff number
        ("'00012", "'00012"),  # nobody's protection: no spreadsheet runs it
        ("'+33612345678", "+33612345678"),
        ("  deux\n lignes ", "deux lignes"),
        ("#1", "#1"),
        ("-", "-"),
        ("+33 6", "+33 6"),
    ],
)
def test_a_cell_is_the_text_that_its_writer_meant(cell, kept):
    assert unprotected(cell, "le nom") == kept


def a_social_number(chance: random.Random, *, with_key: bool) -> str:
    department = chance.choice([f"{chance.randint(1, 95):02}", "2A", "2B"])
    month = chance.choice([f"{chance.randint(1, 12):02}", str(chance.randint(20, 99))])
    digits = f"{chance.choice('1234782')}{chance.randint(0, 99):02}{month}{department}"
    digits += f"{chance.randint(1, 999):03}{chance.randint(1, 999):03}"
    return digits + (f"{chance.randint(1, 97):02}" if with_key else "")


@given(
    st.randoms(use_true_random=False),
    st.booleans(),
    st.sampled_from([" ", ".", "-", "/", "\u00a0", "", "\t"]),
)
def test_a_social_number_is_seen_however_it_is_cut_and_among_words(chance, with_key, between):
    digits = a_social_number(chance, with_key=with_key)
    cuts = [digits[:1], digits[1:3], digits[3:5], digits[5:7], digits[7:10], digits[10:13], digits[13:]]
    spelled = between.join(cut for cut in cuts if cut)
    for cell in (spelled, spelled.lower(), f"n° {spelled}", f"NIR : {spelled} (CPAM)", f"DURAND{spelled}"):
        assert holds_social_number(cell)
        with pytest.raises(ValueError, match="Sécurité sociale") as refused:
            as_typed(NAME, cell)
        assert digits not in str(refused.value)
        assert spelled not in str(refused.value)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "02 96 12 34 56",
        "+33 6 12 34 56 78",
        "732 829 320 00074",  # a SIRET has fourteen digits
        "732829320",
        "20261201",
        "1900122000045",  # no town is 000
        "1900122113000",  # nobody is 000
        "0900122113045",  # no sex is 0
        "5900122113045",
        "1901322113045",  # there is no month 13
        "1900100113045",  # nor department 00
        "290052211304",  # too short
        "2900522113045861",  # too long: part of another number
        "+2900522113045",
    ],
)
def test_other_long_numbers_are_no_social_number(cell):
    assert not holds_social_number(cell)


@given(st.text(max_size=60))
def test_a_cell_is_stored_seen_whole_and_on_one_line_or_refused_by_its_name(cell):
    stored, refused = outcome(value, NAME, cell)
    if refused:
        assert refused.startswith("le nom ")
        return
    assert len(stored) <= NAME.longest
    assert stored == " ".join(stored.split())
    assert all(each.isprintable() or each.isspace() or ord(each) > 0xFF for each in stored)
    assert value(NAME, stored) == stored


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\u0007", "\x00", "\x7f", "\ufffd", "\ue000", "\u061c"]
)
def test_a_sign_that_no_screen_shows_is_refused_by_its_number(hidden):
    with pytest.raises(ValueError, match=f"illisible .U.{ord(hidden):04X}.$"):
        value(NAME, f"DU{hidden}RAND")


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u200e", "\u200f", "\u2060", "\ufeff"])
def test_a_mark_without_width_that_a_copy_left_is_taken_off(unseen):
    assert value(NAME, f"{unseen}DU{unseen}RAND{unseen}") == "DURAND"


def test_an_accent_typed_apart_is_the_same_letter():
    assert value(NAME, "He\u0301le\u0300ne") == "H\u00e9l\u00e8ne"


def with_luhn(digits: str) -> str:
    doubled = (int(each) * (1 + rank % 2) for rank, each in enumerate(reversed(digits + "0")))
    return digits + str(-sum(each // 10 + each % 10 for each in doubled) % 10)


@given(st.integers(1, 99_999_999), st.integers(0, 9_999), st.integers(0, 9), st.integers(0, 13))
def test_one_digit_changed_makes_a_siret_wrong(company, establishment, other, place):
    right = with_luhn(with_luhn(f"{company:08}") + f"{establishment:04}")
    assert value(COLUMNS["siret"], f"{right[:9]} {right[9:]}") == right
    wrong = right[:place] + str(other) + right[place + 1 :]
    if wrong != right and not wrong.startswith(LA_POSTE):
        with pytest.raises(ValueError, match="a un chiffre faux ou deux chiffres inversés"):
            value(COLUMNS["siret"], wrong)


@given(st.sampled_from(sorted(COLUMNS)), WORDS)
def test_a_cell_of_the_members_file_is_kept_or_refused_with_a_clause(column, cell):
    stored, refused = outcome(value, COLUMNS[column], cell)
    if refused:
        assert refused[0].islower()
        assert "\n" not in refused
        return
    assert len(stored) <= COLUMNS[column].longest
    assert value(COLUMNS[column], stored) == stored


@given(st.text("0123456789", min_size=8, max_size=12))
def test_a_refused_number_of_a_letter_is_never_repeated(digits):
    assert digits not in outcome(value, COLUMNS["number"], digits)[1]
