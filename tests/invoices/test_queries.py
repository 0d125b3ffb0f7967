"""States of invoices, said in SQL for a page of one state and in Python for one invoice: an accountant finds
the same amounts in the list, in the totals, on the board and on the sheet of the invoice.
"""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from app.invoices.queries import (
    FILTERS,
    invoices_before,
    late_at,
    notes_of,
    payments_of,
    row_of,
    totals_of,
)
from app.invoices.rules import LOSS, InvoiceState, left_of, state_of
from db.models import Invoice, InvoiceKind, Payment
from tests import doors
from tests.reading import rows

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
TODAY = date(2027, 3, 1)
DAY = timedelta(days=1)


async def many_invoices(portal, company, seed, number=60):
    """Invoices at every edge: unpaid, paid in parts, too much, given back, credited, lost, due today."""
    draw = Random(seed)
    async with portal.database.transaction(write=True) as session:
        made = []
        for place in range(number):
            total = draw.choice([1, 12_000, 12_001, 99_999])
            invoice = Invoice(
                company_id=company.id, number=f"F{company.code}-{place:03}",
                kind=draw.choice(list(InvoiceKind)[:4]), title="Cotisation",
                issued_on=TODAY - draw.choice([0, 20, 400, 800]) * DAY,
                due_on=TODAY + draw.choice([-300, -1, 0, 1, 30]) * DAY, net_cents=total, vat_cents=0,
                total_cents=total, created_at=NOW,
            )  # fmt: skip
            made.append(invoice)
        session.add_all(made)
        await session.flush()
        for place, invoice in enumerate(made):
            total = invoice.total_cents
            parts = {
                0: [], 1: [total], 2: [total // 2], 3: [total // 3, total - total // 3], 4: [total + 500],
                5: [total + 500, -500], 6: [total, -total],
            }[draw.randrange(7)]  # fmt: skip
            for rank, cents in enumerate(each for each in parts if each):
                way = draw.choice(["virement", "chèque", LOSS]) if cents > 0 else "remboursement"
                session.add(
                    Payment(
                        company_id=company.id, invoice_id=invoice.id, cents=cents, method=way,
                        paid_on=TODAY - draw.randrange(90) * DAY, reference=f"VIR-{rank}", created_at=NOW,
                    )
                )  # fmt: skip
            if place % 3 == 0:
                session.add(a_note(company, invoice, f"A{company.code}-{place:03}", draw))
    return draw


def a_note(company, invoice, number, draw):
    cents = draw.choice([invoice.total_cents, invoice.total_cents // 2, invoice.total_cents + 100])
    return Invoice(
        company_id=company.id, number=number, kind=InvoiceKind.CREDIT_NOTE, title="Avoir",
        issued_on=invoice.issued_on, due_on=invoice.due_on, net_cents=-cents, vat_cents=0,
        total_cents=-cents, settles_id=invoice.id if draw.random() < 0.7 else None, created_at=NOW,
    )  # fmt: skip


async def as_told(portal, company):
    """By number: the invoice, what is left, its state, asked of the rows one by one."""
    invoices = await rows(portal, Invoice, Invoice.company_id == company.id)
    payments = await rows(portal, Payment, Payment.company_id == company.id)
    told = {}
    for each in invoices:
        settled = sum(one.cents for one in payments if one.invoice_id == each.id)
        settled -= sum(note.total_cents for note in invoices if note.settles_id == each.id)
        left = left_of(each.kind, each.total_cents, settled, is_used=bool(each.settles_id))
        told[each.number] = (each, left, state_of(each.kind, left, settled, each.due_on, TODAY))
    return told


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_page_of_one_state_is_of_the_invoices_that_have_it(portal, world, seed):
    await many_invoices(portal, world.site, seed)
    told = await as_told(portal, world.site)
    assert {state for *_, state in told.values()} == set(InvoiceState), "each is drawn"
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        for state in FILTERS:
            found = await invoices_before(access, state, None, None, TODAY, most=500)
            dues = {InvoiceState.TO_PAY, InvoiceState.PARTIAL, InvoiceState.LATE}
            wanted = set(InvoiceState) if state == "" else dues if state == "dues" else {InvoiceState(state)}
            assert {each.number for each in found} == {n for n, (*_, one) in told.items() if one in wanted}
            for each in found:
                assert (each.left_cents, each.state(TODAY)) == told[each.number][1:]
            order = [(each.issued_on, each.id) for each in found]
            assert order == sorted(order, reverse=True)
        for year in (2024, 2025, 2026, 2027):
            found = await invoices_before(access, "", year, None, TODAY, most=500)
            assert {each.number for each in found} == {
                number for number, (each, *_) in told.items() if each.issued_on.year == year
            }


@pytest.mark.parametrize("seed", [4, 5, 6])
async def test_the_totals_are_the_sums_of_what_the_list_shows(portal, world, seed):
    await many_invoices(portal, world.site, seed)
    await many_invoices(portal, world.theirs, seed + 100, 10)
    told = (await as_told(portal, world.site)).values()
    late = sum(left for _, left, state in told if state == InvoiceState.LATE)
    due_days = [each.due_on for each, left, _ in told if left > 0]
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        totals = await totals_of(access, TODAY)
    assert totals.due_cents == sum(left for _, left, _ in told if left > 0)
    assert totals.late_cents == late
    assert totals.owed_cents == -sum(left for _, left, _ in told if left < 0)
    assert totals.first_due_on == min(due_days)
    issued = [each.issued_on for each, *_ in told]
    assert (totals.first_on, totals.last_on) == (min(issued), max(issued))
    async with doors.account(portal, world.alice) as access:
        assert (await late_at(access, TODAY)).get(world.site.code, 0) == late, "the board says the same"


async def test_each_invoice_alone_says_what_the_list_says_of_it(portal, world):
    await many_invoices(portal, world.site, 7, 30)
    told = await as_told(portal, world.site)
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        listed = {
            each.number: each for each in await invoices_before(access, "", None, None, TODAY, most=500)
        }
        for number, (invoice, left, _) in told.items():
            row = await row_of(access, invoice)
            assert row == listed[number]
            notes, payments = await notes_of(access, invoice), await payments_of(access, invoice)
            assert row.credited_cents == -sum(each.total_cents for each in notes)
            assert row.lost_cents == sum(each.cents for each in payments if each.method == LOSS)
            assert row.paid_cents == sum(each.cents for each in payments if each.method != LOSS)
            if row.kind != InvoiceKind.CREDIT_NOTE:
                assert row.total_cents - row.paid_cents - row.credited_cents - row.lost_cents == left
            money = [each.paid_on for each in payments if each.cents > 0 and each.method != LOSS]
            assert row.paid_on == max(money, default=None)


async def test_pages_of_invoices_of_one_day_follow_one_another_without_loss(portal, world):
    await many_invoices(portal, world.site, 8)
    everything = {each.number for each in await rows(portal, Invoice, Invoice.company_id == world.site.id)}
    place, read = None, []
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        while found := await invoices_before(access, "", None, place, TODAY, most=7):
            read += [each.number for each in found]
            place = (found[-1].issued_on, found[-1].id)
    assert len(read) == len(set(read))
    assert set(read) == everything


async def test_a_company_without_invoices_owes_nothing_since_no_day(portal, world):
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        assert tuple(await totals_of(access, TODAY)) == (0, 0, 0, None, None, None)
        assert await invoices_before(access, "", None, None, TODAY) == []
