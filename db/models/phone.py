"""Declarations that the service makes on the phone with a member."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlmodel import Field

from db.models.base import CompanyOwned, instant


class PhoneState(StrEnum):
    OPEN = "en_cours"
    FILED = "validee"
    CONFIRMED = "confirmee"
    CONTESTED = "contestee"


class PhoneCall(CompanyOwned, table=True):
    """Somebody of the service, `account_id`, fills a member's declaration with what `caller` says, until
    `ended_at`. `number`: of the receipt that it made. `answered_by` confirmed it, or contested it in the
    thread `inquiry_id`.
    """

    __table_args__ = (
        Index("ix_phonecall_company_id_year", "company_id", "year"),
        Index("ix_phonecall_account_id_started_at", "account_id", "started_at"),
    )

    company_id: int = Field(foreign_key="company.id")
    year: int
    account_id: int = Field(foreign_key="account.id")
    caller: str = Field(max_length=120)
    state: PhoneState = Field(default=PhoneState.OPEN, sa_type=String(10))
    number: str = Field(default="", max_length=30)
    started_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    filed_at: datetime | None = instant(nullable=True)
    answered_at: datetime | None = instant(nullable=True)
    answered_by: int | None = Field(default=None, foreign_key="account.id")
    inquiry_id: int | None = Field(default=None, foreign_key="inquiry.id", ondelete="SET NULL")
