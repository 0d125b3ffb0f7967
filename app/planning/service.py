"""What the service does of its planning: publish, assign, move, withdraw, mark done or absent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.access import StaffAccess
from app.employees.declared import set_due
from app.employees.rules import Seen
from app.errors import NotFound, Refused
from app.planning.answer_service import change_slot
from app.planning.asked_service import planned, release_request, tell_of
from app.planning.notice_service import tell_answerer, tell_cancelled, tell_change
from app.planning.queries import open_request_of
from app.planning.rules import LIVE
from app.planning.shown import about_slot
from app.planning.slot_queries import SlotRow, slot_rows
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
    slot = await _living(access, slot_id)
    employee = await access.get(Employee, employee_id)
    asked = access.get(AppointmentRequest, request_id) if request_id else None
    request = await (asked or open_request_of(access, employee.key, slot.kind))
    if employee.company_id != slot.company_id or (request and request.employee_id != employee.key):
        raise NotFound
    if employee.exit_on and employee.exit_on < slot.starts_at.date():
        raise Refused("Cette personne a quitté l’entreprise à cette date.")
    before = await _row(access, slot)
    await tell_cancelled(access, before, now)
    await release_request(access, slot, now)
    answers = {"employee_id": employee.key, "request_id": planned(request, now)}
    if request:
        request.taken_at = request.taken_at or now
    row = await _change(access, slot, now, AuditKind.SLOT_PROPOSED, state=SlotState.PROPOSED, **answers)
    await tell_of(access, request, row, now)


async def move_slot(access: StaffAccess, slot_id: int, starts_at: datetime, now: datetime) -> None:
    """Another hour for an appointment: who was called is told of it, and who confirmed it."""
    slot = await _living(access, slot_id)
    if starts_at <= now:
        raise Refused("Un créneau ne se déplace pas dans le passé.")
    before = await _row(access, slot)
    after = await _change(access, slot, now, AuditKind.SLOT_MOVED, starts_at=starts_at)
    await tell_change(access, after, now)
    await tell_answerer(access, before, after, now)


async def withdraw_slot(access: StaffAccess, slot_id: int, now: datetime) -> None:
    """The service cannot hold it: who was called is told, and who confirmed it; the request waits again."""
    slot = await _living(access, slot_id)
    before = await _row(access, slot)
    await tell_cancelled(access, before, now)
    after = await _change(access, slot, now, AuditKind.SLOT_WITHDRAWN, state=SlotState.CANCELLED)
    request = await release_request(access, slot, now)
    if request:
        await tell_of(access, request, after, now)
    else:
        await tell_answerer(access, before, None, now)


async def mark_done(access: StaffAccess, slot_id: int, now: datetime, next_on: date | None = None) -> Visit:
    """The visit took place: it enters the employee's history, and the next deadline follows from it.

    `next_on`: the earlier date that the professional set for the next one. Nothing medical is kept.
    """
    slot = await _started(access, slot_id, now)
    row = await _change(access, slot, now, AuditKind.VISIT_DONE, state=SlotState.DONE)
    visit = access.add(
        Visit(
            company_id=slot.company_id, employee_id=slot.employee_id or 0, kind=slot.kind,
            done_on=row.starts.date(), professional=slot.professional, place=row.centre, next_on=next_on,
        )
    )  # fmt: skip
    await access.flush()
    await _renew_deadline(access, visit)
    if slot.request_id:
        request = await access.get(AppointmentRequest, slot.request_id)
        request.state, request.done_at = RequestState.DONE, now
        await tell_of(access, request, row, now)
    return visit


async def mark_absent(access: StaffAccess, slot_id: int, now: datetime, *, excused: bool = False) -> None:
    """Nobody came. Unexcused, the service's fee is owed, if the company had said that somebody would.

    The reason of an absence is never asked.
    """
    slot = await _started(access, slot_id, now)
    is_owed = slot.state == SlotState.CONFIRMED and not excused
    fee = access.portal.settings.service_absence_fee_cents if is_owed else 0
    row = await _change(access, slot, now, AuditKind.VISIT_MISSED, state=SlotState.ABSENT, fee_cents=fee)
    await tell_of(access, await release_request(access, slot, now), row, now)


async def give_attestation(access: StaffAccess, visit_id: int, title: str) -> None:
    """What the employer received of a visit: « attestation de suivi », « avis d’aptitude »."""
    visit = await access.get(Visit, visit_id)
    visit.notice = title[:40]


def _slot(opening: Opening, company_id: int, now: datetime) -> Slot:
    return Slot(
        company_id=company_id, starts_at=opening.starts_at, minutes=opening.minutes, kind=opening.kind,
        centre_id=opening.centre_id, professional=opening.professional, role=opening.role,
        created_at=now, updated_at=now,
    )  # fmt: skip


async def _living(access: StaffAccess, slot_id: int) -> Slot:
    slot = await access.get(Slot, slot_id)
    if slot.state not in LIVE:
        raise Refused(NOT_LIVE)
    return slot


async def _started(access: StaffAccess, slot_id: int, now: datetime) -> Slot:
    slot = await _living(access, slot_id)
    if slot.employee_id is None or slot.starts_at > now:
        raise Refused("Ce rendez-vous n’a pas encore eu lieu, ou il n’a personne.")
    return slot


async def _change(access: StaffAccess, slot: Slot, now: datetime, kind: AuditKind, **values: Any) -> SlotRow:
    """The slot as it is then; the company's history says who did it."""
    async with access.savepoint():
        await change_slot(access, slot, now, **values)
    row = await _row(access, slot)
    access.record(kind, now, access.account.key, slot.company_id, about_slot(row)[:200])
    return row


async def _row(access: StaffAccess, slot: Slot) -> SlotRow:
    (row,) = await access.table(slot_rows(Slot.company_id == slot.company_id, col(Slot.id) == slot.key))
    return SlotRow(*row)


async def _renew_deadline(access: StaffAccess, visit: Visit) -> None:
    employee = await access.get(Employee, visit.employee_id)
    mine = select(Visit).where(Visit.company_id == visit.company_id, Visit.employee_id == visit.employee_id)
    seen = [Seen(VisitKind(each.kind), each.done_on, each.next_on) for each in await access.all(mine)]
    employee.last_visit_on = max(each.done_on for each in seen)
    set_due(employee, seen)
