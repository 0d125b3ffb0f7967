"""Invoices that no platform takes, with the reason; and what came in, rate by rate, to the cent."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.invoices.rules import BilledLine, amounts_of, shares_of, stored_line
from app.platform.rules import PUBLIC, UNKNOWN, UNTAXED, aside_reason, paid_shares
from app.text.vat import VAT_POINTS
from db.models import BuyerKind, Company

LINES = st.lists(
    st.builds(
        BilledLine, st.just("Suivi"), st.integers(1, 300), st.integers(1, 20_000),
        st.sampled_from(sorted(VAT_POINTS | {0})),
    ),
    min_size=1, max_size=5,
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "siren", "reason"),
    [
        (BuyerKind.TAXED, "123456782", ""), (BuyerKind.TAXED, "", UNKNOWN),
        # Public bodies have a way of their own, associations without VAT are reported and not sent.
        (BuyerKind.PUBLIC, "123456782", PUBLIC), (BuyerKind.PUBLIC, "", PUBLIC),
        (BuyerKind.UNTAXED, "123456782", UNTAXED), (BuyerKind.UNTAXED, "", UNTAXED),
    ],
)  # fmt: skip
def test_who_has_no_platform_is_said_why(kind, siren, reason):
    company = Company(code="00010", member_code="00010", name="Brieuc", declarant_key="", buyer_kind=kind)
    assert aside_reason(company, siren) == reason


def test_every_kind_of_buyer_has_its_way():
    assert set(BuyerKind) == {BuyerKind.TAXED, BuyerKind.PUBLIC, BuyerKind.UNTAXED}


@given(LINES, st.randoms(use_true_random=False))
def test_parts_of_all_payments_are_the_invoice_at_each_rate(lines, dice: random.Random):
    """However it is paid, in whichever pieces, and given back on the way."""
    stored = [stored_line(each) for each in lines]
    total = amounts_of(stored).total_cents
    cuts = sorted(dice.choices(range(total + 1), k=4))
    pieces = [after - before for before, after in zip([0, *cuts], [*cuts, total], strict=True)]
    received, sums = 0, {}
    for cents in pieces:
        parts = paid_shares(stored, total, received, cents)
        assert sum(part for _, part in parts) == cents
        for points, part in parts:
            sums[points] = sums.get(points, 0) + part
        received += cents
    assert sums == {each.points: each.net_cents + each.vat_cents for each in shares_of(stored)}


@given(LINES, st.integers(1, 10**6))
def test_what_is_given_back_is_at_each_rate_what_had_come_in(lines, cents):
    stored = [stored_line(each) for each in lines]
    total = amounts_of(stored).total_cents
    cents = min(cents, total)
    came = dict(paid_shares(stored, total, 0, cents))
    went = dict(paid_shares(stored, total, cents, -cents))
    assert {points: -part for points, part in went.items()} == came
