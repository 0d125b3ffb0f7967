"""aiosqlite under SQLAlchemy with one trip to its thread for each statement, where there were four.

A cursor is not opened, asked, emptied and closed from the event loop: the thread does it all and hands the
rows over. Ending a transaction that is not there makes no trip at all.
"""

import sqlite3
from collections import deque
from types import ModuleType
from typing import Any, NamedTuple

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util.concurrency import await_


class Outcome(NamedTuple):
    """What is left of a cursor when its rows are out."""

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
    """What `create_async_engine(module=…)` takes instead of aiosqlite itself."""

    def __init__(self, driver: ModuleType = aiosqlite, sqlite: ModuleType = sqlite3) -> None:
        super().__init__(driver, sqlite)

    def connect(self, *given: Any, **options: Any) -> Connection:
        return Connection(self, await_(opened(*given, **options)))


async def opened(*given: Any, **options: Any) -> Any:
    """A connection that leaves transactions to whoever writes BEGIN: the driver would start them late,
    outside our SAVEPOINTs. Its thread does not keep the process alive.
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
