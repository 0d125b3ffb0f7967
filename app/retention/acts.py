"""The work of the night: what is over is acted on in portions, each a transaction of its own with its proof.

A portion that is cut short leaves nothing half done, and the next one begins with the same rows: nothing else
remembers how far the night went. Of two processes one works, the other comes back in an hour.

What counts stays: a row of somebody keeps its days, its kind of follow-up and its state, and loses all that
says who it was. Bytes of files that no row names any more go with the sweep of files.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, update
from sqlmodel import col, select

from app import clock
from app.access import VisitorAccess
from app.clock import PARIS
from app.mail.outbox import queue_mail
from app.portal import Portal
from app.portions import fitting, limited
from app.retention.lines import LINE
from app.retention.people import erase_accounts, make_anonymous
from app.retention.queries import DUE, Due, periods
from app.retention.rules import ERASED, WARNED, Line, duration_in_months, end_of
from app.retention.waiting import to_warn
from app.text.counts import plural
from app.text.formats import day
from db.models import (
    AccountSession,
    AnnualDeclaration,
    AppointmentRequest,
    AuditEvent,
    AuditKind,
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
    LetterRun,
    Mandate,
    MemberImport,
    Membership,
    OutboxMail,
    Payment,
    PaymentPlan,
    PublicInquiry,
    RequestMessage,
    RetentionPeriod,
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
    "letters": (_erase(LetterRun),),
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


log = structlog.get_logger()
FROM, UNTIL = time(1), time(5)  # in Paris: nobody of the service works, no campaign leaves
PORTION = 200  # rows of one transaction
BUDGET = timedelta(minutes=20)  # of each hour of the night
BREATH = 0.05  # seconds between two portions, in which requests write


async def apply_at_night(portal: Portal, now: datetime) -> int:
    """Every line as long as there is time; the number of rows that were acted on. By day, none."""
    if not FROM <= now.astimezone(PARIS).time() < UNTIL:
        return 0
    return await apply_periods(portal, now, clock.now() + BUDGET)


async def apply_periods(portal: Portal, now: datetime, until: datetime) -> int:
    """The same at any hour, until that instant."""
    done = await _warn(portal, now)
    for line, due, act in _works():
        after: int | None = 0
        while after is not None and clock.now() < until:
            number, after = await _portion(portal, line, due, act, after, now)
            done += number
            await asyncio.sleep(BREATH if number else 0)
    async with portal.database.transaction(write=True) as session:
        await portal.database.drop_old_words(session)
    if done:
        log.info("retention_applied", rows=done)
    return done


def _works() -> Iterator[tuple[Line, Due, Act]]:
    for key, line in LINE.items():
        for due, act in zip(DUE[key], ACTS[key], strict=True):
            yield line, due, act


async def _portion(
    portal: Portal, line: Line, due: Due, act: Act, after: int, now: datetime
) -> tuple[int, int | None]:
    """The number of rows acted on, and the row after which the next portion starts: None when this was
    the last, or when another process is at it.
    """
    async with limited(portal, RetentionPeriod) as session:
        access, most = VisitorAccess(portal, session), fitting(portal, RetentionPeriod, PORTION)
        if not await access.alone("retention"):
            return 0, None
        months = (await periods(access))[line.key]
        ids = await access.all(due.rows(end_of(months, now), after, most))
        if not ids:
            return 0, None
        await act(access, ids, now)
        access.record(AuditKind.RETENTION_APPLIED, now, None, about=_proof(line, len(ids), months)[:200])
        return len(ids), ids[-1] if len(ids) == most else None


def _proof(line: Line, number: int, months: int) -> str:
    """Salariés sortis : 200 personnes rendues anonymes, 5 ans après le départ du salarié"""
    return f"{line.title} : {line.counted(number)} {line.fate_words(number)}, {line.words(months)}"


async def _warn(portal: Portal, now: datetime) -> int:
    """Mail each account that is about to end, a month before: signing in is enough to keep it."""
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session)
        if not await access.alone("retention"):
            return 0
        months = (await periods(access))["accounts"]
        accounts = await access.all(to_warn(months, now, PORTION))
        for account in accounts:
            account.warned_at = now
            queue_mail(
                access, "account_unused", account.email, now, account_id=account.key,
                unused=duration_in_months(months), until=day(clock.day_of(now + WARNED)),
            )  # fmt: skip
        if accounts:
            about = f"{LINE['accounts'].title} – {plural(len(accounts), 'courriel')} d’avertissement"
            access.record(AuditKind.RETENTION_APPLIED, now, None, about=about)
        return len(accounts)
