"""Days that software wrote at midnight, in whichever zone: it is the day that it was in France."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.clock import PARIS
from app.employee_files.days import day_of, full_year, is_no_date, meanings_of

TODAY = date(2026, 3, 2)
QUEBEC = timezone(timedelta(hours=-5))
# France changed its clocks in the wars, twice a year since 1976, and may cease to.
DAYS = st.dates(date(1920, 1, 1), date(2099, 12, 31))


def read(typed, kind="birth"):
    return day_of(typed, "la date de naissance", kind=kind, today=TODAY)


@given(DAYS)
@example(date(1940, 6, 15))  # the day when Paris took the time of Berlin
@example(date(1944, 8, 25))
@example(date(1976, 3, 28))
@example(date(2026, 3, 29))
@example(date(2026, 10, 25))
def test_midnight_in_france_is_the_evening_before_in_utc_and_the_same_day_in_the_file(day):
    at = datetime.combine(day, time(), PARIS)
    evening = at.astimezone(UTC)
    offset = at.strftime("%z")
    for words in (
        evening.strftime("%Y-%m-%dT%H:%M:%S.000Z"), evening.strftime("%Y-%m-%d %H:%M:%S"),
        evening.strftime("%d/%m/%Y %H:%M"), at.isoformat(),
        f"{at:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:]}", at.astimezone(QUEBEC).isoformat(),
        f"{at:%a %b %d %Y %H:%M:%S} GMT{offset}", f"{at:%Y-%m-%d} 00:00:00",
    ):  # fmt: skip
        assert read(words) == day, words


@given(DAYS, st.integers(1, 20), st.integers(0, 59))
def test_an_hour_of_the_day_says_that_day(day, hour, minute):
    """What is written of a day at work is not moved by a zone that nobody wrote."""
    assert read(f"{day:%d/%m/%Y} {hour:02}:{minute:02}") == day


@pytest.mark.parametrize(
    ("year", "kind", "full"),
    [
        (20, "birth", 2020), (21, "birth", 1921), (99, "birth", 1999), (0, "birth", 2000),
        (26, "past", 2026), (27, "past", 2027), (28, "past", 1928), (98, "past", 1998), (0, "past", 2000),
        (46, "future", 2046), (47, "future", 1947), (26, "future", 2026),
    ],
)  # fmt: skip
def test_a_year_of_two_digits_is_of_the_nearest_sensible_century(year, kind, full):
    assert full_year(year, kind, TODAY) == full


@pytest.mark.parametrize(
    ("cell", "kind", "is_none"),
    [
        ("31/12/9999", "past", True), ("31/12/2099", "past", True), ("31/12/2099", "birth", False),
        ("01/01/1900", "past", True), ("01/01/1901", "birth", False), ("31/12/2026", "past", False),
        ("30/12/1899", "birth", True), ("00/00/0000", "past", True), ("0000-00-00", "birth", True),
        ("99999999", "past", True), ("- / -", "past", True), ("Indéterminée", "future", True),
        ("NULL", "birth", True),
        ("sans fin", "future", True), ("en cours", "past", True), ("29/02/2024", "past", False),
        ("2958465", "past", True),
    ],
)  # fmt: skip
def test_words_and_days_that_mean_no_day_are_none(cell, kind, is_none):
    assert is_no_date(cell, kind) is is_none


@given(DAYS)
def test_a_day_written_without_doubt_has_one_meaning_and_another_at_most_two(day):
    assert set(meanings_of(day.isoformat())) == {""}
    ways = meanings_of(f"{day:%d/%m/%Y}")
    assert "dmy" in ways
    assert ("mdy" in ways) is (day.day <= 12)
    short = meanings_of(f"{day:%d/%m/%y}")
    assert set(short) <= {"dmy", "mdy", "ymd"}


@given(st.text("0123456789/-. :TZ+", max_size=24))
def test_any_run_of_figures_is_a_day_that_exists_or_a_reason(typed):
    try:
        found = read(typed)
    except ValueError:
        with pytest.raises(ValueError, match="la date de naissance"):
            read(typed)
        return
    assert date(1900, 1, 1) - timedelta(days=1) <= found <= date(2100, 12, 31)
