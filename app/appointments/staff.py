"""Acts of the service on a request: take it, answer, refuse. Each answer is mailed to the
person who asked.
"""

from datetime import datetime
from itertools import product

from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.appointments.queries import locked_request
from app.clock import day_of
from app.employees.declared import employee_name
from app.errors import Refused
from app.follow_up.words import MOTIVE_TITLES, REQUEST_STATES
from app.mail.outbox import queue_mail
from app.rights import Right, rights_of
from app.sessions import is_alive
from app.text.fields import once_token
from db.models import (
    Account,
    AppointmentRequest,
    AuditKind,
    Company,
    Employee,
    Membership,
    RequestMessage,
    RequestMotive,
    RequestState,
)

OVER = {RequestState.DONE, RequestState.REFUSED, RequestState.CANCELLED}


def state_words(motive: str, state: str) -> str:
    """A stop that was signalled asked for no visit: it is known, not honoured."""
    if motive == RequestMotive.ACCIDENT and state == RequestState.DONE:
        return "prise en compte"
    return REQUEST_STATES[RequestState(state)]


def motive_title(motive: str) -> str:
    return MOTIVE_TITLES[RequestMotive(motive)]


async def take_request(access: StaffAccess, request_id: int, now: datetime) -> None:
    """Somebody of the service looks after it."""
    request = await locked_request(access, request_id)
    if request.state != RequestState.SENT:
        raise Refused("Cette demande n’attend plus d’être prise en charge.")
    await _record(access, AuditKind.REQUEST_TAKEN, request, now)
    request.state, request.taken_at = RequestState.TAKEN, now
    if request.motive == RequestMotive.ACCIDENT:
        # No visit answers it: that the service knows is all that was asked.
        request.state, request.done_at = RequestState.DONE, now
    await notify_asker(access, request, now)


async def answer_request(
    access: StaffAccess, request_id: int, text: str, now: datetime, *, asks_more: bool = False
) -> None:
    """A message of the service in the thread. `asks_more`: the request waits for the employer until they
    write.
    """
    request = await locked_request(access, request_id)
    if asks_more and request.state not in {RequestState.SENT, RequestState.TAKEN}:
        raise Refused("Cette demande n’attend plus de précision.")
    if asks_more:
        request.state, request.taken_at = RequestState.TAKEN, request.taken_at or now
        request.question_at = now
    request.reply_at = None
    await _record(access, AuditKind.REQUEST_ANSWERED, request, now)
    access.add(
        RequestMessage(
            company_id=request.company_id, request_id=request.key, account_id=access.account.key,
            from_service=True, token=once_token(), text=text, at=now,
        )
    )  # fmt: skip
    await notify_asker(access, request, now, text)


async def refuse_request(access: StaffAccess, request_id: int, reason: str, now: datetime) -> None:
    """No, and why: the reason is what the employer reads."""
    request = await locked_request(access, request_id)
    if request.state in OVER:
        raise Refused("Cette demande est terminée.")
    if request.state == RequestState.PLANNED:
        raise Refused("Un rendez-vous est proposé : retirez-le d’abord.")
    if not reason.strip():
        raise Refused("Écrivez la raison : l’employeur la lira.", "reason")
    request.state, request.refused_at, request.refusal = RequestState.REFUSED, now, reason.strip()
    request.question_at = request.reply_at = None
    await _record(access, AuditKind.REQUEST_REFUSED, request, now)
    await notify_asker(access, request, now, reason.strip())


async def _record(access: StaffAccess, kind: AuditKind, request: AppointmentRequest, now: datetime) -> None:
    """In the company's history: which request, and who of the service acted."""
    employee = await access.get(Employee, request.employee_id)
    # The word itself, whoever writes it: each reader sees what they may know.
    about = f"{employee_name(employee)} : {MOTIVE_TITLES.true(request.motive)}"
    access.record(kind, now, access.account.key, request.company_id, about[:200], request.key)


async def notify_asker(
    access: Access, request: AppointmentRequest, now: datetime, text: str = "", news: str = ""
) -> None:
    """Mail the person who asked, and put the answer on the company's home page until somebody reads it.

    `text`: words of the service; `news`: the outcome of the appointment, in a sentence.
    """
    request.unread_at, request.updated_at = now, now
    statement = (
        select(Company.code, Company.name, Employee)
        .join(Employee, col(Employee.company_id) == Company.id)
        .where(Employee.company_id == request.company_id, col(Employee.id) == request.employee_id)
    )
    recipients = await news_recipients(access, request.company_id, request.account_id, now)
    for email, (code, name, employee) in product(recipients, await access.rows(statement)):
        queue_mail(
            access, "request_answered", email, now, code=code, company=f"{code} - {name}",
            request_id=request.key, person=employee_name(employee),
            motive=MOTIVE_TITLES.true(request.motive),
            state=state_words(request.motive, request.state), text=text, news=news,
        )  # fmt: skip


async def news_recipients(
    access: Access, company_id: int, account_id: int | None, now: datetime
) -> list[str]:
    """The address of this person or, once they may no longer act on appointments there, of all who may."""
    statement = (
        select(Account, Membership.roles)
        .join(Membership, col(Membership.account_id) == Account.id)
        .where(Membership.company_id == company_id, is_alive(day_of(now)))
        .order_by(Account.email)
    )
    may = [each for each, roles in await access.rows(statement) if Right.APPOINTMENTS in rights_of(roles)]
    asker = [each.email for each in may if each.key == account_id]
    return asker or [each.email for each in may]
