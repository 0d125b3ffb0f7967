"""Statements of the service's bank, and what each of their lines pays. The file itself is never kept."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String
from sqlmodel import Field

from db.models.base import Base, instant


class LineMatch(StrEnum):
    """`SURE`: the line names its invoice; `DOUBTFUL`: its amount and a name only; `CHOSEN`: by somebody;
    `DEBIT`: money that went; `KNOWN`: another statement has it.
    """

    SURE = "sure"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"
    CHOSEN = "chosen"
    DEBIT = "debit"
    KNOWN = "known"


class StatementWork(StrEnum):
    """The work under way on a statement, in portions."""

    IDLE = "idle"
    RECORDING = "recording"
    UNDOING = "undoing"


class BankStatement(Base, table=True):
    """Balances in cents. `fingerprint`: of the account, its days and its lines. `account_id`: who sent it, or
    last recorded or took back. `aside`: the numbers of lines of other accounts in the same file.
    `applied_at`: empty before, and once it is taken back. Of its work, under way or last: `expected` and
    `done` lines, `done_cents` recorded or taken back, `set_aside` lines that could not be recorded.
    """

    fingerprint: str = Field(max_length=64, unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    file_name: str = Field(default="", max_length=120)
    since: date
    until: date
    opening_cents: int = Field(sa_type=BigInteger)
    closing_cents: int = Field(sa_type=BigInteger)
    aside: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = instant(index=True)
    applied_at: datetime | None = instant(nullable=True)
    work: StatementWork = Field(default=StatementWork.IDLE, sa_type=String(10))
    expected: int = 0
    done: int = 0
    done_cents: int = Field(default=0, sa_type=BigInteger)
    set_aside: int = 0


class StatementLine(Base, table=True):
    """A movement; `cents` below zero when the money went. `reference`: the one its payments bear, the same in
    every statement that has this movement. `shares`: [invoice, cents] of each payment; `over_cents`: how much
    of them is more than was owed. `applied_at`: when its payments were recorded.
    """

    __table_args__ = (
        Index("ix_statementline_statement_id_match_id", "statement_id", "match", "id"),
        Index("ix_statementline_reference", "reference"),
    )

    statement_id: int = Field(foreign_key="bankstatement.id", ondelete="CASCADE")
    booked_on: date
    cents: int = Field(sa_type=BigInteger)
    label: str = Field(default="", max_length=500)
    payer: str = Field(default="", max_length=140)
    reference: str = Field(max_length=60)
    match: LineMatch = Field(sa_type=String(10))
    shares: list[list[int]] = Field(default_factory=list, sa_type=JSON)
    over_cents: int = Field(default=0, sa_type=BigInteger)
    is_taken: bool = False
    applied_at: datetime | None = instant(nullable=True)
