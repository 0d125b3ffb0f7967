"""The demo's planning, and two years of BRIEUC and of the service, written with the acts of the service and
of the employer.

What is long past is written as the acts of then would have left it: no mail leaves about it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlmodel import col, select

from app import clock
from app.access import MemberAccess, StaffAccess
from app.appointments.acts import ask_for_visits
from app.appointments.forms import EmployerRequest, ReturnRequest, Wishes
from app.appointments.staff import answer_request, refuse_request, take_request
from app.clock import PARIS, day_of
from app.demo.hours import at_work, days_ago
from app.employees.declared import LABELS, Declared, declared_of, employee_name, name_of
from app.planning.acts import SeenSlot, confirm_slot, give_back
from app.planning.queries import slot_row
from app.planning.rules import is_working_day
from app.planning.staff import Opening, assign_slot, give_attestation, mark_absent, mark_done, publish_slots
from app.planning.views import hour
from app.security.seat import ActingAccount, ActingCompany, ActingMembership, FollowingTeam
from app.text.fields import once_token
from db.models import (
    Account,
    AuditKind,
    CareCentre,
    CareTeam,
    ChangeKind,
    Company,
    Employee,
    EmployeeChange,
    Membership,
    NoticeKind,
    RequestMotive,
    Slot,
    SlotState,
    Visit,
    VisitKind,
    VisitNotice,
)

HOURS = ((9, 0), (10, 30), (14, 0))
DOCTOR, NURSE = (
    ("Dr Claire Abgrall", "médecin du travail"),
    ("Solenn Prigent", "infirmière en santé au travail"),
)
EXAMS = {VisitKind.EXAM, VisitKind.EXAM_HIRING, VisitKind.RETURN, VisitKind.EMPLOYER}
SMALL = 8  # clients of the accountant who have something to answer


async def add_planning(staff: StaffAccess, now: datetime) -> None:
    """Slots to come and past, some with a name, some open; requests at each of their states."""
    centre = await staff.first(staff.select(CareCentre).order_by(col(CareCentre.id)))
    if centre is None:
        return
    today = day_of(now)
    ahead, behind = _times(today, 1), _times(today, -1)
    brieuc = await member_of(staff, "00010", "employeur@demo.example")
    await _to_come(staff, brieuc, centre, ahead, now)
    await _past(staff, brieuc, centre, behind)
    await _requests(staff, brieuc, now)
    codes = select(Company.code).where(col(Company.code).not_in(["00010", "00042"])).order_by(Company.code)
    for minute, code in enumerate((await staff.all(codes))[:SMALL]):
        (company,) = (await staff.all(staff.select(Company).where(Company.code == code)),)
        await _one_slot(staff, company[0].key, centre, ahead, days_ago(now, 3, 15, 5 * minute))


def _times(today: date, step: int) -> Iterator[datetime]:
    """Hours of working days in Paris, ahead of today or back from it."""
    day = today + timedelta(days=2 * step)
    while True:
        if is_working_day(day):
            for hour, minute in HOURS:
                yield datetime.combine(day, time(hour, minute), PARIS)
        day += timedelta(days=step)


async def member_of(staff: StaffAccess, code: str, email: str) -> MemberAccess:
    """The door of that person at that company."""
    statement = (
        select(Account, Company, Membership, CareTeam)
        .select_from(Account)
        .join(Membership, col(Membership.account_id) == Account.id)
        .join(Company, col(Company.id) == Membership.company_id)
        .outerjoin(CareTeam, col(CareTeam.id) == Company.team_id)
        .where(Account.email == email, Company.code == code)
    )
    ((account, company, membership, team),) = await staff.rows(statement)
    return MemberAccess(
        portal=staff.portal, session_=staff.session_,
        account=ActingAccount(account.key, account.email, account.last_name, account.first_name),
        company=ActingCompany(
            id=company.key, code=company.code, member_code=company.member_code, name=company.name,
            town=company.town, siret=company.siret, naf=company.naf, email=company.email,
            team_id=company.team_id, closed_at=company.closed_at, updated_at=company.updated_at,
        ),
        membership=ActingMembership(
            membership.key, membership.roles, membership.third_party, membership.ends_on
        ),
        team=FollowingTeam(team.name, team.email, team.phone) if team else None,
    )  # fmt: skip


async def due_employees(staff: StaffAccess, company_id: int, most: int) -> list[Employee]:
    """Employees with a visit to come, the most urgent first."""
    mine = staff.select(Employee).where(
        Employee.company_id == company_id, Employee.due_kind != "", col(Employee.exit_on).is_(None)
    )
    return list(await staff.all(mine.order_by(col(Employee.due_on), col(Employee.id)).limit(most)))


def _opening(kind: str, centre: CareCentre, at: datetime) -> Opening:
    who, role = DOCTOR if VisitKind(kind) in EXAMS else NURSE
    return Opening(at, VisitKind(kind), centre.key, who, role)


async def _to_come(
    staff: StaffAccess, member: MemberAccess, centre: CareCentre, times: Iterator[datetime], now: datetime
) -> None:
    """Published last week, answered since."""
    people = await due_employees(staff, member.company.key, 11)
    openings = [_opening(each.due_kind, centre, next(times)) for each in people]
    slots = await publish_slots(staff, member.company.key, openings, days_ago(now, 6, 10, 10))
    named = list(zip(slots, people, strict=True))
    for minute, (slot, person) in enumerate(named[:8]):
        await assign_slot(staff, slot.key, person.key, days_ago(now, 6, 10, 15 + 3 * minute))
    for minute, (slot, _) in enumerate(named[:3]):
        row = await slot_row(member, slot.key)
        at = clock.moment(days_ago(now, 4, 14, 20 + 2 * minute))
        await confirm_slot(member, row, SeenSlot(slot.sequence), at)
    given = named[7][0]
    at = clock.moment(days_ago(now, 3, 11, 5))
    await give_back(member, await slot_row(member, given.key), SeenSlot(given.sequence), "a_refaire", at)


async def _past(
    staff: StaffAccess, member: MemberAccess, centre: CareCentre, times: Iterator[datetime]
) -> None:
    """Two visits that took place lately, one with its attestation, and one that nobody came to."""
    people = (await due_employees(staff, member.company.key, 16))[11:14]
    starts = [next(times) for _ in people]
    proposed, confirmed = (days_ago(min(starts), days, 10, 40) for days in (9, 7))
    openings = [_opening(each.due_kind, centre, at) for each, at in zip(people, starts, strict=True)]
    slots: list[Slot] = await publish_slots(staff, member.company.key, openings, proposed)
    for slot, person in zip(slots, people, strict=True):
        await assign_slot(staff, slot.key, person.key, proposed)
        row = await slot_row(member, slot.key)
        await confirm_slot(member, row, SeenSlot(slot.sequence), clock.moment(confirmed))
    over = [each + timedelta(minutes=40) for each in starts]
    visit = await mark_done(staff, slots[0].key, over[0])
    await give_attestation(staff, visit.key, "attestation de suivi")
    await mark_done(staff, slots[1].key, over[1])
    await mark_absent(staff, slots[2].key, over[2])


async def _requests(staff: StaffAccess, member: MemberAccess, now: datetime) -> None:
    """One that waits, one that was answered, one taken in hand, one refused: each after what it follows."""
    today = day_of(now)
    first, back = today - timedelta(days=75), today + timedelta(days=5)
    mine = staff.select(Employee).where(
        Employee.company_id == member.company.key, col(Employee.exit_on).is_(None), Employee.entry_on < first
    )
    people = [each.key for each in await staff.all(mine.order_by(col(Employee.id)).offset(20).limit(4))]

    def given(index: int) -> dict[str, str]:
        return {"batch": once_token(), f"salarie_{people[index]}": "oui"}

    why = {"reason": "Nouveau poste avec port de charges : nous souhaitons un avis.", "told": "oui"}
    asked = [EmployerRequest.model_validate(given(index) | why) for index in (1, 2)]
    motive = RequestMotive.EMPLOYER
    (ours,) = await ask_for_visits(member, motive, asked[0], clock.moment(days_ago(now, 12, 9, 25)))
    await take_request(staff, ours.key, days_ago(now, 11, 14, 50))
    (refused,) = await ask_for_visits(member, motive, asked[1], clock.moment(days_ago(now, 8, 16, 5)))
    no = "Une visite vient d’avoir lieu : voyez l’attestation."
    await refuse_request(staff, refused.key, no, days_ago(now, 7, 9, 40))
    stop = {"stop_from": first.isoformat(), "back_on": back.isoformat(), "half_mar_matin": "oui"}
    leave = ReturnRequest.model_validate(given(0) | stop | {"cause": "autre"})
    (a_return,) = await ask_for_visits(
        member, RequestMotive.RETURN, leave, clock.moment(days_ago(now, 4, 15, 10))
    )
    await take_request(staff, a_return.key, days_ago(now, 3, 9, 20))
    soon = "Nous cherchons une date dans les 8 jours du retour."
    await answer_request(staff, a_return.key, soon, days_ago(now, 3, 9, 30))
    # The one whose slot was given back: who has an appointment is not asked for again.
    for each in (await due_employees(staff, member.company.key, 8))[7:]:
        fields = {"batch": once_token(), f"salarie_{each.key}": "oui"}
        at = clock.moment(days_ago(now, 2, 9, 30))
        await ask_for_visits(member, RequestMotive.OVERDUE, Wishes.model_validate(fields), at)


async def _one_slot(
    staff: StaffAccess, company_id: int, centre: CareCentre, times: Iterator[datetime], now: datetime
) -> None:
    for person in await due_employees(staff, company_id, 1):
        (slot,) = await publish_slots(
            staff, company_id, [_opening(person.due_kind, centre, next(times))], now
        )
        await assign_slot(staff, slot.key, person.key, now)


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
