"""Rows by the names of their models, outside any session: for a page that only reads.

A model made by the ORM costs several times the reading of its row. One of these is a tuple with the columns
of the model and its own properties and methods; nothing in it can be changed.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from types import FunctionType
from typing import Any

from sqlalchemy import Select, inspect
from sqlmodel.sql.expression import SelectOfScalar

Rows = list[tuple[Any, ...]]
# What pydantic looks for before it lets `isinstance` ask an object for its class.
PYDANTIC = "__pydantic_decorator_info__"


@cache
def plain(model: type[Any]) -> Any:
    """The class of a model's plain rows: its columns in the order of a SELECT of the whole model."""
    names = [inspect(model).get_property_by_column(each).key for each in inspect(model).columns]
    ours = [vars(kind).items() for kind in reversed(model.__mro__) if kind.__module__.startswith("db.")]
    kept: dict[str, Any] = {
        name: value
        for items in ours
        for name, value in items
        if isinstance(value, property | FunctionType) and not name.startswith("__")
    }
    kept |= {"__slots__": (), "__class__": property(lambda _: model), PYDANTIC: None}
    return type(model.__name__, (namedtuple(model.__name__, names),), kept)  # noqa: PYI024


def shape_of(statement: Select[Any]) -> Callable[[Rows], Sequence[Any]]:
    """Turns columns into the rows that the statement asks for: models, columns, or tuples of them."""
    parts: list[Callable[[Any], Any]] = []
    start = 0
    for each in statement.column_descriptions:
        entity: Any = inspect(each["expr"], raiseerr=False)
        is_model = getattr(entity, "is_mapper", False) or getattr(entity, "is_aliased_class", False)
        end = start + (len(entity.mapper.columns) if is_model else 1)
        parts.append(_part(plain(entity.mapper.class_), start, end) if is_model else itemgetter(start))
        start = end
    if isinstance(statement, SelectOfScalar):
        (part,) = parts
        return lambda rows: [part(row) for row in rows]
    if all(isinstance(part, itemgetter) for part in parts):
        return lambda rows: rows
    return lambda rows: [tuple(part(row) for part in parts) for row in rows]


def _part(kind: Any, start: int, end: int) -> Callable[[Iterable[Any]], Any]:
    """A model's columns of a row; None where an outer join found no row, which has no key then."""

    def made(row: Any) -> Any:
        return kind._make(row[start:end]) if row[start] is not None else None

    return made
