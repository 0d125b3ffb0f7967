"""The part of an invoice that a credit note takes back, rate by rate. Pure, money in cents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from app.errors import Refused
from app.invoices.rules import BilledLine, shares_of, vat_of
from app.text.formats import amount

Lines = Iterable[Mapping[str, Any]]


def taken_back(invoice: Lines, notes: Sequence[Lines], line: BilledLine) -> BilledLine:
    """The line with the rate of its invoice, and with the tax that the invoice has on as much as all its
    credit notes take back together: the last of them takes the cent that rounding left. `invoice`, `notes`:
    the stored lines of each. Refused when it exceeds what is left before tax at its rate.
    """
    shares = {each.points: each for each in shares_of(invoice)}
    points = next(iter(shares)) if line.vat_points is None and len(shares) == 1 else line.vat_points
    if points is None or points not in shares:
        raise Refused("Un avoir porte un taux de TVA de sa facture : dites lequel.", "rate")
    before = [each for note in notes for each in shares_of(note)]
    net = sum(each.net_cents for each in before if each.points == points)
    vat = sum(each.vat_cents for each in before if each.points == points)
    total = line.net_cents + vat_of(net + line.net_cents, points) - vat
    left = shares[points].net_cents + net
    rest = sum(each.net_cents + each.vat_cents for each in chain(shares.values(), before))
    if line.net_cents >= 0 or left + line.net_cents < 0 or rest + total < 0:
        words = f"Un avoir est négatif et ne dépasse pas ce qui reste de la facture : {amount(left)} HT"
        raise Refused(f"{words} à ce taux de TVA." if len(shares) > 1 else f"{words}.", "amount")
    gap = total - line.net_cents - vat_of(line.net_cents, points)
    return replace(line, vat_points=points, vat_gap=gap)
