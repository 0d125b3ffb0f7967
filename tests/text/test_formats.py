"""Dates and numbers as a French reader says them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date

from app.text.counts import plural
from app.text.formats import day, day_typed, long_day, moment, month_title, of, short_day, that
from app.text.values import read_day


def test_the_first_of_a_month_is_said_so():
    assert day(date(2026, 1, 1)) == "1er janvier 2026"
    assert day(date(2026, 1, 11)) == "11 janvier 2026"
    assert moment(datetime(2026, 1, 31, 23, 30, tzinfo=UTC)) == "1er février 2026 à 0 h 30"


def test_days_and_months_have_the_names_of_a_library_that_knows_every_language():
    for each in (date(2028, 1, 1) + timedelta(days=number) for number in range(366)):
        number = "'1er'" if each.day == 1 else "d"
        patterns = f"{number} MMMM y", f"EEEE {number} MMMM", "MMMM y"
        known = [format_date(each, pattern, locale="fr") for pattern in patterns]
        assert [day(each), long_day(each), month_title(each)] == known


@pytest.mark.parametrize("name", ["AIST22", "Élise", "Hélène", "Yves", "œuvre"])
def test_a_word_before_a_vowel_is_elided(name):
    assert (of(name), that(name)) == (f"d’{name}", f"qu’{name}")


@pytest.mark.parametrize("name", ["MARTIN", "Yann", "00010-2 - BRIEUC"])
def test_a_word_before_a_consonant_is_whole(name):
    assert (of(name), that(name)) == (f"de {name}", f"que {name}")


def test_thousands_are_set_apart():
    assert plural(4900, "ligne") == "4\u202f900 lignes"
    assert plural(1, "ligne") == "1 ligne"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1800-01-01", "La date « 01/01/1800 » doit être entre 1900 et 2100."),
        ("01/01/2101", "La date « 01/01/2101 » doit être entre 1900 et 2100."),
        ("2026-02-31", "La date « 31/02/2026 » n’existe pas. Exemple : 31/12/2026"),
    ],
)
def test_a_date_that_is_refused_is_shown_as_it_is_written_in_france(typed, words):
    with pytest.raises(ValueError, match="La date") as refused:
        read_day(typed)
    assert str(refused.value) == words


@pytest.mark.parametrize("name", ["ABGRALL Un", "Élise", "HÉLIAS", "Yves", "Œuvrard"])
def test_before_a_vowel_or_a_mute_h_a_name_is_elided(name):
    assert of(name) == f"d’{name}"


@pytest.mark.parametrize("name", ["MARTIN", "Yann", "LE GALL", "123", ""])
def test_before_the_rest_it_is_not(name):
    assert of(name) == f"de {name}"


@pytest.mark.parametrize(
    ("typed", "value"), [("1990-12-31", "31/12/1990"), ("31121990", "31/12/1990"), ("3 mars", "3 mars")]
)
def test_a_day_that_can_be_read_is_shown_as_people_write_it(typed, value):
    assert day_typed(typed) == value


def test_the_day_of_an_instant_is_that_of_paris():
    after_midnight = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert (day(after_midnight), short_day(after_midnight)) == ("1er décembre 2026", "01/12/2026")
