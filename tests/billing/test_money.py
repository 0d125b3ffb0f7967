"""Random acts on invoices beside a small model of money: what it foresees is what is kept, refused and shown.

The model knows nothing of the portal but sums: what was invoiced is what was paid, credited, lost or is left,
to the cent, whatever was taken back in whichever order.
"""

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlmodel import col, func, select

from app.billing.staff import cancel_payment, give_back, receive_payment, write_off
from app.bookkeeping import staff as books_staff
from app.bookkeeping.rules import USUAL
from app.bookkeeping.staff import change_books, close_books
from app.clock import Moment, moment
from app.errors import Refused
from app.invoices.queries import FILTERS, LEFT, row_of
from app.invoices.rules import BilledLine, InvoiceState, vat_of
from app.invoices.staff import ReceivedPayment, issue_credit_note, remove_payments
from db.models import AuditEvent, AuditKind, Invoice, InvoiceKind, JournalEntry, JournalLine, Payment
from tests.bookkeeping.steps import work
from tests.invoices.steps import an_invoice
from tests.planning.steps import service
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
ISSUED = date(2026, 2, 2)
POINTS = 20_00


@dataclass
class Bill:
    """An invoice of the model. `payments`: by reference, cents and whether they are a loss."""

    key: int
    net: int
    total: int
    payments: dict[str, tuple[int, bool]] = field(default_factory=dict)
    credited_net: int = 0
    credited: int = 0

    @property
    def left(self):
        return self.total - self.credited - sum(cents for cents, _ in self.payments.values())

    @property
    def lost(self):
        return sum(cents for cents, is_loss in self.payments.values() if is_loss)

    @property
    def paid(self):
        return sum(cents for cents, is_loss in self.payments.values() if not is_loss)

    def pay(self, cents, reference, *, is_beyond):
        if self.lost or (cents > max(self.left, 0) and not is_beyond):
            return False
        self.payments[reference] = cents, False
        return True

    def refund(self, cents, reference):
        if not 0 < cents <= -self.left:
            return False
        self.payments[reference] = -cents, False
        return True

    def lose(self, reference):
        if self.left <= 0:
            return False
        self.payments[reference] = self.left, True
        return True

    def credit(self, net):
        if self.lost or self.credited_net + net > self.net:
            return False
        self.credited_net += net
        self.credited = self.credited_net + vat_of(self.credited_net, POINTS)
        return True

    def cancel(self, reference):
        """A loss follows from all that was settled before it, a refund from what was paid too much."""
        cents, is_loss = self.payments[reference]
        if cents > 0 and not is_loss:
            has_refund = any(each < 0 for each, _ in self.payments.values())
            if self.lost or (has_refund and self.left + cents > 0):
                return False
        del self.payments[reference]
        return True


