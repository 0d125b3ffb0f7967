"""The planning that the service proposes: slots, convocations, and where calendars read them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlmodel import Field

from db.kinds import SlotState, VisitKind
from db.models.base import Base, CompanyOwned, instant


class CareCentre(Base, table=True):
    """The place of a visit. `access`: how to get in, in a sentence; `closed_on`: its last day."""

    name: str = Field(max_length=80, unique=True)
    address: str = Field(max_length=200)
    postcode: str = Field(max_length=10)
    town: str = Field(max_length=80)
    phone: str = Field(default="", max_length=20)
    access: str = Field(default="", max_length=300)
    is_accessible: bool = True
    closed_on: date | None = None


LIVE = text("state IN ('proposed', 'confirmed')")
TAKEN = text("state IN ('proposed', 'confirmed', 'done', 'absent')")
# A slot given back, that nobody of the service has looked at; another date is asked for in a request.
GIVEN_BACK = text("state = 'declined' AND reason <> 'autre_date' AND handled_at IS NULL")


class Slot(CompanyOwned, table=True):
    """An appointment that the service proposes to a company, with an employee or open.

    `sequence` grows with each change: it settles who comes first, and is the SEQUENCE of calendars.
    `reason`: what becomes of the visit, for a slot given back; never why somebody cannot come.
    `fee_cents`: owed for a no-show or a late cancellation, before tax. `confirmed_at`: of the present
    employee; `arrived_at`: of the day itself; `handled_at`: when the service looked at it, given back.
    `session_id`: the ClinicSession that it takes a time of, none for one published to its company.
    """

    __table_args__ = (
        Index("ix_slot_company_id_starts_at_id", "company_id", "starts_at", "id"),
        Index("ix_slot_centre_id_starts_at", "centre_id", "starts_at"),
        Index("ix_slot_starts_at", "starts_at"),  # the days of the whole service, among years of appointments
        Index("ix_slot_employee_id", "employee_id"),
        Index("ix_slot_request_id_company_id", "request_id", "company_id", "starts_at"),
        # Nobody is called twice for one visit. Neither a professional nor an employee is in two slots that
        # overlap, whatever their lengths: migration 0007 says so in the words of each database.
        Index(
            "uq_slot_professional", "professional", "starts_at", unique=True,
            sqlite_where=TAKEN, postgresql_where=TAKEN,
        ),
        Index(
            "uq_slot_employee_id_kind", "employee_id", "kind", unique=True,
            sqlite_where=LIVE, postgresql_where=LIVE,
        ),
        Index(
            "uq_slot_employee_id_starts_at", "employee_id", "starts_at", unique=True,
            sqlite_where=LIVE, postgresql_where=LIVE,
        ),
        # Of how many late visits something is under way: read whatever the number of past ones.
        Index(
            "ix_slot_living", "company_id", "employee_id", "kind", "state", "starts_at",
            sqlite_where=LIVE, postgresql_where=LIVE,
        ),
        Index(
            "ix_slot_given_back", "updated_at", "id", sqlite_where=GIVEN_BACK, postgresql_where=GIVEN_BACK
        ),
    )  # fmt: skip

    company_id: int = Field(foreign_key="company.id")
    starts_at: datetime = instant()
    minutes: int = 30
    kind: VisitKind = Field(sa_type=String(20))
    centre_id: int = Field(foreign_key="carecentre.id")
    professional: str = Field(max_length=120)
    role: str = Field(default="", max_length=80)
    session_id: int | None = Field(default=None, foreign_key="clinicsession.id", index=True)
    employee_id: int | None = Field(default=None, foreign_key="employee.id")
    request_id: int | None = Field(default=None, foreign_key="appointmentrequest.id")
    state: SlotState = Field(default=SlotState.PROPOSED, sa_type=String(10))
    answered_by: int | None = Field(default=None, foreign_key="account.id")
    answered_at: datetime | None = instant(nullable=True)
    confirmed_at: datetime | None = instant(nullable=True)
    handled_at: datetime | None = instant(nullable=True)
    arrived_at: datetime | None = instant(nullable=True)
    reason: str = Field(default="", max_length=20)
    fee_cents: int = 0
    sequence: int = 0
    created_at: datetime = instant()
    updated_at: datetime = instant()


class NoticeKind(StrEnum):
    SUMMONS = "summons"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    REMINDER_7 = "reminder_7"
    REMINDER_2 = "reminder_2"


class VisitNotice(CompanyOwned, table=True):
    """A convocation, a reminder or a cancellation that left, and to whom: once for each state of the slot.

    `message_id` is its mail's; `bounce` is why that came back, which outlives the mail.
    """

    __table_args__ = (UniqueConstraint("slot_id", "employee_id", "kind", "sequence"),)

    slot_id: int = Field(foreign_key="slot.id")
    employee_id: int = Field(foreign_key="employee.id")
    kind: NoticeKind = Field(sa_type=String(12))
    sequence: int
    recipient: str = Field(max_length=254)
    to_employee: bool
    sent_at: datetime = instant()
    message_id: str = Field(default="", max_length=120, index=True)
    bounced_at: datetime | None = instant(nullable=True)
    bounce: str = Field(default="", max_length=100)


class CalendarFeed(Base, table=True):
    """A secret address where a calendar reads the appointments of one company, or of all of a person's.

    The address is derived from `seed` and the portal's key; only its SHA-256 is kept to recognise it.
    """

    account_id: int = Field(foreign_key="account.id", index=True)
    company_id: int | None = Field(default=None, foreign_key="company.id")
    seed: str = Field(max_length=64)
    token_hash: str = Field(max_length=64, unique=True)
    with_names: bool = False
    created_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)
