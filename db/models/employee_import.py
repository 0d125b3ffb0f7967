"""A file of employees between its upload and its undoing; the file itself is sealed, for half an hour."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, String, UniqueConstraint
from sqlmodel import Field

from db.kinds import LineKind
from db.models.base import CompanyOwned, instant
from db.models.employee import NUMBERED_ONCE


class ImportState(StrEnum):
    READING = "reading"
    COLUMNS = "columns"
    READY = "ready"
    FAILED = "failed"
    APPLIED = "applied"
    UNDONE = "undone"
    DROPPED = "dropped"


class EmployeeImport(CompanyOwned, table=True):
    """`source`: "tableur" or "dsn". `columns`: [title in the file, field or ""] for each column.

    `rows_read` of `rows_total`: progress of the reading. `problem`: the reason of a failure, or a warning on
    the lines read, in French. `counts`: the effects, with (name, why) of some of the people left aside.
    `said`: remarks of the file on itself and on its reading (app/imports/saying.py). `account_id`: the
    sender, then the person who applied it. Of a file that is applied, failed or dropped neither `columns` nor
    `said` stays, but for the month of a DSN.
    """

    __table_args__ = (NUMBERED_ONCE,)

    company_id: int = Field(foreign_key="company.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    on_behalf: bool = False
    state: ImportState = Field(default=ImportState.READING, sa_type=String(10))
    source: str = Field(default="", max_length=10)
    problem: str = Field(default="", max_length=600)
    rows_read: int = 0
    rows_total: int = 0
    columns: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    said: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = instant(index=True)
    touched_at: datetime = instant()
    applied_at: datetime | None = instant(nullable=True)
    undone_at: datetime | None = instant(nullable=True)


class ImportLine(CompanyOwned, table=True):
    """One line compared with what is declared; deleted once the import is applied, dropped or a day old.

    `line` counts from 1 in the file, 0 for somebody whom the file does not name. `fields`: what would be
    stored. `words`: what would change, or what is wrong, in French. `choice`: "" (nothing), "apply", and for
    a probable duplicate also "add".
    """

    __table_args__ = (
        Index("ix_importline_company_id_import_id_kind_id", "company_id", "import_id", "kind", "id"),
        NUMBERED_ONCE,
    )

    company_id: int = Field(foreign_key="company.id")
    import_id: int = Field(foreign_key="employeeimport.id", ondelete="CASCADE", index=True)
    line: int
    kind: LineKind = Field(sa_type=String(10))
    employee_id: int | None = Field(default=None, foreign_key="employee.id", ondelete="CASCADE", index=True)
    version: int = 0
    about: str = Field(max_length=200)
    words: str = Field(default="", max_length=4000)
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    choice: str = Field(default="", max_length=10)


class SentFile(CompanyOwned, table=True):
    """The file of an import, for the half hour in which its columns may be corrected: `sealed` under a key
    that only the portal has. `account_id`: its sender, who said of it `same`, `dates` and `encoding` (see
    HeldFile). `size`: in bytes, before it was sealed.
    """

    company_id: int = Field(foreign_key="company.id")
    import_id: int = Field(foreign_key="employeeimport.id", ondelete="CASCADE", unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    name: str = Field(max_length=200)
    size: int
    sealed: bytes = Field(sa_type=LargeBinary)
    sent_at: datetime = instant(index=True)
    same: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    dates: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    encoding: str = Field(default="", max_length=20)


class ColumnHabit(CompanyOwned, table=True):
    """The meaning of a column in this company's files: remembered once corrected. `header`
    without accents.
    """

    __table_args__ = (UniqueConstraint("company_id", "header"),)

    company_id: int = Field(foreign_key="company.id")
    header: str = Field(max_length=80)
    field: str = Field(default="", max_length=30)
