"""Instalments of a payment plan: equal parts, checks, and what the money received covers of them.

Nothing is recorded for an instalment: what its invoices have left to pay says how much of the plan is paid,
and covers the instalments in order. Pure, no clock, money in cents.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from app.errors import Refused
from app.follow_up.law import add_months
from app.invoices.rules import in_groups, reference_of
from app.text.formats import amount, day

FEWEST, MOST = 2, 24
MOST_MONTHS = 24  # between the agreement and the last instalment


class Instalment(NamedTuple):
    due_on: date
    cents: int


class PlannedInvoice(NamedTuple):
    """An invoice of a plan. `cents`: left to pay when it was agreed; `left_cents`: today."""

    id: int
    number: str
    cents: int
    left_cents: int


class Share(NamedTuple):
    """The part of an instalment that pays an invoice, with the reference to quote."""

    number: str
    reference: str
    cents: int


class PlanLine(NamedTuple):
    """An instalment as it stands. `covered_cents`: what was received for it."""

    due_on: date
    cents: int
    covered_cents: int
    state: str
    shares: list[Share]


def equal_parts(cents: int, number: int) -> list[int]:
    """As many parts that add up; the cents that do not divide go to the first ones."""
    part, rest = divmod(cents, number)
    return [part + (place < rest) for place in range(number)]


def monthly(cents: int, number: int, first: date) -> list[Instalment]:
    """Equal parts, the same day of each month, or its last when it is shorter."""
    return [
        Instalment(add_months(first, place), part) for place, part in enumerate(equal_parts(cents, number))
    ]


def check_instalments(given: Sequence[Instalment], cents: int, today: date) -> None:
    """Refused, by the field of the row that is wrong, unless they follow each other and add up exactly."""
    if not FEWEST <= len(given) <= MOST:
        raise Refused(f"Un échéancier compte de {FEWEST} à {MOST} échéances.")
    before = date.fromordinal(today.toordinal() - 1)
    last = add_months(today, MOST_MONTHS)
    for place, (due_on, part) in enumerate(given, 1):
        if part <= 0:
            raise Refused("Une échéance a un montant plus grand que zéro.", f"amount_{place}")
        if due_on <= before:
            words = "Une échéance ne peut pas être passée." if place == 1 else "Les échéances se suivent."
            raise Refused(words, f"day_{place}")
        if due_on > last:
            raise Refused(f"La dernière échéance est le {day(last)} au plus tard.", f"day_{place}")
        before = due_on
    total = sum(part for _, part in given)
    if total != cents:
        gap = f"{amount(abs(cents - total))} de {'moins' if total < cents else 'plus'}"
        words = f"Les échéances font {amount(total)}, soit {gap} que ce qui reste à payer."
        raise Refused(words, f"amount_{len(given)}")


def covered_of(invoices: Sequence[PlannedInvoice]) -> int:
    """Money received since, on the invoices of a plan."""
    return sum(max(0, each.cents - max(0, each.left_cents)) for each in invoices)


def lines_of(given: Sequence[Instalment], invoices: Sequence[PlannedInvoice], today: date) -> list[PlanLine]:
    """The instalments in order, each with what covers it and the references to quote."""
    covered, lines, parts = covered_of(invoices), [], _parts(given, invoices)
    for (due_on, cents), shares in zip(given, parts, strict=True):
        mine = min(cents, covered)
        covered -= mine
        lines.append(PlanLine(due_on, cents, mine, _state(due_on, cents, mine, today), shares))
    return lines


def _state(due_on: date, cents: int, covered: int, today: date) -> str:
    if covered >= cents:
        return "payée"
    if due_on < today:
        return "en retard"
    return "partiellement payée" if covered else "à payer"


def _parts(given: Sequence[Instalment], invoices: Sequence[PlannedInvoice]) -> list[list[Share]]:
    """Each instalment over the invoices in order, as each of them is used up."""
    left, found = [each.cents for each in invoices], []
    for each_due in given:
        shares, cents = [], each_due.cents
        for place, each in enumerate(invoices):
            if part := min(left[place], cents):
                left[place], cents = left[place] - part, cents - part
                shares.append(Share(each.number, in_groups(reference_of(each.number)), part))
        found.append(shares)
    return found
