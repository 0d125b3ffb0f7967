"""Functions of SQL that each database says its own way."""

from typing import Any

from sqlalchemy import JSON, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class days_between(FunctionElement[int]):  # noqa: N801 - called as a function of SQL is
    """The number of days from the second day to the first."""

    type = Integer()
    name = "days_between"
    inherit_cache = True


class rows_as_json(FunctionElement[Any]):  # noqa: N801 - as above
    """All the rows of a subquery as one value, each an array of these columns: [] or None for no row."""

    type = JSON()
    name = "rows_as_json"
    inherit_cache = True


@compiles(days_between)
def _days_of_postgresql(element: Any, compiler: Any, **given: Any) -> str:
    last, first = (compiler.process(each, **given) for each in element.clauses)
    return f"({last} - {first})"


@compiles(days_between, "sqlite")
def _days_of_sqlite(element: Any, compiler: Any, **given: Any) -> str:
    last, first = (compiler.process(each, **given) for each in element.clauses)
    return f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"


@compiles(rows_as_json)
def _rows_of_postgresql(element: Any, compiler: Any, **given: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **given)}))"


@compiles(rows_as_json, "sqlite")
def _rows_of_sqlite(element: Any, compiler: Any, **given: Any) -> str:
    # As text: SQLite remembers that it is JSON, or forgets it, as it plans the statement around.
    return f"json_group_array(json_array({compiler.process(element.clauses, **given)})) || ''"
