"""Requests of an employer about visits, and the messages about them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlmodel import Field

from db.kinds import RequestMotive, RequestState
from db.models.base import CompanyOwned, instant


class ReturnCause(StrEnum):
    MATERNITY = "maternite"
    OCCUPATIONAL_DISEASE = "maladie_pro"
    ACCIDENT_AT_WORK = "accident_travail"
    OTHER = "autre"


OPEN = text("state IN ('sent', 'taken', 'planned')")
# What waits for the service: its list repeats these words exactly, or no database would read these indexes.
UNANSWERED = text("state IN ('sent', 'taken') AND question_at IS NULL")
UNREAD_REPLY = text("reply_at IS NOT NULL")
UNREAD = text("unread_at IS NOT NULL")


class AppointmentRequest(CompanyOwned, table=True):
    """One employee, one motive. Those asked for together share `batch`, which also settles double clicks.

    `kind`: the visit (`VisitKind`) that would answer, "" when there is none. `reason` is the employer's
    and never medical; `half_days`: codes such as "mar_matin", separated by spaces. `unread_at`: since when an
    answer of the service waits for a reader. `question_at`: since when the service waits for more from the
    employer; `reply_at`: since when words of the employer wait for the service. A state keeps its instant.
    """

    __table_args__ = (
        UniqueConstraint("company_id", "batch", "employee_id"),
        Index("ix_appointmentrequest_company_id_sent_at_id", "company_id", "sent_at", "id"),
        Index(
            "uq_appointmentrequest_employee_id_motive", "employee_id", "motive", unique=True,
            sqlite_where=OPEN, postgresql_where=OPEN,
        ),
        Index(
            "ix_appointmentrequest_open", "company_id", "employee_id", "kind",
            sqlite_where=OPEN, postgresql_where=OPEN,
        ),
        Index(
            "ix_appointmentrequest_waiting", "sent_at", "id",
            sqlite_where=UNANSWERED, postgresql_where=UNANSWERED,
        ),
        Index(
            "ix_appointmentrequest_reply", "reply_at", "id",
            sqlite_where=UNREAD_REPLY, postgresql_where=UNREAD_REPLY,
        ),
        # Home asks at each reading, among the requests of ten years.
        Index(
            "ix_appointmentrequest_unread", "company_id", "sent_at", "id",
            sqlite_where=UNREAD, postgresql_where=UNREAD,
        ),
    )  # fmt: skip

    company_id: int = Field(foreign_key="company.id")
    employee_id: int = Field(foreign_key="employee.id")
    account_id: int = Field(foreign_key="account.id")
    on_behalf: bool = False
    batch: str = Field(max_length=43)
    motive: RequestMotive = Field(sa_type=String(20))
    kind: str = Field(default="", max_length=20)
    cause: str = Field(default="", max_length=20)
    stop_from: date | None = None
    back_on: date | None = None
    reason: str = Field(default="", max_length=1000)
    half_days: str = Field(default="", max_length=120)
    centre_id: int | None = Field(default=None, foreign_key="carecentre.id")
    needs_access: bool = False
    interpreter: str = Field(default="", max_length=40)
    state: RequestState = Field(default=RequestState.SENT, sa_type=String(10))
    sent_at: datetime = instant()
    taken_at: datetime | None = instant(nullable=True)
    planned_at: datetime | None = instant(nullable=True)
    done_at: datetime | None = instant(nullable=True)
    refused_at: datetime | None = instant(nullable=True)
    cancelled_at: datetime | None = instant(nullable=True)
    refusal: str = Field(default="", max_length=1000)
    unread_at: datetime | None = instant(nullable=True)
    question_at: datetime | None = instant(nullable=True)
    reply_at: datetime | None = instant(nullable=True)
    updated_at: datetime = instant()


class RequestMessage(CompanyOwned, table=True):
    """One message of the thread between the company and the service about a request."""

    __table_args__ = (
        UniqueConstraint("request_id", "token"),
        Index("ix_requestmessage_company_id_request_id", "company_id", "request_id"),
    )

    company_id: int = Field(foreign_key="company.id")
    request_id: int = Field(foreign_key="appointmentrequest.id")
    account_id: int | None = Field(default=None, foreign_key="account.id")
    from_service: bool = False
    token: str = Field(max_length=43)
    text: str = Field(max_length=2000)
    at: datetime = instant()
