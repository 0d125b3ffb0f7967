"""What the employer does: ask, write, cancel, mark as read."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.access import MemberAccess
from app.appointments.forms import MOST_PEOPLE, NOT_TOLD, Folded, NewMessage
from app.appointments.people_queries import called_for_due, mid_careers, people_by_id, subject_of
from app.appointments.queries import batch_of, held_request, open_for
from app.appointments.rows import message_from, named, request_from, wishes_of
from app.appointments.rules import MOTIVES, objection
from app.appointments.thread_queries import centres, slot_of_request
from app.company_details.telling_service import tell_team
from app.employees.service import Moment
from app.errors import NotFound, Refused
from app.fields import once_key
from app.formats import day, plural
from db.models import (
    AppointmentRequest,
    AuditKind,
    Employee,
    RequestMessage,
    RequestMotive,
    RequestState,
    Slot,
    SlotState,
)

FOR_ONE = {RequestMotive.RETURN, RequestMotive.ACCIDENT}
LONG_STOP = "Cet arrêt dure 30 jours ou plus : demandez une visite de reprise, elle est obligatoire."
OTHER_VISIT = "Une autre date est déjà demandée pour une autre visite de cette personne."
SHORT_STOP = 30  # days: from there on, an accident at work asks for a visit (R4624-31)


async def ask_for_visits(
    access: MemberAccess, motive: RequestMotive, data: Any, at: Moment
) -> list[AppointmentRequest]:
    """One request an employee. The same form sent twice gives what the first one made.

    `Refused` names the employee for whom this may not be asked, or who has such a request under way.
    """
    if already := await batch_of(access, once_key(data)):
        return already
    people = await _chosen(access, motive, data)
    _check_dates(motive, data, people, at.today)
    if motive == RequestMotive.EMPLOYER and not data.told:
        raise Refused(NOT_TOLD, "told")
    called, seen = await called_for_due(access, people), await mid_careers(access, people)
    for each in people:
        exposed = getattr(data, "was_exposed", False)
        subject = subject_of(
            each, is_exposed=exposed, called_at=called.get(each.key), seen_on=seen.get(each.key)
        )
        if words := objection(motive, subject, at.today):
            raise Refused(f"{named(each)} : {words}", "employees")
    if under_way := await open_for(access, motive, [each.key for each in people]):
        names = {each.key: named(each) for each in people}
        raise Refused(
            f"{names[under_way[0].employee_id]} : une demande du même motif est déjà en cours.", "employees"
        )
    asked = [access.add(request_from(access, motive, each, data, at)) for each in people]
    await access.flush()
    for request, each in zip(asked, people, strict=True):
        if getattr(data, "message", ""):
            access.add(message_from(access, request, data.message, once_key(data), at))
        access.trace(AuditKind.APPOINTMENT_ASKED, at.now, f"{named(each)} : {MOTIVES[motive].title}")
    about = ", ".join(named(each) for each in people)
    await tell_team(access, MOTIVES[motive].title, about, at.now, getattr(data, "message", ""))
    return asked


async def ask_for_another_date(
    access: MemberAccess, slot: Slot, employee: Employee, data: Any, at: Moment
) -> AppointmentRequest:
    """The appointment does not suit: the request it came from is open again, or a new one says so."""
    await _check_centre(access, data)
    request = await _again(access, slot, employee)
    if request is None:
        motive = RequestMotive.ANOTHER_DATE
        request = access.add(request_from(access, motive, employee, data, at, slot.kind))
    elif request.state != RequestState.SENT:
        request.state, request.planned_at = RequestState.TAKEN, None
        request.taken_at = request.taken_at or at.now
    request.updated_at = at.now
    for name, value in wishes_of(data).items():
        setattr(request, name, value)
    await access.flush()
    if data.message:
        access.add(message_from(access, request, data.message, once_key(data), at))
    return request


async def write_message(access: MemberAccess, request_id: int, data: NewMessage, at: Moment) -> None:
    """A message to the service. Writing is having read what it answered."""
    request = await held_request(access, request_id)
    sent = access.select(RequestMessage).where(
        RequestMessage.request_id == request.key, RequestMessage.token == once_key(data)
    )
    if await access.first(sent) is None:
        access.add(message_from(access, request, data.text, once_key(data), at))
        request.unread_at, request.updated_at = None, at.now
        employee = await access.get(Employee, request.employee_id)
        await tell_team(access, "Message sur une demande de visite", named(employee), at.now, data.text)


async def mark_as_read(access: MemberAccess, request_id: int) -> None:
    request = await access.get(AppointmentRequest, request_id)
    request.unread_at = None


async def cancel_request(access: MemberAccess, request_id: int, at: Moment) -> AppointmentRequest:
    """Before an appointment is fixed; afterwards the appointment itself is given back, on the planning."""
    request = await held_request(access, request_id)
    if request.state == RequestState.CANCELLED:
        return request
    if request.state in {RequestState.DONE, RequestState.REFUSED}:
        raise Refused("Cette demande est terminée : elle ne s’annule plus.")
    slot = await slot_of_request(access, request.key)
    if slot and slot.state != SlotState.DONE:
        raise Refused("Un rendez-vous est proposé : répondez-y dans « Mon planning ».")
    request.state, request.cancelled_at, request.updated_at = RequestState.CANCELLED, at.now, at.now
    request.unread_at = None
    employee = await access.get(Employee, request.employee_id)
    access.trace(AuditKind.APPOINTMENT_CANCELLED, at.now, named(employee))
    await tell_team(access, "Demande de visite annulée", named(employee), at.now)
    return request


async def _again(access: MemberAccess, slot: Slot, employee: Employee) -> AppointmentRequest | None:
    """The request that this slot answers, or the one that already asks for another date of this visit."""
    if slot.request_id:
        return await access.get(AppointmentRequest, slot.request_id)
    for request in await open_for(access, RequestMotive.ANOTHER_DATE, [employee.key]):
        if request.kind != slot.kind:
            raise Refused(OTHER_VISIT)
        return request
    return None


async def _chosen(access: MemberAccess, motive: RequestMotive, data: Folded) -> Sequence[Employee]:
    ids = sorted(set(data.employees))
    if not ids:
        raise Refused("Choisissez au moins un salarié.", "employees")
    if motive in FOR_ONE and len(ids) > 1:
        raise Refused("Cette demande se fait salarié par salarié : n’en gardez qu’un.", "employees")
    if len(ids) > MOST_PEOPLE:
        raise Refused(f"Une demande porte sur {plural(MOST_PEOPLE, 'salarié')} au plus.", "employees")
    people = await people_by_id(access, ids)
    if len(people) < len(ids):
        raise NotFound
    await _check_centre(access, data)
    return sorted(people.values(), key=lambda each: each.sort_key)


async def _check_centre(access: MemberAccess, data: Folded) -> None:
    centre = getattr(data, "centre", "")
    if centre and centre not in await centres(access):
        raise Refused("Choisissez un centre dans la liste.", "centre")


def _check_dates(motive: RequestMotive, data: Any, people: Sequence[Employee], today: date) -> None:
    if motive == RequestMotive.END_OF_CAREER and data.back_on and date.fromisoformat(data.back_on) < today:
        raise Refused("Ce départ à la retraite est passé : demandez une visite post-exposition.", "back_on")
    if motive not in FOR_ONE:
        return
    first, back = date.fromisoformat(data.stop_from), date.fromisoformat(data.back_on)
    entry = max(each.entry_on for each in people)
    if first > today:
        raise Refused("Le début de l’arrêt est dans le futur.", "stop_from")
    if first < entry:
        raise Refused(f"L’arrêt commence avant l’entrée dans l’entreprise, le {day(entry)}.", "stop_from")
    if back <= first:
        raise Refused("La reprise doit suivre le début de l’arrêt.", "back_on")
    if (back - today).days > 366:
        raise Refused("La reprise est dans plus d’un an.", "back_on")
    if motive == RequestMotive.ACCIDENT and (back - first).days >= SHORT_STOP:
        raise Refused(LONG_STOP, "back_on")
