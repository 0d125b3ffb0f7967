"""A file of members between its upload and its undoing. The file itself is never kept."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlmodel import Field

from db.models.base import Base, instant


class MemberImportState(StrEnum):
    READY = "ready"
    APPLIED = "applied"
    UNDONE = "undone"


class MemberImport(Base, table=True):
    """`unchanged`: lines that say what the portal knows; the others are MemberImportLine."""

    account_id: int = Field(foreign_key="account.id", index=True)
    state: MemberImportState = Field(default=MemberImportState.READY, sa_type=String(10))
    file_name: str = Field(default="", max_length=120)
    unchanged: int = 0
    created_at: datetime = instant(index=True)
    applied_at: datetime | None = instant(nullable=True)
    undone_at: datetime | None = instant(nullable=True)


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
