"""Reminders of unpaid invoices: the steps that they follow, the runs that send them, what each one said."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, Text, text
from sqlmodel import Field

from db.models.base import Base, CompanyOwned, instant


class StepKind(StrEnum):
    MAIL = "mail"
    LETTER = "letter"
    BOTH = "both"


class DunningStep(Base, table=True):
    """A step: so many days after the term of an invoice. `text` has named places in braces. `fee_cents`: the
    indemnity invoiced with it, without tax. `removed_at`: no more sent; what was sent by it stays.
    """

    days: int
    kind: StepKind = Field(sa_type=String(10))
    subject: str = Field(max_length=120)
    text: str = Field(sa_type=Text)
    fee_cents: int = 0
    signed_by: str = Field(max_length=120)
    removed_at: datetime | None = instant(nullable=True)


class RunState(StrEnum):
    """`RUNNING` and `UNDOING`: portions of it are being done."""

    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


AT_WORK = text("state IN ('running', 'undoing')")


class DunningRun(Base, table=True):
    """The reminders of a day. `leaves_at`: its mails leave no sooner, and until then it may be undone;
    `after`: the company that was looked at last; `refused`: companies that could not be reminded, and why.
    """

    __table_args__ = (
        Index("uq_dunningrun_state", "state", unique=True, sqlite_where=AT_WORK, postgresql_where=AT_WORK),
    )

    on_day: date
    state: RunState = Field(sa_type=String(10))
    account_id: int = Field(foreign_key="account.id", index=True)
    after: int = 0
    expected: int = 0
    letters: int = 0
    mails: int = 0
    posted: int = 0
    reminders: int = 0
    left_cents: int = Field(default=0, sa_type=BigInteger)
    fee_cents: int = Field(default=0, sa_type=BigInteger)
    refused: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    leaves_at: datetime = instant()
    started_at: datetime = instant(index=True)
    ended_at: datetime | None = instant(nullable=True)
    printed_at: datetime | None = instant(nullable=True)


class DunningLetter(CompanyOwned, table=True):
    """A reminder as its member reads it, by mail, by post or both. `lines`: number, term and cents left of
    each invoice; `messages`: of its mails in the outbox.
    """

    __table_args__ = (Index("ix_dunningletter_run_id_id", "run_id", "id"),)

    run_id: int = Field(foreign_key="dunningrun.id", ondelete="CASCADE")
    subject: str = Field(max_length=120)
    text: str = Field(sa_type=Text)
    signed_by: str = Field(max_length=120)
    address: list[str] = Field(default_factory=list, sa_type=JSON)
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    is_posted: bool = False
    recipients: list[str] = Field(default_factory=list, sa_type=JSON)
    messages: list[str] = Field(default_factory=list, sa_type=JSON)
    made_at: datetime = instant()


STANDS = text("undone_at IS NULL")


class Reminder(CompanyOwned, table=True):
    """An invoice reminded by a step, once. `fee_id`: the invoice of the indemnity. `decided_at`: after the
    last step, when somebody decided whether the member is suspended.
    """

    __table_args__ = (
        Index("ix_reminder_letter_id", "letter_id"),
        Index("ix_reminder_invoice_id", "invoice_id"),
        Index(
            "uq_reminder_invoice_id_step_id", "invoice_id", "step_id", unique=True,
            sqlite_where=STANDS, postgresql_where=STANDS,
        ),
    )  # fmt: skip

    letter_id: int = Field(foreign_key="dunningletter.id", ondelete="CASCADE")
    invoice_id: int = Field(foreign_key="invoice.id")
    step_id: int = Field(foreign_key="dunningstep.id")
    on_day: date
    left_cents: int
    fee_id: int | None = Field(default=None, foreign_key="invoice.id")
    undone_at: datetime | None = instant(nullable=True)
    decided_at: datetime | None = instant(nullable=True)
