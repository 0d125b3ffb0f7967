"""Messages of a company to the service, and of people who cannot sign in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlmodel import Field

from db.models.base import Base, CompanyOwned, instant


class InquiryTheme(StrEnum):
    SUMMONS = "convocation"
    CONTRIBUTION = "cotisation"
    EMPLOYEES = "salaries"
    PREVENTION = "prevention"
    ACCESS = "acces"
    OTHER = "autre"


UNANSWERED = text("state = 'sent'")
UNHANDLED = text("answered_at IS NULL AND closed_at IS NULL")


class InquiryState(StrEnum):
    SENT = "sent"
    ANSWERED = "answered"
    CLOSED = "closed"


class Inquiry(CompanyOwned, table=True):
    """A thread. `unread_at`: since when an answer waits for a reader. `token` settles double clicks."""

    __table_args__ = (
        UniqueConstraint("company_id", "token"),
        Index("ix_inquiry_company_id_updated_at_id", "company_id", "updated_at", "id"),
        Index("ix_inquiry_waiting", "updated_at", "id", sqlite_where=UNANSWERED, postgresql_where=UNANSWERED),
    )

    company_id: int = Field(foreign_key="company.id")
    account_id: int = Field(foreign_key="account.id")
    on_behalf: bool = False
    theme: InquiryTheme = Field(sa_type=String(15))
    subject: str = Field(max_length=120)
    employee_id: int | None = Field(default=None, foreign_key="employee.id")
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id")
    token: str = Field(max_length=43)
    state: InquiryState = Field(default=InquiryState.SENT, sa_type=String(10))
    created_at: datetime = instant()
    updated_at: datetime = instant()
    answered_at: datetime | None = instant(nullable=True)
    closed_at: datetime | None = instant(nullable=True)
    unread_at: datetime | None = instant(nullable=True)


class InquiryMessage(CompanyOwned, table=True):
    """One message, with the file joined to it if there is one (its bytes are kept under `sha256`)."""

    __table_args__ = (
        UniqueConstraint("inquiry_id", "token"),
        Index("ix_inquirymessage_company_id_inquiry_id", "company_id", "inquiry_id"),
    )

    company_id: int = Field(foreign_key="company.id")
    inquiry_id: int = Field(foreign_key="inquiry.id")
    account_id: int | None = Field(default=None, foreign_key="account.id")
    from_service: bool = False
    token: str = Field(max_length=43)
    text: str = Field(max_length=4000)
    file_name: str = Field(default="", max_length=120)
    media_type: str = Field(default="", max_length=100)
    size: int = 0
    sha256: str = Field(default="", max_length=64)
    at: datetime = instant()


class PublicInquiry(Base, table=True):
    """Written by somebody who cannot sign in; answered by mail, or `closed_at` without an answer."""

    __table_args__ = (
        Index(
            "ix_publicinquiry_waiting", "sent_at", "id", sqlite_where=UNHANDLED, postgresql_where=UNHANDLED
        ),
    )

    name: str = Field(max_length=120)
    email: str = Field(max_length=254)
    code: str = Field(default="", max_length=9)
    theme: InquiryTheme = Field(sa_type=String(15))
    text: str = Field(max_length=4000)
    token: str = Field(max_length=43, unique=True)
    sent_at: datetime = instant(index=True)
    answered_at: datetime | None = instant(nullable=True)
    closed_at: datetime | None = instant(nullable=True)
