"""Places in lists, as addresses write them: what we wrote is read again, anything else is the first page."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access import BIGGEST_ID
from app.web.paging import day_place, place_of, read_place, row_number, row_numbers, written_place

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ids = st.integers(1, BIGGEST_ID)


@given(st.datetimes(timezones=st.just(UTC)), ids, st.sampled_from([1, -1]))
def test_a_place_that_we_wrote_is_read_again(at, row, side):
    place = (at, side * row)
    assert read_place(written_place(*place)) == place


@given(st.text(max_size=70))
def test_any_words_are_a_place_or_the_first_page(typed):
    place = read_place(typed)
    assert place is None or (place[0].utcoffset() == timedelta(0) and 0 < abs(place[1]) <= BIGGEST_ID)


@pytest.mark.parametrize(
    "typed",
    [
        "", "~", "~1", "2026-03-02", f"{AT.isoformat()}~", f"{AT.isoformat()}~0", f"{AT.isoformat()}~-0",
        f"{AT.isoformat()}~--1", f"{AT.isoformat()}~+1", f"{AT.isoformat()}~01", f"{AT.isoformat()}~1_0",
        f"{AT.isoformat()}~٥", f"{AT.isoformat()}~{2**31}", f"{AT.isoformat()}~{'9' * 30}",
        f"{AT.isoformat()}~1~2", "2026-03-02T09:00:00~5", "2026-13-02T09:00:00+00:00~5",
        f"{AT.astimezone(timezone(timedelta(hours=1))).isoformat()}~5", "2026-W10-1~5", "maintenant~5",
        f"{AT.isoformat()}~5\0", f" {AT.isoformat()}~5", "x" * 10_000,
    ],
)  # fmt: skip
def test_what_this_portal_never_writes_is_the_first_page(typed):
    assert read_place(typed) is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1", 1), ("2147483647", BIGGEST_ID), ("2147483648", 0), ("9999999999", 0), ("99999999999", 0),
        ("0", 0),
        ("01", 0), ("-1", 0), ("+1", 0), (" 1", 0), ("1 ", 0), ("1\n", 0), ("1.0", 0), ("1e3", 0), ("0x1", 0),
        ("٣", 0), ("²", 0), ("1_000", 0), ("", 0), ("un", 0),
    ],
)  # fmt: skip
def test_a_number_of_a_row_is_one_that_a_row_may_have(typed, number):
    assert row_number(typed) == number


@given(st.lists(st.one_of(ids.map(str), st.text(max_size=5)), max_size=12), st.integers(1, 6))
def test_of_many_numbers_each_is_taken_once_in_its_order_and_no_more_than_may_be(given_numbers, most):
    taken = row_numbers(given_numbers, most)
    right = [int(each) for each in given_numbers if row_number(each)]
    assert taken == list(dict.fromkeys(right))[:most]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=240), ids)
def test_a_place_among_names_is_read_again_whatever_the_name_holds(name, row):
    """Names hold anything, the sign between included: only the last one counts."""
    assert place_of(f"{name}~{row}", "nom") == (name, row)


@pytest.mark.parametrize("sort", ["echeance", "entree", "vue"])
def test_a_place_among_days_has_a_day(sort):
    assert place_of("2028-02-29~7", sort) == ("2028-02-29", 7)
    for typed in ("2027-02-29~7", "28/02/2027~7", "demain~7", "~7", "2028-02-29~", "2028-02-29"):
        assert place_of(typed, sort) is None


def test_a_place_by_day_is_a_day_and_a_number():
    assert day_place("2028-02-29~7") == (date(2028, 2, 29), 7)
    assert day_place("2028-02-29~0") is None


def test_a_place_with_what_a_database_refuses_loses_it():
    assert place_of("LE\0 GALL~3", "nom") == ("LE GALL", 3)
