"""The quick way to rows on SQLite: text made once, one trip to a thread, plain tuples."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import aiosqlite
from sqlalchemy import Date, DateTime, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeEngine

from app.onehop import in_thread, opened
from db.types import Instant

Values = dict[str, Any]
FIXED = (Date, DateTime, Instant)
READ_ONLY = "PRAGMA query_only=ON"


class Plan:
    """A statement as text, with what the types of its parameters and of its columns convert."""

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        # A list as a parameter changes the text each time.
        self.is_fixed = not any(bind.expanding or bind.literal_execute for bind in compiled.binds.values())
        self._given = [
            (bind.key, bind.required, bind.value, bind.type.dialect_impl(dialect).bind_processor(dialect))
            for bind in binds
        ]
        converters = [_converter(column.type, dialect) for column in statement.selected_columns]
        self._converters = [(at, each) for at, each in enumerate(converters) if each]

    def parameters(self, values: Values) -> list[Any]:
        found = []
        for key, is_required, default, convert in self._given:
            value = values[key] if is_required else values.get(key, default)
            found.append(convert(value) if convert else value)
        return found

    def converted(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if not self._converters or not rows:
            return rows
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for at, convert in self._converters:
            columns[at] = map(convert, columns[at])
        return list(zip(*columns, strict=True))


class Readers:
    """Connections that cannot write, each lent for one statement.

    Statements are known by identity, so they are made once, at module level, with `bindparam` for what
    varies.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine.sync_engine
        self._free: list[aiosqlite.Connection] = []
        self._places = asyncio.Semaphore(most)
        self._plans: WeakKeyDictionary[Select[Any], Plan] = WeakKeyDictionary()

    def plan(self, statement: Select[Any]) -> Plan | None:
        """None when this statement can only go the usual way."""
        plan = self._plans.get(statement)
        if plan is None:
            plan = self._plans[statement] = Plan(statement, self._engine.dialect)
        return plan if plan.is_fixed else None

    async def rows(self, plan: Plan, values: Values) -> Sequence[tuple[Any, ...]]:
        parameters = plan.parameters(values)
        # Whoever watches the engine sees these statements too.
        for watch in self._engine.dispatch.before_cursor_execute:
            watch(None, None, plan.text, parameters, None, False)
        try:
            async with self._places:
                return plan.converted(await self._fetched(plan.text, parameters))
        except sqlite3.Error as error:
            raise DBAPIError.instance(plan.text, parameters, error, sqlite3.Error) from error

    async def _fetched(self, text: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        connection = self._free.pop() if self._free else await self._opened()
        try:
            rows: list[tuple[Any, ...]] = await in_thread(connection, _fetched, text, parameters)
            return rows
        finally:
            self._free.append(connection)

    async def _opened(self) -> aiosqlite.Connection:
        given, options = self._engine.dialect.create_connect_args(self._engine.url)
        connection: aiosqlite.Connection = await opened(*given, **options)
        await in_thread(connection, _fetched, READ_ONLY, [])
        return connection

    async def close(self) -> None:
        while self._free:
            await self._free.pop().close()


def _converter(column: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Days and instants come back again and again, and nothing can change them: each is read once."""
    convert = column.dialect_impl(dialect).result_processor(dialect, None)
    return lru_cache(maxsize=4096)(convert) if convert and isinstance(column, FIXED) else convert


def _fetched(connection: sqlite3.Connection, text: str, parameters: list[Any]) -> list[Any]:
    return connection.execute(text, parameters).fetchall()
