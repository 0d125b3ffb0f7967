"""Acts of the service on its planning: publish, assign, move, withdraw, mark done or absent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from app.access import BIGGEST_ID, StaffAccess
from app.clock import day_of
from app.employees.declared import due_columns
from app.errors import NotFound, Refused
from app.follow_up.law import DoneVisit
from app.planning.acts import change_slot, notify_asker_of, plan, release_request
from app.planning.convocations import notify_answerer, notify_cancellation, notify_change
from app.planning.queries import SlotRow, open_request_of, slot_rows
from app.planning.rules import LIVE
from app.planning.views import about_slot
from db.models import (
    AppointmentRequest,
    AuditKind,
    CareCentre,
    Company,
    Employee,
    RequestState,
    Slot,
    SlotState,
    Visit,
    VisitKind,
)

BUSY = "Ce professionnel, ou ce salarié, a déjà un rendez-vous à cette heure."
NOT_LIVE = "Ce rendez-vous n’est plus en cours."


@dataclass(frozen=True, slots=True)
class Opening:
    """A slot to publish. `starts_at` is aware; `minutes` its length."""

    starts_at: datetime
    kind: VisitKind
    centre_id: int
    professional: str
    role: str = ""
    minutes: int = 30


async def publish_slots(
    access: StaffAccess, company_id: int, openings: Sequence[Opening], now: datetime
) -> list[Slot]:
    """Open slots for a company; none is made when one is past or its professional is taken."""
    await access.get(Company, company_id)
    for centre_id in {each.centre_id for each in openings}:
        await access.get(CareCentre, centre_id)
    if any(each.starts_at <= now for each in openings):
        raise Refused("Un créneau ne se publie pas dans le passé.")
    slots = [_slot(each, company_id, now) for each in openings]
    try:
        async with access.savepoint():
            for slot in slots:
                access.add(slot)
            await access.flush()
    except IntegrityError:
        raise Refused(BUSY, status_code=409) from None
    return slots


async def assign_slot(
    access: StaffAccess, slot_id: int, employee_id: int, now: datetime, request_id: int | None = None
) -> None:
    """Propose an open slot to somebody. It answers this request, or the one that is open for such a visit."""
    before = await _living_slot(access, slot_id)
    employee = await access.get(Employee, employee_id)
    answered_request = access.get(AppointmentRequest, request_id) if request_id else None
    request = await (answered_request or open_request_of(access, employee.key, before.kind))
    if employee.company_id != before.company_id or (request and request.employee_id != employee.key):
        raise NotFound
    if employee.exit_on and employee.exit_on < before.starts_at.date():
        raise Refused("Cette personne a quitté l’entreprise à cette date.")
    answers = {"state": SlotState.PROPOSED, "request_id": request.key if request else None}
    row = await _change(access, before, now, employee_id=employee.key, **answers)
    row = row.given_to(employee)
    _record(access, row, now, AuditKind.SLOT_PROPOSED)
    await release_request(access, before, now)
    plan(request, now)
    if request:
        request.taken_at = request.taken_at or now
    await notify_cancellation(access, before, now)
    await notify_asker_of(access, request, row, now)


async def move_slot(
    access: StaffAccess, slot_id: int, starts_at: datetime, now: datetime, **elsewhere: Any
) -> None:
    """Another hour for an appointment, or `elsewhere` (centre_id, professional, role): it is mailed to the
    person called and to the one who confirmed.
    """
    before = await _living_slot(access, slot_id)
    if starts_at <= now:
        raise Refused("Un créneau ne se déplace pas dans le passé.")
    after = await _change(access, before, now, starts_at=starts_at, **elsewhere)
    if elsewhere:
        after = await _living_slot(access, slot_id)
    _record(access, after, now, AuditKind.SLOT_MOVED)
    await notify_change(access, after, now)
    await notify_answerer(access, before, after, now)


async def withdraw_slot(access: StaffAccess, slot_id: int, now: datetime) -> None:
    """The service cannot hold it: the person called and the one who confirmed are mailed; the request waits
    again.
    """
    before = await _living_slot(access, slot_id)
    after = await _change(access, before, now, state=SlotState.CANCELLED)
    _record(access, after, now, AuditKind.SLOT_WITHDRAWN)
    await notify_cancellation(access, before, now)
    request = await release_request(access, before, now)
    if request:
        await notify_asker_of(access, request, after, now)
    else:
        await notify_answerer(access, before, None, now)


async def mark_arrived(access: StaffAccess, slot_id: int, now: datetime) -> None:
    """Somebody is in the waiting room, on the day of their appointment. Twice is once."""
    row = await _living_slot(access, slot_id)
    if row.employee_id is None or row.starts.date() != day_of(now):
        raise Refused("Une arrivée se note le jour du rendez-vous.")
    if row.arrived_at is None:
        here = update(Slot).where(col(Slot.id) == row.id, col(Slot.company_id) == row.company_id)
        await access.change(here.values(arrived_at=now))


async def mark_done(access: StaffAccess, slot_id: int, now: datetime, next_on: date | None = None) -> Visit:
    """The visit took place: it enters the employee's history, and the next deadline follows from it.

    `next_on`: the earlier date that the professional set for the next one. Nothing medical is kept.
    """
    row = await _change(access, await _started_slot(access, slot_id, now), now, state=SlotState.DONE)
    _record(access, row, now, AuditKind.VISIT_DONE)
    visit = access.add(
        Visit(
            company_id=row.company_id, employee_id=row.employee_id or 0, kind=VisitKind(row.kind),
            done_on=row.starts.date(), professional=row.professional, place=row.centre, next_on=next_on,
        )
    )  # fmt: skip
    await access.flush()
    await _renew_deadline(access, visit)
    if row.request_id:
        request = await access.get(AppointmentRequest, row.request_id)
        request.state, request.done_at = RequestState.DONE, now
        await notify_asker_of(access, request, row, now)
    return visit


async def mark_absent(access: StaffAccess, slot_id: int, now: datetime, *, excused: bool = False) -> None:
    """Nobody came. Unexcused, the service's fee is owed, if the company had said that somebody would.

    The reason of an absence is never asked.
    """
    before = await _started_slot(access, slot_id, now)
    is_owed = before.state == SlotState.CONFIRMED and not excused
    fee = access.portal.settings.service_absence_fee_cents if is_owed else 0
    row = await _change(access, before, now, state=SlotState.ABSENT, fee_cents=fee)
    _record(access, row, now, AuditKind.VISIT_MISSED)
    await notify_asker_of(access, await release_request(access, before, now), row, now)


async def give_attestation(access: StaffAccess, visit_id: int, title: str) -> None:
    """Record the paper that the employer received of a visit: « attestation de suivi », « avis
    d’aptitude ».
    """
    visit = await access.get(Visit, visit_id)
    visit.notice = title[:40]


def _slot(opening: Opening, company_id: int, now: datetime) -> Slot:
    return Slot(
        company_id=company_id, starts_at=opening.starts_at, minutes=opening.minutes, kind=opening.kind,
        centre_id=opening.centre_id, professional=opening.professional, role=opening.role,
        created_at=now, updated_at=now,
    )  # fmt: skip


async def _living_slot(access: StaffAccess, slot_id: int) -> SlotRow:
    rows = await access.table(slot_rows(col(Slot.id) == slot_id)) if 0 < slot_id <= BIGGEST_ID else ()
    if not rows:
        raise NotFound
    row = SlotRow(*rows[0])
    if row.state not in LIVE:
        raise Refused(NOT_LIVE)
    return row


async def _started_slot(access: StaffAccess, slot_id: int, now: datetime) -> SlotRow:
    row = await _living_slot(access, slot_id)
    if row.employee_id is None or row.starts_at > now:
        raise Refused("Ce rendez-vous n’a pas encore eu lieu, ou il n’a personne.")
    return row


async def _change(access: StaffAccess, row: SlotRow, now: datetime, **values: Any) -> SlotRow:
    async with access.savepoint():
        return await change_slot(access, row, now, **values)


def _record(access: StaffAccess, row: SlotRow, now: datetime, kind: AuditKind) -> None:
    """In the company's history: which slot, and who of the service changed it."""
    access.record(kind, now, access.account.key, row.company_id, about_slot(row)[:200], row.id)


async def _renew_deadline(access: StaffAccess, visit: Visit) -> None:
    """Under a lock: a correction at the same time would compute its deadline without this visit."""
    employee = await access.get(Employee, visit.employee_id)
    held = access.select(Employee).where(col(Employee.id) == employee.key).with_for_update()
    await access.first(held.execution_options(populate_existing=True))
    mine = select(Visit).where(Visit.company_id == visit.company_id, Visit.employee_id == visit.employee_id)
    seen = [DoneVisit(VisitKind(each.kind), each.done_on, each.next_on) for each in await access.all(mine)]
    employee.last_visit_on = max(each.done_on for each in seen)
    for name, value in due_columns(employee, seen).items():
        setattr(employee, name, value)
