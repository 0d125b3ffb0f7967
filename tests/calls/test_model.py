"""Calls of a year at random: declared, corrected, credited by hand, written off, called again.

What a member was billed is what it declared last, to the cent; what cannot be is named and holds up no other;
numbers follow each other without a gap, and one call leaves one mail a document.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlmodel import col

from app.billing.staff import write_off
from app.calls.staff import launch_call, work_portion
from app.clock import moment
from app.errors import Refused
from app.invoices.rules import BilledLine, vat_of
from app.invoices.staff import issue_credit_note
from db.models import AnnualDeclaration, ContributionCall, Invoice, InvoiceKind, OutboxMail
from db.seeds.world import World
from tests.planning.steps import service
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
DUE = date(2026, 4, 15)
POINTS = 20_00


@dataclass
class Paper:
    """An invoice of the model: what no credit note took back of it, before tax."""

    key: int
    net: int
    left: int
    is_lost: bool = False

    @property
    def total_left(self):
        """Credit notes take back the tax of what they take, so that all of them take back all of it."""
        back = self.net - self.left
        return self.left + vat_of(self.net, POINTS) - vat_of(back, POINTS)


@dataclass
class Member:
    key: int
    code: str
    declared: int = 0
    rank: int = 0
    is_billed: bool = False  # its latest receipt stands on a document
    papers: list[Paper] = field(default_factory=list)

    @property
    def billed(self):
        return sum(each.left for each in self.papers)

    @property
    def is_called(self):
        return self.rank > 0 and not self.is_billed and self.declared != self.billed

    def credited(self, cents):
        """The papers that credit notes of so much take from, the last first; None when one is lost."""
        taken = []
        for each in reversed([each for each in self.papers if each.left]):
            part = min(each.left, cents)
            if part and each.is_lost:
                return None
            if part:
                taken.append((each, part))
            cents -= part
        return taken


@dataclass
class Campaign:
    portal: object
    world: object
    dice: random.Random
    members: list[Member] = field(default_factory=list)
    drawn: Counter = field(default_factory=Counter)

    async def open(self):
        async with self.portal.database.transaction(write=True) as session:
            seeds = World(session)
            for place in range(5):
                company = await seeds.a_company(f"7{place:04}", f"Adhérent {place}")
                company.email = f"compta{place}@ours.example"
                self.members.append(Member(company.key, company.code))
            await session.flush()

    async def declare(self, member):
        """Declared, or corrected: another receipt each time."""
        member.declared = self.dice.choice([0, 116_00, self.dice.randint(1, 900_00)])
        member.rank, member.is_billed = member.rank + 1, False
        net, number = member.declared, f"D2026-{member.code}{f'/{member.rank}' if member.rank > 1 else ''}"
        line = {"label": "Suivi", "quantity": 1, "unit_cents": net, "net_cents": net, "reason": ""}
        sums = {"net_cents": net, "vat_cents": vat_of(net, POINTS), "total_cents": net + vat_of(net, POINTS)}
        values = {"number": number, "lines": [line] if net else [], "headcount": 1} | sums
        async with self.portal.database.transaction(write=True) as session:
            mine = await rows(self.portal, AnnualDeclaration, AnnualDeclaration.company_id == member.key)
            if mine:
                row = await session.get(AnnualDeclaration, mine[0].key)
            else:
                at = moment().now
                row = AnnualDeclaration(
                    company_id=member.key, year=2026, started_at=at, updated_at=at, submitted_at=at
                )
                session.add(row)
            for name, value in values.items():
                setattr(row, name, value)

    async def credit(self, member):
        """By hand, on any of its invoices."""
        open_ones = [each for each in member.papers if each.left and not each.is_lost]
        if not open_ones:
            return
        paper = self.dice.choice(open_ones)
        cents = self.dice.choice([paper.left, self.dice.randint(1, paper.left)])
        async with service(self.portal, self.world) as access:
            line = BilledLine("Geste", 1, -cents)
            await issue_credit_note(access, paper.key, "", line, moment().now)
        paper.left -= cents
        self.drawn["AV"] += 1

    async def lose(self, member):
        open_ones = [each for each in member.papers if each.left and not each.is_lost]
        if open_ones and self.dice.random() < 0.5:
            paper = self.dice.choice(open_ones)
            async with service(self.portal, self.world) as access:
                await write_off(access, paper.key, "Liquidation close", moment().today, moment())
            paper.is_lost = True

    async def call(self):
        before, mails = await self._documents(), len(await self._mails())
        called = [each for each in self.members if each.is_called]
        refused = False
        try:
            async with service(self.portal, self.world) as access:
                await launch_call(access, 2026, DUE, moment())
        except Refused:
            refused = True
        assert refused is not bool(called), called
        if refused:
            return
        while await work_portion(self.portal, moment().now):
            pass
        made = [each for each in await self._documents() if each.key not in {one.key for one in before}]
        aside = {each["company_id"] for each in (await rows(self.portal, ContributionCall))[0].refused}
        for member in called:
            self._compare(member, [each for each in made if each.company_id == member.key], aside)
        assert {each.company_id for each in made} <= {each.key for each in called}
        assert len(await self._mails()) - mails == len(made)

    def _compare(self, member, made, aside):
        """The documents of one member are those of the model."""
        difference = member.declared - member.billed
        if difference > 0:
            (invoice,) = made
            assert (invoice.net_cents, invoice.due_on) == (difference, DUE)
            assert invoice.total_cents == difference + vat_of(difference, POINTS)
            member.papers.append(Paper(invoice.key, difference, difference))
            member.is_billed = True
            self.drawn["FA"] += 1
            return
        taken = member.credited(-difference)
        assert (member.key in aside) is (taken is None), "what cannot be credited is named"
        assert [(each.settles_id, -each.net_cents) for each in made] == [
            (paper.key, part) for paper, part in taken or ()
        ]
        for paper, part in taken or ():
            paper.left -= part
        self.drawn["AV"] += len(made)
        member.is_billed = taken is not None

    async def _documents(self):
        theirs = col(Invoice.company_id).in_([each.key for each in self.members])
        return await rows(self.portal, Invoice, theirs)

    async def _mails(self):
        return await rows(self.portal, OutboxMail, OutboxMail.template == "invoice_called")

    async def check(self):
        documents = await self._documents()
        for member in self.members:
            mine = [each for each in documents if each.company_id == member.key]
            assert sum(each.net_cents for each in mine) == member.billed
            if member.is_billed and not any(each.settles_id and not each.receipt for each in mine):
                assert member.billed == member.declared
            for paper in member.papers:
                rest = [each for each in mine if paper.key in {each.key, each.settles_id}]
                total = sum(each.total_cents for each in rest)
                assert total == paper.total_left, "the tax follows, to the cent"
            receipts = [each.receipt for each in mine if each.receipt]
            assert len(set(receipts)) == len(receipts), "a receipt is billed once"
        for prefix, kind in (("FA", InvoiceKind.CONTRIBUTION), ("AV", InvoiceKind.CREDIT_NOTE)):
            numbers = sorted(each.number for each in documents if each.kind == kind)
            assert numbers == [f"{prefix}2026-{place:06}" for place in range(1, self.drawn[prefix] + 1)]


@pytest.mark.parametrize("seed", [1, 6])
async def test_a_member_is_billed_what_it_declared_last_whatever_came_between(
    portal, world, time_machine_at, seed
):
    async with portal.database.transaction(write=True) as session:
        for each in await rows(portal, AnnualDeclaration, AnnualDeclaration.year == 2026):
            (await session.get(AnnualDeclaration, each.key)).submitted_at = None
    campaign = Campaign(portal, world, random.Random(seed))
    await campaign.open()
    for _ in range(7):
        for member in campaign.members:
            act = campaign.dice.choice([campaign.declare, campaign.declare, campaign.credit, campaign.lose])
            await act(member)
        await campaign.call()
        await campaign.check()
        time_machine_at.shift(timedelta(days=1))
    assert min(campaign.drawn.values()) > 3
