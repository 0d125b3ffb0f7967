"""The notice of the service, weeks and days: in Paris, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import PARIS
from app.planning.rules import (
    free_until,
    is_working_day,
    midnight,
    monday_of,
    notice_for,
    read_month,
    read_week,
    week_word,
)

WEDNESDAY = date(2026, 3, 4)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def paris(year, month, day, hour, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("starts", "days", "until"),
    [
        (paris(2026, 3, 12, 9, 30), 2, paris(2026, 3, 10, 9, 30)),
        (paris(2026, 3, 10, 9, 30), 2, paris(2026, 3, 6, 9, 30)),  # over a week-end
        (paris(2026, 5, 4, 9), 2, paris(2026, 4, 29, 9)),  # 1 May is a bank holiday
        (paris(2026, 4, 7, 9), 1, paris(2026, 4, 3, 9)),  # Easter Monday is one too
        (paris(2026, 3, 30, 9), 1, paris(2026, 3, 27, 9)),  # summer time began in between
        (paris(2026, 3, 12, 9, 30), 0, paris(2026, 3, 12, 9, 30)),
    ],
)
def test_the_notice_counts_working_days_back_to_the_same_hour_in_paris(starts, days, until):
    assert free_until(starts, days) == until
    assert free_until(starts.astimezone(UTC), days) == until


def test_to_the_minute_it_is_free_and_a_minute_later_it_is_not():
    starts = paris(2026, 3, 12, 9, 30)
    until = paris(2026, 3, 10, 9, 30)
    assert notice_for(starts, until, 2, 7000).is_free
    late = notice_for(starts, until + timedelta(minutes=1), 2, 7000)
    assert (late.is_free, late.fee_cents) == (False, 7000)


@given(INSTANTS, st.integers(0, 10))
def test_a_longer_notice_never_ends_later_and_all_its_days_are_worked(starts, days):
    until = free_until(starts, days)
    assert until <= starts
    assert free_until(starts, days + 1) < until
    between = [
        until.date() + timedelta(days=n) for n in range((starts.astimezone(PARIS).date() - until.date()).days)
    ]
    assert sum(is_working_day(each) for each in between) == days


@pytest.mark.parametrize(
    ("typed", "monday"),
    [
        ("2026-W10", date(2026, 3, 2)),
        ("2026-W53", date(2026, 12, 28)),
        ("2026-03-08", date(2026, 3, 2)),
        ("08/03/2026", date(2026, 3, 2)),
        ("2025-W53", date(2026, 3, 2)),  # a week that does not exist
        ("", date(2026, 3, 2)),
        ("0000-W01", date(2026, 3, 2)),
        ("9999-W99", date(2026, 3, 2)),
        ("0001-W01", date(2026, 3, 2)),
        ("9999-W52", date(2026, 3, 2)),
        ("２０２６-W10", date(2026, 3, 2)),
        ("x" * 5000, date(2026, 3, 2)),
    ],
)
def test_a_week_is_read_and_nonsense_is_this_week(typed, monday):
    assert read_week(typed, WEDNESDAY) == monday


@given(st.dates(date(1971, 1, 1), date(2100, 1, 1)))
def test_a_week_is_written_as_it_is_read(day):
    assert read_week(week_word(day), WEDNESDAY) == monday_of(day)


@pytest.mark.parametrize("typed", ["", "2026-13", "9999-12", "0001-01", "x", "2026-3"])
def test_a_month_that_is_none_is_this_month(typed):
    assert read_month(typed, WEDNESDAY) == date(2026, 3, 1)


def test_a_day_starts_at_midnight_in_paris_when_clocks_change_too():
    assert midnight(date(2026, 3, 29)).astimezone(UTC) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert midnight(date(2026, 3, 30)).astimezone(UTC) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    hours = midnight(date(2026, 10, 26)).astimezone(UTC) - midnight(date(2026, 10, 25)).astimezone(UTC)
    assert hours == timedelta(hours=25)
