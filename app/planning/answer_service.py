"""What the employer answers to a slot: yes, somebody else, another date, nobody.

Who comes second is told who was quicker.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, update

from app.access import Access, MemberAccess
from app.appointments.asking_service import ask_for_another_date
from app.employees.declared import declared_of, name_of
from app.employees.service import Moment
from app.errors import Refused
from app.formats import day
from app.planning.notice_service import call, tell_cancelled
from app.planning.queries import answerers, candidates_for, open_request_of, slot_row
from app.planning.rules import LIVE, REASONS, Notice, notice_for
from app.planning.shown import hour
from app.planning.slot_queries import SlotRow
from db.models import AppointmentRequest, AuditKind, Employee, RequestState, Slot, SlotState

PAST = "Ce créneau est passé."
GIVEN = "Ce créneau a été donné à quelqu’un d’autre entre-temps."
NOT_THEIRS = "cette visite n’est ni à prévoir ni demandée, ou un rendez-vous est déjà pris."
BOOKED = "Cette personne a déjà un rendez-vous de ce type, ou un autre à la même heure."


@dataclass(frozen=True, slots=True)
class Seen:
    """A slot as the reader saw it: `sequence` is that of the page, None when it does not matter."""

    slot_id: int
    sequence: int | None = None


async def confirm_slot(access: MemberAccess, slot_id: int, at: Moment) -> None:
    """The employee named on the slot comes. Also takes back a slot that was given back. Twice is once."""
    row = await slot_row(access, slot_id)
    if row.state == SlotState.CONFIRMED and row.answered_by == access.account.key:
        return
    if row.state == SlotState.CONFIRMED:
        raise Refused(await told_by_whom(access, row), status_code=409)
    slot = await _answerable(access, row, at, {SlotState.PROPOSED, SlotState.DECLINED})
    if not row.name:
        raise Refused("Choisissez d’abord qui viendra.")
    if row.exit_on and row.exit_on < row.starts.date():
        raise Refused(f"{row.name} quitte l’entreprise le {day(row.exit_on)} : choisissez quelqu’un d’autre.")
    await _take(access, slot, at, {})
    await call(access, slot.key, access.company.key, at.now)
    access.trace(AuditKind.SLOT_CONFIRMED, at.now, _about(row))


async def give_slot(access: MemberAccess, seen: Seen, employee_id: int, at: Moment) -> None:
    """Somebody for an open slot, or somebody else for this one: the same kind of visit, due or asked for.

    Whoever was called before is told that it is off.
    """
    row = await slot_row(access, seen.slot_id)
    if row.state == SlotState.CONFIRMED and row.employee_id == employee_id:
        return
    slot = await _answerable(access, row, at, set(LIVE), seen.sequence)
    employee = await access.get(Employee, employee_id)
    await _check_candidate(access, row, employee)
    await tell_cancelled(access, row, at.now)
    await _release_request(access, slot, at.now)
    request = await open_request_of(access, employee.key, row.kind)
    request_id = request.key if request else None
    await _take(access, slot, at, {"employee_id": employee.key, "request_id": request_id})
    if request:
        request.state, request.planned_at, request.updated_at = RequestState.PLANNED, at.now, at.now
    await call(access, slot.key, access.company.key, at.now)
    kind = AuditKind.SLOT_REPLACED if row.name else AuditKind.SLOT_CONFIRMED
    about = name_of(declared_of(employee))
    access.trace(kind, at.now, f"{about}, {_when(row)}" + (f" (au lieu de {row.name})" if row.name else ""))


async def give_back(access: MemberAccess, seen: Seen, reason: str, at: Moment) -> None:
    """Nobody comes. The reason is from REASONS; what it costs is what the page said before the click."""
    row = await slot_row(access, seen.slot_id)
    if row.state == SlotState.DECLINED and row.reason == reason:
        return
    if reason not in REASONS:
        raise Refused("Choisissez dans la liste.", "reason")
    await _give_back(access, row, seen.sequence, reason, at)
    access.trace(AuditKind.SLOT_DECLINED, at.now, f"{_about(row)} : {REASONS[reason].lower()}")


async def ask_another_date(access: MemberAccess, seen: Seen, data: Any, at: Moment) -> AppointmentRequest:
    """The slot goes back to the service with wishes for another date, as a request that can be followed."""
    row = await slot_row(access, seen.slot_id)
    if row.employee_id is None:
        raise Refused("Ce créneau n’a personne : rendez-le simplement au service.")
    slot = await _give_back(access, row, seen.sequence, "autre_date", at)
    employee = await access.get(Employee, row.employee_id)
    request = await ask_for_another_date(access, slot, employee, data, at)
    access.trace(AuditKind.ANOTHER_DATE_ASKED, at.now, _about(row))
    return request


def notice_of(access: Access, row: SlotRow, now: datetime) -> Notice:
    settings = access.portal.settings
    return notice_for(row.starts_at, now, settings.service_notice_days, settings.service_absence_fee_cents)


async def told_by_whom(access: MemberAccess, row: SlotRow) -> str:
    """Who was quicker, and what they did."""
    names = await answerers(access, [row])
    who = names.get(row.answered_by or 0, "Le service")
    done = {
        SlotState.CONFIRMED: f"a déjà confirmé ce rendez-vous pour {row.name}",
        SlotState.DECLINED: "a déjà rendu ce créneau",
        SlotState.CANCELLED: "a annulé ce créneau",
    }.get(SlotState(row.state), "a modifié ce créneau")
    at = row.updated_at.astimezone(row.starts.tzinfo)
    return f"{who} {done}, le {at:%d/%m} à {hour(at)}. Voici ce qu’il en est maintenant."


async def _answerable(
    access: MemberAccess, row: SlotRow, at: Moment, states: set[SlotState], sequence: int | None = None
) -> Slot:
    """The slot, if it can still be answered as the reader saw it."""
    if row.starts_at <= at.now:
        raise Refused(PAST)
    if row.state not in states or (sequence is not None and sequence != row.sequence):
        raise Refused(await told_by_whom(access, row), status_code=409)
    return await access.get(Slot, row.id)


async def _check_candidate(access: MemberAccess, row: SlotRow, employee: Employee) -> None:
    name = name_of(declared_of(employee))
    if employee.exit_on and employee.exit_on < row.starts.date():
        raise Refused(f"{name} quitte l’entreprise le {day(employee.exit_on)}.", "employee")
    found = await candidates_for(access, row, "", None, only=employee.key)
    if not found:
        raise Refused(f"{name} : {NOT_THEIRS}", "employee")


async def _take(access: MemberAccess, slot: Slot, at: Moment, more: dict[str, Any]) -> None:
    answer = {"answered_by": access.account.key, "answered_at": at.now, "confirmed_at": at.now}
    answer |= {"state": SlotState.CONFIRMED, "reason": "", "fee_cents": 0}
    await change_slot(access, slot, at.now, **answer, **more)


async def _give_back(
    access: MemberAccess, row: SlotRow, sequence: int | None, reason: str, at: Moment
) -> Slot:
    slot = await _answerable(access, row, at, set(LIVE), sequence)
    notice = notice_of(access, row, at.now)
    fee = notice.fee_cents if row.name and not notice.is_free else 0
    await tell_cancelled(access, row, at.now)
    if reason != "autre_date":
        await _release_request(access, slot, at.now)
    await change_slot(
        access, slot, at.now, state=SlotState.DECLINED, reason=reason, fee_cents=fee,
        answered_by=access.account.key, answered_at=at.now, confirmed_at=None,
    )  # fmt: skip
    return slot


async def _release_request(access: MemberAccess, slot: Slot, now: datetime) -> None:
    """The request that this slot answered waits for another."""
    if slot.request_id:
        request = await access.get(AppointmentRequest, slot.request_id)
        if request.state == RequestState.PLANNED:
            request.state, request.planned_at, request.updated_at = RequestState.TAKEN, None, now
            request.taken_at = request.taken_at or now


async def change_slot(access: Access, slot: Slot, now: datetime, **values: Any) -> None:
    """Change a slot from the very state that was read; 409 when somebody was quicker."""
    mine = update(Slot).where(
        col(Slot.company_id) == slot.company_id, col(Slot.id) == slot.key, col(Slot.sequence) == slot.sequence
    )
    values |= {"sequence": slot.sequence + 1, "updated_at": now}
    try:
        changed = await access.change(mine.values(**values))
    except IntegrityError:
        is_back = slot.state == SlotState.DECLINED and "employee_id" not in values
        raise Refused(GIVEN if is_back else BOOKED, status_code=409) from None
    if not changed:
        raise Refused(GIVEN, status_code=409)


def _when(row: SlotRow) -> str:
    return f"{row.starts:%d/%m/%Y} à {hour(row.starts)}"


def _about(row: SlotRow) -> str:
    return f"{row.name or 'Créneau libre'}, {_when(row)}"
