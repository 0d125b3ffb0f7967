"""What the service does of a request: take it, answer, refuse. Each answer is mailed to who asked."""

import secrets
from datetime import datetime

from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.appointments.rules import MOTIVES
from app.employees.declared import declared_of, name_of
from app.errors import Refused
from app.mail import queue_mail
from db.models import (
    Account,
    AppointmentRequest,
    Company,
    Employee,
    RequestMessage,
    RequestMotive,
    RequestState,
)

STATE_WORDS = {
    RequestState.SENT: "envoyée",
    RequestState.TAKEN: "prise en charge",
    RequestState.PLANNED: "planifiée",
    RequestState.DONE: "honorée",
    RequestState.REFUSED: "refusée",
    RequestState.CANCELLED: "annulée",
}
OVER = {RequestState.DONE, RequestState.REFUSED, RequestState.CANCELLED}


def motive_title(motive: str) -> str:
    if motive == RequestMotive.ANOTHER_DATE:
        return "Autre date pour un rendez-vous proposé"
    return MOTIVES[RequestMotive(motive)].title


async def take_request(access: StaffAccess, request_id: int, now: datetime) -> None:
    """Somebody of the service looks after it."""
    request = await access.get(AppointmentRequest, request_id)
    if request.state != RequestState.SENT:
        raise Refused("Cette demande n’attend plus d’être prise en charge.")
    request.state, request.taken_at = RequestState.TAKEN, now
    await tell_asker(access, request, now)


async def answer_request(access: StaffAccess, request_id: int, text: str, now: datetime) -> None:
    """A message of the service in the thread."""
    request = await access.get(AppointmentRequest, request_id)
    access.add(
        RequestMessage(
            company_id=request.company_id, request_id=request.key, account_id=access.account.key,
            from_service=True, token=secrets.token_urlsafe(16), text=text, at=now,
        )
    )  # fmt: skip
    await tell_asker(access, request, now, text)


async def refuse_request(access: StaffAccess, request_id: int, reason: str, now: datetime) -> None:
    """No, and why: the reason is what the employer reads."""
    request = await access.get(AppointmentRequest, request_id)
    if request.state in OVER:
        raise Refused("Cette demande est terminée.")
    if not reason.strip():
        raise Refused("Écrivez la raison : l’employeur la lira.", "reason")
    request.state, request.refused_at, request.refusal = RequestState.REFUSED, now, reason.strip()
    await tell_asker(access, request, now, reason.strip())


async def tell_asker(access: Access, request: AppointmentRequest, now: datetime, text: str = "") -> None:
    """By mail to who asked, and on the company's home page until somebody reads it."""
    request.unread_at, request.updated_at = now, now
    statement = (
        select(Account.email, Company.code, Company.name, Employee)
        .select_from(Account)
        .join(Company, col(Company.id) == request.company_id)
        .join(Employee, col(Employee.id) == request.employee_id)
        .where(col(Account.id) == request.account_id, col(Employee.company_id) == request.company_id)
    )
    for email, code, name, employee in await access.rows(statement):
        queue_mail(
            access, "request_answered", email, now, code=code, company=f"{code} - {name}",
            request_id=request.key, person=name_of(declared_of(employee)),
            motive=motive_title(request.motive), state=STATE_WORDS[RequestState(request.state)], text=text,
        )  # fmt: skip
