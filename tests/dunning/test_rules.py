"""Steps of reminders as a table: their first day, and what a step may not be beside the others."""

from datetime import date, timedelta

import pytest

from app.dunning.rules import (
    KIND_WORDS,
    MOST_FEE_CENTS,
    PLACES,
    fee_receipt,
    next_step,
    step_problem,
)
from app.dunning.views import example_of, reasons_of
from app.invoices.rules import declared_by
from app.settings import DEMO_SELLER, Settings
from db.models import DunningStep, StepKind

DUE = date(2026, 1, 31)


def a_step(days, fee=0, **more):
    usual = {"kind": StepKind.MAIL, "subject": "Rappel", "text": "Il reste {montant}.", "signed_by": "x"}
    return DunningStep(days=days, fee_cents=fee, **usual | more)


STEPS = [a_step(8), a_step(30), a_step(45, fee=40_00)]


@pytest.mark.parametrize(
    ("last_days", "last_on", "days", "first"),
    [
        (0, None, 8, date(2026, 2, 8)), (8, date(2026, 2, 8), 30, date(2026, 3, 2)),
        # The first left late: the second keeps the 22 days that are between the two.
        (8, date(2026, 2, 20), 30, date(2026, 3, 14)), (30, date(2026, 3, 2), 45, date(2026, 3, 17)),
        (30, date(2026, 4, 30), 45, date(2026, 5, 15)),
        # A step of 8 days that was since removed, or changed: the next one by its days.
        (10, date(2026, 2, 10), 30, date(2026, 3, 2)), (29, date(2026, 3, 1), 30, date(2026, 3, 2)),
    ],
)  # fmt: skip
def test_a_step_leaves_so_long_after_the_term_and_after_the_one_before(last_days, last_on, days, first):
    assert next_step(STEPS, DUE, last_days, last_on) == (next(e for e in STEPS if e.days == days), first)


@pytest.mark.parametrize("last", [45, 46, 365])
def test_after_the_last_step_nothing_leaves(last):
    assert next_step(STEPS, DUE, last, DUE + timedelta(days=last)) is None
    assert next_step([], DUE, 0, None) is None


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (a_step(15), ""), (a_step(8), "days"), (a_step(45), "days"), (a_step(15, fee=1), "fee"),
        (a_step(15, fee=MOST_FEE_CENTS + 1), "fee"), (a_step(15, text="Bonjour {nom}"), "text"),
        (a_step(15, subject="{retard"), "subject"), (a_step(15, subject="{retard} de {adhérent}"), ""),
    ],
)  # fmt: skip
def test_a_step_beside_the_others_is_one_a_day_and_one_that_bills(step, field):
    found, words = step_problem(step, STEPS)
    assert found == field
    assert bool(words) is bool(field)


@pytest.mark.parametrize(
    ("fee", "field"), [(0, ""), (1, ""), (MOST_FEE_CENTS, ""), (MOST_FEE_CENTS + 1, "fee")]
)
def test_the_indemnity_is_forty_euros_at_most(fee, field):
    """Code de commerce, article D441-5."""
    assert MOST_FEE_CENTS == 40_00
    assert step_problem(a_step(15, fee=fee), [a_step(8)])[0] == field


def test_the_receipt_of_an_indemnity_is_of_one_invoice_and_one_run_and_bills_no_declaration():
    receipts = {fee_receipt(invoice, run) for invoice in (1, 11, 111) for run in (1, 11, 111)}
    assert len(receipts) == 9
    assert {declared_by(each) for each in receipts} == {""}


def test_an_example_shows_every_place_filled():
    settings = Settings(secret_key="x" * 32, **DEMO_SELLER)
    every = a_step(8, text="\n\n".join(f"{{{place}}}" for place in PLACES), fee=40_00)
    shown = example_of(every, settings)
    assert len(shown) == len(PLACES)
    assert "{" not in "".join(shown)
    assert "8 jours" in shown
    assert settings.service_name in shown


def test_each_way_has_its_words_and_nothing_aside_has_none():
    assert KIND_WORDS.keys() == set(StepKind)
    assert reasons_of([]) == []
