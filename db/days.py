"""The number of days between two days of a row, which each database says its own way."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class days_between(FunctionElement[int]):  # noqa: N801 - called as a function of SQL is
    """From the second to the first."""

    type = Integer()
    name = "days_between"
    inherit_cache = True


@compiles(days_between)
def _of_postgresql(element: Any, compiler: Any, **given: Any) -> str:
    last, first = (compiler.process(each, **given) for each in element.clauses)
    return f"({last} - {first})"


@compiles(days_between, "sqlite")
def _of_sqlite(element: Any, compiler: Any, **given: Any) -> str:
    last, first = (compiler.process(each, **given) for each in element.clauses)
    return f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"
