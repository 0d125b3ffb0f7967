"""Appointments and requests in any order, by the employer and by the service, beside a model of them.

The model knows what a reader could say by heart: who may answer what, that nobody is called twice for one
visit, that a request is planned while one living appointment answers it, and whom each act is mailed to.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from app.appointments.acts import ask_for_visits, cancel_request
from app.appointments.forms import EmployerRequest
from app.appointments.staff import refuse_request, take_request
from app.clock import moment
from app.planning.acts import SeenSlot, ask_another_date, confirm_slot, give_back, give_slot
from app.planning.forms import OtherDate
from app.planning.queries import slot_row
from app.planning.rules import free_until
from app.planning.staff import (
    Opening,
    assign_slot,
    mark_absent,
    mark_done,
    move_slot,
    publish_slots,
    withdraw_slot,
)
from db.models import (
    AppointmentRequest,
    AuditEvent,
    CareCentre,
    OutboxMail,
    RequestMotive,
    RequestState,
    Slot,
    SlotState,
    Visit,
    VisitKind,
    VisitNotice,
)
from tests import doors
from tests.employees.people import columns
from tests.planning.steps import a_person
from tests.reading import rows

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EMPLOYER, VIP = VisitKind.EMPLOYER, VisitKind.VIP
LIVE = {SlotState.PROPOSED, SlotState.CONFIRMED}
OPEN = {RequestState.SENT, RequestState.TAKEN, RequestState.PLANNED}


@dataclass
class Asked:
    id: int
    person: int
    motive: str
    kind: str
    state: str = RequestState.SENT


@dataclass
class Time:
    """A slot. `answered`: the last change was the company's."""

    id: int
    kind: str
    at: datetime
    person: int = 0
    state: str = SlotState.PROPOSED
    sequence: int = 0
    request: Asked | None = None
    reason: str = ""
    answered: bool = False
    called: list[tuple[int, str]] = field(default_factory=list)


