"""Days of a column: in which order they are written, and what makes one doubt it."""

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from app.employee_files.days import (
    ORDERS,
    DayColumn,
    day_of,
    decided,
    reader_of,
    summary_of,
)
from tests.outcomes import outcome

TODAY = date(2026, 11, 20)
DAYS = st.dates(date(1945, 1, 1), date(2020, 12, 31))
WAYS = {"dmy": "{d}/{m}/{y}", "mdy": "{m}/{d}/{y}", "ymd": "{y}/{m}/{d}"}


def spelled(day, order, *, short=False):
    return WAYS[order].format(
        d=f"{day.day:02}", m=f"{day.month:02}", y=f"{day.year % 100:02}" if short else day.year
    )


def decide(cells, *, kind="birth", chosen="", is_french=True):
    column = DayColumn(cells, "la date de naissance", kind, chosen)
    days = decided({"birth_on": column}, is_1904=False, is_french=is_french)["birth_on"]
    return days, reader_of(column, days, is_1904=False, today=TODAY)


@given(st.lists(DAYS, min_size=1, max_size=8), st.sampled_from(["dmy", "mdy"]))
def test_one_day_after_the_twelfth_tells_the_order_of_its_column(days, order):
    assume(any(day.day > 12 for day in days))
    cells = [spelled(day, order) for day in days]
    found, read = decide(cells)
    assert (found.order, found.is_sure) == (order, True)
    assert [read(cell) for cell in cells] == [day.isoformat() for day in days]


@given(st.lists(DAYS, min_size=1, max_size=8), st.sampled_from(sorted(ORDERS)), st.booleans())
def test_the_order_that_the_reader_chose_is_obeyed(days, order, short):
    assume(not short or all(1930 <= day.year <= 2019 for day in days))
    cells = [spelled(day, order, short=short or order == "ymd") for day in days]
    assume(all(1930 <= day.year <= 2019 for day in days))
    found, read = decide(cells, chosen=order)
    assert (found.order, found.is_sure) == (order, True)
    assert [read(cell) for cell in cells] == [day.isoformat() for day in days]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=6))
def test_a_column_that_says_nothing_is_read_as_in_france_and_doubted_in_english(days):
    cells = [f"{day:02}/{(day % 12) + 1:02}/1980" for day in days]
    found, read = decide(cells)
    assert (found.order, found.is_sure) == ("dmy", False)
    assert read(cells[0]) == f"1980-{(days[0] % 12) + 1:02}-{days[0]:02}"
    assert "rien ne dit si" in decide(cells, is_french=False)[0].doubts[0]


def test_two_orders_in_one_column_are_doubted():
    cells = ["13/01/1980", "14/02/1981", "01/25/1982", "02/26/1983"]
    assert "tantôt en jour/mois, tantôt en mois/jour" in decide(cells)[0].doubts[0]


def test_one_slip_among_many_is_no_doubt():
    cells = [*(f"{day}/01/1980" for day in range(13, 29)), "01/25/1982"]
    found, read = decide(cells)
    assert (found.order, found.doubts) == ("dmy", ())
    assert "n’existe pas" in outcome(read, "01/25/1982")[1]


@given(st.lists(DAYS, min_size=1, max_size=9))
def test_the_order_of_the_lines_changes_nothing(days):
    cells = [spelled(day, "dmy") for day in days]
    assert decide(cells)[0] == decide([*reversed(cells)])[0]


@given(st.integers(61, 73_000))
def test_the_number_of_a_spreadsheet_is_its_day_in_both_counts(number):
    day = date.fromordinal(date(1899, 12, 30).toordinal() + number)
    assume(not 1900 <= number <= 2100)
    assert day_of(str(number), "la date") == day_of(f"{number}.75", "la date") == day
    if number >= 1463 and not 1900 <= number - 1462 <= 2100:
        assert day_of(str(number - 1462), "la date", is_1904=True) == day


@given(st.lists(st.text("0123456789/.- é", max_size=12), max_size=8))
def test_any_column_is_decided_and_shown(cells):
    found, read = decide(cells)
    assert found.order in {"", *ORDERS}
    column = DayColumn(cells, "la date", "birth")
    shown = summary_of(column, found)
    assert set(shown["samples"]) <= {" ".join(cell.split()) for cell in cells}
    assert len(shown["samples"]) <= 2
    for cell in cells:
        day, refused = outcome(read, cell)
        assert refused or day == "" or date.fromisoformat(day)
