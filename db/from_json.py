"""Rows written as they come, in JSON: one statement for hundreds, taken apart by the database, not by Python.

Python would hold its lock, and everybody's pages, while it reads each value and hands it over.
"""

from functools import cache
from typing import Any

import sqlalchemy
from sqlalchemy import JSON, ColumnElement, Insert, Table, bindparam, column, func, insert, type_coerce

Names = tuple[str, ...]


@cache
def insert_from_json(table: Table, names: Names, common: Names, *, is_sqlite: bool) -> Insert:
    """INSERT of the objects of `:rows`, an array as text. `names`: what each says; `common`: what all share,
    parameters of those names.
    """
    shared = [bindparam(name, type_=table.c[name].type) for name in common]
    read = _read_by_sqlite if is_sqlite else _read_by_postgresql
    return insert(table).from_select([*common, *names], sqlalchemy.select(*shared, *read(table, names)))


def _read_by_sqlite(table: Table, names: Names) -> list[ColumnElement[Any]]:
    each = func.json_each(bindparam("rows")).table_valued("value")
    # Without a type: what JSON has read is stored as it is.
    return [type_coerce(func.json_extract(each.c.value, f"$.{name}"), table.c[name].type) for name in names]


def _read_by_postgresql(table: Table, names: Names) -> list[ColumnElement[Any]]:
    columns = [column(name, table.c[name].type) for name in names]
    rows = func.json_to_recordset(sqlalchemy.cast(bindparam("rows", type_=sqlalchemy.Text), JSON))
    each = rows.table_valued(*columns).render_derived(with_types=True)
    return [each.c[name] for name in names]
