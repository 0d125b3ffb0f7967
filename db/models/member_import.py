"""A file of members between its upload and its undoing. The file itself is gone once it is compared."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, String
from sqlmodel import Field

from db.models.base import Base, instant


class MemberImportState(StrEnum):
    READING = "reading"
    FAILED = "failed"
    READY = "ready"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


class MemberImport(Base, table=True):
    """`unchanged`: lines that say what the portal knows; the others are MemberImportLine.

    Of the work under way: `expected` lines, of which `done`, up to the MemberImportLine `after`;
    `touched_at`: when a process last read the file. `account_id`: who asked for it last. `kept`: new members
    that undoing left, since something names them.
    """

    account_id: int = Field(foreign_key="account.id", index=True)
    state: MemberImportState = Field(default=MemberImportState.READING, sa_type=String(10))
    file_name: str = Field(default="", max_length=120)
    unchanged: int = 0
    expected: int = 0
    done: int = 0
    after: int = 0
    kept: int = 0
    created_at: datetime = instant(index=True)
    touched_at: datetime | None = instant(nullable=True)
    applied_at: datetime | None = instant(nullable=True)
    undone_at: datetime | None = instant(nullable=True)


class MemberImportFile(Base, table=True):
    """The bytes of a file that waits to be compared, `sealed`: numbers are in clear in them."""

    import_id: int = Field(foreign_key="memberimport.id", ondelete="CASCADE", unique=True)
    sealed: bytes = Field(sa_type=LargeBinary)


class MemberImportKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    REFUSED = "refused"


class MemberImportLine(Base, table=True):
    """One line of the file. `before` and `after`: the columns that it changes; of a new member, all of them.
    `words`: the reason of a refusal. No n° télédéclarant is in it but as the company keeps it.
    """

    __table_args__ = (Index("ix_memberimportline_import_id_kind_id", "import_id", "kind", "id"),)

    import_id: int = Field(foreign_key="memberimport.id", ondelete="CASCADE")
    kind: MemberImportKind = Field(sa_type=String(10))
    line: int
    code: str = Field(default="", max_length=9)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    words: str = Field(default="", max_length=500)
