"""Reads of what was done about an invoice that is not paid, for its page on both sides."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import col

from app.access import Access
from app.invoices.instalments import Instalment, PlanLine, PlannedInvoice, lines_of
from app.invoices.queries import LEFT
from db.models import DunningLetter, Invoice, InvoiceDispute, PaymentPlan, PlanInvoice, Reminder

# Of an invoice that a statement reads: it is paid in instalments, as was agreed; it is contested, without an
# answer. Neither is reminded nor debited.
IS_PLANNED: Any = (
    sqlalchemy.select(col(PlanInvoice.id))
    .where(
        col(PlanInvoice.company_id) == Invoice.company_id, col(PlanInvoice.invoice_id) == Invoice.id,
        col(PlanInvoice.ended_at).is_(None),
    )
    .exists()
)  # fmt: skip
IS_CONTESTED: Any = (
    sqlalchemy.select(col(InvoiceDispute.id))
    .where(
        col(InvoiceDispute.company_id) == Invoice.company_id, col(InvoiceDispute.invoice_id) == Invoice.id,
        col(InvoiceDispute.settled_at).is_(None),
    )
    .exists()
)  # fmt: skip


class ReminderLine(NamedTuple):
    """A reminder that stands. `fee_id`, `fee_number`: of the indemnity invoiced with it, if any."""

    on_day: date
    subject: str
    left_cents: int
    recipients: list[str]
    is_posted: bool
    fee_id: int | None
    fee_number: str | None

    @property
    def means(self) -> str:
        ways = ["par courriel"] * bool(self.recipients) + ["par courrier"] * self.is_posted
        return " et ".join(ways)


_company: Any = bindparam("company")
_invoice: Any = bindparam("invoice")
_REMINDERS: Any = (
    sqlalchemy.select(
        col(Reminder.on_day), col(DunningLetter.subject), col(Reminder.left_cents),
        col(DunningLetter.recipients), col(DunningLetter.is_posted), col(Invoice.id), col(Invoice.number),
    )
    .join(DunningLetter, col(DunningLetter.id) == Reminder.letter_id)
    .outerjoin(Invoice, col(Invoice.id) == Reminder.fee_id)
    .where(
        col(Reminder.company_id) == _company, col(DunningLetter.company_id) == _company,
        col(Reminder.invoice_id) == _invoice, col(Reminder.undone_at).is_(None),
    )
    .order_by(col(Reminder.on_day), col(Reminder.id))
)  # fmt: skip


async def reminders_of(access: Access, invoice: Invoice) -> list[ReminderLine]:
    """Reminders of an invoice that the reader's door gave, in order."""
    mine = {"company": invoice.company_id, "invoice": invoice.key}
    return [ReminderLine(*row) for row in await access.table(_REMINDERS, mine)]


_DISPUTES: Any = (
    sqlalchemy.select(
        col(InvoiceDispute.id), col(InvoiceDispute.inquiry_id), col(InvoiceDispute.opened_at),
        col(InvoiceDispute.settled_at), col(InvoiceDispute.credit_id),
    )
    .where(col(InvoiceDispute.company_id) == _company, col(InvoiceDispute.invoice_id) == _invoice)
    .order_by(col(InvoiceDispute.id))
)  # fmt: skip


class DisputeLine(NamedTuple):
    """A contest of an invoice. `settled_at`: None while it waits for its answer."""

    id: int
    inquiry_id: int
    opened_at: datetime
    settled_at: datetime | None
    credit_id: int | None


async def disputes_of(access: Access, invoice: Invoice) -> list[DisputeLine]:
    """Contests of an invoice that the reader's door gave, in order."""
    mine = {"company": invoice.company_id, "invoice": invoice.key}
    return [DisputeLine(*row) for row in await access.table(_DISPUTES, mine)]


class PlanView(NamedTuple):
    """A payment plan that lasts, as it stands today."""

    id: int
    company_id: int
    agreed_on: date
    cents: int
    note: str
    invoices: list[PlannedInvoice]
    lines: list[PlanLine]

    @property
    def is_paid(self) -> bool:
        return all(each.covered_cents >= each.cents for each in self.lines)

    @property
    def late(self) -> list[PlanLine]:
        return [each for each in self.lines if each.state == "en retard"]


_LASTING: Any = (
    sqlalchemy.select(
        col(PaymentPlan.id), col(PaymentPlan.company_id), col(PaymentPlan.agreed_on), col(PaymentPlan.cents),
        col(PaymentPlan.note), col(PaymentPlan.instalments),
    )
    .where(col(PaymentPlan.ended_at).is_(None))
    .order_by(col(PaymentPlan.id))
)  # fmt: skip
_PLANNED: Any = (
    sqlalchemy.select(
        col(PlanInvoice.plan_id), col(Invoice.id), col(Invoice.number), col(PlanInvoice.cents), LEFT
    )
    .join(Invoice, col(Invoice.id) == PlanInvoice.invoice_id)
    .order_by(col(Invoice.due_on), col(Invoice.id))
)


_OF_PLANS: Any = _PLANNED.where(
    col(PlanInvoice.plan_id).in_(bindparam("plans", expanding=True)),
    col(PlanInvoice.company_id).in_(bindparam("owners", expanding=True)),
    col(Invoice.company_id) == col(PlanInvoice.company_id),
)
_PLAN_OF: Any = _LASTING.where(
    col(PaymentPlan.company_id) == _company,
    col(PaymentPlan.id).in_(
        sqlalchemy.select(col(PlanInvoice.plan_id)).where(
            col(PlanInvoice.company_id) == _company, col(PlanInvoice.invoice_id) == _invoice,
            col(PlanInvoice.ended_at).is_(None),
        )
    ),
)  # fmt: skip


async def plans_where(access: Access, today: date, *conditions: Any) -> list[PlanView]:
    """Plans that last, of these conditions on PaymentPlan, as they stand."""
    return await _views(access, await access.table(_LASTING.where(*conditions)), today)


async def _views(access: Access, plans: Sequence[Sequence[Any]], today: date) -> list[PlanView]:
    invoices: dict[int, list[PlannedInvoice]] = {}
    theirs = {"plans": [row[0] for row in plans], "owners": list({row[1] for row in plans})}
    for plan_id, *rest in await access.table(_OF_PLANS, theirs) if plans else ():
        invoices.setdefault(plan_id, []).append(PlannedInvoice(*rest))
    return [_view(row, invoices.get(row[0], []), today) for row in plans]


def _view(row: Sequence[Any], invoices: list[PlannedInvoice], today: date) -> PlanView:
    plan_id, company_id, agreed_on, cents, note, instalments = row
    lines = lines_of(instalments_of(instalments), invoices, today)
    return PlanView(plan_id, company_id, agreed_on, cents, note, invoices, lines)


async def plan_of(access: Access, invoice: Invoice, today: date) -> PlanView | None:
    """The plan that an invoice, which the reader's door gave, is paid by."""
    mine = {"company": invoice.company_id, "invoice": invoice.key}
    found = await _views(access, await access.table(_PLAN_OF, mine), today)
    return found[0] if found else None


def instalments_of(stored: Sequence[Sequence[Any]]) -> list[Instalment]:
    return [Instalment(date.fromisoformat(due_on), cents) for due_on, cents in stored]
