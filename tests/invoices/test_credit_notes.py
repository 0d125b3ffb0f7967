"""What credit notes take back: all of an invoice in any parts, and never more."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.errors import Refused
from app.files.factur_x import xml_of
from app.invoices.credit_notes import taken_back
from app.invoices.rules import BilledLine, amounts_of, shares_of, stored_line, vat_of
from app.text.vat import VAT_POINTS
from tests.invoices.norm import broken_rules
from tests.invoices.steps import an_invoice
from tests.invoices.test_electronic import NOTE, some_facts
from tests.invoices.test_staff import credited

RATES = st.sampled_from(sorted({0, *VAT_POINTS}))
A_LINE = st.builds(BilledLine, st.just("x"), st.integers(1, 50), st.integers(1, 100_000), RATES)


def notes_of(invoice, *lines):
    """The stored lines of credit notes of these lines, one after the other."""
    notes = []
    for line in lines:
        notes.append([stored_line(taken_back(invoice, notes, line))])
    return notes


@given(st.lists(A_LINE, min_size=1, max_size=4), st.data())
def test_credit_notes_of_all_parts_take_back_exactly_the_invoice(lines, data):
    invoice = [stored_line(each) for each in lines]
    parts = []
    for share in shares_of(invoice):
        cut = st.integers(1, share.net_cents)
        ends = sorted({*data.draw(st.lists(cut, max_size=5)), share.net_cents})
        sizes = [end - start for start, end in zip([0, *ends], ends, strict=False)]
        parts += [BilledLine("retour", 1, -each, share.points) for each in sizes]
    notes = notes_of(invoice, *data.draw(st.permutations(parts)))
    amounts, whole = [amounts_of(each) for each in notes], amounts_of(invoice)
    assert sum(each.net_cents for each in amounts) == -whole.net_cents
    assert sum(each.vat_cents for each in amounts) == -whole.vat_cents
    assert sum(each.total_cents for each in amounts) == -whole.total_cents
    for (line,), each in zip(notes, amounts, strict=True):
        (share,) = shares_of([line])
        assert share.vat_cents == each.vat_cents <= 0
        assert abs(each.vat_cents - vat_of(each.net_cents, share.points)) <= 1, "BR-CO-17 allows a cent"


@given(st.lists(A_LINE, min_size=1, max_size=4), st.integers(1, 100))
def test_no_credit_note_takes_more_than_is_left_at_its_rate(lines, more):
    invoice = [stored_line(each) for each in lines]
    share, *others = shares_of(invoice)
    with pytest.raises(Refused, match="ne dépasse pas ce qui reste"):
        notes_of(invoice, BilledLine("trop", 1, -share.net_cents - more, share.points))
    assume(others)
    notes_of(invoice, BilledLine("tout", 1, -others[0].net_cents, others[0].points))
    with pytest.raises(Refused, match="dites lequel") as refused:
        notes_of(invoice, BilledLine("retour", 1, -1))
    assert refused.value.field == "rate"


async def test_two_halves_credit_an_invoice_whose_tax_does_not_halve(portal, world):
    invoice = await an_invoice(portal, world, cents=20_006)
    notes = [await credited(portal, world, invoice, 10_003, f"A2026-{at}") for at in (1, 2)]
    assert [each.total_cents for each in (invoice, *notes)] == [240_07, -120_04, -120_03]
    with pytest.raises(Refused, match="ne dépasse pas ce qui reste"):
        await credited(portal, world, invoice, 1, "A2026-3")


@pytest.mark.parametrize("cents", [10_003, 3, 13])
def test_a_credit_note_whose_tax_is_a_cent_off_is_what_the_norm_takes(cents):
    invoice = [stored_line(BilledLine("x", 1, 2 * cents, 2000))]
    half = BilledLine("retour", 1, -cents)
    line = taken_back(invoice, notes_of(invoice, half), half)
    assert abs(line.vat_gap) == 1
    assert broken_rules(xml_of(some_facts([line], **NOTE))) == []