@dataclass
class Till:
    """The model of all invoices, and what the portal did of the same acts."""

    portal: object
    world: object
    dice: random.Random
    bills: dict[int, Bill] = field(default_factory=dict)
    done: list[AuditKind] = field(default_factory=list)
    drawn: int = 0

    async def open(self, *nets):
        for place, net in enumerate(nets, 1):
            company = self.world.theirs if place == len(nets) else self.world.site
            made = await an_invoice(self.portal, self.world, f"F2026-{place}", net, company, issued_on=ISSUED)
            self.bills[made.key] = Bill(made.key, net, made.total_cents)

    def reference(self):
        self.drawn += 1
        return f"REF-{self.drawn}"

    async def attempt(self, foreseen, kind, act, *given, **more):
        """Do it in a transaction of its own: refused exactly when the model says so."""
        refused = ""
        try:
            async with service(self.portal, self.world) as access:
                await act(access, *given, **more)
        except Refused as refusal:
            refused = refusal.message
        assert bool(refused) is not foreseen, f"{act.__name__}{given}: {refused or 'done'}"
        if not refused:
            self.done.append(kind)

    async def pay(self, bill):
        cents = self.dice.choice([max(bill.left, 1), self.dice.randint(1, bill.total + 500)])
        is_beyond, reference = self.dice.random() < 0.5, self.reference()
        received = ReceivedPayment(cents, date(2026, 2, 20), "virement", reference)
        foreseen = bill.pay(cents, reference, is_beyond=is_beyond)
        await self.attempt(
            foreseen, AuditKind.PAYMENT_RECORDED, receive_payment, bill.key, received, moment().now,
            is_beyond=is_beyond,
        )  # fmt: skip

    async def refund(self, bill):
        cents, reference = self.dice.choice([max(-bill.left, 1), self.dice.randint(1, 900)]), self.reference()
        given = ReceivedPayment(cents, date(2026, 2, 25), "remboursement", reference)
        foreseen = bill.refund(cents, reference)
        await self.attempt(foreseen, AuditKind.REFUND_RECORDED, give_back, bill.key, given, moment().now)

    async def lose(self, bill):
        reason, at = self.reference(), moment()
        foreseen = bill.lose(reason)
        await self.attempt(
            foreseen, AuditKind.LOSS_RECORDED, write_off, bill.key, reason, date(2026, 2, 28), at
        )

    async def credit(self, bill):
        net = self.dice.choice([bill.net - bill.credited_net or 1, self.dice.randint(1, bill.net)])
        line = BilledLine("Erreur", 1, -net)
        foreseen = bill.credit(net)
        await self.attempt(
            foreseen, AuditKind.CREDIT_NOTE_ISSUED, issue_credit_note, bill.key, "", line, moment().now
        )

    async def cancel(self, bill):
        if not bill.payments:
            return
        reference = self.dice.choice(sorted(bill.payments))
        cents, is_loss = bill.payments[reference]
        (payment,) = await rows(self.portal, Payment, Payment.reference == reference)
        kind = AuditKind.PAYMENT_REMOVED if cents > 0 else AuditKind.REFUND_REMOVED
        await self.attempt(
            bill.cancel(reference), AuditKind.LOSS_REMOVED if is_loss else kind, cancel_payment, bill.key,
            payment.key, moment().now,
        )  # fmt: skip

    async def act(self):
        acts = [self.pay, self.pay, self.refund, self.lose, self.credit, self.cancel, self.cancel]
        await self.dice.choice(acts)(self.dice.choice(list(self.bills.values())))

    async def check(self):
        """Each sum of the portal is the model's, in Python, in SQL, and in the states of pages."""
        today = moment().today
        async with service(self.portal, self.world) as access:
            for bill in self.bills.values():
                row = await row_of(access, await access.get(Invoice, bill.key))
                assert (row.left_cents, row.lost_cents) == (bill.left, bill.lost), bill
                assert (row.paid_cents, row.credited_cents) == (bill.paid, bill.credited), bill
                assert row.total_cents == bill.paid + bill.credited + bill.lost + bill.left
                found = [
                    state
                    for state in InvoiceState
                    if (
                        await access.all(
                            select(Invoice.id).where(FILTERS[state], col(Invoice.id) == bill.key),
                            {"today": today},
                        )
                    )
                ]
                assert found == [row.state(today)], "one state, the same in both languages"
            total = select(func.sum(LEFT)).where(col(Invoice.id).in_(self.bills))
            assert await access.first(total) == sum(each.left for each in self.bills.values())

    async def check_trail(self):
        """As many lines of history as acts, and credit notes numbered one by one whatever was refused."""
        about = AuditEvent.about_id.is_not(None), AuditEvent.kind.in_(sorted(set(self.done)))
        told = [each.kind for each in await rows(self.portal, AuditEvent, *about)]
        issued = sum(each == AuditKind.CREDIT_NOTE_ISSUED for each in self.done)
        assert sorted(told) == sorted(map(str, self.done))
        notes = await rows(self.portal, Invoice, Invoice.kind == InvoiceKind.CREDIT_NOTE)
        drawn = [each.number for each in notes if each.settles_id in self.bills]
        assert drawn == [f"AV2026-{place:06}" for place in range(1, issued + 1)]
        sums = {}
        for each in notes:
            sums[each.settles_id] = sums.get(each.settles_id, 0) - each.net_cents
        assert sums == {each.key: each.credited_net for each in self.bills.values() if each.credited_net}


