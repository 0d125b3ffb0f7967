"""Payment plans of invoices."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field

from db.models.base import CompanyOwned, instant

LASTS = text("ended_at IS NULL")


class PaymentPlan(CompanyOwned, table=True):
    """`instalments`: [day, cents] of each, which add up to `cents`. `token`: of the form that it came from.
    `ended_at`: when somebody, `ended_by`, broke it, for `ended_reason`, which its employer reads.
    """

    account_id: int = Field(foreign_key="account.id", index=True)
    agreed_on: date
    cents: int
    instalments: list[list[Any]] = Field(default_factory=list, sa_type=JSON)
    note: str = Field(default="", max_length=300)
    token: str = Field(max_length=43, unique=True)
    ended_at: datetime | None = instant(nullable=True)
    ended_by: int | None = Field(default=None, foreign_key="account.id")
    ended_reason: str = Field(default="", max_length=150)
    created_at: datetime = instant(index=True)


class PlanInvoice(CompanyOwned, table=True):
    """An invoice of a plan, of one that lasts only. `cents`: left to pay when it was agreed."""

    __table_args__ = (
        Index("ix_planinvoice_plan_id", "plan_id"),
        Index(
            "uq_planinvoice_invoice_id", "invoice_id", unique=True, sqlite_where=LASTS, postgresql_where=LASTS
        ),
    )

    plan_id: int = Field(foreign_key="paymentplan.id", ondelete="CASCADE")
    invoice_id: int = Field(foreign_key="invoice.id")
    cents: int
    ended_at: datetime | None = instant(nullable=True)