class Story:
    def __init__(self, portal, world, people, centre, seed):
        self.portal, self.world, self.draw, self.centre = portal, world, Random(seed), centre
        self.people, self.now = [each.id for each in people], BEGINS
        self.slots: list[Time] = []
        self.asked: list[Asked] = []
        self.lines = 0  # of the history
        self.told: Counter[str] = Counter()

    async def acts(self, may, act, *given, **more):
        """The employer acts. `may`: whether the model says that it is done."""
        words = await doors.refusal(
            doors.member(self.portal, self.world.alice, self.world.site), act, *given, **more
        )
        assert (not words) is may, words
        self.told["done" if may else "refused"] += 1
        return may

    async def serves(self, may, act, *given, **more):
        words = await doors.refusal(doors.staff(self.portal, self.world.clerk), act, *given, **more)
        assert (not words) is may, words
        self.told["served" if may else "refused"] += 1
        return may

    def living(self, person, kind, but):
        return [
            each for each in self.slots
            if each is not but and each.person == person and each.kind == kind and each.state in LIVE
        ]  # fmt: skip

    def open_request(self, person, kind):
        mine = [each for each in self.asked if (each.person, each.kind) == (person, kind)]
        return next((each for each in mine if each.state in OPEN), None)

    def answered_by(self, slot, person):
        """The request that this appointment answers: its own while that is open, or one for that visit."""
        own = slot.request if slot.person == person else None
        return own if own and own.state in OPEN else self.open_request(person, slot.kind)

    def released(self, slot):
        if slot.request and slot.request.state == RequestState.PLANNED:
            slot.request.state = RequestState.TAKEN

    def changed(self, slot, state, *, answered):
        slot.state, slot.answered, slot.sequence = state, answered, slot.sequence + 1
        self.lines += 1

    def planned(self, slot, person):
        slot.request = self.answered_by(slot, person)
        if slot.request:
            slot.request.state = RequestState.PLANNED

    def is_called(self, slot):
        mine = [kind for person, kind in slot.called if person == slot.person]
        return bool(mine) and mine[-1] != "cancelled"

    def off(self, slot):
        if self.is_called(slot):
            slot.called.append((slot.person, "cancelled"))

    # What the employer does

    async def asks(self):
        person, token = self.draw.choice(self.people), f"jeton{len(self.asked):05}"
        data = EmployerRequest(
            **{f"salarie_{person}": "oui"}, batch=token, reason="Poste à aménager", told="on"
        )
        mine = [
            each for each in self.asked if each.person == person and each.motive == RequestMotive.EMPLOYER
        ]
        may = not any(each.state in OPEN for each in mine)
        if await self.acts(may, ask_for_visits, RequestMotive.EMPLOYER, data, moment(self.now)):
            number = (await rows(self.portal, AppointmentRequest))[-1].id
            self.asked.append(Asked(number, person, RequestMotive.EMPLOYER, EMPLOYER))
            self.lines += 1

    async def cancels(self):
        if not self.asked:
            return
        one = self.draw.choice(self.asked)
        answers = [each for each in self.slots if each.request is one and each.state in LIVE]
        is_open = one.state in {RequestState.SENT, RequestState.TAKEN} and not answers
        may = is_open or one.state == RequestState.CANCELLED
        if await self.acts(may, cancel_request, one.id, moment(self.now)) and is_open:
            one.state = RequestState.CANCELLED
            self.lines += 1

    def seen(self, slot):
        """The page as the reader had it: sometimes an old one."""
        stale = self.draw.random() < 0.1
        return SeenSlot(slot.sequence - stale, self.draw.random() < 0.5), stale

    async def answers(self, slot, act, may, *given):
        async def do(access):
            await act(access, await slot_row(access, slot.id), *given)

        return await self.acts(may, do)

    async def confirms(self, slot):
        seen, stale = self.seen(slot)
        already = slot.state == SlotState.CONFIRMED and slot.answered
        states = {SlotState.PROPOSED, SlotState.DECLINED}
        is_free = not self.living(slot.person, slot.kind, slot)
        may = slot.at > self.now and slot.state in states and not stale and slot.person and is_free
        done = await self.answers(slot, confirm_slot, bool(may or already), seen, moment(self.now))
        if done and not already:
            self.changed(slot, SlotState.CONFIRMED, answered=True)
            self.planned(slot, slot.person)
            slot.called.append((slot.person, "summons"))
            slot.reason = ""

    async def gives(self, slot):
        person = self.draw.choice(self.people)
        seen, stale = self.seen(slot)
        already = slot.state == SlotState.CONFIRMED and slot.person == person
        wanted = slot.kind == VIP or self.open_request(person, slot.kind)
        is_free = wanted and not self.living(person, slot.kind, None)
        may = slot.at > self.now and slot.state in LIVE and not stale and is_free
        if await self.answers(slot, give_slot, bool(may or already), seen, person, moment(self.now)) and may:
            self.off(slot)
            before, slot.request = slot.request, self.answered_by(slot, person)
            if before and before is not slot.request and before.state == RequestState.PLANNED:
                before.state = RequestState.TAKEN
            slot.person = person
            self.planned(slot, person)
            self.changed(slot, SlotState.CONFIRMED, answered=True)
            slot.called.append((person, "summons"))
            slot.reason = ""

    def may_give_back(self, slot, seen, stale):
        late = slot.state == SlotState.CONFIRMED and self.now > free_until(slot.at, 2)
        return slot.at > self.now and slot.state in LIVE and not stale and not (seen.is_free and late)

    async def gives_back(self, slot):
        seen, stale = self.seen(slot)
        reason = self.draw.choice(["a_refaire", "parti", "sans_besoin"])
        already = slot.state == SlotState.DECLINED and slot.reason == reason
        may = self.may_give_back(slot, seen, stale)
        done = await self.answers(slot, give_back, bool(may or already), seen, reason, moment(self.now))
        if done and not already:
            self.released(slot)
            self.off(slot)
            self.changed(slot, SlotState.DECLINED, answered=True)
            slot.reason = reason

    async def asks_another_date(self, slot):
        seen, stale = self.seen(slot)
        data = OtherDate(sequence=str(seen.sequence), batch=f"autre{slot.id:05}{slot.sequence}")
        own = slot.request if slot.request and slot.request.state in OPEN else None
        others = [each for each in self.asked if each.person == slot.person and each.state in OPEN]
        another = [each for each in others if each.motive == RequestMotive.ANOTHER_DATE]
        clash = not own and any(each.kind != slot.kind for each in another)
        may = bool(slot.person) and self.may_give_back(slot, seen, stale) and not clash
        twice = stale and slot.reason == "autre_date" and slot.answered and slot.state == SlotState.DECLINED
        again = twice and self.open_request(slot.person, slot.kind)
        if (
            await self.answers(slot, ask_another_date, bool(may or again), seen, data, moment(self.now))
            and may
        ):
            self.off(slot)
            request = own or next((each for each in another if each.kind == slot.kind), None)
            if request is None:
                number = (await rows(self.portal, AppointmentRequest))[-1].id
                request = Asked(number, slot.person, RequestMotive.ANOTHER_DATE, slot.kind)
                self.asked.append(request)
            elif request.state != RequestState.SENT:
                request.state = RequestState.TAKEN
            self.changed(slot, SlotState.DECLINED, answered=True)
            slot.reason = "autre_date"

    # What the service does

    async def publishes(self):
        kind, at = self.draw.choice([EMPLOYER, VIP]), self.now + timedelta(days=self.draw.randint(1, 12))
        at = at.replace(hour=8, minute=0) + timedelta(minutes=30 * (len(self.slots) % 18))
        opening = Opening(at, kind, self.centre, f"Dr {len(self.slots)}")
        if await self.serves(True, publish_slots, self.world.site.id, [opening], self.now):
            number = (await rows(self.portal, Slot, Slot.company_id == self.world.site.id))[-1].id
            self.slots.append(Time(number, kind, at))

    async def assigns(self, slot):
        person = self.draw.choice(self.people)
        may = slot.state in LIVE and not self.living(person, slot.kind, slot)
        if await self.serves(may, assign_slot, slot.id, person, self.now):
            request = self.open_request(person, slot.kind)
            self.released(slot)
            self.off(slot)
            slot.person, slot.request = person, request
            if request:
                request.state = RequestState.PLANNED
            self.changed(slot, SlotState.PROPOSED, answered=False)

    async def moves(self, slot):
        at = slot.at + timedelta(days=self.draw.choice([-9, 7, 14]))
        may = slot.state in LIVE and at > self.now
        if await self.serves(may, move_slot, slot.id, at, self.now):
            slot.at = at
            if self.is_called(slot):
                slot.called.append((slot.person, "changed"))
            self.changed(slot, slot.state, answered=False)

    async def withdraws(self, slot):
        if await self.serves(slot.state in LIVE, withdraw_slot, slot.id, self.now):
            self.off(slot)
            self.released(slot)
            self.changed(slot, SlotState.CANCELLED, answered=False)

    async def notes(self, slot):
        """Came, or did not."""
        act, state = self.draw.choice([(mark_done, SlotState.DONE), (mark_absent, SlotState.ABSENT)])
        may = slot.state in LIVE and bool(slot.person) and slot.at <= self.now
        if await self.serves(may, act, slot.id, self.now):
            if state == SlotState.DONE and slot.request:
                slot.request.state = RequestState.DONE
            elif state == SlotState.ABSENT:
                self.released(slot)
            self.changed(slot, state, answered=False)

    async def looks_after(self):
        if not self.asked:
            return
        one = self.draw.choice(self.asked)
        if self.draw.random() < 0.6:
            if await self.serves(one.state == RequestState.SENT, take_request, one.id, self.now):
                one.state = RequestState.TAKEN
                self.lines += 1
        elif await self.serves(
            one.state in {RequestState.SENT, RequestState.TAKEN}, refuse_request, one.id, "Non.", self.now
        ):
            one.state = RequestState.REFUSED
            self.lines += 1

    async def goes_on(self):
        self.now += timedelta(hours=self.draw.choice([0, 0, 0, 1, 1, 5]), minutes=1)
        if sum(each.state in LIVE for each in self.slots) < 4:
            return await self.publishes()
        alone = [self.asks, self.asks, self.cancels, self.looks_after, self.publishes]
        of_slot = [
            self.confirms, self.confirms, self.gives, self.gives, self.gives_back, self.asks_another_date,
            self.asks_another_date, self.assigns, self.assigns, self.moves, self.withdraws, self.notes,
        ]  # fmt: skip
        act = self.draw.choice(alone + of_slot * 2)
        if act in alone:
            return await act()
        recent = self.slots[-9:]
        return await act(self.draw.choice(recent))

    async def check(self):
        site = self.world.site.id
        found = {each.id: each for each in await rows(self.portal, Slot, Slot.company_id == site)}
        for slot in self.slots:
            row, request = found.pop(slot.id), slot.request.id if slot.request else None
            expected = (slot.state, slot.person or None, slot.sequence, slot.at, request)
            assert (row.state, row.employee_id, row.sequence, row.starts_at, row.request_id) == expected
            assert row.reason == slot.reason or row.state not in {SlotState.DECLINED, SlotState.CONFIRMED}
            assert (row.state == SlotState.CONFIRMED) <= (row.confirmed_at is not None)
        assert not found
        states = {each.id: each.state for each in await rows(
            self.portal, AppointmentRequest, AppointmentRequest.company_id == site
        )}  # fmt: skip
        assert states == {each.id: each.state for each in self.asked}
        for one in self.asked:
            answers = [each for each in self.slots if each.request is one and each.state in LIVE]
            assert len(answers) == (one.state == RequestState.PLANNED), "planned by one appointment, or not"
        for person in self.people:
            calls = Counter(each.kind for each in self.slots if each.person == person and each.state in LIVE)
            assert max(calls.values(), default=0) <= 1, "nobody is called twice for one visit"
        await self.check_letters(site)

    async def check_letters(self, site):
        sent: dict[int, list[tuple[int, str]]] = {}
        notices = await rows(self.portal, VisitNotice, VisitNotice.company_id == site)
        for each in notices:
            sent.setdefault(each.slot_id, []).append((each.employee_id, str(each.kind)))
        assert sent == {each.id: each.called for each in self.slots if each.called}
        mails = await rows(self.portal, OutboxMail, OutboxMail.template == "convocation")
        assert sorted(each.message_id for each in notices) == sorted(each.message_id for each in mails)
        history = await rows(self.portal, AuditEvent, AuditEvent.company_id == site)
        assert len(history) == self.lines, "one line an act, none for what was refused"
        seen = await rows(self.portal, Visit, Visit.company_id == site)
        assert len(seen) == len(self.people) + sum(each.state == SlotState.DONE for each in self.slots)


async def theirs(portal, world):
    other = world.theirs.id
    return [
        [columns(each) for each in await rows(portal, model, model.company_id == other)]
        for model in (Slot, AppointmentRequest, VisitNotice, AuditEvent)
    ]


@pytest.mark.parametrize("seed", [12, 31, 33])
async def test_any_order_of_answers_and_requests_agrees_with_the_model(portal, world, seed):
    people = [await a_person(portal, world.site, name) for name in ("ARZEL", "BIHAN", "CORRE")]
    (centre, *_) = await rows(portal, CareCentre)
    before, story = await theirs(portal, world), Story(portal, world, people, centre.id, seed)
    for step in range(220):
        await story.goes_on()
        if step % 11 == 0:
            await story.check()
    await story.check()
    assert await theirs(portal, world) == before
    assert story.told["done"] > 8
    assert story.told["served"] > 20
    assert story.told["refused"] > 10
