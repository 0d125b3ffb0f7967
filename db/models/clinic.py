"""The service's own time: its professionals, and the half days when they receive somewhere."""

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlmodel import Field

from db.kinds import VisitKind
from db.models.base import Base, CompanyOwned, instant


class Professional(Base, table=True):
    """One who sees employees. `role` is what a convocation says; `languages`: other than French, separated by
    commas; `left_on`: their last day.
    """

    name: str = Field(max_length=120, unique=True)
    role: str = Field(default="", max_length=80)
    languages: str = Field(default="", max_length=120)
    left_on: date | None = None


class ProfessionalAbsence(Base, table=True):
    """Days when a professional receives nobody, the last one included. Why is never asked."""

    professional_id: int = Field(foreign_key="professional.id", index=True)
    first_on: date
    last_on: date


GOES_ON = text("cancelled_at IS NULL")


class ClinicSession(Base, table=True):
    """A « vacation »: a professional receives at a centre, `minutes` for each visit, no company named.

    Its times are a pool that all members share: a time becomes a Slot when it is proposed to somebody.
    `kinds`: values of VisitKind separated by spaces, "" for every kind. `room`: where in the centre, or "".
    `reserved_until`: the last day when its times are for some companies alone (`SessionCompany`), then all's.
    """

    __table_args__ = (
        Index(
            "uq_clinicsession_professional_id_starts_at", "professional_id", "starts_at", unique=True,
            sqlite_where=GOES_ON, postgresql_where=GOES_ON,
        ),
        Index("ix_clinicsession_starts_at", "starts_at"),
    )  # fmt: skip

    centre_id: int = Field(foreign_key="carecentre.id")
    professional_id: int = Field(foreign_key="professional.id")
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    minutes: int = 30
    kinds: str = Field(default="", max_length=200)
    room: str = Field(default="", max_length=40)
    reserved_until: date | None = None
    cancelled_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant()


class SessionCompany(CompanyOwned, table=True):
    """A company that a session is reserved to."""

    __table_args__ = (UniqueConstraint("session_id", "company_id"),)

    company_id: int = Field(foreign_key="company.id", index=True)
    session_id: int = Field(foreign_key="clinicsession.id")


class DroppedPaper(Base, table=True):
    """An attestation that was dropped on the sheet of a day, until somebody looks at it and shares it.

    `slot_id`: the visit that its name tells, none as long as nobody chose one.
    """

    __table_args__ = (Index("ix_droppedpaper_centre_id_day", "centre_id", "day"),)

    centre_id: int = Field(foreign_key="carecentre.id")
    day: date
    slot_id: int | None = Field(default=None, foreign_key="slot.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    file_name: str = Field(max_length=120)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    dropped_at: datetime = instant()


class WaitingPerson(CompanyOwned, table=True):
    """Somebody for whom no time was free: the next one that fits is proposed to them, in order of arrival.

    `centre_id`: where alone they would come, none for anywhere near.
    """

    __table_args__ = (UniqueConstraint("employee_id", "kind"),)

    company_id: int = Field(foreign_key="company.id", index=True)
    employee_id: int = Field(foreign_key="employee.id", ondelete="CASCADE")
    kind: VisitKind = Field(sa_type=String(20))
    centre_id: int | None = Field(default=None, foreign_key="carecentre.id")
    account_id: int = Field(foreign_key="account.id")
    added_at: datetime = instant()
