"""A year's declaration by two colleagues and the service, in any order, beside a model of it.

What an accountant expects: a receipt says what the page said, none is lost when another takes its place, and
nothing is declared by an old page, twice, or after the campaign without knowing it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlmodel import update

from app.clock import day_of, moment
from app.contributions.acts import (
    SeenAmount,
    ask_correction,
    file_declaration,
    file_nobody,
    reopen,
    save_answers,
    save_contact,
    save_jobs,
    seen_amount,
)
from app.contributions.filings import filing_of
from app.contributions.forms import CorrectionRequest
from app.contributions.receipt import Receipt
from app.contributions.staff import answer_correction
from app.contributions.states import State
from app.employees.declared import all_columns
from db.models import (
    AnnualDeclaration,
    AuditEvent,
    CorrectionState,
    DeclarationCorrection,
    Employee,
    OutboxMail,
    Tariff,
)
from db.seeds.world import World
from tests import doors
from tests.contributions.steps import CONTACT, FLAT
from tests.employees.people import ELISE, columns
from tests.people.steps import a_member
from tests.reading import rows

BEGINS = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
OPENS, CLOSES = date(2026, 1, 5), date(2026, 2, 15)
STEPS = {"entreprise", "salaries", "postes"}
OPEN = {State.TO_DO, State.BEGUN, State.LATE, State.CORRECTING}
COUNTED = {State.FILED, State.CORRECTING, State.CLOSED}


@dataclass
class Story:
    """`asked`: by token, whether the service has answered. `receipts`: headcount of each, in order."""

    portal: object
    world: object
    colleague: object
    draw: Random
    now: datetime = BEGINS
    people: int = 0
    version: int = 0
    steps: set[str] = field(default_factory=set)
    receipts: list[int] = field(default_factory=list)
    is_reopened: bool = False
    by_service: bool = False
    asked: dict[str, bool] = field(default_factory=dict)
    lines: int = 0
    told: Counter = field(default_factory=Counter)
    mails: Counter = field(default_factory=Counter)

    @property
    def state(self):
        today = day_of(self.now)
        if self.receipts:
            if self.is_reopened and (self.by_service or today <= CLOSES):
                return State.CORRECTING
            return State.FILED if today <= CLOSES else State.CLOSED
        if today < OPENS:
            return State.COMING
        return State.LATE if today > CLOSES else State.BEGUN if self.steps else State.TO_DO

    @property
    def is_late(self):
        return day_of(self.now) > CLOSES

    async def acts(self, may, act, *given, **more):
        who = self.draw.choice([self.world.alice, self.colleague])
        door = doors.member(self.portal, who, self.world.site)
        words = await doors.refusal(door, act, 2026, *given, moment(self.now), **more)
        assert (not words) is may, f"{act.__name__}: {words} {self.state}"
        self.told[act.__name__ if may else "refused"] += 1
        return who if may else None

    def saved(self, step):
        self.version = (self.version or 1) + 1
        self.steps.add(step)

    async def saves_contact(self):
        if await self.acts(self.state in OPEN, save_contact, CONTACT):
            self.saved("entreprise")

    async def saves_answers(self):
        if await self.acts(self.state in OPEN, save_answers, {}):
            self.saved("salaries")

    async def saves_jobs(self):
        if await self.acts(self.state in OPEN, save_jobs):
            self.saved("postes")

    async def hires(self):
        """Somebody who was there at the reference date and had been forgotten."""
        async with self.portal.database.transaction(write=True) as session:
            declared = ELISE | {"birth_name": f"LE GALL {self.people}"}
            await World(session, self.now).an_employee(self.world.site, all_columns(declared, []))
        self.people += 1

    def seen(self):
        """What the page of this person showed: sometimes an older one."""
        old, shown = self.draw.random() < 0.1, self.people - (self.draw.random() < 0.1)
        late = self.is_late if self.draw.random() < 0.6 else not self.is_late
        version = max(self.version - old, 0)
        return SeenAmount(version, late, seen_amount(shown, shown * 13_920)), shown == self.people

    def is_quicker(self, seen):
        return self.state in {State.FILED, State.CLOSED} and self.version > seen.version

    async def files(self):
        seen, is_right = self.seen()
        ready = self.state in OPEN and (seen.late or not self.is_late)
        may = ready and self.steps == STEPS and self.people > 0 and is_right and seen.version == self.version
        quicker = self.is_quicker(seen)
        who = await self.acts(may or quicker, file_declaration, seen)
        if who and not quicker:
            self.filed(who, self.people)

    async def files_nobody(self):
        seen, _ = self.seen()
        ready = self.state in OPEN and (seen.late or not self.is_late)
        may = ready and not self.people and seen.version == self.version
        quicker = self.is_quicker(seen)
        who = await self.acts(may or quicker, file_nobody, seen)
        if who and not quicker:
            self.filed(who, 0)

    def filed(self, who, headcount):
        self.version = (self.version or 1) + 1
        self.receipts.append(headcount)
        self.is_reopened = self.by_service = False
        self.lines += 1
        contact = {CONTACT["contact_email"]} if "entreprise" in self.steps else set()
        self.mails.update(("declaration_filed", email) for email in {who.email, *contact})

    async def reopens(self):
        state = self.state
        if await self.acts(state in {State.FILED, State.CORRECTING}, reopen) and state == State.FILED:
            self.is_reopened = True
            self.version += 1
            self.lines += 1

    async def asks_for_a_correction(self):
        token = f"un-jeton-{self.draw.randrange(4)}"
        data = CorrectionRequest(token=token, text="Nous étions un de plus.")
        may = self.state in COUNTED
        if await self.acts(may, ask_correction, data) and token not in self.asked:
            self.asked[token] = False
            self.lines += 1
            self.mails["correction_asked", self.portal.settings.service_contributions_email] += 1

    async def is_answered(self):
        requests = await rows(
            self.portal, DeclarationCorrection, DeclarationCorrection.company_id == self.world.site.id
        )
        if not requests:
            return
        one = self.draw.choice(requests)
        verdict = self.draw.choice([CorrectionState.ACCEPTED, CorrectionState.REFUSED])
        may = not self.asked[one.token]
        door = doors.staff(self.portal, self.world.clerk)
        words = await doors.refusal(door, answer_correction, one.id, verdict, "Entendu.", self.now)
        assert (not words) is may
        if may:
            self.asked[one.token] = True
            accepted = verdict == CorrectionState.ACCEPTED
            self.is_reopened, self.by_service = self.is_reopened or accepted, self.by_service or accepted
            self.version += accepted
            self.lines += 1 + accepted
            asker = self.world.alice if one.account_id == self.world.alice.id else self.colleague
            self.mails["correction_answered", asker.email] += 1
            self.told["answered"] += 1

    async def goes_on(self):
        self.now += timedelta(hours=self.draw.choice([0, 1, 3, 8, 40]))
        acts = [
            self.saves_contact, self.saves_answers, self.saves_jobs, self.hires, self.files_nobody,
            *[self.files] * 4, *[self.reopens] * 2, *[self.asks_for_a_correction, self.is_answered] * 2,
        ]  # fmt: skip
        await self.draw.choice(acts)()

    async def check(self):
        site = self.world.site
        async with doors.member(self.portal, self.world.alice, site, write=False) as access:
            filing = await filing_of(access, 2026, day_of(self.now))
        assert filing.state == self.state
        assert filing.version == self.version
        found = await rows(self.portal, AnnualDeclaration, AnnualDeclaration.company_id == site.id)
        assert len(found) == (self.version > 0), "two who begin at once begin the same one"
        if found:
            self.check_receipts(found[0])
        history = await rows(self.portal, AuditEvent, AuditEvent.company_id == site.id)
        assert len(history) == self.lines
        sent = await rows(self.portal, OutboxMail)
        assert Counter((each.template, each.recipient) for each in sent) == self.mails

    def check_receipts(self, row):
        assert {step for step in STEPS if row.typed.get(step)} == self.steps
        receipts = [*row.replaced, *([row.receipt] if row.number else [])]
        assert [each["headcount"] for each in receipts] == self.receipts, "none is lost"
        ranks = range(1, len(receipts) + 1)
        numbers = [f"D2026-00010-2{f'/{rank}' if rank > 1 else ''}" for rank in ranks]
        assert [each["number"] for each in receipts] == numbers
        for each in receipts:
            assert each["net_cents"] == each["headcount"] * 11_600
            assert each["total_cents"] == each["headcount"] * 13_920
            assert each["nobody_left"] is (each["headcount"] == 0)
            assert sum(line["net_cents"] for line in each["lines"]) == each["net_cents"]
        if receipts:
            last = Receipt(**row.receipt)
            assert (row.number, row.fingerprint) == (last.number, last.fingerprint)
            assert (row.headcount, row.total_cents) == (last.headcount, last.total_cents)


async def theirs(portal, world):
    return [
        [columns(each) for each in await rows(portal, model, model.company_id == world.theirs.id)]
        for model in (AnnualDeclaration, DeclarationCorrection, Employee, AuditEvent)
    ]


@pytest.mark.parametrize("seed", [4, 6, 9])
async def test_a_declaration_in_any_order_keeps_every_receipt_and_takes_no_old_page(portal, world, seed):
    async with portal.database.transaction(write=True) as session:
        rules = {"reference_on": "2026-01-01", "grid": FLAT}
        values = {"rules": rules, "opens_on": OPENS, "closes_on": CLOSES}
        await session.exec(update(Tariff).where(Tariff.year == 2026).values(values))
    colleague = await a_member(portal, world.site, "chloe@ours.example", "declaration")
    before, story = await theirs(portal, world), Story(portal, world, colleague, Random(seed))
    for step in range(160):
        await story.goes_on()
        if step % 9 == 0:
            await story.check()
    await story.check()
    assert await theirs(portal, world) == before
    assert len(story.receipts) > 1
    assert story.told["refused"] > 20
    assert story.told["answered"]
