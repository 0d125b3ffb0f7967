"""Acts of the service on what waits for it: a time for a request, an answer to somebody without account, a
thing looked at.
"""

from datetime import UTC, datetime
from typing import TypeVar

from sqlmodel import SQLModel

from app.access import StaffAccess
from app.appointments.queries import locked_request
from app.appointments.staff import OVER, answer_request, motive_title, refuse_request
from app.clinic.queries import session_row
from app.clinic.staff import propose_time
from app.contact.forms import THEMES
from app.contact.staff import answer_inquiry, mailbox_of
from app.employees.declared import employee_name
from app.errors import Refused
from app.inbox.forms import MORE, Answer, Refusal
from app.inbox.queries import PastAct, latest_act
from app.mail.outbox import queue_mail
from app.planning.staff import assign_slot
from app.text.events import event
from app.text.formats import moment
from db.kinds import VisitKind
from db.models import (
    AppointmentRequest,
    AuditKind,
    Document,
    Employee,
    EmployeeChange,
    Inquiry,
    InquiryTheme,
    PublicInquiry,
    RequestMotive,
    RequestState,
    Slot,
)
from db.numbers import is_digits

Row = TypeVar("Row", bound=SQLModel)
OWN_SLOT = "propre-"  # a slot published to the company alone, before its number
UNREADABLE = "Choisissez un créneau de la liste."
KEPT = "Rien de ce que vous avez écrit n’est perdu : relisez, puis renvoyez si c’est encore utile."
OF_REQUEST = (
    AuditKind.REQUEST_TAKEN, AuditKind.REQUEST_ANSWERED, AuditKind.REQUEST_REFUSED,
    AuditKind.APPOINTMENT_CANCELLED, AuditKind.ANOTHER_DATE_ASKED,
)  # fmt: skip
OF_INQUIRY = (AuditKind.INQUIRY_ANSWERED, AuditKind.INQUIRY_CLOSED, AuditKind.INQUIRY_REPLIED)
OF_PUBLIC = (AuditKind.PUBLIC_ANSWERED, AuditKind.PUBLIC_CLOSED)


def visit_of(request: AppointmentRequest, employee: Employee) -> VisitKind | None:
    """The visit that answers it: asked for, or else the next one due. None when no visit does."""
    if request.motive == RequestMotive.ACCIDENT:
        return None
    kind = request.kind or employee.due_kind
    return VisitKind(kind) if kind else None


def may_propose(request: AppointmentRequest, kind: VisitKind | None) -> bool:
    """True while the request waits for an appointment of that kind."""
    return kind is not None and request.state not in {*OVER, RequestState.PLANNED}


# Of two colleagues on one thing, the second hears who came first, and keeps what they wrote.


async def answer(access: StaffAccess, request_id: int, data: Answer, now: datetime) -> None:
    """Answer a request, or ask the employer for more, if it still is as its page showed it."""
    request = await locked_request(access, request_id)
    await _check_unchanged(access, request, data.seen, OF_REQUEST)
    await answer_request(access, request_id, data.text, now, asks_more=data.then == MORE)


async def refuse(access: StaffAccess, request_id: int, data: Refusal, now: datetime) -> None:
    request = await locked_request(access, request_id)
    await _check_unchanged(access, request, data.seen, OF_REQUEST)
    await refuse_request(access, request_id, data.reason, now)
    request.reply_at = None


async def read_reply(access: StaffAccess, request_id: int, now: datetime) -> None:
    """The employer's words on a request that is over or planned call for no answer."""
    request = await locked_request(access, request_id)
    if request.reply_at:
        request.reply_at = None
        about = motive_title(request.motive)
        access.record(AuditKind.THING_HANDLED, now, access.account.key, None, about, request.key)


async def answer_thread(access: StaffAccess, inquiry_id: int, data: Answer, now: datetime) -> None:
    """Answer a thread of a member."""
    inquiry = await _locked(access, Inquiry, inquiry_id)
    await _check_unchanged(access, inquiry, data.seen, OF_INQUIRY)
    await answer_inquiry(access, inquiry_id, data.text, now)


async def _locked(access: StaffAccess, model: type[Row], row_id: int) -> Row:
    row = await access.get(model, row_id)
    mine = access.select(model).where(model.id == row_id)  # type: ignore[attr-defined]
    await access.first(mine.with_for_update().execution_options(populate_existing=True))
    return row


async def _check_unchanged(
    access: StaffAccess, row: AppointmentRequest | Inquiry, seen: str, kinds: tuple[AuditKind, ...]
) -> None:
    if seen in {"", version_of(row)}:
        return
    first = await latest_act(access, row.company_id, row.key, kinds)
    raise Refused(_beaten(first), status_code=409)


def _beaten(first: PastAct | None) -> str:
    """Words for the second of two."""
    if first is None:
        return f"Ceci a changé pendant que vous écriviez. {KEPT}"
    return f"{first.who} est passé avant vous ({event(first.kind)}, le {moment(first.at)}). {KEPT}"


