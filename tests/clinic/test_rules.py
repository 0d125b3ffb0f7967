"""Times of a session: pure, whatever the clock."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clinic.rules import day_off, days_of_pattern, free_times, holiday_on, instant_of, receives, times_of

NINE = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)


@given(st.integers(0, 300), st.integers(10, 120))
def test_times_fill_the_session_and_never_leave_it(length, minutes):
    ends = NINE + timedelta(minutes=length)
    times = times_of(NINE, ends, minutes)
    assert len(times) == length // minutes
    assert all(each >= NINE and each + timedelta(minutes=minutes) <= ends for each in times)


@given(st.lists(st.tuples(st.integers(-300, 300), st.integers(10, 240)), max_size=9))
def test_a_free_time_overlaps_no_appointment(booked):
    taken = sorted((NINE + timedelta(minutes=start), length) for start, length in booked)
    free = free_times(times_of(NINE, NINE + timedelta(hours=3), 30), 30, taken)
    for each in free:
        for start, length in taken:
            assert start + timedelta(minutes=length) <= each or each + HALF <= start
    for each in set(times_of(NINE, NINE + timedelta(hours=3), 30)) - set(free):
        assert any(each < at + timedelta(minutes=length) and at < each + HALF for at, length in taken)


def test_an_appointment_of_another_length_takes_every_time_that_it_touches():
    times = times_of(NINE, NINE + 4 * HALF, 30)
    assert free_times(times, 30, [(NINE + timedelta(minutes=20), 20)]) == times[2:]


@pytest.mark.parametrize(
    ("kinds", "kind", "said"), [("", "vip", True), ("vip examen", "vip", True), ("examen", "vip", False)]
)
def test_a_session_receives_for_its_kinds_or_for_all(kinds, kind, said):
    assert receives(kinds, kind) is said


def test_a_pattern_is_one_day_a_week():
    assert days_of_pattern(date(2026, 3, 30), 2) == [date(2026, 3, 30), date(2026, 4, 6)]


@pytest.mark.parametrize(
    ("day", "postcode", "name"),
    [
        (date(2026, 4, 6), "22000", "Lundi de Pâques"),
        (date(2026, 4, 3), "67000", "Vendredi saint"),
        (date(2026, 4, 3), "57000", "Vendredi saint"),
        (date(2026, 12, 26), "68100", "Saint-Étienne"),
        (date(2026, 4, 3), "22000", ""),
        (date(2026, 12, 20), "97400", "Abolition de l'esclavage"),
        (date(2026, 5, 27), "97110", "Abolition de l'esclavage"),
        (date(2026, 5, 22), "97200", "Abolition de l'esclavage"),
        (date(2026, 6, 10), "97300", "Abolition de l'esclavage"),
        (date(2026, 10, 9), "97133", "Abolition de l'esclavage"),
        (date(2026, 5, 28), "97150", "Abolition de l'esclavage"),
        (date(2026, 9, 24), "98800", "Fête de la Citoyenneté"),
    ],
)
def test_bank_holidays_are_those_of_the_departement(day, postcode, name):
    assert holiday_on(day, postcode).replace("’", "'") == name


def test_a_day_off_has_its_reason():
    away = [(date(2026, 3, 9), date(2026, 3, 10))]
    days = (date(2026, 3, 7), date(2026, 4, 6), date(2026, 3, 10), date(2026, 3, 11))
    assert [day_off(day, "22000", away) for day in days] == ["week-end", "férié", "absence", ""]


def test_an_hour_is_that_of_paris_before_and_after_the_clocks_change():
    winter, summer = instant_of(date(2026, 3, 27), time(9)), instant_of(date(2026, 3, 30), time(9))
    assert [each.astimezone(UTC).hour for each in (winter, summer)] == [8, 7]
