"""Invoices that are contested, and appointments whose absence was billed or given up."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from db.models.base import CompanyOwned, instant

OPEN = text("settled_at IS NULL")


class InvoiceDispute(CompanyOwned, table=True):
    """An invoice contested in a thread; one at a time. `credit_id`: the credit note that settled it, none
    when the invoice was upheld.
    """

    __table_args__ = (
        Index("ix_invoicedispute_inquiry_id", "inquiry_id"),
        Index(
            "uq_invoicedispute_invoice_id", "invoice_id", unique=True, sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )  # fmt: skip

    invoice_id: int = Field(foreign_key="invoice.id")
    inquiry_id: int = Field(foreign_key="inquiry.id", ondelete="CASCADE")
    opened_at: datetime = instant()
    settled_at: datetime | None = instant(nullable=True)
    settled_by: int | None = Field(default=None, foreign_key="account.id")
    credit_id: int | None = Field(default=None, foreign_key="invoice.id")


class AbsenceBilling(CompanyOwned, table=True):
    """A missed appointment that somebody billed, once, or gave up: then it has no invoice."""

    slot_id: int = Field(foreign_key="slot.id", unique=True, ondelete="CASCADE")
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    at: datetime = instant()
