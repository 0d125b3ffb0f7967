"""Reads of contested invoices."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlmodel import col, select

from app.access import Access, StaffAccess
from db.models import Company, Inquiry, InquiryMessage, Invoice, InvoiceDispute


class OpenDispute(NamedTuple):
    id: int
    invoice_id: int
    number: str
    code: str
    name: str
    opened_at: datetime


_OPEN: Any = (
    sqlalchemy.select(
        col(InvoiceDispute.id), col(Invoice.id), col(Invoice.number), col(Company.code), col(Company.name),
        col(InvoiceDispute.opened_at),
    )
    .join(Invoice, col(Invoice.id) == InvoiceDispute.invoice_id)
    .join(Company, col(Company.id) == InvoiceDispute.company_id)
    .where(col(InvoiceDispute.settled_at).is_(None), col(Invoice.company_id) == InvoiceDispute.company_id)
    .order_by(col(InvoiceDispute.opened_at), col(InvoiceDispute.id))
)  # fmt: skip


async def open_disputes(access: StaffAccess) -> list[OpenDispute]:
    """Contests that wait for an answer, the oldest first."""
    return [OpenDispute(*row) for row in await access.table(_OPEN)]


async def messages_of(access: StaffAccess, inquiry: Inquiry) -> list[str]:
    """The words of its employer, in order."""
    theirs = select(InquiryMessage).where(
        InquiryMessage.inquiry_id == inquiry.key, InquiryMessage.company_id == inquiry.company_id,
        col(InquiryMessage.from_service).is_(False),
    )  # fmt: skip
    return [each.text for each in await access.all(theirs.order_by(col(InquiryMessage.id)))]


async def is_contested(access: Access, invoice: Invoice) -> bool:
    """True while a contest of this invoice, which the reader's door gave, waits for an answer."""
    mine = sqlalchemy.select(col(InvoiceDispute.id)).where(
        col(InvoiceDispute.company_id) == invoice.company_id,
        col(InvoiceDispute.invoice_id) == invoice.key, col(InvoiceDispute.settled_at).is_(None),
    )  # fmt: skip
    return bool(await access.table(mine))
