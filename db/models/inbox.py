"""The service's own side of what waits for it: who looks after each thing, what colleagues note about it, and
texts that are kept to answer with. No member ever sees any of it.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint
from sqlmodel import Field

from db.models.base import Base, instant


class Subject(StrEnum):
    """The tables of the things that wait: with a number, one thing."""

    REQUEST = "request"
    INQUIRY = "inquiry"
    PUBLIC = "public"
    CORRECTION = "correction"
    SLOT = "slot"
    DOCUMENT = "document"
    HIRE = "hire"
    DETAILS = "details"


class Taking(Base, table=True):
    """A thing that somebody of the service looks after. One row a thing: of two colleagues, the first."""

    __table_args__ = (UniqueConstraint("subject", "subject_id"),)

    subject: Subject = Field(sa_type=String(12))
    subject_id: int
    account_id: int = Field(foreign_key="account.id", index=True)
    taken_at: datetime = instant()


OF_COMPANY = "company"  # in place of a subject: a note about the company itself


class StaffNote(Base, table=True):
    """A note that colleagues read on a thing, or on everything of its company (`subject` is OF_COMPANY).

    `company_id`: none for a message without an account.
    """

    __table_args__ = (
        Index("ix_staffnote_subject_subject_id", "subject", "subject_id"),
        Index("ix_staffnote_company_id_at", "company_id", "at"),
    )

    subject: str = Field(max_length=12)
    subject_id: int
    company_id: int | None = Field(default=None, foreign_key="company.id")
    account_id: int = Field(foreign_key="account.id")
    text: str = Field(max_length=2000)
    at: datetime = instant()


class QuickAnswer(Base, table=True):
    """A text of the service to answer with."""

    title: str = Field(max_length=80, unique=True)
    text: str = Field(max_length=2000)
    updated_at: datetime = instant()
