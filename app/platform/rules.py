"""The way of an invoice, and the tax of money that came in. Pure, money in cents."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.invoices.rules import shares_of
from db.models import BuyerKind, Company

PUBLIC, UNTAXED, UNKNOWN = "public", "untaxed", "unknown"


def aside_reason(company: Company, siren: str) -> str:
    """Reason why no platform takes the invoices of this member, or "" when one does. `siren`: of the buyer
    that the invoice prints.
    """
    if company.buyer_kind == BuyerKind.PUBLIC:
        return PUBLIC
    if company.buyer_kind == BuyerKind.UNTAXED:
        return UNTAXED
    return "" if siren else UNKNOWN


def paid_shares(
    lines: Iterable[Mapping[str, Any]], total_cents: int, before_cents: int, cents: int
) -> list[tuple[int, int]]:
    """The part at each rate, as (points, cents with tax), of money that came in after `before_cents`: the
    status « encaissée » says for each rate what came in. The parts of all payments add up to the invoice's.
    """
    shares = [(each.points, each.net_cents + each.vat_cents) for each in shares_of(lines)]
    parts: list[tuple[int, int]] = []
    for points, owed in shares[:-1]:
        after, before = ((whole * owed + total_cents // 2) // total_cents
                         for whole in (before_cents + cents, before_cents))  # fmt: skip
        parts.append((points, after - before))
    parts.append((shares[-1][0], cents - sum(part for _, part in parts)))
    return parts
