"""Columns common to every table."""

from typing import Any

from sqlalchemy import Index, MetaData
from sqlalchemy.orm import ColumnProperty
from sqlalchemy.sql.base import DialectKWArgs
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig

from db.types import Instant

# What an index of PostgreSQL may be told. To learn it, SQLAlchemy would load each of its drivers, 2 MB of a
# process whose base is SQLite. Revisit with another version of SQLAlchemy.
ITS_INDEXES: dict[Any, dict[str, Any]] = {
    Index: {
        "using": False, "include": None, "where": None, "ops": {}, "concurrently": False, "with": {},
        "tablespace": None, "nulls_not_distinct": None,
    }
}  # fmt: skip
DialectKWArgs._kw_registry["postgresql"] = ITS_INDEXES  # noqa: SLF001


_of_its_column = ColumnProperty.Comparator._fallback_getattr  # noqa: SLF001


def _of_column(comparator: Any, name: str) -> Any:
    """A value that an attribute takes from its column. SQLAlchemy asks each for a slot that no column has,
    and would make a copy of each column to look there: 2 MB for 940.
    """
    if name == "_slots_dispatch":
        raise AttributeError(name)
    return _of_its_column(comparator, name)


ColumnProperty.Comparator._fallback_getattr = _of_column  # type: ignore[assignment,method-assign] # noqa: SLF001


def all_defined() -> None:
    """From here on, whoever asks what something of PostgreSQL may be told hears it from its drivers."""
    DialectKWArgs._kw_registry.pop("postgresql", None)  # noqa: SLF001


metadata: MetaData = SQLModel.metadata
# Named constraints, or Alembic could not alter them on SQLite.
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(SQLModel):
    """A row with a number of its own."""

    # Nothing checks the rows of a table: the making of what would is left out of every start.
    model_config = SQLModelConfig(defer_build=True)

    id: int | None = Field(default=None, primary_key=True)

    @property
    def key(self) -> int:
        """The id of a row that is in the database. A row not flushed yet has none: that is a programming
        error.
        """
        if self.id is None:
            raise ValueError(f"{type(self).__name__} has no id before it is flushed")
        return self.id


class CompanyOwned(Base):
    """A row that belongs to one company: it is reached through `MemberAccess` only."""

    company_id: int = Field(foreign_key="company.id", index=True)


def instant(*, nullable: bool = False, index: bool = False) -> Any:
    """A column for an aware UTC datetime."""
    if nullable:
        return Field(default=None, sa_type=Instant, nullable=True, index=index)
    return Field(sa_type=Instant, nullable=False, index=index)
