"""The yearly declaration of headcount and what it costs."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint, text
from sqlmodel import Field

from db.models.base import Base, CompanyOwned, instant

UNANSWERED = text("state = 'sent'")


class Tariff(Base, table=True):
    """Prices of the service for a year, and the days of its campaign: data, not code.

    `rules`: reference date, least contract, grid, mid-year hires, fees, VAT, rounding. `closes_on`: last day.
    """

    year: int = Field(unique=True)
    opens_on: date
    closes_on: date
    rules: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class AnnualDeclaration(CompanyOwned, table=True):
    """One company's declaration for one year, saved step by step by whoever goes on with it.

    `typed`: what each step holds. `counts` and `lines`: the headcount and the amount as they were explained
    when it was validated. `number` and `fingerprint`: of the receipt, which stays good while the declaration
    is reopened (`reopened_at`), until another one takes its place and joins `replaced`. `version`: grows with
    each change.
    """

    __table_args__ = (UniqueConstraint("company_id", "year"), UniqueConstraint("number"))

    company_id: int = Field(foreign_key="company.id")
    year: int
    typed: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    nobody_left: bool = False
    headcount: int = 0
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    net_cents: int = 0
    vat_cents: int = 0
    total_cents: int = 0
    number: str | None = Field(default=None, max_length=30)
    fingerprint: str = Field(default="", max_length=64)
    receipt: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    version: int = 1
    started_at: datetime = instant()
    updated_at: datetime = instant()
    updated_by: int | None = Field(default=None, foreign_key="account.id")
    submitted_at: datetime | None = instant(nullable=True)
    submitted_by: int | None = Field(default=None, foreign_key="account.id")
    on_behalf: bool = False
    reopened_at: datetime | None = instant(nullable=True)
    reopened_by_service: bool = False
    replaced: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    reminded_on: date | None = None


class DeclarationAnswer(CompanyOwned, table=True):
    """The employer's answer on a person in doubt: counts or not."""

    __table_args__ = (UniqueConstraint("declaration_id", "employee_id"),)

    company_id: int = Field(foreign_key="company.id")
    declaration_id: int = Field(foreign_key="annualdeclaration.id", ondelete="CASCADE")
    employee_id: int = Field(foreign_key="employee.id", ondelete="CASCADE")
    counts: bool


class CorrectionState(StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class DeclarationCorrection(CompanyOwned, table=True):
    """A request to the service after the campaign, in writing: the figures that should have been declared."""

    __table_args__ = (
        UniqueConstraint("declaration_id", "token"),
        Index(
            "ix_declarationcorrection_waiting", "sent_at", "id",
            sqlite_where=UNANSWERED, postgresql_where=UNANSWERED,
        ),
    )  # fmt: skip

    company_id: int = Field(foreign_key="company.id")
    declaration_id: int = Field(foreign_key="annualdeclaration.id")
    account_id: int = Field(foreign_key="account.id")
    token: str = Field(max_length=43)
    text: str = Field(max_length=2000)
    state: CorrectionState = Field(default=CorrectionState.SENT, sa_type=String(10))
    answer: str = Field(default="", max_length=2000)
    sent_at: datetime = instant()
    answered_at: datetime | None = instant(nullable=True)
