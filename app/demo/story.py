"""The demo's planning, told with the acts of the service and of the employer."""

import secrets
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlmodel import col, select

from app.access import MemberAccess, StaffAccess
from app.acting import ActingAccount, ActingCompany, ActingMembership
from app.appointments.asking_service import ask_for_visits
from app.appointments.forms import EmployerAsked, ReturnAsked, Wishes
from app.appointments.service import answer_request, refuse_request, take_request
from app.clock import PARIS
from app.employees.service import Moment
from app.planning.answer_service import Seen, confirm_slot, give_back
from app.planning.rules import is_working_day
from app.planning.service import (
    Opening,
    assign_slot,
    give_attestation,
    mark_absent,
    mark_done,
    publish_slots,
)
from db.models import (
    Account,
    CareCentre,
    Company,
    Employee,
    Membership,
    RequestMotive,
    Slot,
    VisitKind,
)

HOURS = ((9, 0), (10, 30), (14, 0))
DOCTOR, NURSE = (
    ("Dr Claire Abgrall", "médecin du travail"),
    ("Solenn Prigent", "infirmière en santé au travail"),
)
EXAMS = {VisitKind.EXAM, VisitKind.EXAM_HIRING, VisitKind.RETURN, VisitKind.EMPLOYER}
SMALL = 8  # clients of the accountant who have something to answer


async def tell_planning(staff: StaffAccess, now: datetime) -> None:
    """Slots to come and past, some with a name, some open; requests at each of their states."""
    centre = await staff.first(staff.select(CareCentre).order_by(col(CareCentre.id)))
    if centre is None:
        return
    today, at = now.astimezone(PARIS).date(), Moment(now, now.astimezone(PARIS).date())
    ahead, behind = _times(today, 1), _times(today, -1)
    brieuc = await member_of(staff, "00010", "employeur@demo.example")
    await _to_come(staff, brieuc, centre, ahead, at)
    await _past(staff, brieuc, centre, behind, now)
    await _requests(staff, brieuc, at)
    codes = select(Company.code).where(col(Company.code).not_in(["00010", "00042"])).order_by(Company.code)
    for code in (await staff.all(codes))[:SMALL]:
        (found,) = (await staff.all(staff.select(Company).where(Company.code == code)),)
        await _one_slot(staff, found[0].key, centre, ahead, now)


def _times(today: date, step: int) -> Iterator[datetime]:
    """Hours of working days in Paris, ahead of today or back from it."""
    day = today + timedelta(days=2 * step)
    while True:
        if is_working_day(day):
            for hour, minute in HOURS:
                yield datetime.combine(day, time(hour, minute), PARIS)
        day += timedelta(days=step)


async def member_of(staff: StaffAccess, code: str, email: str) -> MemberAccess:
    """What the door gives to that person at that company."""
    statement = (
        select(Account, Company, Membership)
        .select_from(Account)
        .join(Membership, col(Membership.account_id) == Account.id)
        .join(Company, col(Company.id) == Membership.company_id)
        .where(Account.email == email, Company.code == code)
    )
    ((account, company, membership),) = await staff.rows(statement)
    return MemberAccess(
        staff.portal, staff.session_,
        ActingAccount(account.key, account.email, account.last_name, account.first_name),
        ActingCompany(
            company.key, company.code, company.member_code, company.name, company.town, company.siret,
            company.naf, company.email, company.team_id, company.closed_at, company.updated_at,
        ),
        ActingMembership(membership.key, membership.roles, membership.third_party, membership.ends_on),
    )  # fmt: skip


async def _due(staff: StaffAccess, company_id: int, most: int) -> list[Employee]:
    """Who has a visit to come, the most urgent first."""
    mine = staff.select(Employee).where(
        Employee.company_id == company_id, Employee.due_kind != "", col(Employee.exit_on).is_(None)
    )
    return list(await staff.all(mine.order_by(col(Employee.due_on), col(Employee.id)).limit(most)))


def _opening(kind: str, centre: CareCentre, at: datetime) -> Opening:
    who, role = DOCTOR if VisitKind(kind) in EXAMS else NURSE
    return Opening(at, VisitKind(kind), centre.key, who, role)


