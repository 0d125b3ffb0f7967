"""The quick way to rows on SQLite: text made once, one trip to a thread, the rows in one piece."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import aiosqlite
import msgspec
from sqlalchemy import Date, DateTime, Dialect, Engine, LargeBinary, Numeric, Select, func
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeEngine

from app.onehop import in_thread, opened
from db.types import Instant

Values = dict[str, Any]
FIXED = (Date, DateTime, Instant)
NOT_JSON = (LargeBinary, Numeric)
READ_ONLY = "PRAGMA query_only=ON"
STUCK = 0.01  # seconds
MANY = 1_000  # rows: above, others would wait while their days are read
ROWS = msgspec.json.Decoder(list[tuple[Any, ...]])


class Plan:
    """A statement as text, with what the types of its parameters and of its columns convert."""

    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        # The driver lets go of Python's lock for each row, and asks for it again: for a page of them that
        # costs more than the reading. As JSON they come in one row.
        found = statement.subquery("found")
        rows = func.json_group_array(func.json_array(*found.columns))
        compiled = found.select().with_only_columns(rows).compile(dialect=dialect)
        self.text = str(compiled)
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        # A list as a parameter changes the text each time, and JSON holds neither bytes nor every decimal.
        self.is_fixed = not (
            any(bind.expanding or bind.literal_execute for bind in compiled.binds.values())
            or any(isinstance(column.type, NOT_JSON) for column in statement.selected_columns)
        )
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
    """Connections that cannot write. Each statement reads for itself.

    Statements are known by identity, so they are made once, at module level, with `bindparam` for what
    varies.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine.sync_engine
        self._lanes = [Lane(self._engine) for _ in range(most)]
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
            rows = await self._lane().told(plan.text, parameters)
        except sqlite3.Error as error:
            raise DBAPIError.instance(plan.text, None, error, sqlite3.Error, hide_parameters=True) from error
        if len(rows) > MANY:
            return await asyncio.to_thread(plan.converted, rows)
        return plan.converted(rows)

    def _lane(self) -> "Lane":
        """The first that goes on answering: one thread that need not sleep between two statements costs less
        than several that wake in turn. Behind a long statement nobody waits while another is free.
        """
        now = time.perf_counter()
        for lane in self._lanes:
            if not lane.waiting or now - lane.answered_at < STUCK:
                return lane
        return min(self._lanes, key=lambda lane: lane.waiting)

    async def close(self) -> None:
        for lane in self._lanes:
            await lane.close()


class Lane:
    """One connection, opened when it is first needed; its thread takes one statement after another."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._opening = asyncio.Lock()
        self._connection: aiosqlite.Connection | None = None
        self.waiting = 0
        self.answered_at = 0.0

    async def told(self, text: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        if not self.waiting:
            self.answered_at = time.perf_counter()
        self.waiting += 1
        try:
            connection = self._connection or await self._opened()
            return ROWS.decode(await in_thread(connection, _told, text, parameters))
        finally:
            self.waiting -= 1
            self.answered_at = time.perf_counter()

    async def _opened(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._connection is None:
                given, options = self._engine.dialect.create_connect_args(self._engine.url)
                connection = await opened(*given, **options)
                await in_thread(connection, _told, READ_ONLY, [])
                self._connection = connection
        return self._connection

    async def close(self) -> None:
        if self._connection:
            await self._connection.close()
            self._connection = None


def _converter(column: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Days and instants come back again and again, and nothing can change them: each is read once."""
    convert = column.dialect_impl(dialect).result_processor(dialect, None)
    return lru_cache(maxsize=4096)(convert) if convert and isinstance(column, FIXED) else convert


def _told(connection: sqlite3.Connection, text: str, parameters: list[Any]) -> str:
    found: tuple[str] = next(connection.execute(text, parameters), ("[]",))
    return found[0]
