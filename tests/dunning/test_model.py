"""Months of reminders at random beside a small model: who is reminded of what, by which step, billed once.

Days pass, invoices are paid, planned, contested, credited; runs leave and are taken back. The model knows the
steps and nothing of the portal: each step once, in order, never nearer than written, one indemnity a bill.
"""

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlmodel import col

from app import clock
from app.billing.staff import give_back, receive_payment
from app.clock import moment
from app.disputes.forms import Settlement
from app.disputes.staff import settle
from app.dunning.queries import late_invoices, proposed_suspensions, steps_of
from app.dunning.staff import decide_suspension, launch_run, undo_run
from app.errors import Refused
from app.invoices.rules import BilledLine
from app.invoices.staff import ReceivedPayment, issue_credit_note
from app.plans.forms import NewPlan
from app.plans.staff import agree, end
from app.text.fields import once_token
from db.models import (
    Company,
    DunningLetter,
    DunningRun,
    DunningStep,
    Inquiry,
    InquiryTheme,
    Invoice,
    InvoiceDispute,
    InvoiceKind,
    OutboxMail,
    PaymentPlan,
    PlanInvoice,
    Reminder,
)
from tests.dunning.steps import FIRST, LAST, SECOND, late_invoice, standing, with_address, worked
from tests.planning.steps import service
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
STEPS, FEE = (8, 30, 45), 40_00
LAST_STEP = STEPS[-1]


@dataclass
class Late:
    """An invoice of the model. `sent`: (days of the step, day) of the reminders that stand."""

    key: int
    number: str
    company: int
    due_on: date
    left: int
    is_fee: bool = False
    has_fee: bool = False
    is_planned: bool = False
    is_contested: bool = False
    sent: list[tuple[int, date]] = field(default_factory=list)

    def ripe(self, today):
        """The step that it is due today, or None."""
        last, on = self.sent[-1] if self.sent else (0, None)
        step = next((each for each in STEPS if each > last), None)
        if step is None or self.left <= 0 or self.is_planned or self.is_contested:
            return None
        first = self.due_on + timedelta(days=step)
        if on:
            first = max(first, on + timedelta(days=step - last))
        return step if first <= today else None