async def _to_come(
    staff: StaffAccess, member: MemberAccess, centre: CareCentre, times: Iterator[datetime], at: Moment
) -> None:
    people = await _due(staff, member.company.key, 11)
    openings = [_opening(each.due_kind, centre, next(times)) for each in people]
    slots = await publish_slots(staff, member.company.key, openings, at.now)
    named = list(zip(slots, people, strict=True))
    for slot, person in named[:8]:
        await assign_slot(staff, slot.key, person.key, at.now)
    for slot, _ in named[:3]:
        await confirm_slot(member, Seen(slot.key, slot.sequence), at)
    given = named[7][0]
    await give_back(member, Seen(given.key, given.sequence), "conges", at)


async def _past(
    staff: StaffAccess, member: MemberAccess, centre: CareCentre, times: Iterator[datetime], now: datetime
) -> None:
    """Two visits that took place lately, one with its attestation, and one that nobody came to."""
    people = (await _due(staff, member.company.key, 16))[11:14]
    starts = [next(times) for _ in people]
    before = min(starts) - timedelta(days=9)
    openings = [_opening(each.due_kind, centre, at) for each, at in zip(people, starts, strict=True)]
    slots: list[Slot] = await publish_slots(staff, member.company.key, openings, before)
    for slot, person in zip(slots, people, strict=True):
        await assign_slot(staff, slot.key, person.key, before)
        await confirm_slot(member, Seen(slot.key, slot.sequence), Moment(before, before.date()))
    visit = await mark_done(staff, slots[0].key, now)
    await give_attestation(staff, visit.key, "attestation de suivi")
    await mark_done(staff, slots[1].key, now)
    await mark_absent(staff, slots[2].key, now)


async def _requests(staff: StaffAccess, member: MemberAccess, at: Moment) -> None:
    first, back = at.today - timedelta(days=75), at.today + timedelta(days=5)
    mine = staff.select(Employee).where(
        Employee.company_id == member.company.key, col(Employee.exit_on).is_(None), Employee.entry_on < first
    )
    people = [each.key for each in await staff.all(mine.order_by(col(Employee.id)).offset(20).limit(4))]

    def given(index: int) -> dict[str, str]:
        return {"batch": secrets.token_urlsafe(16), f"salarie_{people[index]}": "oui"}

    stop = {"stop_from": first.isoformat(), "back_on": back.isoformat(), "half_mar_matin": "oui"}
    (a_return,) = await ask_for_visits(
        member, RequestMotive.RETURN, ReturnAsked.model_validate(given(0) | stop | {"cause": "autre"}), at
    )
    why = {"reason": "Nouveau poste avec port de charges : nous souhaitons un avis.", "told": "oui"}
    (ours,) = await ask_for_visits(
        member, RequestMotive.EMPLOYER, EmployerAsked.model_validate(given(1) | why), at
    )
    (refused,) = await ask_for_visits(
        member, RequestMotive.EMPLOYER, EmployerAsked.model_validate(given(2) | why), at
    )
    # The one whose slot was given back: who has an appointment is not asked for again.
    for each in (await _due(staff, member.company.key, 8))[7:]:
        asked = {"batch": secrets.token_urlsafe(16), f"salarie_{each.key}": "oui"}
        await ask_for_visits(member, RequestMotive.OVERDUE, Wishes.model_validate(asked), at)
    await take_request(staff, a_return.key, at.now)
    await answer_request(staff, a_return.key, "Nous cherchons une date dans les 8 jours du retour.", at.now)
    await take_request(staff, ours.key, at.now)
    await refuse_request(staff, refused.key, "Une visite vient d’avoir lieu : voyez l’attestation.", at.now)


async def _one_slot(
    staff: StaffAccess, company_id: int, centre: CareCentre, times: Iterator[datetime], now: datetime
) -> None:
    for person in await _due(staff, company_id, 1):
        (slot,) = await publish_slots(
            staff, company_id, [_opening(person.due_kind, centre, next(times))], now
        )
        await assign_slot(staff, slot.key, person.key, now)
