"""Invoices, credit notes and payments."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlmodel import Field

from db.models.base import CompanyOwned, instant


class InvoiceKind(StrEnum):
    CONTRIBUTION = "cotisation"
    ENTRY = "adhesion"
    ABSENCE = "absence"
    CREDIT_NOTE = "avoir"


class Invoice(CompanyOwned, table=True):
    """Amounts in cents; a credit note's are negative. `lines`: label, quantity, unit and net cents of each,
    and its VAT in hundredths of a percent.

    `settles_id`: the invoice that a credit note settles. `printed`: the two parties, the period and the terms
    as they were on its day, since an invoice does not change; empty when it is older than that.
    """

    __table_args__ = (
        Index("ix_invoice_company_id_issued_on_id", "company_id", "issued_on", "id"),
        Index("ix_invoice_company_id_settles_id", "company_id", "settles_id"),
    )

    company_id: int = Field(foreign_key="company.id")
    number: str = Field(max_length=30, unique=True)
    kind: InvoiceKind = Field(sa_type=String(15))
    title: str = Field(max_length=120)
    issued_on: date
    due_on: date
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    net_cents: int
    vat_cents: int
    total_cents: int
    settles_id: int | None = Field(default=None, foreign_key="invoice.id")
    printed: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = instant()


class Payment(CompanyOwned, table=True):
    """Money received for an invoice. `method`: virement, prélèvement, chèque.

    `reference`: the bank's own, so that a payment told twice is kept once.
    """

    __table_args__ = (
        Index("ix_payment_company_id_invoice_id", "company_id", "invoice_id"),
        UniqueConstraint("invoice_id", "reference"),
    )

    company_id: int = Field(foreign_key="company.id")
    invoice_id: int = Field(foreign_key="invoice.id")
    paid_on: date
    cents: int
    method: str = Field(default="", max_length=30)
    reference: str = Field(max_length=60)
    created_at: datetime = instant()
