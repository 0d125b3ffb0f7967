"""Reads of what waits for the service, over all members: the oldest first, a page of each kind."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import func
from sqlmodel import col

from app.access import StaffAccess
from app.appointments.queries import NAMES, RequestMessageRow
from app.inbox.views import service_title
from app.planning.queries import SlotRow, slot_rows
from app.text.names import person_name
from db.kinds import VisitKind
from db.models import (
    Account,
    AppointmentRequest,
    Company,
    CorrectionState,
    DeclarationCorrection,
    Employee,
    Inquiry,
    InquiryMessage,
    InquiryState,
    PublicInquiry,
    RequestMessage,
    RequestState,
    Slot,
    SlotState,
    Visit,
)

MOST = 50  # of each kind, the oldest
FEW = 10  # visits of the past
WAITING = (RequestState.SENT, RequestState.TAKEN)


class Waiting(NamedTuple):
    """One thing to answer. `route` and `params`: its page; `who`: the person it is about, or the writer."""

    since: datetime
    kind: str
    title: str
    who: str
    code: str
    company: str
    is_taken: bool
    route: str
    params: dict[str, int]


_REQUESTS = (
    sqlalchemy.select(
        col(AppointmentRequest.id), col(AppointmentRequest.sent_at), col(AppointmentRequest.motive),
        col(AppointmentRequest.state), col(Company.code), col(Company.name),
        *(getattr(Employee, name) for name in NAMES),
    )
    .select_from(AppointmentRequest)
    .join(Company, col(Company.id) == AppointmentRequest.company_id)
    .join(Employee, col(Employee.id) == AppointmentRequest.employee_id)
    .where(col(AppointmentRequest.state).in_(WAITING))
    .order_by(col(AppointmentRequest.sent_at), col(AppointmentRequest.id))
    .limit(MOST)
)  # fmt: skip
_INQUIRIES = (
    sqlalchemy.select(
        col(Inquiry.id), col(Inquiry.updated_at), col(Inquiry.subject), col(Company.code), col(Company.name),
        col(Account.first_name), col(Account.last_name),
    )
    .select_from(Inquiry)
    .join(Company, col(Company.id) == Inquiry.company_id)
    .join(Account, col(Account.id) == Inquiry.account_id)
    .where(col(Inquiry.state) == InquiryState.SENT)
    .order_by(col(Inquiry.updated_at), col(Inquiry.id))
    .limit(MOST)
)  # fmt: skip
_PUBLIC = (
    sqlalchemy.select(
        col(PublicInquiry.id), col(PublicInquiry.sent_at), col(PublicInquiry.name), col(PublicInquiry.code)
    )
    .where(col(PublicInquiry.answered_at).is_(None))
    .order_by(col(PublicInquiry.sent_at), col(PublicInquiry.id))
    .limit(MOST)
)
_CORRECTIONS = (
    sqlalchemy.select(
        col(DeclarationCorrection.id), col(DeclarationCorrection.sent_at), col(Company.code),
        col(Company.name), col(Account.first_name), col(Account.last_name),
    )
    .select_from(DeclarationCorrection)
    .join(Company, col(Company.id) == DeclarationCorrection.company_id)
    .join(Account, col(Account.id) == DeclarationCorrection.account_id)
    .where(col(DeclarationCorrection.state) == CorrectionState.SENT)
    .order_by(col(DeclarationCorrection.sent_at), col(DeclarationCorrection.id))
    .limit(MOST)
)  # fmt: skip


def _count(model: Any, condition: Any) -> Any:
    return sqlalchemy.select(func.count()).select_from(model).where(condition).scalar_subquery()


_COUNTS = sqlalchemy.select(
    _count(AppointmentRequest, col(AppointmentRequest.state).in_(WAITING)),
    _count(Inquiry, col(Inquiry.state) == InquiryState.SENT),
    _count(PublicInquiry, col(PublicInquiry.answered_at).is_(None)),
    _count(DeclarationCorrection, col(DeclarationCorrection.state) == CorrectionState.SENT),
)
KINDS = {
    "demandes": "Demandes de visite",
    "messages": "Messages",
    "publics": "Messages sans compte",
    "corrections": "Corrections de déclaration",
}


async def counts_of(access: StaffAccess) -> dict[str, int]:
    """The number that waits of each of KINDS."""
    ((*numbers,),) = await access.table(_COUNTS)
    return dict(zip(KINDS, numbers, strict=True))


async def waiting_for(access: StaffAccess, kind: str) -> list[Waiting]:
    """The oldest of that kind, or of all of them. Five statements at most, whatever the number of members."""
    readers = {
        "demandes": _requests, "messages": _inquiries, "publics": _public, "corrections": _corrections,
    }  # fmt: skip
    chosen = [readers[kind]] if kind in readers else readers.values()
    found = [each for reader in chosen for each in await reader(access)]
    return sorted(found, key=lambda each: (each.since, each.kind, each.title))


async def _requests(access: StaffAccess) -> list[Waiting]:
    return [
        Waiting(
            since=sent_at, kind="demandes", title=service_title(motive), who=person_name(*names), code=code,
            company=company, is_taken=state == RequestState.TAKEN, route="inbox.show",
            params={"request_id": row_id},
        )
        for row_id, sent_at, motive, state, code, company, *names in await access.table(_REQUESTS)
    ]  # fmt: skip


async def _inquiries(access: StaffAccess) -> list[Waiting]:
    return [
        Waiting(
            since=at, kind="messages", title=subject, who=f"{first} {last}", code=code, company=company,
            is_taken=False, route="inbox.thread", params={"inquiry_id": row_id},
        )
        for row_id, at, subject, code, company, first, last in await access.table(_INQUIRIES)
    ]  # fmt: skip


async def _public(access: StaffAccess) -> list[Waiting]:
    return [
        Waiting(
            since=at, kind="publics", title="Message écrit sans compte", who=name, code=code, company="",
            is_taken=False, route="inbox.public", params={"message_id": row_id},
        )
        for row_id, at, name, code in await access.table(_PUBLIC)
    ]  # fmt: skip


async def _corrections(access: StaffAccess) -> list[Waiting]:
    return [
        Waiting(
            since=at, kind="corrections", title="Correction d’une déclaration annuelle",
            who=f"{first} {last}", code=code, company=company, is_taken=False, route="inbox.correction",
            params={"correction_id": row_id},
        )
        for row_id, at, code, company, first, last in await access.table(_CORRECTIONS)
    ]  # fmt: skip


# Threads as the service reads them: `who` is "" for the service's own words.


async def request_thread(access: StaffAccess, request: AppointmentRequest) -> list[RequestMessageRow]:
    return await _thread(access, RequestMessage, col(RequestMessage.request_id) == request.key)


async def inquiry_thread(access: StaffAccess, inquiry: Inquiry) -> list[RequestMessageRow]:
    return await _thread(access, InquiryMessage, col(InquiryMessage.inquiry_id) == inquiry.key)


async def _thread(access: StaffAccess, model: Any, mine: Any) -> list[RequestMessageRow]:
    statement = (
        sqlalchemy.select(
            model.at, model.text, model.from_service, col(Account.first_name), col(Account.last_name)
        )
        .select_from(model)
        .outerjoin(Account, col(Account.id) == model.account_id)
        .where(mine)
        .order_by(model.at, model.id)
    )
    rows = await access.table(statement)
    return [
        RequestMessageRow(at, text, "" if is_ours else f"{first or ''} {last or ''}".strip())
        for at, text, is_ours, first, last in rows
    ]


# Reads around one request: slots kept for its company, visits of its person.


async def own_slots(access: StaffAccess, company_id: int, kind: VisitKind, now: datetime) -> list[SlotRow]:
    """Open slots published to that company alone for that visit, the nearest first."""
    statement = slot_rows(
        col(Slot.company_id) == company_id, col(Slot.kind) == kind, col(Slot.state) == SlotState.PROPOSED,
        col(Slot.employee_id).is_(None), col(Slot.starts_at) > now,
    )  # fmt: skip
    return [SlotRow(*row) for row in await access.table(statement.limit(MOST))]


async def past_visits(access: StaffAccess, employee: Employee) -> list[Visit]:
    """Their latest visits, the last one first."""
    mine = access.select(Visit).where(
        Visit.company_id == employee.company_id, Visit.employee_id == employee.key
    )
    return list(await access.all(mine.order_by(col(Visit.done_on).desc()).limit(FEW)))
