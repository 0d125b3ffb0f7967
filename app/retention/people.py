"""The end of somebody: an employee who left long ago, an account that nobody uses.

Their names stand in other rows too, in words that were written once: in the history, in what the service
opened, in the changes. Those of the rows that are about them go by their numbers, the others by the name
itself, looked for in the lines of the same company. Revisit with a base whose history has a million lines
of one company.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select

from app.access import VisitorAccess
from app.clock import day_of
from app.employees.declared import employee_name
from app.history.targets import DOCUMENT, EMPLOYEE, INQUIRY, REQUEST, SLOT, TARGETS
from app.retention.rules import ERASED, NOBODY
from db.models import (
    NEVER,
    Account,
    AccountSession,
    AccountToken,
    AppointmentRequest,
    AuditEvent,
    AuditKind,
    BatchLine,
    CalendarFeed,
    Company,
    Document,
    Draft,
    DroppedPaper,
    Employee,
    EmployeeChange,
    EmployeeDraft,
    ImportLine,
    Inquiry,
    InquiryMessage,
    Invitation,
    KnownDevice,
    Membership,
    Passkey,
    RecoveryCode,
    RequestMessage,
    SecondFactor,
    Slot,
    StaffNote,
    StaffRead,
    Subject,
    VisitNotice,
    WaitingPerson,
)

BORN = date(1900, 1, 1)  # in place of a birth date
TEXTLESS = "Texte effacé au terme de sa conservation."
EMPTY = {
    "birth_name": NOBODY, "usual_name": "", "first_names": "", "sex": "", "birth_on": BORN, "email": "",
    "phone": "", "staff_number": "", "job_title": "", "pcs": "", "risks": "", "post_reason": "",
    "driving_until": None, "electrical_until": None, "driving_told": None, "electrical_told": None,
    "sort_key": "", "search_key": "", "person_key": "", "due_on": NEVER, "due_kind": "",
}  # fmt: skip
Numbers = Sequence[int]


async def make_anonymous(access: VisitorAccess, ids: Numbers, now: datetime) -> None:
    """Employees: entry, exit, contract and kind of follow-up stay, for headcounts; their visits too."""
    people = await access.all(select(Employee).where(col(Employee.id).in_(ids)))
    changes = await access.rows(
        select(EmployeeChange.company_id, EmployeeChange.about).where(
            col(EmployeeChange.employee_id).in_(ids)
        )
    )
    names = {(each.company_id, employee_name(each)) for each in people} | set(changes)
    slots, requests = await _of(access, Slot, ids), await _of(access, AppointmentRequest, ids)
    inquiries, documents = await _of(access, Inquiry, ids), await _of(access, Document, ids)
    mine: dict[Any, Numbers] = {
        EMPLOYEE: ids, SLOT: slots, REQUEST: requests, INQUIRY: inquiries, DOCUMENT: documents,
    }  # fmt: skip
    hires = await _of(access, EmployeeChange, ids)
    for subject, numbers in (
        (Subject.REQUEST, requests), (Subject.INQUIRY, inquiries), (Subject.DOCUMENT, documents),
        (Subject.SLOT, slots), (Subject.HIRE, hires),
    ):  # fmt: skip
        on_it = (col(StaffNote.subject) == subject, col(StaffNote.subject_id).in_(numbers))
        await access.change(delete(StaffNote).where(*on_it))
    await _empty_what_names_them(access, ids, slots, requests, inquiries)
    await _forget_words(access, mine, {company for company, _ in names}, {name for _, name in names})
    for each in people:
        # The employer left without saying so: nobody is in the list of a membership that is over.
        each.exit_on = each.exit_on or await _end_of_membership(access, each.company_id)
    await access.flush()
    version = col(Employee.version) + 1
    values = {**EMPTY, "version": version, "updated_at": now, "anonymised_at": now}
    await access.change(update(Employee).where(col(Employee.id).in_(ids)).values(**values))


async def _end_of_membership(access: VisitorAccess, company_id: int) -> date | None:
    company = await access.first(select(Company).where(col(Company.id) == company_id))
    return day_of(company.closed_at) if company and company.closed_at else None


async def _of(access: VisitorAccess, model: Any, ids: Numbers) -> Numbers:
    return await access.all(select(col(model.id)).where(col(model.employee_id).in_(ids)))


async def _empty_what_names_them(
    access: VisitorAccess, ids: Numbers, slots: Numbers, requests: Numbers, inquiries: Numbers
) -> None:
    values: Iterable[tuple[Any, Any, Numbers, dict[str, Any]]] = (
        (VisitNotice, VisitNotice.employee_id, ids, {"recipient": "", "bounce": ""}),
        (EmployeeChange, EmployeeChange.employee_id, ids, {"before": {}, "after": {}, "about": NOBODY}),
        (BatchLine, BatchLine.employee_id, ids, {"note": "", "reason": ""}),
        (
            AppointmentRequest, AppointmentRequest.id, requests,
            {"reason": "", "refusal": "", "interpreter": "", "cause": "", "half_days": "", "stop_from": None,
             "back_on": None, "needs_access": False},
        ),
        (Inquiry, Inquiry.id, inquiries, {"subject": NOBODY, "employee_id": None}),
        (
            InquiryMessage, InquiryMessage.inquiry_id, inquiries,
            {"text": TEXTLESS, "file_name": "", "media_type": "", "size": 0, "sha256": ""},
        ),
    )  # fmt: skip
    for model, column, numbers, new in values:
        await access.change(update(model).where(col(column).in_(numbers)).values(**new))
    for model, column, numbers in (
        (RequestMessage, RequestMessage.request_id, requests), (Document, Document.employee_id, ids),
        (DroppedPaper, DroppedPaper.slot_id, slots), (WaitingPerson, WaitingPerson.employee_id, ids),
        (ImportLine, ImportLine.employee_id, ids),
    ):  # fmt: skip
        await access.change(delete(model).where(col(column).in_(numbers)))


async def _forget_words(
    access: VisitorAccess, mine: dict[Any, Numbers], companies: Collection[int], names: Collection[str]
) -> None:
    """The words of the lines about them, in the history and in what the service opened."""
    for target, numbers in mine.items():
        kinds = [kind for kind, leads_to in TARGETS.items() if leads_to == target]
        about_it = (col(AuditEvent.kind).in_(kinds), col(AuditEvent.about_id).in_(numbers))
        await access.change(update(AuditEvent).where(*about_it).values(about=""))
        kind = target.model.__tablename__
        opened = (col(StaffRead.kind) == kind, col(StaffRead.subject_id).in_(numbers))
        await access.change(update(StaffRead).where(*opened).values(about=""))
    await forget_names(access, companies, names)


async def forget_names(access: VisitorAccess, companies: Collection[int], names: Collection[str]) -> None:
    """Empty the words of every line of these companies that holds one of these names."""
    wanted = {name for name in names if name and name != NOBODY}
    for model in (AuditEvent, StaffRead):
        here = (col(model.company_id).in_(companies), col(model.about) != "")
        lines = await access.rows(select(col(model.id), model.about).where(*here))
        holding = [number for number, about in lines if any(name in about for name in wanted)]
        for start in range(0, len(holding), 500):
            few = col(model.id).in_(holding[start : start + 500])
            await access.change(update(model).where(few).values(about=""))


# Accounts.


async def erase_accounts(access: VisitorAccess, ids: Numbers, now: datetime) -> None:
    """Accounts of nobody: the rows that they wrote name them still, and they say no more than that. Every way
    in goes with its row.
    """
    for account in await access.all(select(Account).where(col(Account.id).in_(ids))):
        mine = col(Membership.account_id) == account.key
        companies = await access.all(select(Membership.company_id).where(mine))
        for company in companies:
            access.record(AuditKind.ACCOUNT_ERASED, now, None, company)
        names = {account.full_name, account.email}
        account.email, account.mobile = f"{ERASED}{account.key}@invalid", ""
        account.first_name, account.last_name, account.job_title = "Compte", "effacé", ""
        account.password_hash = account.temporary_hash = account.temporary_until = None
        account.erased_at, account.warned_at = now, None
        await access.flush()
        await forget_names(access, companies, names)
        await _drop_what_was_theirs(access, account.key, names)


async def _drop_what_was_theirs(access: VisitorAccess, key: int, names: Collection[str]) -> None:
    """Sessions before the devices that they name."""
    for model in (
        AccountSession, AccountToken, CalendarFeed, Draft, EmployeeDraft, KnownDevice, Membership,
        Passkey, RecoveryCode, SecondFactor,
    ):  # fmt: skip
        await access.change(delete(model).where(col(model.account_id) == key))
    sent = (col(Invitation.invited_by) == key) & col(Invitation.accepted_at).is_(None)
    await access.change(delete(Invitation).where(sent | col(Invitation.email).in_(names)))
    theirs = (col(StaffRead.kind) == Account.__tablename__, col(StaffRead.subject_id) == key)
    await access.change(update(StaffRead).where(*theirs).values(about=""))
    # What they did to their own account names addresses, and stands in no company's history.
    alone = (col(AuditEvent.account_id) == key, col(AuditEvent.company_id).is_(None))
    await access.change(update(AuditEvent).where(*alone).values(about=""))
