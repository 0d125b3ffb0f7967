"""aiosqlite under SQLAlchemy with one trip to its thread for each statement, where there were four.

A cursor is not opened, asked, emptied and closed from the event loop: the thread does it all and hands the
rows over. Ending a transaction that is not there makes no trip at all.

A short read makes none: it runs where the request is, since waking a thread and being woken by it costs more
than all that a page reads. SQLite counts its steps, and gives up one that is long: a thread reads it again.
So does one that would wait for a lock.

The rows of a page come as one JSON value: the driver of Python drops and takes its lock for each row, which
cost more than reading them. One connection answers as long as it keeps answering, since one busy thread costs
less than eight that wake in turn. Bytes and decimals go the usual way. Measured by `python -m tests.bench
pages`. Revisit with a Python without that lock, and for a base on a slow disk: the request waits for it.
"""

import asyncio
import sqlite3
import time
from collections import deque
from types import ModuleType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import aiosqlite
import msgspec
from sqlalchemy import (
    Engine,
)
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util.concurrency import await_

from db.plans import Plan, Readable, Values, with_constants


class Outcome(NamedTuple):
    """The rest of a cursor when its rows are out."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    rows: list[Any] = []  # noqa: RUF012 - never changed
    arraysize: int = 1

    def close(self) -> None:
        """Already done, in the thread."""


class Cursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()
    _awaitable_cursor_close = False

    def _make_new_cursor(self, connection: Any) -> Any:  # noqa: ARG002
        return Outcome()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._run("execute", operation, parameters or ())

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._run("executemany", operation, seq_of_parameters)

    async def _run(self, name: str, operation: str, parameters: Any) -> None:
        async with self._adapt_connection._execute_mutex:  # noqa: SLF001 - as the class that this one refines
            outcome = await in_thread(self._connection, _run, name, operation, parameters)
        self._cursor = outcome
        self._rows = deque(outcome.rows)


class Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls = Cursor

    def rollback(self) -> None:
        if self._connection._connection and self._connection.in_transaction:  # noqa: SLF001 - see `Cursor`
            super().rollback()


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """The module that `create_async_engine(module=…)` takes instead of aiosqlite itself."""

    def __init__(self, driver: ModuleType = aiosqlite, sqlite: ModuleType = sqlite3) -> None:
        super().__init__(driver, sqlite)

    def connect(self, *given: Any, **options: Any) -> Connection:
        return Connection(self, await_(opened(*given, **options)))


async def opened(*given: Any, **options: Any) -> Any:
    """A connection that never begins a transaction by itself: the driver would start them late, outside our
    SAVEPOINTs. Its thread does not keep the process alive.
    """
    connection = aiosqlite.connect(*given, **options, isolation_level=None)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does
    return await connection


async def in_thread(connection: Any, work: Any, *given: Any) -> Any:
    """Run `work(sqlite3 connection, …)` in the connection's thread: one trip."""
    return await connection._execute(work, connection._conn, *given)  # noqa: SLF001 - aiosqlite has no public way