def version_of(row: AppointmentRequest | Inquiry) -> str:
    """A word that changes with each act on it."""
    return row.updated_at.isoformat()


async def propose_for(access: StaffAccess, request: AppointmentRequest, choice: str, now: datetime) -> None:
    """Propose the time chosen in answer to this request: of the pool, or a slot of its company.

    `choice`: a FreeTime.key, or OWN_SLOT and the number of the slot.
    """
    employee = await access.get(Employee, request.employee_id)
    kind = visit_of(request, employee)
    if request.state in OVER or kind is None:
        raise Refused("Cette demande n’attend plus de rendez-vous.")
    if request.state == RequestState.PLANNED:
        first = await latest_act(access, request.company_id, None, (AuditKind.SLOT_PROPOSED,))
        who = f"{first.who} a déjà proposé un rendez-vous" if first else "Un rendez-vous est déjà proposé"
        raise Refused(f"{who} pour cette demande.", status_code=409)
    await propose_to(access, employee, kind, choice, now, request.key)
    request.question_at = request.reply_at = None


async def propose_to(
    access: StaffAccess, employee: Employee, kind: VisitKind, choice: str, now: datetime,
    request_id: int | None = None,
) -> None:  # fmt: skip
    """Propose the time chosen to this person, for that visit."""
    if choice.startswith(OWN_SLOT):
        await assign_slot(access, _number(choice.removeprefix(OWN_SLOT)), employee.key, now, request_id)
        return
    session, _, seconds = choice.partition("-")
    starts_at = datetime.fromtimestamp(_number(seconds), UTC)
    row = await session_row(access, _number(session))
    await propose_time(access, row, starts_at, employee=employee, kind=kind, now=now, request_id=request_id)


def _number(words: str) -> int:
    if not is_digits(words) or len(words) > 11:
        raise Refused(UNREADABLE, "creneau")
    return int(words)


async def answer_public(access: StaffAccess, message_id: int, text: str, now: datetime) -> None:
    """Mail the answer to the address that was written; once. Nothing on it was ever verified."""
    message = await _locked(access, PublicInquiry, message_id)
    if message.answered_at or message.closed_at:
        raise Refused(_beaten(await latest_act(access, None, message.key, OF_PUBLIC)), status_code=409)
    message.answered_at = now
    access.record(AuditKind.PUBLIC_ANSWERED, now, access.account.key, None, message.name, message.key)
    queue_mail(
        access, "public_answered", message.email, now, theme=THEMES[InquiryTheme(message.theme)], text=text,
        answered_at=mailbox_of(message.theme, access.portal.settings),
    )  # fmt: skip


async def close_public(access: StaffAccess, message_id: int, now: datetime) -> None:
    """No answer: an advertisement, or a person already helped otherwise."""
    message = await access.get(PublicInquiry, message_id)
    if message.answered_at or message.closed_at:
        return
    message.closed_at = now
    access.record(AuditKind.PUBLIC_CLOSED, now, access.account.key, None, message.name, message.key)


# Things that nobody answers: looking at them is the act. Twice is once.


async def look_at_slot(access: StaffAccess, slot_id: int, now: datetime) -> None:
    """A slot that its company gave back: nothing more is to be done about it."""
    slot = await access.get(Slot, slot_id)
    _handle(access, slot, now, "Créneau rendu")


async def look_at_document(access: StaffAccess, document_id: int, now: datetime) -> None:
    """A document that a company deposited."""
    document = await access.get(Document, document_id)
    _handle(access, document, now, document.title)


async def look_at_hire(access: StaffAccess, change_id: int, now: datetime) -> None:
    """A hire whose visit comes before the work: it is dealt with otherwise."""
    change = await access.get(EmployeeChange, change_id)
    _handle(access, change, now, change.about)


def _handle(access: StaffAccess, row: Slot | Document | EmployeeChange, now: datetime, about: str) -> None:
    if row.handled_at is None:
        row.handled_at = now
        access.record(AuditKind.THING_HANDLED, now, access.account.key, None, about[:200], row.key)


async def propose_for_hire(access: StaffAccess, change_id: int, choice: str, now: datetime) -> None:
    """Propose the first visit of the person hired."""
    change = await access.get(EmployeeChange, change_id)
    if change.employee_id is None:
        raise Refused("Cette déclaration est annulée : il n’y a plus personne à voir.")
    employee = await access.get(Employee, change.employee_id)
    if not employee.due_kind:
        raise Refused(f"{employee_name(employee)} n’attend plus de visite.")
    await propose_to(access, employee, VisitKind(employee.due_kind), choice, now)


async def propose_again(access: StaffAccess, slot_id: int, choice: str, now: datetime) -> None:
    """Propose another time to the person of a slot that was given back, which is then dealt with."""
    slot = await access.get(Slot, slot_id)
    if slot.employee_id is None:
        raise Refused("Ce créneau n’avait personne.")
    employee = await access.get(Employee, slot.employee_id)
    await propose_to(access, employee, VisitKind(slot.kind), choice, now)
    await look_at_slot(access, slot_id, now)
