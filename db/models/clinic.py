"""The service's own time: its professionals, and the half days when they receive somewhere."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from db.models.base import Base, instant


class Professional(Base, table=True):
    """One who sees employees. `role` is what a convocation says; `left_on`: their last day."""

    name: str = Field(max_length=120, unique=True)
    role: str = Field(default="", max_length=80)
    left_on: date | None = None


class ClinicSession(Base, table=True):
    """A « vacation »: a professional receives at a centre, `minutes` for each visit, no company named.

    Its times are a pool that all members share: a time becomes a Slot when it is proposed to somebody.
    `kinds`: values of VisitKind separated by spaces, "" for every kind.
    """

    __table_args__ = (
        UniqueConstraint("professional_id", "starts_at"),
        Index("ix_clinicsession_starts_at", "starts_at"),
    )

    centre_id: int = Field(foreign_key="carecentre.id")
    professional_id: int = Field(foreign_key="professional.id")
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    minutes: int = 30
    kinds: str = Field(default="", max_length=200)
    cancelled_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant()
