"""The person who signs in."""

from datetime import date, datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from db.models.base import Base, instant


class Account(Base, table=True):
    """One person, one e-mail address, several companies.

    `email` is lower case and unique. `password_hash` is empty until the person chose a password;
    `temporary_hash` is the one mailed, good for one sign-in until `temporary_until`. `warned_at`: when a mail
    said that the account is about to end unused; `erased_at`: since when it is of nobody any more.
    """

    email: str = Field(max_length=254, unique=True)
    last_name: str = Field(max_length=80)
    first_name: str = Field(max_length=80)
    job_title: str = Field(max_length=120)
    mobile: str = Field(default="", max_length=20)
    password_hash: str | None = Field(default=None, max_length=100)
    password_changed_at: datetime | None = instant(nullable=True)
    temporary_hash: str | None = Field(default=None, max_length=100)
    temporary_until: datetime | None = instant(nullable=True)
    first_signed_in_at: datetime | None = instant(nullable=True)
    last_signed_in_at: datetime | None = instant(nullable=True)
    warned_at: datetime | None = instant(nullable=True)
    erased_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant()

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class StaffMember(Base, table=True):
    """An account that works for the service: it opens the back office. The row goes when the person leaves,
    so whatever names a colleague names their account.

    `roles`: values of `app.staff_rights.StaffRole`. `teams`, `centres`: numbers of those that they work for,
    none for all. `lost`: names of those that they no longer work for, since `narrowed_at`. `digest_on`: the
    day of their last morning mail, which is not sent since `digest_off_at`.
    """

    account_id: int = Field(foreign_key="account.id", unique=True)
    roles: list[str] = Field(default_factory=list, sa_type=JSON)
    teams: list[int] = Field(default_factory=list, sa_type=JSON)
    centres: list[int] = Field(default_factory=list, sa_type=JSON)
    lost: list[str] = Field(default_factory=list, sa_type=JSON)
    narrowed_at: datetime | None = instant(nullable=True)
    digest_on: date | None = None
    digest_off_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant()


class StaffRead(Base, table=True):
    """Somebody of the service opened something: a member, a person, a document. Rows are added, and go after
    the period of `app.retention.rules`.

    `kind` and `subject_id`: the table and the number of what was opened; `about`: its name that day. No
    foreign key on it: a trace outlives what it speaks of.
    """

    __table_args__ = (
        Index("ix_staffread_company_id_at", "company_id", "at"),
        Index("ix_staffread_account_id_at", "account_id", "at"),
    )

    at: datetime = instant(index=True)
    account_id: int = Field(foreign_key="account.id")
    kind: str = Field(max_length=20)
    subject_id: int
    company_id: int | None = Field(default=None, foreign_key="company.id")
    about: str = Field(default="", max_length=200)
