"""Two members become one: all that is about people moves, papers of money stay in the name they were made in.

The member absorbed stays, ended: an invoice or a declaration is a paper of its own name and SIRET, which
whoever had access to them goes on reading there. Somebody whom both employed is two rows afterwards, as in
any list: the employer says which one left. Revisit with invoices that keep their buyer.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, update
from sqlmodel import col, select

from app.access import StaffAccess
from app.errors import Refused
from app.members.staff import ALREADY_CLOSED, living_with, notify, record
from db.models import (
    OF_COMPANY,
    AbsenceBilling,
    AppointmentRequest,
    AuditKind,
    BatchLine,
    Company,
    Document,
    Employee,
    EmployeeChange,
    Inquiry,
    InquiryMessage,
    Membership,
    RequestMessage,
    SessionCompany,
    Slot,
    StaffNote,
    Visit,
    VisitNotice,
    WaitingPerson,
)

# Tables whose rows move: that an absence was billed goes with its appointment. Those of what was being typed,
# and of imports, stay where they were made.
MOVED: tuple[Any, ...] = (
    AbsenceBilling, AppointmentRequest, BatchLine, Document, Employee, EmployeeChange, Inquiry,
    InquiryMessage, RequestMessage, Slot, Visit, VisitNotice, WaitingPerson,
)  # fmt: skip


async def merge(access: StaffAccess, absorbed: Company, code: str, now: datetime) -> None:
    """All that `absorbed` has of people goes to the member of that code, and its membership ends."""
    kept = await access.first(select(Company).where(col(Company.code) == code))
    if kept is None:
        raise Refused("Aucun adhérent ne porte ce code.", "code")
    if kept.key == absorbed.key:
        raise Refused("Un adhérent ne fusionne pas avec lui-même.", "code")
    if absorbed.closed_at or kept.closed_at:
        raise Refused(ALREADY_CLOSED, "code")
    if len(await living_with(access, absorbed)) > 1:
        raise Refused("Fusionnez ou radiez d’abord ses sites : ils sont encore en cours.", "code")
    mine = col(Document.company_id) == absorbed.key
    # A company has one series of DUERP: the other keeps its own. What settled double clicks is over.
    series = func.substr(col(Document.series), 1, 33) + f"-{absorbed.code}"
    await access.change(update(Document).where(mine).values(series=series, token=_number_of(Document)))
    # Its invoices stay.
    theirs = col(Inquiry.company_id) == absorbed.key
    await access.change(update(Inquiry).where(theirs).values(invoice_id=None, token=_number_of(Inquiry)))
    await _move_notes(access, absorbed, kept)
    for model in MOVED:
        statement = update(model).where(col(model.company_id) == absorbed.key)
        await access.change(statement.values(company_id=kept.key))
    await _move_sessions(access, absorbed, kept)
    await _give_access(access, absorbed, kept, now)
    absorbed.closed_at, absorbed.closed_reason = now, f"fusion avec {kept.code}"
    absorbed.suspended_at = None
    record(access, absorbed, AuditKind.MEMBERS_MERGED, f"dans {kept.label}", now)
    record(access, kept, AuditKind.MEMBERS_MERGED, f"avec {absorbed.label}", now)
    words = f"Les salariés, visites et documents de {absorbed.label} sont désormais dans {kept.label}."
    for each in (absorbed, kept):
        await notify(access, each, "deux adhésions réunies", words, [], now)


def _number_of(model: Any) -> Any:
    return "fusion-" + cast(col(model.id), String)


async def _move_notes(access: StaffAccess, absorbed: Company, kept: Company) -> None:
    """Notes on the member become notes on the other; those on its requests and messages go with these."""
    theirs = update(StaffNote).where(col(StaffNote.company_id) == absorbed.key)
    await access.change(theirs.where(col(StaffNote.subject) == OF_COMPANY).values(subject_id=kept.key))
    await access.change(theirs.values(company_id=kept.key))


async def _move_sessions(access: StaffAccess, absorbed: Company, kept: Company) -> None:
    """Reserve to the other the sessions that were for this one: once each."""
    there = select(SessionCompany.session_id).where(col(SessionCompany.company_id) == kept.key)
    theirs = update(SessionCompany).where(
        col(SessionCompany.company_id) == absorbed.key, col(SessionCompany.session_id).not_in(there)
    )
    await access.change(theirs.values(company_id=kept.key))


async def _give_access(access: StaffAccess, absorbed: Company, kept: Company, now: datetime) -> None:
    """Whoever acted for the one acts for the other, with the same roles; their access to the first stays."""
    there = select(Membership.account_id).where(col(Membership.company_id) == kept.key)
    others = select(Membership).where(
        col(Membership.company_id) == absorbed.key, col(Membership.account_id).not_in(there)
    )
    for each in await access.all(others):
        access.add(
            Membership(
                company_id=kept.key, account_id=each.account_id, roles=each.roles, ends_on=each.ends_on,
                third_party=each.third_party, created_at=now,
            )
        )  # fmt: skip
