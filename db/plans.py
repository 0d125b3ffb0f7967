"""A statement as text for the quick way of `db/sqlite.py`: written once, with what its values need.

What a statement made at module level compares with itself is written into its text. As parameters, SQLite
looked at them again at each reading, since an index of some rows only (`WHERE state IN (…)`) may hold for one
value and not for another, and planned the statement anew: three quarters of its time.
"""

from collections.abc import Callable, Iterable
from copy import copy
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    BindParameter,
    CompoundSelect,
    Date,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    Numeric,
    Select,
    String,
    func,
)
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from db.plain import shape_of
from db.types import Instant

Values = dict[str, Any]
Readable = Select[Any] | CompoundSelect[Any]
FIXED = (Date, DateTime, Instant)
NOT_JSON = (LargeBinary, Numeric)
WRITTEN_OUT = (Integer, String)
REQUIRED = object()


def with_constants(dialect: Dialect) -> Dialect:
    """The dialect, with the constants of a statement in its text."""
    ours: Any = copy(dialect)
    usual: Any = dialect.statement_compiler

    class Compiler(usual):  # type: ignore[misc]
        def visit_bindparam(self, bindparam: BindParameter[Any], **given: Any) -> Any:
            if _is_constant(bindparam):
                given["literal_binds"] = True
            return super().visit_bindparam(bindparam, **given)

    ours.statement_compiler = Compiler
    return ours  # type: ignore[no-any-return]


def _is_constant(bind: BindParameter[Any]) -> bool:
    """True for what an expression was made with. `bindparam` gives a name, and waits for a value."""
    if not bind.unique or bind.required or not isinstance(bind.type, WRITTEN_OUT):
        return False
    values: Any = bind.value if bind.expanding else [bind.value]
    return bool(values) and all(isinstance(each, str | int) for each in values)


class Plan:
    """A statement as text, with what the types of its parameters and of its columns convert.

    `long`: how many times more it is left to a thread.
    """

    def __init__(self, statement: Readable, dialect: Dialect, values: Values) -> None:
        # The driver lets go of Python's lock for each row, and asks for it again: for a page of them that
        # costs more than the reading. As JSON they come in one row.
        found = statement.subquery("found")
        rows = func.json_group_array(func.json_array(*found.columns))
        # SQLAlchemy hears the options of a statement only where it is the whole one.
        options = statement._with_options  # noqa: SLF001
        compiled = found.select().with_only_columns(rows).options(*options).compile(dialect=dialect)
        self.long = 0
        # JSON holds neither bytes nor every decimal.
        self.is_fixed = not (
            any(bind.literal_execute for bind in compiled.binds.values())
            or any(isinstance(column.type, NOT_JSON) for column in statement.selected_columns)
        )
        if not self.is_fixed:
            return
        self._read_parameters(compiled, dialect, values)
        converters = [_converter(column.type, dialect) for column in statement.selected_columns]
        self._converters = [(at, each) for at, each in enumerate(converters) if each]
        self.shaped = shape_of(statement) if isinstance(statement, Select) else list

    def _read_parameters(self, compiled: SQLCompiler, dialect: Dialect, values: Values) -> None:
        """A list is written out, a parameter for each of its values: another length makes another plan."""
        binds = compiled.binds
        required = {bind.key for bind in binds.values() if bind.required}
        written = compiled.construct_expanded_state(dict.fromkeys(required) | values)
        self.text = written.statement
        places = {
            name: (binds[each].key, at)
            for each, names in written.parameter_expansion.items()
            for at, name in enumerate(names)
        }
        self._given: list[tuple[str, int | None, Any, Any]] = []
        for name in written.positiontup or ():
            key, at = places.get(name) or (binds[name].key, None)
            convert: Any = written.processors.get(name)
            if at is None:
                convert = _writer(binds[name].type, dialect)
            default = REQUIRED if key in required else written.parameters[name]
            self._given.append((key, at, default, convert))

    def is_short(self) -> bool:
        self.long -= self.long > 0
        return not self.long

    def parameters(self, values: Values) -> list[Any]:
        found = []
        for key, at, default, convert in self._given:
            if key in values:
                value = values[key] if at is None else values[key][at]
            elif default is REQUIRED:
                raise KeyError(key)
            else:
                value = default
            found.append(convert(value) if convert else value)
        return found

    def converted(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if not self._converters or not rows:
            return rows
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for at, convert in self._converters:
            columns[at] = map(convert, columns[at])
        return list(zip(*columns, strict=True))


def _converter(column: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Days and instants come back again and again, and nothing can change them: each is read once."""
    if isinstance(column, JSON):
        return _from_json
    convert = column.dialect_impl(dialect).result_processor(dialect, None)
    return lru_cache(maxsize=4096)(convert) if convert and isinstance(column, FIXED) else convert


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """One instant is given to all the statements of a page."""
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(maxsize=256)(convert) if convert and isinstance(kind, FIXED) else convert


def _from_json(value: str | None) -> Any:
    return None if value is None else msgspec.json.decode(value)
