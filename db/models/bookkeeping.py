"""Journals of the accounts: entries that never change, and the days to which they were closed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint, text
from sqlmodel import Field

from db.models.base import Base, instant


class Journal(StrEnum):
    SALES = "VT"
    BANK = "BQ"
    CASH = "CA"
    MISCELLANEOUS = "OD"


class ClosingState(StrEnum):
    RUNNING = "running"
    DONE = "done"


class Books(Base, table=True):
    """The service's accounts, one row. `accounts`: number by use. `starts_on`: the first day whose invoices
    and payments are entered; `last_month`: of the financial year. `takes_vat_back`: of what is written off.
    """

    name: str = Field(default="books", max_length=10, unique=True)
    starts_on: date
    last_month: int = 12
    accounts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    takes_vat_back: bool = False


class BooksClosing(Base, table=True):
    """A closing: what was dated until that day, and not entered before, is entered for good. `since`: the
    first day that was open. `entries`, `debit_cents`: what it has written so far, of `expected` at its start.
    `lettered_until`: the invoice whose entries were looked at last, once all are written.
    """

    __table_args__ = (Index("ix_booksclosing_state", "state"),)

    since: date
    until: date = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    state: ClosingState = Field(default=ClosingState.RUNNING, sa_type=String(10))
    expected: int = 0
    entries: int = 0
    debit_cents: int = Field(default=0, sa_type=BigInteger)
    lettered_until: int = 0
    started_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


WITHDRAWN = text("withdrawn_at IS NOT NULL AND contra_id IS NULL")
UNLETTERED = text("letter = ''")


class JournalEntry(Base, table=True):
    """An entry, numbered without a gap within its journal and its financial year (`exercise`: the year in
    which that ends). `withdrawn_at`: its payment was taken back since; `contra_id`: the entry that says so.
    `invoice_id`: the invoice that it is about, its own, or the one paid or credited. `letter`, `lettered_on`:
    of the entries that settle each other, and the day on which they did; it never changes.
    """

    __table_args__ = (
        UniqueConstraint("journal", "exercise", "number"),
        Index("ix_journalentry_booked_on_id", "booked_on", "id"),
        Index("ix_journalentry_withdrawn", "id", sqlite_where=WITHDRAWN, postgresql_where=WITHDRAWN),
        Index(
            "ix_journalentry_unlettered", "invoice_id", sqlite_where=UNLETTERED, postgresql_where=UNLETTERED
        ),
    )

    closing_id: int = Field(foreign_key="booksclosing.id", index=True)
    journal: Journal = Field(sa_type=String(2))
    exercise: int
    number: int
    booked_on: date
    valid_on: date
    piece: str = Field(max_length=60)
    piece_on: date
    label: str = Field(max_length=150)
    withdrawn_at: datetime | None = instant(nullable=True)
    contra_id: int | None = None
    invoice_id: int | None = None
    letter: str = Field(default="", max_length=8)
    lettered_on: date | None = None


class JournalLine(Base, table=True):
    """One account of an entry, in cents, either debit or credit. `aux`: the member's code, and its name as it
    was, where the account is the customers'.
    """

    entry_id: int = Field(foreign_key="journalentry.id", index=True, ondelete="CASCADE")
    account: str = Field(max_length=12)
    account_name: str = Field(max_length=60)
    aux: str = Field(default="", max_length=9)
    aux_name: str = Field(default="", max_length=120)
    debit_cents: int = 0
    credit_cents: int = 0
