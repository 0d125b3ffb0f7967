"""Instalments to the cent and to the day: what is covered, late, refused, and by which field."""

from datetime import date, timedelta

import pytest

from app.errors import Refused
from app.invoices.instalments import (
    Instalment,
    PlannedInvoice,
    check_instalments,
    covered_of,
    equal_parts,
    lines_of,
    monthly,
)
from app.plans.forms import number_of, typed_rows

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("cents", "number", "parts"),
    [
        (100, 3, [34, 33, 33]), (101, 3, [34, 34, 33]), (2, 2, [1, 1]), (24, 24, [1] * 24),
        (99_99, 4, [25_00, 25_00, 25_00, 24_99]),
    ],
)  # fmt: skip
def test_the_cents_that_do_not_divide_go_to_the_first_ones(cents, number, parts):
    assert equal_parts(cents, number) == parts


def test_the_same_day_of_each_month_or_its_last():
    days = [each.due_on for each in monthly(400, 4, date(2027, 12, 31))]
    assert days == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31)]


@pytest.mark.parametrize(
    ("days", "cents", "field"),
    [
        ((0, 30), (50, 50), ""), ((-1, 30), (50, 50), "day_1"), ((0, 0), (50, 50), "day_2"),
        ((30, 29), (50, 50), "day_2"), ((0, 731), (50, 50), ""), ((0, 732), (50, 50), "day_2"),
        ((0, 30), (50, 49), "amount_2"), ((0, 30), (50, 51), "amount_2"), ((0, 30), (0, 100), "amount_1"),
        ((0, 30), (101, -1), "amount_2"), ((0,), (100,), ""),
    ],
)  # fmt: skip
def test_a_plan_follows_the_days_and_adds_up(days, cents, field):
    """731 days later is 2 March 2028, two years to the day."""
    given = [Instalment(TODAY + timedelta(days=day), part) for day, part in zip(days, cents, strict=True)]
    if field == "" and len(given) > 1:
        check_instalments(given, 100, TODAY)
        return
    with pytest.raises(Refused) as refused:
        check_instalments(given, 100, TODAY)
    assert (refused.value.field or "") == field


def plan(left, received_on=TODAY):
    """Two invoices of 100 in three instalments, of which so much is left to pay."""
    given = [Instalment(date(2026, 3, day), cents) for day, cents in ((1, 80), (2, 60), (3, 60))]
    invoices = [
        PlannedInvoice(1, "F2026-1", 100, max(0, left - 100)),
        PlannedInvoice(2, "F2026-2", 100, min(left, 100)),
    ]
    return lines_of(given, invoices, received_on)


@pytest.mark.parametrize(
    ("left", "states"),
    [
        (200, ["en retard", "à payer", "à payer"]), (121, ["en retard", "à payer", "à payer"]),
        (120, ["payée", "à payer", "à payer"]), (119, ["payée", "partiellement payée", "à payer"]),
        (60, ["payée", "payée", "à payer"]), (1, ["payée", "payée", "partiellement payée"]),
        (0, ["payée", "payée", "payée"]),
    ],
)  # fmt: skip
def test_money_covers_the_instalments_in_order_and_the_day_itself_is_not_late(left, states):
    assert [each.state for each in plan(left)] == states


def test_an_instalment_names_the_invoices_that_it_pays_with_the_reference_to_quote():
    first, second, third = plan(200)
    assert [(each.number, each.cents) for each in first.shares] == [("F2026-1", 80)]
    assert [(each.number, each.cents) for each in second.shares] == [("F2026-1", 20), ("F2026-2", 40)]
    assert [(each.number, each.cents) for each in third.shares] == [("F2026-2", 60)]
    assert all(each.reference.startswith("RF") for line in (first, second) for each in line.shares)


def test_money_above_what_was_planned_covers_no_more_than_the_plan():
    overpaid = [PlannedInvoice(1, "F2026-1", 100, -30), PlannedInvoice(2, "F2026-2", 100, 100)]
    assert covered_of(overpaid) == 100
    credited_before = [PlannedInvoice(1, "F2026-1", 100, 130)]
    assert covered_of(credited_before) == 0, "a payment taken back makes nothing below zero"


@pytest.mark.parametrize(
    ("typed", "number"),
    [("2", 2), ("24", 24), ("1", 3), ("25", 3), ("", 3), ("x", 3), ("-2", 3), ("002", 3), ("٣", 3)],
)
def test_a_number_that_makes_no_sense_is_three(typed, number):
    assert number_of(typed) == number


def test_instalments_are_typed_as_they_are_read():
    assert typed_rows([Instalment(date(2026, 3, 2), 123_405)]) == {
        "day_1": "02/03/2026",
        "amount_1": "1234,05",
    }
