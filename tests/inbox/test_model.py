"""Colleagues at random on what waits, beside a small model: who looks after what, what waits, what is mailed.

Everybody works for all teams or for one of two. Nothing is lost, nothing is done twice, nobody takes what a
colleague has, and each list and each count is the model's.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from app import clock
from app.access import StaffAccess
from app.contact.staff import close_inquiry
from app.errors import NotFound, Refused
from app.inbox.forms import MORE, Answer, Refusal
from app.inbox.queries import counts_of, next_thing, things_of
from app.inbox.staff import answer, answer_public, answer_thread, close_public, refuse
from app.inbox.team import give_thing, release_thing, take_thing
from app.inbox.way import FREE, MINE, Way
from app.staff_rights import StaffScope
from db.models import (
    Account,
    Inquiry,
    InquiryMessage,
    InquiryTheme,
    OutboxMail,
    PublicInquiry,
    Subject,
    Taking,
)
from db.seeds.world import World
from tests.appointments.steps import a_request
from tests.inbox.test_things import quiet  # noqa: F401 - a fixture
from tests.planning.steps import a_person
from tests.reading import rows
from tests.staff.scopes import two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at", "quiet")  # Monday 2 March 2026


@dataclass
class Waiting:
    """A thing of the model. `team`: of its member, None for what somebody without account wrote."""

    subject: Subject
    key: int
    team: int | None
    since: int
    is_open: bool = True
    is_over: bool = False
    taker: int | None = None

    @property
    def name(self):
        return str(self.subject), self.key


@dataclass
class Service:
    """The model, the colleagues by number with the team that bounds them, and the acts."""

    portal: object
    dice: random.Random
    things: list[Waiting] = field(default_factory=list)
    teams: dict[int, tuple[int, ...]] = field(default_factory=dict)
    mails: Counter = field(default_factory=Counter)
    begun: set[int] = field(default_factory=set)  # requests that somebody looks after, as the employer reads

    def sees(self, who, thing):
        """Of no member: everybody's."""
        return not self.teams[who] or thing.team is None or thing.team in self.teams[who]

    async def door(self, session, who):
        account = await session.get_one(Account, who)
        return StaffAccess(self.portal, session, account, ("accueil",), StaffScope(self.teams[who]))

    async def attempt(self, who, foreseen, act, *given):
        """`foreseen`: the kind of its refusal, or None when the model says that it is done."""
        refused = None
        try:
            async with self.portal.database.transaction(write=True) as session:
                await act(await self.door(session, who), *given)
        except (Refused, NotFound) as error:
            refused = type(error)
        assert refused is foreseen, f"{act.__name__} by {who} of {given[:2]}: {refused}"

    def absent(self, who, thing):
        return None if self.sees(who, thing) else NotFound

    async def take(self, who, thing):
        taken = Refused if thing.taker not in {None, who} else None
        foreseen = self.absent(who, thing) or taken
        await self.attempt(who, foreseen, take_thing, thing.subject, thing.key, clock.now())
        if foreseen is None:
            thing.taker = who
            if thing.subject == Subject.REQUEST and not thing.is_over and thing.key not in self.begun:
                self.begun.add(thing.key)
                self.mails["request_answered"] += 1

    async def give(self, who, thing):
        other = self.dice.choice(list(self.teams))
        may = other != who and self.sees(other, thing)
        taken = thing.taker not in {None, who, other}
        foreseen = self.absent(who, thing) or (Refused if not may or taken else None)
        await self.attempt(who, foreseen, give_thing, thing.subject, thing.key, other, clock.now())
        if foreseen is None:
            thing.taker = other

    async def release(self, who, thing):
        await self.attempt(who, None, release_thing, thing.subject, thing.key, clock.now())
        if thing.taker == who:
            thing.taker = None

    async def answer(self, who, thing):
        """A thread and a message without account are answered for good, a request goes on waiting, or waits
        for the employer.
        """
        then = self.dice.choice([MORE, "wait"])
        given, foreseen = Answer(seen="", text="Nous regardons.", then=then), self.absent(who, thing)
        if thing.subject == Subject.REQUEST:
            asks = then == MORE
            foreseen = foreseen or (Refused if asks and thing.is_over else None)
            await self.attempt(who, foreseen, answer, thing.key, given, clock.now())
            if foreseen is None:
                thing.is_open = thing.is_open and not asks
                self.begun |= {thing.key} if asks else set()
                self.mails["request_answered"] += 1
        elif thing.subject == Subject.INQUIRY:
            await self.attempt(who, foreseen, answer_thread, thing.key, given, clock.now())
            if foreseen is None:
                thing.is_open, thing.is_over = False, False
                self.mails["inquiry_answered"] += 1
        else:
            foreseen = foreseen or (Refused if thing.is_over else None)
            await self.attempt(who, foreseen, answer_public, thing.key, "Bonjour.", clock.now())
            if foreseen is None:
                thing.is_open, thing.is_over = False, True
                self.mails["public_answered"] += 1

    async def end(self, who, thing):
        """Refused with a reason, ended with a mail, or put aside without one: once."""
        foreseen = self.absent(who, thing)
        if thing.subject == Subject.REQUEST:
            foreseen = foreseen or (Refused if thing.is_over else None)
            no = Refusal(seen="", reason="Hors de nos missions.")
            await self.attempt(who, foreseen, refuse, thing.key, no, clock.now())
            self.mails["request_answered"] += foreseen is None
        elif thing.subject == Subject.INQUIRY:
            await self.attempt(who, foreseen, close_inquiry, thing.key, clock.now())
            self.mails["inquiry_answered"] += foreseen is None and not thing.is_over
        else:
            await self.attempt(who, foreseen, close_public, thing.key, clock.now())
        if foreseen is None:
            thing.is_open, thing.is_over = False, True

    async def act(self):
        do = self.dice.choice([self.take, self.take, self.give, self.release, self.answer, self.end])
        await do(self.dice.choice(list(self.teams)), self.dice.choice(self.things))

    async def check(self):
        async with self.portal.database.transaction(write=False) as session:
            for who in self.teams:
                await self._check_lists(await self.door(session, who), who)
        taken = {(each.subject, each.subject_id): each.account_id for each in await rows(self.portal, Taking)}
        assert taken == {each.name: each.taker for each in self.things if each.taker}
        sent = Counter(each.template for each in await rows(self.portal, OutboxMail))
        assert {name: number for name, number in sent.items() if name in self.mails} == {
            name: number for name, number in self.mails.items() if number
        }

    async def _check_lists(self, access, who):
        mine = [each for each in self.things if each.is_open and self.sees(who, each)]
        for whose, keep in (
            ("", lambda _: True), (MINE, lambda each: each.taker == who),
            (FREE, lambda each: each.taker is None),
        ):  # fmt: skip
            found, has_more = await things_of(access, Way(whose=whose), clock.today())
            asked = [each.name for each in sorted(mine, key=lambda each: each.since) if keep(each)]
            assert [(each.subject, each.id) for each in found] == asked, whose
            assert not has_more
        counts = await counts_of(access, 0, clock.today())
        assert sum(each.number for each in counts.values()) == len(mine)
        assert sum(each.mine for each in counts.values()) == sum(each.taker == who for each in mine)
        assert sum(each.free for each in counts.values()) == sum(each.taker is None for each in mine)
        following = await next_thing(access, Way(), clock.today(), ("", 0))
        free = [each for each in mine if each.taker in {None, who}]
        assert (following is None) is (not free), "the next one is never a colleague's"
        assert following is None or (following.subject, following.id) in {each.name for each in free}


