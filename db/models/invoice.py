"""Invoices, credit notes and payments."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint, text
from sqlmodel import Field

from db.models.base import Base, CompanyOwned, instant

UNENTERED = text("entry_id IS NULL")


class InvoiceKind(StrEnum):
    CONTRIBUTION = "cotisation"
    ENTRY = "adhesion"
    ABSENCE = "absence"
    INDEMNITY = "indemnite"
    CREDIT_NOTE = "avoir"


class Invoice(CompanyOwned, table=True):
    """Amounts in cents; a credit note's are negative. `lines`: label, quantity, unit and net cents of each,
    its VAT in hundredths of a percent, and the cent by which a credit note's tax is off its rounded amount.

    `settles_id`: the invoice that a credit note settles. `printed`: the two parties, the period and the terms
    as they were on its day, since an invoice does not change; empty when it is older than that.
    `receipt`: the number of the declaration's receipt that it bills, or settles the difference with: once. Of
    a credit note made by hand, the key of the form that it came from, after "once:"; of an indemnity, its
    invoice. `entry_id`: its entry in the sales journal, once the books are closed to its day.
    """

    __table_args__ = (
        Index("ix_invoice_company_id_issued_on_id", "company_id", "issued_on", "id"),
        Index("ix_invoice_company_id_settles_id", "company_id", "settles_id"),
        Index("uq_invoice_receipt", "receipt", unique=True),
        Index("ix_invoice_unentered", "issued_on", "id", sqlite_where=UNENTERED, postgresql_where=UNENTERED),
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
    receipt: str | None = Field(default=None, max_length=30)
    entry_id: int | None = None
    created_at: datetime = instant()


class InvoiceSeries(Base, table=True):
    """Numbers of invoices as the law wants them, continuous in the order of their days (Code général des
    impôts, annexe II, article 242 nonies A). `last`: the one drawn last under that prefix.
    """

    prefix: str = Field(max_length=12, unique=True)
    last: int = 0


class CallState(StrEnum):
    RUNNING = "running"
    DONE = "done"


class ContributionCall(Base, table=True):
    """The invoices of a year's declarations, issued one after the other. `after`: the declaration that was
    looked at last; the counts are of this run.
    """

    __table_args__ = (Index("ix_contributioncall_state", "state"),)

    year: int = Field(unique=True)
    issued_on: date
    due_on: date
    state: CallState = Field(default=CallState.RUNNING, sa_type=String(10))
    account_id: int = Field(foreign_key="account.id")
    after: int = 0
    expected: int = 0
    invoices: int = 0
    credit_notes: int = 0
    total_cents: int = Field(default=0, sa_type=BigInteger)
    refused: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    started_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


class Payment(CompanyOwned, table=True):
    """Money received for an invoice. `method`: virement, prélèvement, chèque; « perte » is what is written
    off, and no money.

    `reference`: the bank's own, so that a payment told twice is kept once; of a loss, its reason.
    `entry_id`: as an invoice's.
    """

    __table_args__ = (
        Index("ix_payment_company_id_invoice_id", "company_id", "invoice_id"),
        Index("ix_payment_unentered", "paid_on", "id", sqlite_where=UNENTERED, postgresql_where=UNENTERED),
        UniqueConstraint("invoice_id", "reference"),
    )

    company_id: int = Field(foreign_key="company.id")
    invoice_id: int = Field(foreign_key="invoice.id")
    paid_on: date
    cents: int
    method: str = Field(default="", max_length=30)
    reference: str = Field(max_length=60)
    entry_id: int | None = None
    created_at: datetime = instant()
