"""Answers of the employer to a slot: yes, somebody else, another date, nobody.

Each change is one UPDATE from the `sequence` that the page showed: no row reached means that somebody was
quicker, and the answer names them. A partial unique index keeps anybody from being booked twice for one
visit; an exclusion constraint on PostgreSQL, and triggers on SQLite (migration 0007), keep a professional and
an employee out of two slots that overlap. Revisit for slots for several people.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, update

from app.access import BIGGEST_ID, Access, MemberAccess, StaffAccess
from app.appointments.acts import ask_for_another_date
from app.appointments.staff import OVER, notify_asker
from app.clock import Moment
from app.company_details.team import notify_team
from app.employees.declared import employee_name
from app.errors import NotFound, Refused
from app.planning.convocations import notify_cancellation, send_convocation, when_words
from app.planning.queries import SlotRow, answerers, candidates_for, notice_of, open_request_of, slot_rows
from app.planning.rules import LIVE, REASONS
from app.planning.views import about_slot, hour
from app.text.formats import day, long_day
from db.models import AppointmentRequest, AuditKind, Employee, RequestState, Slot, SlotState


async def request_for(
    access: MemberAccess | StaffAccess, row: SlotRow, employee_id: int
) -> AppointmentRequest | None:
    """The request that an appointment of this person answers: the one it came from, or one for that visit. A
    slot that was given back and is taken again may have come from one that is over.
    """
    if row.request_id and row.employee_id == employee_id:
        request = await access.get(AppointmentRequest, row.request_id)
        if request.state not in OVER:
            return request
    return await open_request_of(access, employee_id, row.kind)


def plan(request: AppointmentRequest | None, now: datetime) -> None:
    """An appointment answers it. To be said once the slot is taken: whoever changes both takes the slot
    first, so that no two wait for each other.
    """
    if request and request.state not in OVER:
        request.state, request.planned_at, request.updated_at = RequestState.PLANNED, now, now
        request.question_at = None


async def notify_asker_of(
    access: StaffAccess, request: AppointmentRequest | None, row: SlotRow, now: datetime
) -> None:
    """Mail the person who asked: the appointment, as it is (`row`)."""
    if request is None:
        return
    when = when_words(row.starts)
    news = {
        SlotState.CANCELLED: f"Le service annule le rendez-vous ({when}) et proposera une autre date.",
        SlotState.ABSENT: f"Personne n’est venu au rendez-vous ({when}) : dites au service ce qu’il en est.",
        SlotState.DONE: f"La visite a eu lieu ({when}).",
    }.get(SlotState(row.state), f"Rendez-vous proposé : {when}, {row.place}. Répondez dans « Mon planning ».")
    await notify_asker(access, request, now, news=news)


async def release_request(
    access: MemberAccess | StaffAccess, before: SlotRow, now: datetime
) -> AppointmentRequest | None:
    """The request that the slot answered, as it was, waits for another."""
    if not before.request_id:
        return None
    request = await access.get(AppointmentRequest, before.request_id)
    if request.state == RequestState.PLANNED:
        request.state, request.planned_at, request.updated_at = RequestState.TAKEN, None, now
        request.taken_at, request.question_at = request.taken_at or now, None
    return request


PAST = "Ce créneau est passé."
GIVEN = "Ce créneau a été donné à quelqu’un d’autre entre-temps."
NOT_THEIRS = "cette visite n’est ni à prévoir ni demandée, ou un rendez-vous est déjà pris."
NO_MORE_FREE = "Le délai pour annuler sans frais vient de passer : lisez ce qu’il en coûte, et confirmez."
BOOKED = "Cette personne a déjà un rendez-vous de ce type, ou un autre à la même heure."


# Each act is given the slot as it was read (`row`), and writes only if it is still so.


@dataclass(frozen=True, slots=True)
class SeenSlot:
    """A slot as the page of the reader had it: its `sequence`, and whether giving it back was free then."""

    sequence: int
    is_free: bool = True


async def confirm_slot(access: MemberAccess, row: SlotRow, seen: SeenSlot, at: Moment) -> SlotRow:
    """The employee named on the slot comes: the slot as it now is. Also takes back a slot that was given
    back. Twice is once.
    """
    if _is_confirmed_by(access, row):
        return row
    states = {SlotState.PROPOSED, SlotState.DECLINED}
    taken, request = await _take_as_named(access, row, seen, at, states)
    await _finish_confirmation(access, taken, request, at)
    return taken


async def confirm_together(
    access: MemberAccess, sequences: Mapping[int, int], at: Moment
) -> list[tuple[SlotRow, str]]:
    """Confirm each of these slots as the page showed it (its `sequence`, by its number): those that are not
    confirmed, and why. NotFound when one is not this company's.

    All slots are taken before a request is written, and in the order of their numbers: two colleagues at
    once do not wait for each other.
    """
    taken, refused = [], []
    for row in await _rows_of(access, sequences):
        if _is_confirmed_by(access, row):
            continue
        seen = SeenSlot(sequences[row.id])
        try:
            async with access.savepoint():
                taken.append(await _take_as_named(access, row, seen, at, {SlotState.PROPOSED}))
        except Refused as why:
            refused.append((row, why.message))
    for row, request in taken:
        await _finish_confirmation(access, row, request, at)
    return refused


async def give_slot(
    access: MemberAccess, row: SlotRow, seen: SeenSlot, employee_id: int, at: Moment
) -> SlotRow:
    """Give an open slot to an employee, or this one to another: the same kind of visit, due or asked for. The
    slot as it now is.

    The employee called before gets a cancellation.
    """
    if row.state == SlotState.CONFIRMED and row.employee_id == employee_id:
        return row
    await _check_answerable(access, row, at, set(LIVE), seen.sequence)
    employee = await access.get(Employee, employee_id)
    await _check_candidate(access, row, employee)
    request = await request_for(access, row, employee.key)
    taken = (await _take(access, row, at, request, employee_id=employee.key)).given_to(employee)
    plan(request, at.now)
    await release_request(access, row, at.now)
    await notify_cancellation(access, row, at.now)
    await send_convocation(access, taken, at.now)
    kind = AuditKind.SLOT_REPLACED if row.name else AuditKind.SLOT_CONFIRMED
    about = about_slot(taken) + (f" (au lieu de {row.name})" if row.name else "")
    access.trace(kind, at.now, about, row.id)
    return taken


async def give_back(access: MemberAccess, row: SlotRow, seen: SeenSlot, reason: str, at: Moment) -> SlotRow:
    """Give the slot back: the slot as it now is. `reason` is from REASONS; the cost is the one on the page
    before the click.
    """
    if row.state == SlotState.DECLINED and row.reason == reason:
        return row
    if reason not in REASONS:
        raise Refused("Choisissez ce que devient cette visite.", "reason")
    given = await _give_back(access, row, seen, reason, at)
    await release_request(access, row, at.now)
    await notify_cancellation(access, row, at.now)
    about = f"{about_slot(row)} : {REASONS[reason].lower()}"
    access.trace(AuditKind.SLOT_DECLINED, at.now, about, row.id)
    notify_team(access, "Créneau rendu", about, at.now)
    return given


async def ask_another_date(
    access: MemberAccess, row: SlotRow, seen: SeenSlot, data: Any, at: Moment
) -> AppointmentRequest:
    """The slot goes back to the service with wishes for another date, as a request that can be followed.

    The same form sent twice gives what the first one made.
    """
    is_mine = row.answered_by == access.account.key and row.sequence == seen.sequence + 1
    if row.reason == "autre_date" and is_mine and row.employee_id:
        already = await open_request_of(access, row.employee_id, row.kind)
        if already:
            return already
    if row.employee_id is None:
        raise Refused("Ce créneau n’a personne : rendez-le simplement au service.")
    await _give_back(access, row, seen, "autre_date", at)
    request = await ask_for_another_date(access, row, data, at)
    await notify_cancellation(access, row, at.now)
    access.trace(AuditKind.ANOTHER_DATE_ASKED, at.now, about_slot(row), request.key)
    notify_team(access, "Autre date demandée", about_slot(row), at.now, data.message)
    return request


async def quicker_answer(access: MemberAccess, row: SlotRow) -> str:
    """The name of the person who was quicker, and their act."""
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


async def _check_answerable(
    access: MemberAccess, row: SlotRow, at: Moment, states: set[SlotState], sequence: int
) -> None:
    """Check that the slot can still be answered as the reader saw it."""
    if row.starts_at <= at.now:
        raise Refused(PAST)
    if row.state not in states or sequence != row.sequence:
        raise Refused(await quicker_answer(access, row), status_code=409)


async def _check_candidate(access: MemberAccess, row: SlotRow, employee: Employee) -> None:
    name = employee_name(employee)
    if employee.exit_on and employee.exit_on < row.starts.date():
        raise Refused(f"{name} quitte l’entreprise le {day(employee.exit_on)}.", "employee")
    candidates = await candidates_for(access, row, "", None, only=employee.key)
    if not candidates:
        raise Refused(f"{name} : {NOT_THEIRS}", "employee")


async def _rows_of(access: MemberAccess, numbers: Collection[int]) -> list[SlotRow]:
    """These slots, by number."""
    if max(numbers) > BIGGEST_ID:
        raise NotFound
    mine = slot_rows(col(Slot.company_id) == access.company.key, col(Slot.id).in_(numbers))
    rows = [SlotRow(*row) for row in await access.table(mine)]
    if len(rows) < len(numbers):
        raise NotFound
    return sorted(rows, key=lambda each: each.id)


def _is_confirmed_by(access: MemberAccess, row: SlotRow) -> bool:
    return row.state == SlotState.CONFIRMED and row.answered_by == access.account.key and row.is_as_answered


async def _take_as_named(
    access: MemberAccess, row: SlotRow, seen: SeenSlot, at: Moment, states: set[SlotState]
) -> tuple[SlotRow, AppointmentRequest | None]:
    """The slot confirmed for the person whom it names, and the request that it answers."""
    await _check_answerable(access, row, at, states, seen.sequence)
    if not row.name:
        raise Refused("Choisissez d’abord qui viendra.")
    if row.exit_on and row.is_gone:
        raise Refused(f"{row.name} quitte l’entreprise le {day(row.exit_on)} : choisissez quelqu’un d’autre.")
    request = await request_for(access, row, row.employee_id or 0)
    return await _take(access, row, at, request), request


async def _finish_confirmation(
    access: MemberAccess, taken: SlotRow, request: AppointmentRequest | None, at: Moment
) -> None:
    plan(request, at.now)
    await send_convocation(access, taken, at.now)
    access.trace(AuditKind.SLOT_CONFIRMED, at.now, about_slot(taken), taken.id)


async def _take(
    access: MemberAccess, row: SlotRow, at: Moment, request: AppointmentRequest | None, **more: Any
) -> SlotRow:
    answer = {"answered_by": access.account.key, "answered_at": at.now, "confirmed_at": at.now}
    answer |= {"state": SlotState.CONFIRMED, "reason": "", "fee_cents": 0}
    answer |= {"request_id": request.key if request else None}
    return await change_slot(access, row, at.now, **answer, **more)


async def _give_back(access: MemberAccess, row: SlotRow, seen: SeenSlot, reason: str, at: Moment) -> SlotRow:
    await _check_answerable(access, row, at, set(LIVE), seen.sequence)
    notice = notice_of(access, row, at.now)
    if seen.is_free and not notice.is_free:
        raise Refused(NO_MORE_FREE)
    fee = 0 if notice.is_free else notice.fee_cents
    return await change_slot(
        access, row, at.now, state=SlotState.DECLINED, reason=reason, fee_cents=fee,
        answered_by=access.account.key, answered_at=at.now, confirmed_at=None,
    )  # fmt: skip


async def change_slot(access: Access, row: SlotRow, now: datetime, **values: Any) -> SlotRow:
    """Change a slot from the very state that was read; 409 when somebody was quicker. As it is then, but for
    the columns of another employee: `given_to`.
    """
    mine = update(Slot).where(
        col(Slot.company_id) == row.company_id, col(Slot.id) == row.id, col(Slot.sequence) == row.sequence
    )
    values |= {"sequence": row.sequence + 1, "updated_at": now}
    try:
        changed = await access.change(mine.values(handled_at=None, **values))
    except IntegrityError:
        is_back = row.state == SlotState.DECLINED and "employee_id" not in values
        raise Refused(GIVEN if is_back else BOOKED, status_code=409) from None
    if not changed:
        raise Refused(GIVEN, status_code=409)
    return row._replace(**values)
