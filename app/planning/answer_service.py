"""What the employer answers to a slot: yes, somebody else, another date, nobody.

Who comes second is told who was quicker.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, update

from app.access import Access, MemberAccess
from app.appointments.asking_service import ask_for_another_date
from app.company_details.telling_service import tell_team
from app.employees.declared import declared_of, name_of
from app.employees.service import Moment
from app.errors import Refused
from app.formats import day
from app.planning.asked_service import planned, release_request, request_for
from app.planning.notice_service import call, tell_cancelled
from app.planning.queries import answerers, candidates_for, open_request_of, slot_row
from app.planning.rules import LIVE, REASONS, Notice, notice_for
from app.planning.shown import about_slot, hour, long_day, slot_words
from app.planning.slot_queries import SlotRow
from db.models import AppointmentRequest, AuditKind, Employee, Slot, SlotState

PAST = "Ce créneau est passé."
GIVEN = "Ce créneau a été donné à quelqu’un d’autre entre-temps."
NOT_THEIRS = "cette visite n’est ni à prévoir ni demandée, ou un rendez-vous est déjà pris."
NO_MORE_FREE = "Le délai pour annuler sans frais vient de passer : lisez ce qu’il en coûte, et confirmez."
BOOKED = "Cette personne a déjà un rendez-vous de ce type, ou un autre à la même heure."


@dataclass(frozen=True, slots=True)
class Seen:
    """A slot as the reader saw it: `sequence` is that of the page, where giving it back was free or not."""

    slot_id: int
    sequence: int
    is_free: bool = True


async def confirm_slot(access: MemberAccess, seen: Seen, at: Moment) -> None:
    """The employee named on the slot comes. Also takes back a slot that was given back. Twice is once."""
    row = await slot_row(access, seen.slot_id)
    if row.state == SlotState.CONFIRMED and row.answered_by == access.account.key and row.is_as_answered:
        return
    slot = await _answerable(access, row, at, {SlotState.PROPOSED, SlotState.DECLINED}, seen.sequence)
    if not row.name:
        raise Refused("Choisissez d’abord qui viendra.")
    if row.exit_on and row.is_gone:
        raise Refused(f"{row.name} quitte l’entreprise le {day(row.exit_on)} : choisissez quelqu’un d’autre.")
    request = await request_for(access, slot, row.employee_id or 0)
    await _take(access, slot, at, {"request_id": planned(request, at.now)})
    await call(access, slot.key, access.company.key, at.now)
    access.trace(AuditKind.SLOT_CONFIRMED, at.now, about_slot(row))


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
    await release_request(access, slot, at.now)
    request = await request_for(access, slot, employee.key)
    await _take(access, slot, at, {"employee_id": employee.key, "request_id": planned(request, at.now)})
    await call(access, slot.key, access.company.key, at.now)
    kind = AuditKind.SLOT_REPLACED if row.name else AuditKind.SLOT_CONFIRMED
    about = f"{name_of(declared_of(employee))}, {slot_words(row)}"
    access.trace(kind, at.now, about + (f" (au lieu de {row.name})" if row.name else ""))


async def give_back(access: MemberAccess, seen: Seen, reason: str, at: Moment) -> None:
    """Nobody comes. The reason is from REASONS; what it costs is what the page said before the click."""
    row = await slot_row(access, seen.slot_id)
    if row.state == SlotState.DECLINED and row.reason == reason:
        return
    if reason not in REASONS:
        raise Refused("Choisissez dans la liste.", "reason")
    await _give_back(access, row, seen, reason, at)
    about = f"{about_slot(row)} : {REASONS[reason].lower()}"
    access.trace(AuditKind.SLOT_DECLINED, at.now, about)
    await tell_team(access, "Créneau rendu", about, at.now)


async def ask_another_date(access: MemberAccess, seen: Seen, data: Any, at: Moment) -> AppointmentRequest:
    """The slot goes back to the service with wishes for another date, as a request that can be followed.

    The same form sent twice gives what the first one made.
    """
    row = await slot_row(access, seen.slot_id)
    is_mine = row.answered_by == access.account.key and row.sequence == seen.sequence + 1
    if row.reason == "autre_date" and is_mine and row.employee_id:
        already = await open_request_of(access, row.employee_id, row.kind)
        if already:
            return already
    if row.employee_id is None:
        raise Refused("Ce créneau n’a personne : rendez-le simplement au service.")
    slot = await _give_back(access, row, seen, "autre_date", at)
    employee = await access.get(Employee, row.employee_id)
    request = await ask_for_another_date(access, slot, employee, data, at)
    access.trace(AuditKind.ANOTHER_DATE_ASKED, at.now, about_slot(row))
    await tell_team(access, "Autre date demandée", about_slot(row), at.now, data.message)
    return request


def notice_of(access: Access, row: SlotRow, now: datetime) -> Notice:
    """What giving it back costs now: nothing as long as nobody said that somebody comes."""
    settings = access.portal.settings
    told = notice_for(row.starts_at, now, settings.service_notice_days, settings.service_absence_fee_cents)
    return told if row.state == SlotState.CONFIRMED else replace(told, is_free=True, is_bound=False)


async def told_by_whom(access: MemberAccess, row: SlotRow) -> str:
    """Who was quicker, and what they did."""
    names = await answerers(access, [row]) if row.is_as_answered else {}
    who = names.get(row.answered_by or 0, "Le service")
    moved = f"a déplacé ce rendez-vous au {long_day(row.starts.date())} à {hour(row.starts)}"
    done = {
        SlotState.CONFIRMED: f"a déjà confirmé ce rendez-vous pour {row.name}" if names else moved,
        SlotState.DECLINED: "a déjà rendu ce créneau",
        SlotState.CANCELLED: "a annulé ce créneau",
    }.get(SlotState(row.state), "a modifié ce créneau")
    at = row.updated_at.astimezone(row.starts.tzinfo)
    return f"{who} {done}, le {at:%d/%m} à {hour(at)}. Voici ce qu’il en est maintenant."


async def _answerable(
    access: MemberAccess, row: SlotRow, at: Moment, states: set[SlotState], sequence: int
) -> Slot:
    """The slot, if it can still be answered as the reader saw it."""
    if row.starts_at <= at.now:
        raise Refused(PAST)
    if row.state not in states or sequence != row.sequence:
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


async def _give_back(access: MemberAccess, row: SlotRow, seen: Seen, reason: str, at: Moment) -> Slot:
    slot = await _answerable(access, row, at, set(LIVE), seen.sequence)
    notice = notice_of(access, row, at.now)
    if seen.is_free and not notice.is_free:
        raise Refused(NO_MORE_FREE)
    fee = 0 if notice.is_free else notice.fee_cents
    await tell_cancelled(access, row, at.now)
    if reason != "autre_date":
        await release_request(access, slot, at.now)
    await change_slot(
        access, slot, at.now, state=SlotState.DECLINED, reason=reason, fee_cents=fee,
        answered_by=access.account.key, answered_at=at.now, confirmed_at=None,
    )  # fmt: skip
    return slot


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
