"""Sessions, absences, proposals at random: nobody is ever called where nobody receives, nor two at once.

What is shown as free is what may be proposed, and nothing else; each act is done whole or not at all.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from sqlmodel import select

from app import clock
from app.clinic.people import add_absence, add_centre, add_professional, come_back, leave, remove_absence
from app.clinic.queries import free_times_ahead, free_times_for, session_row, sessions_between
from app.clinic.rules import WEEKEND, day_off
from app.clinic.staff import (
    Change,
    DayMark,
    Pattern,
    cancel_session,
    change_session,
    excuse_day,
    make_sessions,
    mark_day,
    propose_time,
    reserve_session,
)
from app.clock import day_of
from app.errors import Refused
from app.planning.rules import LIVE, midnight
from db.kinds import SlotState, VisitKind
from db.models import (
    AuditEvent,
    AuditKind,
    CareCentre,
    ClinicSession,
    Company,
    Employee,
    OutboxMail,
    Professional,
    ProfessionalAbsence,
    SessionCompany,
    Slot,
)
from tests.planning.steps import a_person, service
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
NAMES = ("Dr Abgrall", "Dr Bodin", "Dr Cariou")
CODES = {"00010-2", "00042"}


@dataclass
class Clinic:
    """The dice, people to call, and how often each act was done and refused."""

    portal: object
    world: object
    dice: random.Random
    people: list[int] = field(default_factory=list)
    seen: Counter = field(default_factory=Counter)

    async def open(self):
        async with service(self.portal, self.world) as access:
            await add_centre(access, "Centre du Large", "1 quai", "67000", "Strasbourg")
            for each in NAMES:
                await add_professional(access, each, "médecin du travail")
        for place in range(10):
            company = (self.world.site, self.world.theirs)[place % 2]
            self.people.append((await a_person(self.portal, company, f"LE GALL {place}")).id)

    async def attempt(self, act, *given, **more):
        """What it answers, or None when it is refused; mails of one act go once to each."""
        before = len(await rows(self.portal, OutboxMail))
        try:
            async with service(self.portal, self.world) as access:
                done = await act(access, *given, **more)
        except Refused as refused:
            self.seen[f"{act.__name__} refused"] += bool(refused.message)
            return None if len(await rows(self.portal, OutboxMail)) == before else pytest.fail("it mailed")
        self.seen[act.__name__] += 1
        sent = (await rows(self.portal, OutboxMail))[before:]
        told = Counter((each.template, each.recipient, str(each.context)) for each in sent)
        assert not [each for each, number in told.items() if number > 1], "each mail once"
        return done if done is not None else True

    def day(self):
        return clock.today() + timedelta(days=self.dice.randrange(1, 18))

    def hours(self):
        opens = self.dice.choice([8, 9, 11, 14])
        return time(opens), time(opens + self.dice.choice([1, 2, 3]))

    async def chosen(self, model, *where):
        found = await rows(self.portal, model, *where)
        return self.dice.choice(found) if found else None

    async def make(self):
        doctor, centre = await self.chosen(Professional), await self.chosen(CareCentre)
        opens, closes = self.hours()
        kinds = self.dice.choice([(), (), (VisitKind.VIP,)])
        await self.attempt(
            make_sessions,
            Pattern(
                centre.key, doctor.key, self.day(), opens, closes, self.dice.choice([1, 3]),
                self.dice.choice([20, 30, 60]), kinds,
            ),
            clock.now(),
        )  # fmt: skip

    async def propose(self):
        """Any time of any session, to anybody: taken exactly when it is listed for that company."""
        session = await self.chosen(ClinicSession, ClinicSession.starts_at > clock.now())
        if session is None:
            return
        async with service(self.portal, self.world) as access:
            row = await session_row(access, session.key)
            person = await access.get(Employee, self.dice.choice(self.people))
            at = self.dice.choice(row.times)
            free = await free_times_for(access, VisitKind.VIP, clock.now(), 10_000, person.company_id)
            living = await access.all(
                select(Slot).where(Slot.employee_id == person.key, Slot.state.in_(LIVE))
            )
        is_free = (session.key, at) in {(each.session.id, each.starts_at) for each in free}
        done = await self.attempt(propose_time, row, at, person, VisitKind.VIP, clock.now())
        assert (done is not None) is (is_free and not living), (session.key, at, len(living))

    async def cancel(self):
        if session := await self.chosen(ClinicSession):
            await self.attempt(cancel_session, session.key, clock.now())

    async def change(self):
        session = await self.chosen(ClinicSession, ClinicSession.cancelled_at.is_(None))
        if session is None:
            return
        async with service(self.portal, self.world) as access:
            row = await session_row(access, session.key)
        doctor, (opens, closes) = await self.chosen(Professional), self.hours()
        other = self.dice.choice(
            [{"professional_id": doctor.key}, {"day": self.day()}, {"opens": opens, "closes": closes}]
        )
        await self.attempt(change_session, session.key, Change.of(row, **other), clock.now())

    async def absence(self):
        doctor, first = await self.chosen(Professional), self.day()
        days = first, first + timedelta(days=self.dice.randrange(4))
        cancels = self.dice.random() < 0.8
        await self.attempt(add_absence, doctor.key, days, clock.now(), cancels=cancels)

    async def back(self):
        if away := await self.chosen(ProfessionalAbsence):
            await self.attempt(remove_absence, away.professional_id, away.key, clock.now())

    async def depart(self):
        doctor, heir = await self.chosen(Professional), await self.chosen(Professional)
        given = heir.key if self.dice.random() < 0.6 else None
        await self.attempt(leave, doctor.key, self.day(), given, clock.now())
        if self.dice.random() < 0.7:
            await self.attempt(come_back, doctor.key, clock.now())

    async def excuse(self):
        centre, day = await self.chosen(CareCentre), self.day()
        await self.attempt(excuse_day, centre.key, day, clock.now())
        going = await rows(self.portal, ClinicSession, ClinicSession.cancelled_at.is_(None))
        assert not [each for each in going if (each.centre_id, day_of(each.starts_at)) == (centre.key, day)]

    async def reserve(self):
        if session := await self.chosen(ClinicSession, ClinicSession.cancelled_at.is_(None)):
            codes = self.dice.choice([[], ["00042"], ["00010-2"], ["00042", "00010-2"]])
            until = day_of(session.starts_at) - timedelta(days=self.dice.randrange(3))
            await self.attempt(reserve_session, session.key, codes, until, clock.now())

    async def mark(self):
        past = await self.chosen(Slot, Slot.starts_at < clock.now(), Slot.state.in_(LIVE))
        if past and past.employee_id:
            word = self.dice.choice(["venu", "absent", "excuse"])
            await self.attempt(mark_day, [DayMark(past.key, word)], clock.now())

    async def act(self):
        common = [self.make, self.propose, self.propose, self.propose]
        rare = [self.cancel, self.change, self.change, self.absence, self.back, self.depart, self.excuse]
        await self.dice.choice([*common, *common, *rare, self.reserve, self.mark])()

    async def check(self):
        slots = [each for each in await rows(self.portal, Slot) if each.session_id]
        sessions = {each.key: each for each in await rows(self.portal, ClinicSession)}
        doctors = {each.key: each for each in await rows(self.portal, Professional)}
        places = {each.key: each for each in await rows(self.portal, CareCentre)}
        absences = await rows(self.portal, ProfessionalAbsence)
        living = [each for each in slots if each.state in LIVE]
        for each in living:
            session, doctor = sessions[each.session_id], doctors[sessions[each.session_id].professional_id]
            assert session.cancelled_at is None, "nobody is called to what is off"
            assert session.starts_at <= each.starts_at
            assert each.starts_at + timedelta(minutes=each.minutes) <= session.ends_at
            assert (each.professional, each.centre_id) == (doctor.name, session.centre_id)
        by_doctor = sorted(living, key=lambda each: (each.professional, each.starts_at))
        for one, other in pairwise(by_doctor):
            ends = one.starts_at + timedelta(minutes=one.minutes)
            assert one.professional != other.professional or ends <= other.starts_at
        called = [each.employee_id for each in living]
        assert len(called) == len(set(called)), "nobody is called twice for one visit"
        for each in sessions.values():
            if each.cancelled_at is None and each.starts_at > clock.now():
                self._check_day(each, doctors[each.professional_id], places[each.centre_id], absences)
        await self._check_history(slots)

    def _check_day(self, session, doctor, centre, absences):
        """It is held on a day on which its professional works and its centre is open."""
        day = day_of(session.starts_at)
        away = [(each.first_on, each.last_on) for each in absences if each.professional_id == doctor.key]
        assert day_off(day, centre.postcode, away) in {"", WEEKEND}, (day, doctor.name)
        assert day.weekday() < 5
        assert doctor.left_on is None or day <= doctor.left_on

    async def _check_history(self, slots):
        """Each slot was proposed by an act, and cancelled by one."""
        told = Counter(each.kind for each in await rows(self.portal, AuditEvent))
        assert told[AuditKind.SLOT_PROPOSED] == self.seen["propose_time"] == len(slots)
        assert told[AuditKind.SLOT_WITHDRAWN] == sum(each.state == SlotState.CANCELLED for each in slots)

    async def check_free(self):
        """The nearest times are the beginning of the whole list, and none begins in the past."""
        async with service(self.portal, self.world) as access:
            every = await free_times_ahead(access, clock.now(), VisitKind.VIP)
            assert all(each.starts_at > clock.now() for each in every)
            open_ones = await sessions_between(access, clock.now(), midnight(date(2026, 6, 1)))
            assert {each.session.id for each in every} <= {each.id for each in open_ones}
            assert [each.starts_at for each in every] == sorted(each.starts_at for each in every)
            owners = {each.id: each.code for each in await access.all(select(Company))}
            for company_id, code in owners.items():
                mine = await free_times_for(access, VisitKind.VIP, clock.now(), 10_000, company_id)
                assert [each.key for each in mine] == [e.key for e in every if e.is_for(company_id)], code
        reserved = {each.company_id for each in await rows(self.portal, SessionCompany)}
        assert {owners[each] for each in reserved} <= CODES


@pytest.mark.parametrize("seed", [2, 7])
async def test_nobody_is_called_where_nobody_receives_whatever_is_changed(
    portal, world, time_machine_at, seed
):
    clinic = Clinic(portal, world, random.Random(seed))
    await clinic.open()
    for _ in range(5):
        for _ in range(22):
            await clinic.act()
        await clinic.check()
        await clinic.check_free()
        time_machine_at.shift(timedelta(days=4))
    assert min(clinic.seen[each] for each in ("propose_time", "propose_time refused")) > 1, clinic.seen
