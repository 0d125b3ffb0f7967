"""Column types shared by the models."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import String, TypeDecorator
from sqlmodel.sql.sqltypes import AutoString


class _OfInstants(TypeDecorator.Comparator[Any], DateTime.Comparator[Any]):
    """One for all columns: SQLAlchemy makes a class for each, which the 400 of the models need not have."""


class _OfTexts(TypeDecorator.Comparator[Any], String.Comparator[Any]):
    """As above, of texts."""


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases: SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True
    comparator_factory = _OfInstants

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: instants are aware UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


AutoString.comparator_factory = _OfTexts  # type: ignore[assignment]
