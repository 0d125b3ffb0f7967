"""Convocations proposed together: what was asked for, each person with their time or the lack of one."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlmodel import Field

from db.models.base import Base, CompanyOwned, instant


class BatchState(StrEnum):
    """`DRAFT`: looked at, nothing proposed; `RUNNING` and `UNDOING`: portions of it are being done."""

    DRAFT = "draft"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class ConvocationBatch(Base, table=True):
    """People of a team (none: of all) whose visit is due before a day, fitted to sessions.

    `kinds`: values of VisitKind separated by spaces, "" for all; `sessions`: numbers, separated by spaces.
    """

    __table_args__ = (Index("ix_convocationbatch_state", "state"),)

    team_id: int | None = Field(default=None, foreign_key="careteam.id")
    due_before: date
    kinds: str = Field(default="", max_length=200)
    sessions: str = Field(default="", max_length=2000)
    state: BatchState = Field(default=BatchState.DRAFT, sa_type=String(10))
    account_id: int = Field(foreign_key="account.id")
    created_at: datetime = instant()
    started_at: datetime | None = instant(nullable=True)
    ended_at: datetime | None = instant(nullable=True)


class LineState(StrEnum):
    """`PLANNED`: has a time; `LEFT`: has none; `REFUSED`: had one, and could not be proposed any more.

    `UNDONE`: taken back; `ANSWERED`: its employer had answered, so it stays.
    """

    PLANNED = "planned"
    LEFT = "left"
    PROPOSED = "proposed"
    REFUSED = "refused"
    UNDONE = "undone"
    ANSWERED = "answered"


class BatchLine(CompanyOwned, table=True):
    """One person of it. `reason`: why they have no time; `note`: what their visit needs, if known."""

    __table_args__ = (
        Index("ix_batchline_batch_id_state_company_id", "batch_id", "state", "company_id", "id"),
        Index("ix_batchline_batch_id_session_id_starts_at", "batch_id", "session_id", "starts_at"),
    )

    batch_id: int = Field(foreign_key="convocationbatch.id", ondelete="CASCADE")
    company_id: int = Field(foreign_key="company.id", index=True)
    employee_id: int = Field(foreign_key="employee.id", ondelete="CASCADE", index=True)
    kind: str = Field(max_length=20)
    due_on: date
    session_id: int | None = Field(default=None, foreign_key="clinicsession.id")
    starts_at: datetime | None = instant(nullable=True)
    slot_id: int | None = Field(default=None, foreign_key="slot.id", index=True)
    state: LineState = Field(sa_type=String(10))
    reason: str = Field(default="", max_length=120)
    note: str = Field(default="", max_length=120)
