"""Acts of the employer on a request: ask, write, cancel, mark as read.

A request is about one employee. Asking for several makes one each, with their own state and thread, made
together or not at all; the token drawn with the form makes a second click find the first ones. Revisit for
group visits.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

from app.access import MemberAccess
from app.appointments.forms import NOT_TOLD, Folded, NewMessage
from app.appointments.queries import (
    centres,
    locked_request,
    mid_careers,
    open_for,
    slot_of_request,
    subject_of,
)
from app.appointments.rules import MOTIVES, objection, visit_kind
from app.clock import Moment
from app.company_details.team import notify_team
from app.employees.declared import employee_name
from app.employees.person import employees_by_id
from app.employees.standings import OPEN_STATES, standings_of
from app.employees.together import MOST_ASKED
from app.errors import NotFound, Refused
from app.follow_up.standing import Call
from app.text.counts import plural
from app.text.fields import once_key
from app.text.formats import day
from db.models import (
    AppointmentRequest,
    AuditKind,
    Employee,
    RequestMessage,
    RequestMotive,
    RequestState,
    SlotState,
)


class CalledSlot(Protocol):
    """Of a slot that calls somebody, what a request for another date takes over."""

    @property
    def kind(self) -> str: ...
    @property
    def request_id(self) -> int | None: ...
    @property
    def employee_id(self) -> int | None: ...


def request_from(
    access: MemberAccess, motive: RequestMotive, employee_id: int, kind: str, data: Any, at: Moment
) -> AppointmentRequest:
    """`kind`: of the visit, when the motive does not say it."""
    first, back = getattr(data, "stop_from", ""), getattr(data, "back_on", "")
    return AppointmentRequest(
        company_id=access.company.key, employee_id=employee_id, account_id=access.account.key,
        on_behalf=access.membership.third_party, batch=once_key(data), motive=motive,
        kind=visit_kind(motive, kind) or "",
        cause=getattr(data, "cause", ""), reason=getattr(data, "reason", ""),
        stop_from=date.fromisoformat(first) if first else None,
        back_on=date.fromisoformat(back) if back else None,
        sent_at=at.now, updated_at=at.now, **wishes_of(data),
    )  # fmt: skip


def wishes_of(data: Any) -> dict[str, Any]:
    centre = getattr(data, "centre", "")
    return {
        "half_days": " ".join(data.half_days),
        "centre_id": int(centre) if centre else None,
        "needs_access": getattr(data, "needs_access", False),
        "interpreter": getattr(data, "interpreter", ""),
    }


def message_from(
    access: MemberAccess, request: AppointmentRequest, text: str, token: str, at: Moment
) -> RequestMessage:
    return RequestMessage(
        company_id=access.company.key, request_id=request.key, account_id=access.account.key,
        token=token, text=text, at=at.now,
    )  # fmt: skip


class Objection(NamedTuple):
    """`call`: the appointment that makes this visit not late."""

    name: str
    words: str
    call: Call | None


FOR_ONE = {RequestMotive.RETURN, RequestMotive.ACCIDENT}
LONG_STOP = "Cet arrêt dure 30 jours ou plus : demandez une visite de reprise, elle est obligatoire."
OTHER_VISIT = "Une autre date est déjà demandée pour une autre visite de cette personne."
SHORT_STOP = 30  # days: from there on, an accident at work asks for a visit (R4624-31)


async def ask_for_visits(
    access: MemberAccess, motive: RequestMotive, data: Any, at: Moment
) -> list[AppointmentRequest]:
    """One request an employee, of a form that made none yet: `batch_of` says so. Of the same one sent twice
    at once, the database refuses the second.

    `Refused` names the employee for whom this may not be asked, or who has such a request under way.
    """
    people = await _chosen_people(access, motive, data)
    _check_dates(motive, data, people, at.today)
    if motive == RequestMotive.EMPLOYER and not data.told:
        raise Refused(NOT_TOLD, "told")
    is_exposed = bool(getattr(data, "was_exposed", False))
    for name, words, _ in await objections(access, motive, people, at, is_exposed=is_exposed):
        raise Refused(f"{name} : {words}", "employees")
    if under_way := await open_for(access, motive, [each.key for each in people]):
        names = {each.key: employee_name(each) for each in people}
        raise Refused(
            f"{names[under_way[0].employee_id]} : une demande du même motif est déjà en cours.", "employees"
        )
    requests = [
        access.add(request_from(access, motive, each.key, kind=each.due_kind, data=data, at=at))
        for each in people
    ]
    await access.flush()
    for request, each in zip(requests, people, strict=True):
        if getattr(data, "message", ""):
            access.add(message_from(access, request, data.message, once_key(data), at))
        about = f"{employee_name(each)} : {MOTIVES[motive].title}"
        access.trace(AuditKind.APPOINTMENT_ASKED, at.now, about, request.key)
    about = ", ".join(employee_name(each) for each in people)
    notify_team(access, MOTIVES[motive].title, about, at.now, getattr(data, "message", ""))
    return requests


async def objections(
    access: MemberAccess, motive: RequestMotive, people: Sequence[Employee], at: Moment, *, is_exposed: bool
) -> list[Objection]:
    """Those of these people for whom this visit has no ground, and why."""
    is_overdue = motive == RequestMotive.OVERDUE
    standings = await standings_of(access, people, at) if is_overdue else {}
    seen = await mid_careers(access, people) if motive == RequestMotive.MID_CAREER else {}
    found = []
    for each in people:
        call = standings[each.key].call if is_overdue else None
        call = call if call and call.kind == each.due_kind else None
        subject = subject_of(each, is_exposed=is_exposed, call=call, seen_on=seen.get(each.key))
        if words := objection(motive, subject, at.today):
            found.append(Objection(employee_name(each), words, call))
    return found


async def ask_for_another_date(
    access: MemberAccess, slot: CalledSlot, data: Any, at: Moment
) -> AppointmentRequest:
    """The appointment does not suit: the request it came from is open again, or a new one says so."""
    await _check_centre(access, data)
    request = await _request_again(access, slot)
    if request is None:
        motive, employee_id = RequestMotive.ANOTHER_DATE, slot.employee_id or 0
        request = access.add(request_from(access, motive, employee_id, kind=slot.kind, data=data, at=at))
    elif request.state != RequestState.SENT:
        request.state, request.planned_at = RequestState.TAKEN, None
        request.taken_at = request.taken_at or at.now
    request.updated_at, request.question_at = at.now, None
    for name, value in wishes_of(data).items():
        setattr(request, name, value)
    await access.flush()
    if data.message:
        access.add(message_from(access, request, data.message, once_key(data), at))
    return request


async def write_message(access: MemberAccess, request_id: int, data: NewMessage, at: Moment) -> None:
    """A message to the service. Writing is having read what it answered."""
    request = await locked_request(access, request_id)
    sent = access.select(RequestMessage).where(
        RequestMessage.request_id == request.key, RequestMessage.token == once_key(data)
    )
    if await access.first(sent) is None:
        access.add(message_from(access, request, data.text, once_key(data), at))
        request.unread_at, request.updated_at = None, at.now
        request.question_at, request.reply_at = None, request.reply_at or at.now
        employee = await access.get(Employee, request.employee_id)
        notify_team(access, "Message sur une demande de visite", employee_name(employee), at.now, data.text)


async def mark_as_read(access: MemberAccess, request_id: int) -> None:
    request = await access.get(AppointmentRequest, request_id)
    request.unread_at = None


async def cancel_request(access: MemberAccess, request_id: int, at: Moment) -> AppointmentRequest:
    """Before an appointment is fixed; afterwards the appointment itself is given back, on the planning."""
    request = await locked_request(access, request_id)
    if request.state == RequestState.CANCELLED:
        return request
    if request.state in {RequestState.DONE, RequestState.REFUSED}:
        raise Refused("Cette demande est terminée : elle ne s’annule plus.")
    slot = await slot_of_request(access, request.key)
    if slot and slot.state != SlotState.DONE:
        raise Refused("Un rendez-vous est proposé : répondez-y dans « Mon planning ».")
    request.state, request.cancelled_at, request.updated_at = RequestState.CANCELLED, at.now, at.now
    request.unread_at = request.question_at = request.reply_at = None
    employee = await access.get(Employee, request.employee_id)
    access.trace(AuditKind.APPOINTMENT_CANCELLED, at.now, employee_name(employee), request.key)
    notify_team(access, "Demande de visite annulée", employee_name(employee), at.now)
    return request


async def _request_again(access: MemberAccess, slot: CalledSlot) -> AppointmentRequest | None:
    """The request that this slot answers, while it is open, or the one that already asks for another date of
    this visit.
    """
    if slot.request_id:
        request = await access.get(AppointmentRequest, slot.request_id)
        if request.state in OPEN_STATES:
            return request
    for request in await open_for(access, RequestMotive.ANOTHER_DATE, [slot.employee_id or 0]):
        if request.kind != slot.kind:
            raise Refused(OTHER_VISIT)
        return request
    return None


async def _chosen_people(access: MemberAccess, motive: RequestMotive, data: Folded) -> Sequence[Employee]:
    ids = sorted(set(data.employees))
    if not ids:
        raise Refused("Choisissez au moins un salarié.", "employees")
    if motive in FOR_ONE and len(ids) > 1:
        raise Refused("Cette demande se fait salarié par salarié : n’en gardez qu’un.", "employees")
    if len(ids) > MOST_ASKED:
        raise Refused(f"Une demande porte sur {plural(MOST_ASKED, 'salarié')} au plus.", "employees")
    people = await employees_by_id(access, ids)
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
