"""Numbers, lists and names in a sentence of the portal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.counts import first_few, plural, siren, siret, thousands, uncapitalised
from app.text.formats import french_spaces, size_words, wait
from app.text.names import initials, person_name

NARROW, TIED = "\u202f", "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 salarié"), (1, "1 salarié"), (-1, "-1 salarié"), (2, "2 salariés"), (-2, "-2 salariés"),
        (999, "999 salariés"), (1000, f"1{NARROW}000 salariés"),
        (1_234_567, f"1{NARROW}234{NARROW}567 salariés"),
    ],
)  # fmt: skip
def test_in_french_zero_and_one_are_singular(number, words):
    assert plural(number, "salarié") == words


def test_a_plural_of_its_own_is_said():
    assert plural(2, "créneau", "créneaux") == "2 créneaux"
    assert plural(1, "créneau", "créneaux") == "1 créneau"
    assert plural(0, "rendez-vous", "rendez-vous") == "0 rendez-vous"


@given(st.integers(-(10**12), 10**12))
def test_thousands_are_apart_and_nothing_of_the_number_is_lost(number):
    assert int(thousands(number).replace(NARROW, "")) == number


@pytest.mark.parametrize(
    ("names", "most", "words"),
    [
        ([], 3, ""), (["A"], 3, "A"), (["A", "B", "C"], 3, "A, B, C"),
        (["A", "B", "C", "D"], 3, "A, B, C et 1 autre"),
        (["A", "B", "C", "D", "E"], 3, "A, B, C et 2 autres"), (["A", "B"], 1, "A et 1 autre"),
    ],
)  # fmt: skip
def test_a_list_of_many_names_says_how_many_more(names, most, words):
    assert first_few(names, most) == words


@given(st.lists(st.text("abc", min_size=1, max_size=3), max_size=9), st.integers(1, 9))
def test_every_name_is_said_or_counted(names, most):
    words = first_few(names, most)
    shown, _, more = words.partition(" et ")
    named = len(shown.split(", ")) if shown else 0
    counted = int(more.split(" ")[0]) if more else 0
    assert named + counted == len(names)


def test_the_numbers_of_a_company_are_read_by_groups():
    assert (siren("732829320"), siret("73282932000074")) == ("732 829 320", "732 829 320 00074")
    assert siret("732829320") == "732829320", "what is no SIRET stays as it is"
    assert siret("") == ""


def test_a_title_in_a_sentence_loses_its_capital_alone():
    assert uncapitalised("Visite de reprise") == "visite de reprise"
    assert uncapitalised("Été") == "été"
    assert uncapitalised("") == ""


# Names of people


@pytest.mark.parametrize(
    ("birth", "usual", "first", "sex", "name"),
    [
        ("MARTIN", "", "Claire", "F", "MARTIN Claire"),
        ("MARTIN", "DUPONT", "Claire", "F", "DUPONT Claire (née MARTIN)"),
        ("MARTIN", "DUPONT", "Paul", "M", "DUPONT Paul (né MARTIN)"),
        ("MARTIN", "DUPONT", "Camille", "", "DUPONT Camille (nom de naissance MARTIN)"),
        ("MARTIN", "Martin", "Claire", "F", "MARTIN Claire"),
        ("STRAẞE", "strasse", "Eva", "F", "STRAẞE Eva"),
        ("LE GALL", "LE GALL-RIOU", "Élise", "F", "LE GALL-RIOU Élise (née LE GALL)"),
    ],
)
def test_a_person_is_named_by_the_name_in_use_and_the_one_of_birth_when_it_differs(
    birth, usual, first, sex, name
):
    assert person_name(birth, usual, first, sex) == name


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Jean BRIEUC", "J. B."),
        ("élise le gall", "É. L. G."),
        ("Jean-Pierre RIOU", "J. R."),
        ("", ""),
        (" a ", "A."),
    ],
)
def test_initials_find_a_line_and_say_nothing_more(name, letters):
    assert initials(name) == letters


# Sizes, waits, spaces


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "1 ko"), (1, "1 ko"), (499, "1 ko"), (1_499, "1 ko"), (1_500, "2 ko"), (640_000, "640 ko"),
        (999_499, "999 ko"), (1_000_000, "1,0 Mo"), (1_249_999, "1,2 Mo"), (10_000_000, "10,0 Mo"),
    ],
)  # fmt: skip
def test_a_size_is_said_as_disks_count_it_and_never_zero(size, words):
    assert size_words(size) == words.replace(" ", TIED)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "une minute"), (0, "une minute"), (60, "une minute"), (60.9, "une minute"), (61, "2 minutes"),
        (120, "2 minutes"), (121, "3 minutes"), (900, "15 minutes"), (7_140, "119 minutes"),
        (7_200, "2 heures"),
        (7_201, "2 heures"), (86_400, "24 heures"),
    ],
)  # fmt: skip
def test_a_wait_is_rounded_up_so_that_who_waits_it_is_let_in(seconds, words):
    assert wait(seconds) == words


@pytest.mark.parametrize(
    ("typed", "set_apart"),
    [
        ("Qui vient ?", f"Qui vient{TIED}?"),
        ("Attention : « oui » !", f"Attention{TIED}: «{TIED}oui{TIED}»{TIED}!"),
        ("à 9 h ; puis", f"à 9 h{TIED}; puis"), ("http://x", "http://x"), ("a:b", "a:b"), ("", ""),
    ],
)  # fmt: skip
def test_french_signs_never_begin_a_line(typed, set_apart):
    assert french_spaces(typed) == set_apart


@given(st.text("a «»?!:;\u00a0", max_size=30))
def test_spaces_set_once_are_set(typed):
    once = french_spaces(typed)
    assert french_spaces(once) == once
    assert once.replace(TIED, " ") == typed.replace(TIED, " ")