def _run(connection: sqlite3.Connection, name: str, operation: str, parameters: Any) -> Outcome:
    cursor: sqlite3.Cursor = getattr(connection, name)(operation, parameters)
    try:
        rows = cursor.fetchall() if cursor.description else []
        return Outcome(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
    finally:
        cursor.close()


# The quick way to rows on SQLite: text made once, one trip to a thread, the rows in one piece.

READ_ONLY = "PRAGMA query_only=ON"
STUCK = 0.01  # seconds
LISTS = (list, tuple)
FORMS = 2_000  # of statements made for a request
STATEMENTS = 512  # whose preparation a connection keeps
MANY = 1_000  # rows: above, others would wait while their days are read
ROWS = msgspec.json.Decoder(list[tuple[Any, ...]])
# Steps of SQLite's machine between two counts, and the counts that a request waits for by itself, a
# millisecond in all; how many times a statement that took more goes straight to a thread, before it may be
# short again.
STEPS, COUNTS, LATER = 5_000, 8, 50
# What a thread can wait for, or has the time to do.
FOR_A_THREAD = {sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class ReadOnlyConnections:
    """Connections that cannot write. Each statement reads for itself.

    Statements made once, at module level, are known by themselves, with `bindparam` for what varies. One made
    for a request is known by its form, which costs more to tell than the reading of its rows.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine.sync_engine
        self._known_dialect = with_constants(self._engine.dialect)
        self._lanes = [ReaderThread(self._engine) for _ in range(most)]
        self._here = ReaderHere(self._engine)
        self._plans: WeakKeyDictionary[Readable, dict[Any, Plan]] = WeakKeyDictionary()
        self._forms: dict[Any, tuple[Plan, list[str]]] = {}

    def plan(self, statement: Readable, values: Values) -> Plan | None:
        """The plan of a statement; None when it can only go the usual way."""
        plans = self._plans.get(statement)
        if plans is None:
            plans = self._plans[statement] = {}
        lengths = tuple([len(each) for each in values.values() if type(each) in LISTS])
        plan = plans.get(lengths)
        if plan is None:
            plan = plans[lengths] = Plan(statement, self._known_dialect, values)
        return plan if plan.is_fixed else None

    def plan_like(self, statement: Readable) -> tuple[Plan | None, Values]:
        """The plan of all the statements of this form, and the values of this one."""
        form = statement._generate_cache_key()  # noqa: SLF001 - the key by which SQLAlchemy keeps its own texts
        if form is None:
            return None, {}
        # What `params` gave comes beside.
        later = form.params or {}
        given: list[Any] = [later.get(bind.key, bind.effective_value) for bind in form.bindparams]
        lengths = [len(value) for bind, value in zip(form.bindparams, given, strict=True) if bind.expanding]
        key = (form.key, *lengths)
        known = self._forms.get(key)
        if known is None:
            names = [bind.key for bind in form.bindparams]
            known = Plan(statement, self._engine.dialect, dict(zip(names, given, strict=True))), names
            if len(self._forms) >= FORMS:
                self._forms.clear()
            self._forms[key] = known
        plan, names = known
        return (plan if plan.is_fixed else None), dict(zip(names, given, strict=True))

    async def rows(self, plan: Plan, values: Values) -> list[tuple[Any, ...]]:
        parameters = plan.parameters(values)
        # Whoever watches the engine sees these statements too.
        for watch in self._engine.dispatch.before_cursor_execute:
            watch(None, None, plan.text, parameters, None, False)
        try:
            rows = self._here.rows(plan, parameters) if plan.is_short() else None
            if rows is None:
                rows = await self._lane().rows(plan.text, parameters)
        except sqlite3.Error as error:
            raise DBAPIError.instance(plan.text, None, error, sqlite3.Error, hide_parameters=True) from error
        if len(rows) > MANY:
            return await asyncio.to_thread(plan.converted, rows)
        return plan.converted(rows)

    def _lane(self) -> "ReaderThread":
        """The first that goes on answering: one thread that need not sleep between two statements costs less
        than several that wake in turn. Behind a long statement nobody waits while another is free.
        """
        now = time.perf_counter()
        for lane in self._lanes:
            if not lane.waiting or now - lane.answered_at < STUCK:
                return lane
        return min(self._lanes, key=lambda lane: lane.waiting)

    async def close(self) -> None:
        self._here.close()
        for lane in self._lanes:
            await lane.close()


class ReaderHere:
    """A connection that answers in the thread of the requests, or not at all."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: sqlite3.Connection | None = None
        self._counted = 0

    def rows(self, plan: Plan, parameters: list[Any]) -> list[tuple[Any, ...]] | None:
        """The rows; None when a thread had better read them."""
        connection = self._connection or self._opened()
        self._counted = 0
        try:
            return ROWS.decode(_json_rows(connection, plan.text, parameters))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in FOR_A_THREAD:
                raise
            plan.long = LATER
            return None

    def _opened(self) -> sqlite3.Connection:
        given, options = self._engine.dialect.create_connect_args(self._engine.url)
        opener: Any = sqlite3.connect
        ours: dict[str, Any] = {"timeout": 0, "isolation_level": None, "cached_statements": STATEMENTS}
        connection: sqlite3.Connection = opener(*given, **{**options, **ours})
        _json_rows(connection, READ_ONLY, [])
        connection.set_progress_handler(self._is_long, STEPS)
        self._connection = connection
        return connection

    def _is_long(self) -> bool:
        self._counted += 1
        return self._counted > COUNTS

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


class ReaderThread:
    """One connection, opened when it is first needed; its thread takes one statement after another."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._opening = asyncio.Lock()
        self._connection: aiosqlite.Connection | None = None
        self.waiting = 0
        self.answered_at = 0.0

    async def rows(self, text: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        if not self.waiting:
            self.answered_at = time.perf_counter()
        self.waiting += 1
        try:
            connection = self._connection or await self._open()
            return ROWS.decode(await in_thread(connection, _json_rows, text, parameters))
        finally:
            self.waiting -= 1
            self.answered_at = time.perf_counter()

    async def _open(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._connection is None:
                given, options = self._engine.dialect.create_connect_args(self._engine.url)
                connection = await opened(*given, **options)
                await in_thread(connection, _json_rows, READ_ONLY, [])
                self._connection = connection
        return self._connection

    async def close(self) -> None:
        if self._connection:
            await self._connection.close()
            self._connection = None


def _json_rows(connection: sqlite3.Connection, text: str, parameters: list[Any]) -> str:
    found: tuple[str] = next(connection.execute(text, parameters), ("[]",))
    return found[0]