async def closed(portal, world, until):
    async with service(portal, world) as access:
        await close_books(access, until, moment())
    await work(portal)


async def owed_in_books(portal):
    """The balance of the members' account, by member: debit less credit."""
    entries = {each.key: each for each in await rows(portal, JournalEntry)}
    sums, by_entry = {}, {}
    for each in await rows(portal, JournalLine):
        cents = each.debit_cents - each.credit_cents
        by_entry[each.entry_id] = by_entry.get(each.entry_id, 0) + cents
        if each.aux:
            sums[each.aux] = sums.get(each.aux, 0) + cents
    assert set(by_entry.values()) == {0}, "each entry is balanced"
    for journal in {each.journal for each in entries.values()}:
        numbers = sorted(each.number for each in entries.values() if each.journal == journal)
        assert numbers == list(range(1, len(numbers) + 1)), journal
    return sums


@pytest.mark.parametrize("seed", [5, 6])
async def test_money_is_kept_to_the_cent_whatever_is_done_and_taken_back(
    portal, world, time_machine_at, monkeypatch, seed
):
    """And the books, closed on the way and at the end, owe what is left of each member's invoices."""
    monkeypatch.setattr(books_staff, "PORTION", 7)
    till = Till(portal, world, random.Random(seed))
    await till.open(10_001, 9_997, 33, 12_345)
    async with service(portal, world) as access:
        await change_books(access, date(2026, 2, 1), 12, USUAL, moment().now, takes_vat_back=bool(seed % 2))
    for turn in range(3):
        for _ in range(16):
            await till.act()
        await till.check()
        time_machine_at.shift(timedelta(days=1))
        if turn != 1:
            await closed(portal, world, moment().today - timedelta(days=1))
    await till.check_trail()
    await closed_to_the_end(portal, world, time_machine_at)
    left = {"00010-2": 0, "00042": 0}
    codes = {world.site.key: "00010-2", world.theirs.key: "00042"}
    for each in await rows(portal, Invoice, Invoice.settles_id.is_(None)):
        if each.key in till.bills:
            left[codes[each.company_id]] += till.bills[each.key].left
    assert {code: cents for code, cents in (await owed_in_books(portal)).items() if cents} == {
        code: cents for code, cents in left.items() if cents
    }


async def closed_to_the_end(portal, world, time_machine_at):
    time_machine_at.shift(timedelta(days=1))
    with suppress(Refused):  # when there is nothing left to enter
        await closed(portal, world, moment().today - timedelta(days=1))


async def test_a_loss_written_twice_is_once_and_what_is_owed_again_has_a_reason_of_its_own(portal, world):
    """A bank gives a payment back weeks after the loss: what is owed again is not lost in silence."""
    till = Till(portal, world, random.Random(1))
    await till.open(10_000, 100)
    bill, when = next(iter(till.bills.values())), Moment(moment().now, date(2026, 3, 2))
    received = ReceivedPayment(2_000, date(2026, 2, 20), "prélèvement", "F2026-1-P1")

    async def lost(reason):
        async with service(portal, world) as access:
            await write_off(access, bill.key, reason, date(2026, 2, 28), when)
        return [each.cents for each in await rows(portal, Payment, Payment.method == "perte")]

    async with service(portal, world) as access:
        await receive_payment(access, bill.key, received, when.now, is_beyond=False)
    assert await lost("Liquidation close") == await lost("Liquidation close") == [10_000]
    async with service(portal, world) as access:
        gone = await access.first(select(Payment).where(Payment.reference == "F2026-1-P1"))
        await remove_payments(access, [gone], when.now)
    with pytest.raises(Refused, match="même motif"):
        await lost("Liquidation close")
    assert await lost("Liquidation close, prélèvement rejeté") == [10_000, 2_000]
