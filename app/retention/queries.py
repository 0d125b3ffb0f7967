"""Reads of retention: the periods in force, and of each line the rows at their end, those that wait left out.

A statement says which rows are over; what waits is a condition of the same statement, so a row that an open
request holds is met again each night until it is not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, String, and_, cast, exists, false, func, or_
from sqlmodel import col, select

from app.access import Access
from app.clock import day_of
from app.invoices.queries import UNPAID
from app.retention.lines import DEFAULTS
from app.retention.rules import ERASED, OF_PERIODS, PROOFS, SECURITY, End, end_of
from app.retention.waiting import (
    LAST_SEEN,
    OPEN_REQUEST,
    account_over,
    account_waits,
    employee_over,
    employee_waits,
    is_last_administrator,
)
from db.models import (
    Account,
    AccountSession,
    AnnualDeclaration,
    AppointmentRequest,
    AuditEvent,
    BankStatement,
    BatchState,
    CalendarFeed,
    Company,
    CompanyContact,
    CompanyCorrection,
    ConvocationBatch,
    CorrectionState,
    Debit,
    DebitReturn,
    DebitRun,
    DebitState,
    DeclarationCorrection,
    DemoMail,
    Document,
    DocumentKind,
    DroppedPaper,
    DunningRun,
    Employee,
    EmployeeChange,
    EmployeeImport,
    Inquiry,
    InquiryState,
    Invitation,
    Invoice,
    JournalEntry,
    LetterRun,
    LetterRunState,
    Mandate,
    MemberImport,
    Membership,
    OutboxMail,
    Payment,
    PaymentPlan,
    PlanInvoice,
    PublicInquiry,
    RequestMessage,
    RetentionPeriod,
    RunState,
    StaffNote,
    StaffRead,
    Taking,
)

OPEN_BATCH = (BatchState.RUNNING, BatchState.UNDOING)


async def periods(access: Access) -> dict[str, int]:
    """Months by line, those that the service set in place of those proposed."""
    rows = await access.rows(select(RetentionPeriod.line, RetentionPeriod.months))
    return {**DEFAULTS, **{key: months for key, months in rows if key in DEFAULTS}}


@dataclass(frozen=True, slots=True)
class Due:
    """Rows of one table. `over`: the condition that their period has ended; `waits`: that something open
    holds them; `since`: the column that the period counts from.
    """

    model: Any
    since: Any
    over: Callable[[End], ColumnElement[bool]]
    waits: Callable[[End], ColumnElement[bool]] = lambda _: false()

    def rows(self, end: End, after: int, most: int) -> Any:
        """Numbers of the next rows to act on, in order, held until the commit: a row that somebody changes
        meanwhile is left for another night.
        """
        key = col(self.model.id)
        wanted = and_(self.over(end), ~self.waits(end), key > after)
        numbers = select(key).where(wanted).order_by(key).limit(most)
        return numbers.with_for_update(skip_locked=True, of=self.model)

    def count(self, end: End) -> Any:
        """Rows by waiting or not: their number, the first day or instant of them. What waits is looked
        up once a row.
        """
        asked = sqlalchemy.select(self.waits(end).label("waits"), self.since.label("since"))
        rows = asked.select_from(self.model).where(self.over(end)).subquery()
        return sqlalchemy.select(rows.c.waits, func.count(), func.min(rows.c.since)).group_by(rows.c.waits)


def _before_day(column: Any, *conditions: Any) -> Callable[[End], ColumnElement[bool]]:
    return lambda end: and_(col(column) < end.day, *conditions)


def _before(column: Any, *conditions: Any) -> Callable[[End], ColumnElement[bool]]:
    return lambda end: and_(column < end.instant, *conditions)


def _always(condition: Any) -> Callable[[End], ColumnElement[bool]]:
    return lambda _: condition


def _is_emptied(column: Any) -> ColumnElement[bool]:
    return cast(col(column), String) == "{}"


_has_texts = or_(
    *(
        col(getattr(AppointmentRequest, name)) != ""
        for name in ("reason", "refusal", "interpreter", "cause", "half_days")
    ),
    col(AppointmentRequest.stop_from).is_not(None), col(AppointmentRequest.back_on).is_not(None),
    col(AppointmentRequest.needs_access),
    exists().where(col(RequestMessage.request_id) == col(AppointmentRequest.id)),
)  # fmt: skip
_names_somebody = or_(
    col(EmployeeImport.problem) != "", ~_is_emptied(EmployeeImport.said),
    cast(col(EmployeeImport.counts), String).like('%["%'),
)  # fmt: skip
_ANSWERED = func.coalesce(col(PublicInquiry.answered_at), col(PublicInquiry.closed_at))
_ENDED = func.coalesce(col(Invitation.accepted_at), col(Invitation.cancelled_at), col(Invitation.expires_at))
_CLOSED = select(col(Company.closed_at)).where(col(Company.id) == col(Document.company_id)).scalar_subquery()
_GONE = func.coalesce(col(Document.withdrawn_at), _CLOSED)
_hire = and_(
    col(EmployeeChange.urgent_on).is_not(None), col(EmployeeChange.handled_at).is_(None),
    col(EmployeeChange.undone_at).is_(None),
)  # fmt: skip
_unpaid_thread = exists().where(col(Invoice.id) == col(Inquiry.invoice_id), UNPAID)
_debited = exists().where(
    col(Debit.mandate_id) == col(Mandate.id), col(Debit.state).in_((DebitState.PLANNED, DebitState.FILED))
)
_has_references = exists().where(
    col(Payment.invoice_id) == col(Invoice.id), col(Payment.reference).not_like(f"{ERASED}%")
)
_unpaid_plan = exists().where(
    col(PlanInvoice.plan_id) == col(PaymentPlan.id), col(Invoice.id) == col(PlanInvoice.invoice_id), UNPAID
)
_owes = exists().where(col(Invoice.company_id) == col(Company.id), UNPAID)
_asked = exists().where(
    col(DeclarationCorrection.declaration_id) == col(AnnualDeclaration.id),
    col(DeclarationCorrection.state) == CorrectionState.SENT,
)
_reachable = or_(
    col(Company.email) != "", col(Company.phone) != "",
    exists().where(col(CompanyContact.company_id) == col(Company.id)),
)  # fmt: skip


def _audit(condition: Any) -> Due:
    return Due(AuditEvent, AuditEvent.at, _before(col(AuditEvent.at), condition))


_kind = col(AuditEvent.kind)
DUE: dict[str, tuple[Due, ...]] = {
    "employees": (Due(Employee, Employee.exit_on, employee_over, employee_waits),),
    "changes": (
        Due(
            EmployeeChange,
            EmployeeChange.at,
            _before(
                col(EmployeeChange.at),
                ~(_is_emptied(EmployeeChange.before) & _is_emptied(EmployeeChange.after)),
            ),
            _always(_hire),
        ),
    ),
    "requests": (
        Due(
            AppointmentRequest,
            AppointmentRequest.updated_at,
            _before(col(AppointmentRequest.updated_at), _has_texts),
            _always(OPEN_REQUEST),
        ),
    ),
    "batches": (
        Due(
            ConvocationBatch,
            ConvocationBatch.created_at,
            _before(col(ConvocationBatch.created_at)),
            _always(col(ConvocationBatch.state).in_(OPEN_BATCH)),
        ),
    ),
    "imports": (
        Due(
            EmployeeImport,
            EmployeeImport.created_at,
            _before(col(EmployeeImport.created_at), _names_somebody),
        ),
    ),
    "threads": (
        Due(
            Inquiry,
            Inquiry.updated_at,
            _before(col(Inquiry.updated_at)),
            _always(or_(col(Inquiry.state) == InquiryState.SENT, _unpaid_thread)),
        ),
    ),
    "public_messages": (Due(PublicInquiry, _ANSWERED, _before(_ANSWERED)),),
    "documents": (Due(Document, _GONE, _before(_GONE, col(Document.kind) != DocumentKind.DUERP)),),
    "duerp": (
        Due(
            Document,
            Document.created_at,
            _before(col(Document.created_at), col(Document.kind) == DocumentKind.DUERP),
        ),
    ),
    "papers": (Due(DroppedPaper, DroppedPaper.dropped_at, _before(col(DroppedPaper.dropped_at))),),
    "declarations": (
        Due(
            AnnualDeclaration,
            AnnualDeclaration.updated_at,
            _before(col(AnnualDeclaration.updated_at), ~_is_emptied(AnnualDeclaration.typed)),
            _always(_asked),
        ),
    ),
    "invoices": (
        Due(Invoice, Invoice.issued_on, _before_day(Invoice.issued_on, _has_references), _always(UNPAID)),
    ),
    "contacts": (
        Due(Company, Company.closed_at, _before(col(Company.closed_at), _reachable), _always(_owes)),
    ),
    "corrections": (
        Due(CompanyCorrection, CompanyCorrection.answered_at, _before(col(CompanyCorrection.answered_at))),
    ),
    "reminders": (
        Due(
            DunningRun,
            DunningRun.started_at,
            _before(col(DunningRun.started_at)),
            _always(col(DunningRun.state).in_((RunState.RUNNING, RunState.UNDOING))),
        ),
    ),
    "letters": (
        Due(
            LetterRun,
            LetterRun.started_at,
            _before(col(LetterRun.started_at)),
            _always(col(LetterRun.state).in_((LetterRunState.WRITING, LetterRunState.DRAWING))),
        ),
    ),
    "plans": (
        Due(
            PaymentPlan,
            PaymentPlan.created_at,
            _before(col(PaymentPlan.created_at)),
            _always(_unpaid_plan),
        ),
    ),
    "statements": (Due(BankStatement, BankStatement.created_at, _before(col(BankStatement.created_at))),),
    "entries": (Due(JournalEntry, JournalEntry.valid_on, _before_day(JournalEntry.valid_on)),),
    "mandates": (Due(Mandate, Mandate.alive_on, _before_day(Mandate.alive_on), _always(_debited)),),
    "debits": (
        Due(DebitRun, DebitRun.collect_on, _before_day(DebitRun.collect_on)),
        Due(DebitReturn, DebitReturn.created_at, _before(col(DebitReturn.created_at))),
    ),
    "member_imports": (Due(MemberImport, MemberImport.created_at, _before(col(MemberImport.created_at))),),
    "accounts": (Due(Account, LAST_SEEN, account_over, account_waits),),
    "accesses": (
        Due(Membership, Membership.ends_on, _before_day(Membership.ends_on)),
        Due(Invitation, _ENDED, _before(_ENDED)),
        Due(CalendarFeed, CalendarFeed.revoked_at, _before(col(CalendarFeed.revoked_at))),
    ),
    "notes": (
        Due(StaffNote, StaffNote.at, _before(col(StaffNote.at))),
        Due(Taking, Taking.taken_at, _before(col(Taking.taken_at))),
    ),
    "sessions": (Due(AccountSession, AccountSession.seen_at, _before(col(AccountSession.seen_at))),),
    "security": (_audit(_kind.in_(SECURITY)),),
    "reads": (Due(StaffRead, StaffRead.at, _before(col(StaffRead.at))),),
    "history": (_audit(_kind.not_in(SECURITY | PROOFS)),),
    "proofs": (_audit(_kind.in_(PROOFS)),),
    "mails": (
        Due(
            OutboxMail,
            OutboxMail.created_at,
            _before(col(OutboxMail.created_at)),
            _always(col(OutboxMail.due_at).is_not(None)),
        ),
        Due(DemoMail, DemoMail.sent_at, _before(col(DemoMail.sent_at))),
    ),
}


# What a period would do.


class Effect(NamedTuple):
    """`number`: rows that the next night would act on; `oldest`: the day of the first; `waiting`: rows that
    something open still holds.
    """

    number: int
    oldest: date | None
    waiting: int


async def effect_of(access: Access, key: str, months: int, now: datetime) -> Effect:
    end = end_of(months, now)
    found = [row for due in DUE[key] for row in await access.table(due.count(end))]
    days = [_day(oldest) for waits, _, oldest in found if oldest and not waits]
    return Effect(
        number=sum(number for waits, number, _ in found if not waits),
        oldest=min(days, default=None),
        waiting=sum(number for waits, number, _ in found if waits),
    )


async def last_administrators(access: Access, months: int, now: datetime) -> int:
    """Accounts unused for that long that wait because a member would have no administrator without them."""
    end = end_of(months, now)
    held = select(func.count()).select_from(Account).where(account_over(end), is_last_administrator(end))
    return (await access.all(held))[0]


def _day(value: Any) -> date:
    """SQLite forgets the type of what it computes."""
    if isinstance(value, str):
        value = (
            datetime.fromisoformat(value).replace(tzinfo=UTC) if " " in value else date.fromisoformat(value)
        )
    return day_of(value) if isinstance(value, datetime) else value


_APPLIED = (
    select(AuditEvent, Account.first_name, Account.last_name)
    .outerjoin(Account, col(Account.id) == AuditEvent.account_id)
    .where(col(AuditEvent.kind).in_(OF_PERIODS))
    .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
)


class Proof(NamedTuple):
    """A line of the history of periods. `who`: "" for the portal."""

    at: datetime
    kind: str
    about: str
    who: str


async def proofs(access: Access, most: int) -> list[Proof]:
    rows: Iterable[Any] = await access.rows(_APPLIED.limit(most))
    return [
        Proof(each.at, str(each.kind), each.about, f"{first or ''} {last or ''}".strip())
        for each, first, last in rows
    ]
