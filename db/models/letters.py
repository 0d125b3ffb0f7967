"""Letters of a campaign: their texts, the print runs that make them, the files to print."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field

from db.models.base import Base, CompanyOwned, instant


class LetterKind(StrEnum):
    OPENING = "ouverture"
    REMINDER = "relance"


class Audience(StrEnum):
    """`UNREACHABLE`: members whom no mail about the declaration reaches."""

    UNREACHABLE = "sans-courriel"
    ALL = "tous"


class LetterText(Base, table=True):
    """The text of a kind of letter, as the service wrote it. `subject` and `text` have places in braces."""

    kind: LetterKind = Field(sa_type=String(10), unique=True)
    subject: str = Field(max_length=120)
    text: str = Field(sa_type=Text)
    signed_by: str = Field(max_length=120)


class LetterRunState(StrEnum):
    """`WRITING`: its letters are being written; `DRAWING`: its files are being drawn. `STOPPED`: one could
    not be.
    """

    WRITING = "writing"
    DRAWING = "drawing"
    STOPPED = "stopped"
    DONE = "done"


AT_WORK = text("state IN ('writing', 'drawing')")


class LetterRun(Base, table=True):
    """A print run of one kind of letter. `team`: a team's number, -1 for members of none, 0 for all; `given`:
    what fills the places of all its letters; `after`: the member that was looked at last.
    """

    __table_args__ = (
        Index("uq_letterrun_state", "state", unique=True, sqlite_where=AT_WORK, postgresql_where=AT_WORK),
        Index("ix_letterrun_year", "year"),
    )

    year: int
    kind: LetterKind = Field(sa_type=String(10))
    audience: Audience = Field(sa_type=String(15))
    team: int = 0
    on_day: date
    subject: str = Field(max_length=120)
    text: str = Field(sa_type=Text)
    signed_by: str = Field(max_length=120)
    given: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: LetterRunState = Field(default=LetterRunState.WRITING, sa_type=String(10))
    account_id: int = Field(foreign_key="account.id", index=True)
    after: int = 0
    expected: int = 0
    letters: int = 0
    drawn: int = 0
    started_at: datetime = instant(index=True)
    ended_at: datetime | None = instant(nullable=True)


class CampaignLetter(CompanyOwned, table=True):
    """The letter of one member. `address`: its lines, the name first."""

    __table_args__ = (
        UniqueConstraint("run_id", "company_id"),
        Index("ix_campaignletter_run_id_id", "run_id", "id"),
    )

    run_id: int = Field(foreign_key="letterrun.id", ondelete="CASCADE")
    code: str = Field(max_length=9)
    address: list[str] = Field(default_factory=list, sa_type=JSON)
    made_at: datetime = instant()


class LetterFile(Base, table=True):
    """A file of a print run, the first being `part` 1; its bytes are in the storage."""

    __table_args__ = (UniqueConstraint("run_id", "part"),)

    run_id: int = Field(foreign_key="letterrun.id", ondelete="CASCADE")
    part: int
    letters: int
    sha256: str = Field(max_length=64)
    size: int