async def colleagues(portal, *scopes):
    """Numbers of the accounts of new colleagues at the reception, with the team of each."""
    async with portal.database.transaction(write=True) as session:
        world, found = World(session), {}
        for place, teams in enumerate(scopes):
            account = await world.an_account(f"accueil{place}@service.example", "Anne", f"Accueil {place}")
            await world.a_staff_member(account, ["accueil"], teams=list(teams))
            found[account.key] = teams
    return found


async def things(portal, world, team_of):
    """Three requests, three threads of two members, two messages without account; each a minute later."""
    made, now = [], clock.now() - timedelta(days=1)
    pairs = [(world.site, world.alice), (world.theirs, world.charlie), (world.site, world.alice)]
    for place, (company, account) in enumerate(pairs):
        person = await a_person(portal, company, f"LE GALL {place}")
        at = now + timedelta(minutes=3 * place)
        asked = await a_request(portal, company, person, account, sent_at=at, updated_at=at)
        made.append(Waiting(Subject.REQUEST, asked.id, team_of[company.key], 3 * place))
        thread = {"theme": InquiryTheme.OTHER, "subject": f"Question {place}", "token": f"fil-{place}"}
        at += timedelta(minutes=1)
        async with portal.database.transaction(write=True) as session:
            session.add(inquiry := Inquiry(
                company_id=company.key, account_id=account.key, created_at=at, updated_at=at, **thread
            ))  # fmt: skip
            await session.flush()
            session.add(InquiryMessage(
                company_id=company.key, inquiry_id=inquiry.key, account_id=account.key, token=f"mot-{place}",
                text="Bonjour", at=at,
            ))  # fmt: skip
            made.append(Waiting(Subject.INQUIRY, inquiry.key, team_of[company.key], 3 * place + 1))
            session.add(message := PublicInquiry(
                name=f"Nolwenn {place}", email="n@ailleurs.example", theme=InquiryTheme.OTHER, text="Bonjour",
                token=f"public-{place}", sent_at=at + timedelta(minutes=1),
            ))  # fmt: skip
            await session.flush()
            made.append(Waiting(Subject.PUBLIC, message.key, None, 3 * place + 2))
    return made


@pytest.mark.parametrize("seed", [2, 8])
async def test_what_waits_is_what_nobody_settled_whoever_does_what(portal, world, time_machine_at, seed):
    ours, theirs = await two_teams(portal, world)
    team_of = {world.site.key: ours, world.theirs.key: theirs}
    service = Service(portal, random.Random(seed), await things(portal, world, team_of))
    service.teams = await colleagues(portal, (), (ours,), (theirs,))
    await service.check()
    for _ in range(4):
        for _ in range(14):
            await service.act()
            time_machine_at.shift(timedelta(minutes=1))
        await service.check()
