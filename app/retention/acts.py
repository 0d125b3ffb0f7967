"""Acts of the end of a period: each takes the numbers of a portion of rows, in a transaction of its own.

What counts stays: a row of somebody keeps its days, its kind of follow-up and its state, and loses all that
says who it was. Bytes of files that no row names any more go with the sweep of files.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select

from app.access import VisitorAccess
from app.retention.people import erase_accounts, make_anonymous
from app.retention.rules import ERASED
from db.models import (
    AccountSession,
    AnnualDeclaration,
    AppointmentRequest,
    AuditEvent,
    BankStatement,
    CalendarFeed,
    Company,
    CompanyContact,
    CompanyCorrection,
    ConvocationBatch,
    DebitReturn,
    DebitRun,
    DeclarationCorrection,
    DemoMail,
    Document,
    DroppedPaper,
    DunningRun,
    EmployeeChange,
    EmployeeImport,
    Inquiry,
    InquiryMessage,
    Invitation,
    JournalEntry,
    Mandate,
    MemberImport,
    Membership,
    OutboxMail,
    Payment,
    PaymentPlan,
    PublicInquiry,
    RequestMessage,
    StaffNote,
    StaffRead,
    Subject,
    Taking,
)

Act = Callable[[VisitorAccess, Sequence[int], datetime], Awaitable[None]]


def _erase(model: Any, *below: Any, subject: Subject | None = None) -> Act:
    """Delete the rows, before them those `below` (columns that name them), and what colleagues noted of
    them.
    """

    async def act(access: VisitorAccess, ids: Sequence[int], _now: datetime) -> None:
        for column in below:
            await access.change(delete(column.class_).where(col(column).in_(ids)))
        if subject:
            await forget_notes(access, subject, ids)
        await access.change(delete(model).where(col(model.id).in_(ids)))

    return act


async def forget_notes(access: VisitorAccess, subject: Subject, ids: Sequence[int]) -> None:
    """Notes of colleagues on these things, and who looked after them."""
    for model in (StaffNote, Taking):
        mine = (col(model.subject) == subject, col(model.subject_id).in_(ids))
        await access.change(delete(model).where(*mine))


def _set(model: Any, **values: Any) -> Act:
    async def act(access: VisitorAccess, ids: Sequence[int], _now: datetime) -> None:
        await access.change(update(model).where(col(model.id).in_(ids)).values(**values))

    return act


async def _empty_requests(access: VisitorAccess, ids: Sequence[int], _now: datetime) -> None:
    await access.change(delete(RequestMessage).where(col(RequestMessage.request_id).in_(ids)))
    await access.change(
        update(AppointmentRequest)
        .where(col(AppointmentRequest.id).in_(ids))
        .values(
            reason="", refusal="", interpreter="", cause="", half_days="", stop_from=None, back_on=None,
            needs_access=False,
        )
    )  # fmt: skip
    await forget_notes(access, Subject.REQUEST, ids)


async def _empty_imports(access: VisitorAccess, ids: Sequence[int], _now: datetime) -> None:
    """The numbers of what was done stay."""
    for imported in await access.all(select(EmployeeImport).where(col(EmployeeImport.id).in_(ids))):
        imported.counts = {name: each for name, each in imported.counts.items() if isinstance(each, int)}
        imported.said, imported.problem = {}, ""
    await access.flush()


async def _empty_declarations(access: VisitorAccess, ids: Sequence[int], _now: datetime) -> None:
    """Headcounts and amounts stay; what people typed goes, and who validated, in the receipts too."""
    await access.change(
        delete(DeclarationCorrection).where(col(DeclarationCorrection.declaration_id).in_(ids))
    )
    for each in await access.all(select(AnnualDeclaration).where(col(AnnualDeclaration.id).in_(ids))):
        each.typed = {}
        each.receipt = each.receipt and each.receipt | {"submitted_by": ""}
        each.replaced = [receipt | {"submitted_by": ""} for receipt in each.replaced]
    await access.flush()


async def _empty_payments(access: VisitorAccess, ids: Sequence[int], _now: datetime) -> None:
    for payment in await access.all(select(Payment).where(col(Payment.invoice_id).in_(ids))):
        payment.reference = f"{ERASED}{payment.key}"
    await access.flush()


async def _empty_contacts(access: VisitorAccess, ids: Sequence[int], _now: datetime) -> None:
    await access.change(delete(CompanyContact).where(col(CompanyContact.company_id).in_(ids)))
    await access.change(update(Company).where(col(Company.id).in_(ids)).values(email="", phone=""))


ACTS: dict[str, tuple[Act, ...]] = {
    "employees": (make_anonymous,),
    "changes": (_set(EmployeeChange, before={}, after={}),),
    "requests": (_empty_requests,),
    "batches": (_erase(ConvocationBatch),),
    "imports": (_empty_imports,),
    "threads": (_erase(Inquiry, InquiryMessage.inquiry_id, subject=Subject.INQUIRY),),
    "public_messages": (_erase(PublicInquiry, subject=Subject.PUBLIC),),
    "documents": (_erase(Document, subject=Subject.DOCUMENT),),
    "duerp": (_erase(Document, subject=Subject.DOCUMENT),),
    "papers": (_erase(DroppedPaper),),
    "declarations": (_empty_declarations,),
    "invoices": (_empty_payments,),
    "contacts": (_empty_contacts,),
    "corrections": (_erase(CompanyCorrection, subject=Subject.DETAILS),),
    "member_imports": (_erase(MemberImport),),
    "statements": (_erase(BankStatement),),
    "entries": (_erase(JournalEntry),),
    "reminders": (_erase(DunningRun),),
    "plans": (_erase(PaymentPlan),),
    "mandates": (_erase(Mandate),),
    "debits": (_erase(DebitRun), _erase(DebitReturn)),
    "accounts": (erase_accounts,),
    "accesses": (_erase(Membership), _erase(Invitation), _erase(CalendarFeed)),
    "notes": (_erase(StaffNote), _erase(Taking)),
    "sessions": (_erase(AccountSession),),
    "security": (_erase(AuditEvent),),
    "reads": (_erase(StaffRead),),
    "history": (_erase(AuditEvent),),
    "proofs": (_erase(AuditEvent),),
    "mails": (_erase(OutboxMail), _erase(DemoMail)),
}
