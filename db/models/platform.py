"""Invoices handed to a platform (plateforme agréée), and their life there."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, String, text
from sqlmodel import Field

from db.models.base import Base, CompanyOwned, instant

WAITING = text("due_at IS NOT NULL")


class FlowKind(StrEnum):
    """A flow is one thing handed to a platform (XP Z12-013): an invoice, or the news that money came in."""

    INVOICE = "facture"
    PAID = "encaissement"


class FlowState(StrEnum):
    """`ASIDE`: it goes another way, by hand; `DONE`: somebody did. `GIVEN_UP`: after a day of attempts."""

    WAITING = "attente"
    SENT = "envoyee"
    REFUSED = "refusee"
    GIVEN_UP = "abandonnee"
    ASIDE = "hors"
    DONE = "faite"


class PlatformFlow(CompanyOwned, table=True):
    """`tracking_id`: ours, by which a flow whose sending was cut short is found there. `flow_id`: the
    platform's. `cents`, `paid_on`: of the money that came in. `status`: the last of an invoice's life
    (XP Z12-012), "" before the first, at `status_at`; `reason`: why it was refused, or goes another way.
    `due_at`, `taken_by`: as in the outbox. `acknowledged_at`: of the platform's last word on the flow itself.
    """

    __table_args__ = (
        Index("ix_platformflow_due_at", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_platformflow_state_id", "state", "id"),
        Index("ix_platformflow_invoice_id", "invoice_id"),
        Index("ix_platformflow_flow_id", "flow_id"),
    )

    invoice_id: int = Field(foreign_key="invoice.id")
    kind: FlowKind = Field(sa_type=String(15))
    state: FlowState = Field(default=FlowState.WAITING, sa_type=String(10))
    tracking_id: str = Field(max_length=64, unique=True)
    flow_id: str = Field(default="", max_length=64)
    cents: int = 0
    paid_on: date | None = None
    status: str = Field(default="", max_length=3)
    status_at: datetime | None = instant(nullable=True)
    reason: str = Field(default="", max_length=500)
    created_at: datetime = instant()
    due_at: datetime | None = instant(nullable=True)
    taken_by: str = Field(default="", max_length=32)
    attempts: int = 0
    last_error: str = Field(default="", max_length=300)
    sent_at: datetime | None = instant(nullable=True)
    acknowledged_at: datetime | None = instant(nullable=True)


class InvoiceStatus(Base, table=True):
    """A step of the life of an invoice, as a platform told it in the flow `flow_id`. `at`: of the step;
    `updated_at`: of the flow, by the platform's clock. Without an invoice when it is of one that this portal
    did not issue: kept so that it is not read again.
    """

    __table_args__ = (
        Index("ix_invoicestatus_invoice_id", "invoice_id"),
        Index("ix_invoicestatus_updated_at", "updated_at"),
    )

    company_id: int | None = Field(default=None, foreign_key="company.id")
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id")
    flow_id: str = Field(max_length=64, unique=True)
    status: str = Field(default="", max_length=3)
    reason: str = Field(default="", max_length=500)
    at: datetime = instant()
    updated_at: datetime = instant()
