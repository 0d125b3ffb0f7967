"""Acts of the service on what waits for it: a time for a request, an answer to somebody without account."""

from datetime import UTC, datetime

from app.access import StaffAccess
from app.appointments.staff import OVER
from app.clinic.queries import session_row
from app.clinic.staff import propose_time
from app.contact.forms import THEMES
from app.contact.staff import mailbox_of
from app.errors import Refused
from app.mail.outbox import queue_mail
from app.planning.staff import assign_slot
from db.kinds import VisitKind
from db.models import AppointmentRequest, Employee, InquiryTheme, PublicInquiry, RequestMotive, RequestState
from db.numbers import is_digits

OWN_SLOT = "propre-"  # a slot published to the company alone, before its number
UNREADABLE = "Choisissez un créneau de la liste."


def visit_of(request: AppointmentRequest, employee: Employee) -> VisitKind | None:
    """The visit that answers it: asked for, or else the next one due. None when no visit does."""
    if request.motive == RequestMotive.ACCIDENT:
        return None
    kind = request.kind or employee.due_kind
    return VisitKind(kind) if kind else None


def may_propose(request: AppointmentRequest, kind: VisitKind | None) -> bool:
    """True while the request waits for an appointment of that kind."""
    return kind is not None and request.state not in {*OVER, RequestState.PLANNED}


async def propose_for(access: StaffAccess, request: AppointmentRequest, choice: str, now: datetime) -> None:
    """Propose the time chosen in answer to this request: of the pool, or a slot of its company.

    `choice`: a FreeTime.key, or OWN_SLOT and the number of the slot.
    """
    employee = await access.get(Employee, request.employee_id)
    kind = visit_of(request, employee)
    if request.state in OVER or kind is None:
        raise Refused("Cette demande n’attend plus de rendez-vous.")
    if request.state == RequestState.PLANNED:
        raise Refused("Un rendez-vous est déjà proposé pour cette demande.", status_code=409)
    if choice.startswith(OWN_SLOT):
        await assign_slot(access, _number(choice.removeprefix(OWN_SLOT)), employee.key, now, request.key)
        return
    session, _, seconds = choice.partition("-")
    starts_at = datetime.fromtimestamp(_number(seconds), UTC)
    row = await session_row(access, _number(session))
    await propose_time(access, row, starts_at, employee=employee, kind=kind, now=now, request_id=request.key)


def _number(words: str) -> int:
    if not is_digits(words) or len(words) > 11:
        raise Refused(UNREADABLE, "creneau")
    return int(words)


async def answer_public(access: StaffAccess, message_id: int, text: str, now: datetime) -> None:
    """Mail the answer to the address that was written; once. Nothing on it was ever verified."""
    message = await access.get(PublicInquiry, message_id)
    if message.answered_at:
        raise Refused("Un collègue a déjà répondu à ce message.", status_code=409)
    message.answered_at = now
    queue_mail(
        access, "public_answered", message.email, now, theme=THEMES[InquiryTheme(message.theme)], text=text,
        answered_at=mailbox_of(message.theme, access.portal.settings),
    )  # fmt: skip
