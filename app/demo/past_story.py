"""Two years of BRIEUC and of the service: arrivals, departures, visits proposed, confirmed and held.

The rows are written as the acts of then would have left them: no mail leaves about what is long past.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import col

from app.access import MemberAccess, StaffAccess
from app.clock import PARIS, day_of
from app.demo.hours import at_work
from app.demo.story import DOCTOR, NURSE, member_of
from app.employees.declared import LABELS, Declared, declared_of, employee_name, name_of
from app.planning.views import hour
from db.models import (
    AuditKind,
    CareCentre,
    ChangeKind,
    Employee,
    EmployeeChange,
    NoticeKind,
    Slot,
    SlotState,
    Visit,
    VisitKind,
    VisitNotice,
)

CODES = ("00010", "00010-2", "00010-5")
SUMMONED = "planning@brieuc.example"
LATELY = timedelta(days=15)  # what is nearer is told by the story of today
NOTICE = timedelta(days=30)  # from the proposal to the visit


@dataclass(frozen=True, slots=True)
class Past:
    """The service's diary until `now`: no two visits of one day begin at the same time."""

    staff: StaffAccess
    centre: CareCentre
    now: datetime
    taken: Counter[date] = field(default_factory=Counter)

    def time_of(self, day: date) -> datetime:
        """The next free half hour of that working day, from nine."""
        half_hours = self.taken[at_work(day).date()]
        self.taken[at_work(day).date()] += 1
        return at_work(day) + timedelta(minutes=30 * half_hours)


async def add_past(staff: StaffAccess, now: datetime) -> Past:
    """Two years of a company that uses the portal; the diary goes on with whoever tells more."""
    centre = (await staff.all(staff.select(CareCentre).order_by(col(CareCentre.id)).limit(1)))[0]
    past = Past(staff, centre, now)
    for code in CODES:
        member = await member_of(staff, code, "employeur@demo.example")
        people = {
            each.key: each
            for each in await staff.all(
                staff.select(Employee).where(Employee.company_id == member.company.key)
            )
        }
        for person in people.values():
            _arrival(member, person)
            _departure(member, person, now)
        _corrections(member, list(people.values()), now)
        visits = staff.select(Visit).where(Visit.company_id == member.company.key)
        for visit in await staff.all(visits.order_by(col(Visit.done_on), col(Visit.id))):
            await _add_visit(past, member, visit, people[visit.employee_id])
    await staff.flush()
    return past


async def add_absence(past: Past, member: MemberAccess, person: Employee, day: date) -> Slot:
    """A visit that was confirmed and that nobody came to."""
    starts = past.time_of(day)
    return await _add_slot(past, member, person, kind=VisitKind.VIP, starts=starts, state=SlotState.ABSENT)


def _arrival(member: MemberAccess, person: Employee) -> None:
    """The declaration of somebody who came since the account was opened, some weeks before the first day."""
    at = at_work(person.entry_on - timedelta(days=20), 8 + person.key % 9, person.key * 7 % 60)
    if at <= person.created_at:
        return
    person.created_at = person.updated_at = at
    now = declared_of(person) | {"exit_on": ""}
    _change(member, person, ChangeKind.DECLARED, before={}, after=now, at=at)
    member.trace(AuditKind.EMPLOYEE_DECLARED, at, name_of(now), person.key)


def _departure(member: MemberAccess, person: Employee, now: datetime) -> None:
    if person.exit_on is None:
        return
    at = at_work(min(person.exit_on, day_of(now) - timedelta(days=1)), 11, person.key * 7 % 60)
    person.updated_at = at
    person.version += 1
    left = {"exit_on": person.exit_on.isoformat()}
    _change(member, person, ChangeKind.LEFT, before={"exit_on": ""}, after=left, at=at)
    member.trace(AuditKind.EMPLOYEE_LEFT, at, employee_name(person), person.key)


def _corrections(member: MemberAccess, people: Sequence[Employee], now: datetime) -> None:
    """Now and then, the phone of somebody who was there before the account."""
    opened = min(each.created_at for each in people)
    there = [each for each in people if each.updated_at == opened]
    step = timedelta(days=700) / len(there)
    for number, person in enumerate(there):
        at = at_work(day_of(now - step * number) - timedelta(days=9), 9 + number % 8, number * 13 % 60)
        before, person.phone = person.phone, f"+336123450{number:02}"
        person.updated_at = at
        person.version += 1
        _change(
            member,
            person,
            ChangeKind.CORRECTED,
            before={"phone": before},
            after={"phone": person.phone},
            at=at,
        )
        about = f"{employee_name(person)} : {LABELS['phone'].lower()}"
        member.trace(AuditKind.EMPLOYEE_CORRECTED, at, about, person.key)


def _change(
    member: MemberAccess, person: Employee, kind: ChangeKind, before: Declared, after: Declared, at: datetime
) -> None:
    member.add(
        EmployeeChange(
            company_id=member.company.key, employee_id=person.key, kind=kind, before=before, after=after,
            about=employee_name(person), account_id=member.account.key, at=at,
        )
    )  # fmt: skip


async def _add_visit(past: Past, member: MemberAccess, visit: Visit, person: Employee) -> None:
    """The appointment that this visit was, when it was proposed here."""
    is_known = at_work(visit.done_on - NOTICE) > person.created_at
    if is_known and visit.done_on < day_of(past.now) - LATELY:
        await _add_slot(
            past, member, person, kind=visit.kind, starts=past.time_of(visit.done_on), state=SlotState.DONE
        )


async def _add_slot(
    past: Past, member: MemberAccess, person: Employee, kind: VisitKind, starts: datetime, state: SlotState
) -> Slot:
    """Proposed a month before, confirmed the week after, and over when it was."""
    day, minute = starts.astimezone(PARIS).date(), person.key * 11 % 60
    proposed = at_work(day - NOTICE, 14, minute)
    confirmed = at_work(day - NOTICE + timedelta(days=6), 10, minute)
    over = starts + timedelta(minutes=40)
    who, role = DOCTOR if state == SlotState.DONE else NURSE
    slot = past.staff.add(
        Slot(
            company_id=member.company.key, starts_at=starts, kind=kind, centre_id=past.centre.key,
            professional=who, role=role, employee_id=person.key, state=state, sequence=3,
            answered_by=member.account.key, answered_at=confirmed, confirmed_at=confirmed,
            created_at=proposed, updated_at=over,
        )
    )  # fmt: skip
    await past.staff.flush()
    past.staff.add(
        VisitNotice(
            company_id=member.company.key, slot_id=slot.key, employee_id=person.key, kind=NoticeKind.SUMMONS,
            sequence=2, recipient=SUMMONED, to_employee=False, sent_at=confirmed,
        )
    )  # fmt: skip
    about = f"{employee_name(person)}, {starts:%d/%m/%Y} à {hour(starts)}"
    service, company = past.staff.account.key, member.company.key
    past.staff.record(AuditKind.SLOT_PROPOSED, proposed, service, company, about, slot.key)
    member.trace(AuditKind.SLOT_CONFIRMED, confirmed, about, slot.key)
    ended = AuditKind.VISIT_DONE if state == SlotState.DONE else AuditKind.VISIT_MISSED
    past.staff.record(ended, over, service, company, about, slot.key)
    return slot