@dataclass
class Collector:
    portal: object
    world: object
    dice: random.Random
    bills: list[Late] = field(default_factory=list)
    before: list[tuple] = field(default_factory=list)  # the last run, as long as it can be taken back
    letters: int = 0
    runs: int = 0
    decided: set[int] = field(default_factory=set)

    async def open(self):
        async with self.portal.database.transaction(write=True) as session:
            for each in (FIRST, SECOND, LAST):
                fee = int(each["fee"] or 0) * 100
                values = {name: each[name] for name in ("kind", "subject", "text", "signed_by")}
                session.add(DunningStep(days=int(each["days"]), fee_cents=fee, **values))
            for each in (self.world.site, self.world.theirs):
                row = await session.get(Company, each.key)
                row.email = f"{row.code}@ours.example"
        await with_address(self.portal, self.world.site, self.world.theirs)
        for place in range(5):
            company = (self.world.site, self.world.theirs)[place % 2]
            due_on = date(2026, 2, 10) + timedelta(days=9 * place)
            made = await late_invoice(self.portal, self.world, f"F2026-{place}", due_on, company=company)
            self.bills.append(Late(made.key, made.number, company.key, due_on, made.total_cents))

    def due(self):
        """What leaves today, and what would but for the money that the service owes to its member."""
        creditors = {each.company for each in self.bills if each.left < 0}
        ripe = [(each, each.ripe(clock.today())) for each in self.bills]
        return [(each, step) for each, step in ripe if step and each.company not in creditors]

    async def run(self):
        """Launched, worked, and compared; refused when the model has nothing for today."""
        due, today = self.due(), clock.today()
        async with service(self.portal, self.world) as access:
            found, _ = await late_invoices(access, await steps_of(access), today)
            assert sorted((each.late.id, each.step.days) for each in found) == sorted(
                (each.key, step) for each, step in due
            )
        refused = False
        try:
            async with service(self.portal, self.world) as access:
                await launch_run(access, moment())
        except Refused:
            refused = True
        assert refused is not bool(due)
        if refused:
            return
        await worked(self.portal)
        self.runs += 1
        self.letters += len({(each.company, step) for each, step in due})
        self.before = [
            (each, step, step == LAST_STEP and not (each.has_fee or each.is_fee)) for each, step in due
        ]
        for each, step, bills_fee in self.before:
            each.sent.append((step, today))
            each.has_fee |= bills_fee
        await self._learn_fees(today)

    async def _learn_fees(self, today):
        """Indemnities are invoices like the others from now on, but for an indemnity of their own."""
        known = {each.key for each in self.bills}
        for each in await rows(self.portal, Invoice, Invoice.kind == InvoiceKind.INDEMNITY):
            if each.key not in known:
                assert (each.total_cents, each.vat_cents, each.due_on) == (FEE, 0, today)
                self.bills.append(Late(each.key, each.number, each.company_id, today, FEE, is_fee=True))

    async def undo(self):
        """Within half an hour everything comes back but the numbers; afterwards nothing does."""
        if not self.before:
            return
        (*_, last) = await rows(self.portal, DunningRun)
        billed = sum(bills_fee for *_, bills_fee in self.before)
        fees = [each for each in self.bills if each.is_fee and each.due_on == last.on_day][-billed:]
        async with service(self.portal, self.world) as access:
            await undo_run(access, last.key, clock.now())
        await worked(self.portal)
        for each, step, bills_fee in self.before:
            assert each.sent.pop() == (step, clock.today())
            each.has_fee &= not bills_fee
        for each in (
            fees[-sum(bills for *_, bills in self.before) :] if any(b for *_, b in self.before) else ()
        ):
            each.left -= FEE
        self.letters -= len({(each.company, step) for each, step, _ in self.before})
        self.before = []

    async def pay(self):
        bill = self.dice.choice(self.bills)
        cents = self.dice.choice([max(bill.left, 1), self.dice.randint(1, 5_000)])
        received = ReceivedPayment(cents, clock.today(), "virement", once_token())
        async with service(self.portal, self.world) as access:
            await receive_payment(access, bill.key, received, clock.now(), is_beyond=True)
        bill.left -= cents

    async def refund(self):
        for bill in [each for each in self.bills if each.left < 0]:
            given = ReceivedPayment(-bill.left, clock.today(), "remboursement", once_token())
            async with service(self.portal, self.world) as access:
                await give_back(access, bill.key, given, clock.now())
            bill.left = 0

    async def credit(self):
        bill = self.dice.choice([each for each in self.bills if not each.is_fee])
        with suppress(Refused):
            async with service(self.portal, self.world) as access:
                line = BilledLine("Geste", 1, -1_000)
                await issue_credit_note(access, bill.key, "", line, clock.now())
            bill.left -= 1_200

    async def plan(self):
        """Agreed for one bill, or broken when it has one."""
        bill = self.dice.choice(self.bills)
        if bill.is_planned:
            links = [PlanInvoice.invoice_id == bill.key, col(PlanInvoice.ended_at).is_(None)]
            (link,) = await rows(self.portal, PlanInvoice, *links)
            async with service(self.portal, self.world) as access:
                await end(access, link.plan_id, "Sans paiement", moment())
            bill.is_planned = False
        elif bill.left > 1:
            half = bill.left // 2
            days = [clock.today() + timedelta(days=each) for each in (10, 40)]
            euros = [f"{cents // 100},{cents % 100:02}" for cents in (half, bill.left - half)]
            typed = {"token": once_token(), "invoices": str(bill.key), "note": ""}
            for n, (on, cents) in enumerate(zip(days, euros, strict=True), 1):
                typed |= {f"day_{n}": f"{on:%d/%m/%Y}", f"amount_{n}": cents}
            async with service(self.portal, self.world) as access:
                company = await access.get(Company, bill.company)
                await agree(access, company, NewPlan.model_validate(typed), moment())
            bill.is_planned = True

    async def contest(self):
        """Contested by its employer, or upheld by the service when it is."""
        bill = self.dice.choice(self.bills)
        if bill.is_contested:
            open_one = [InvoiceDispute.invoice_id == bill.key, col(InvoiceDispute.settled_at).is_(None)]
            (dispute,) = await rows(self.portal, InvoiceDispute, *open_one)
            words = {"acte": "Maintenir la facture et répondre", "text": "Due.", "amount": ""}
            async with service(self.portal, self.world) as access:
                await settle(access, dispute.key, Settlement.model_validate(words), clock.now())
        else:
            await self._contested(bill)
        bill.is_contested = not bill.is_contested

    async def _contested(self, bill):
        mine = {"company_id": bill.company}
        async with self.portal.database.transaction(write=True) as session:
            thread = Inquiry(
                account_id=self.world.alice.key, theme=InquiryTheme.OTHER, subject="Facture",
                token=once_token(), created_at=clock.now(), updated_at=clock.now(), **mine,
            )  # fmt: skip
            session.add(thread)
            await session.flush()
            session.add(
                InvoiceDispute(
                    invoice_id=bill.key, inquiry_id=thread.key, opened_at=clock.now(), **mine
                )
            )  # fmt: skip

    async def decide(self):
        """The direction leaves a member as it is: its suspension is proposed no more for these reminders."""
        async with service(self.portal, self.world) as access:
            proposed = await proposed_suspensions(access)
            assert {each.code for each in proposed} == await self._proposed()
            for each in proposed[:1]:
                company = next(c for c in (self.world.site, self.world.theirs) if c.code == each.code)
                await decide_suspension(
                    access, await access.get(Company, company.key), "Promis", clock.now(), is_suspended=False
                )
                self.decided |= {
                    reminder.key
                    for reminder in await rows(self.portal, Reminder)
                    if reminder.company_id == company.key
                }

    async def _proposed(self):
        """Members reminded by the last step, of something that is still due and not held."""
        codes = {self.world.site.key: self.world.site.code, self.world.theirs.key: self.world.theirs.code}
        last = {each.id for each in await rows(self.portal, DunningStep) if each.days == LAST_STEP}
        waiting = {
            each.invoice_id
            for each in await rows(self.portal, Reminder, col(Reminder.undone_at).is_(None))
            if each.step_id in last and each.key not in self.decided
        }
        return {
            codes[each.company]
            for each in self.bills
            if each.key in waiting and each.left > 0 and not (each.is_planned or each.is_contested)
        }

    async def check(self):
        asked = sorted((each.number, days) for each in self.bills for days, _ in each.sent)
        assert await standing(self.portal) == asked
        letters = await rows(self.portal, DunningLetter)
        undone = {each.key for each in await rows(self.portal, DunningRun) if each.state == "undone"}
        assert len([each for each in letters if each.run_id not in undone]) == self.letters
        billed = await rows(
            self.portal, Reminder, col(Reminder.fee_id).is_not(None), col(Reminder.undone_at).is_(None)
        )
        invoices = [each.invoice_id for each in billed]
        assert len(invoices) == len(set(invoices)), "one indemnity a bill (Code de commerce, D441-5)"
        assert not set(invoices) & {each.key for each in self.bills if each.is_fee}
        mails = await rows(self.portal, OutboxMail, OutboxMail.template == "dunning")
        assert len({each.message_id for each in mails}) == len(mails)
        assert await rows(self.portal, PaymentPlan) or not any(each.is_planned for each in self.bills)


@pytest.mark.parametrize("seed", [8, 20])
async def test_each_bill_is_reminded_by_each_step_once_in_its_time(portal, world, time_machine_at, seed):
    """Over four months, whatever is paid, planned, contested, taken back."""
    collector = Collector(portal, world, random.Random(seed))
    await collector.open()
    acts = [collector.pay, collector.refund, collector.credit, collector.plan, collector.contest]
    for _ in range(18):
        await collector.dice.choice(acts)()
        await collector.run()
        if collector.dice.random() < 0.5:
            time_machine_at.shift(timedelta(minutes=10))
            await collector.undo()
            await collector.check()
        await collector.decide()
        time_machine_at.shift(timedelta(days=collector.dice.randint(2, 12)))
        collector.before = []
    await collector.check()
    assert collector.runs > 4
    assert sum(len(each.sent) for each in collector.bills) > 3
