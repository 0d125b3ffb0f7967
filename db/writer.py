"""The one connection that writes to SQLite: its short statements run where the request is.

Waking a thread and being woken by it takes longer than most statements, and on a busy loop each of the two
waits for Python's lock, five milliseconds at worst, while everybody else waits for this writer. A SELECT that
turns out long is stopped and read again in the thread. A write cannot be stopped (SQLite would take the whole
transaction back), so only a request's may run here, none with much to write, and none like one that was long.

A commit leaves its pages with the system, and the next writer begins; then one sync of the log puts all the
commits that wait for it on the disk, before anybody is told that theirs is done. Without a power cut nothing
differs from `synchronous=FULL`, and after one the log ends between two transactions, as it does there. The
log is copied into the base beside the writers too: SQLite would do it within somebody's commit.
Measured by `python -m tests.bench writes`. Revisit with more than one process that writes to a file.
"""

import asyncio
import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any

import structlog
from sqlalchemy.util.concurrency import await_

from db.sqlite import (
    COUNTS,
    FOR_A_THREAD,
    LATER,
    STEPS,
    Connection,
    Cursor,
    Driver,
    Outcome,
    in_thread,
    opened,
)
from db.sqlite import _run as run_statement
from db.turns import is_hurried

log = structlog.get_logger()
BEGIN, WAIT = "BEGIN IMMEDIATE", "PRAGMA busy_timeout="
LONG = 0.005  # seconds of processor time
HEAVY = 20_000  # characters of one value
KNOWN = 500  # statements that were long
# What each connection is told. Syncing and copying are `Log`'s. Whatever the library was built for, what is
# deleted does not stay readable in the file.
PRAGMAS = (
    "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=0",
    "PRAGMA foreign_keys=ON", "PRAGMA secure_delete=ON",
)  # fmt: skip


class WriterCursor(Cursor):
    __slots__ = ()
    _adapt_connection: "WriterConnection"

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        outcome = self._adapt_connection.outcome(operation, parameters or ())
        if outcome is None:
            return super().execute(operation, parameters)
        self._take(outcome)
        # SQLAlchemy takes a driver that never waits for one that blocks.
        await_(_at_once())
        return None

    def _take(self, outcome: Any) -> None:
        self._cursor, self._rows = outcome, deque(outcome.rows)

    async def _run(self, name: str, operation: str, parameters: Any) -> None:
        async with self._adapt_connection._execute_mutex:  # noqa: SLF001 - as the class that this one refines
            outcome = await self._adapt_connection.in_thread(run_statement, name, operation, parameters)
        self._take(outcome)


async def _at_once() -> None:
    """Nothing more to wait for."""


class WriterConnection(Connection):
    """`is_heavy`: the thread has written in this transaction. `wait`: how long to wait for other programs."""

    __slots__ = ("_asked", "_changes", "_counted", "_done", "_long", "_wait", "is_heavy")
    _cursor_cls = WriterCursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._asked = self._done = self._counted = self._changes = 0
        self._long: dict[str, int] = {}
        self._wait = f"{WAIT}0"
        self.is_heavy = False

    def _here(self) -> sqlite3.Connection | None:
        """The connection itself; None while its thread works, for somebody who has left perhaps."""
        here: sqlite3.Connection | None = self._connection._connection  # noqa: SLF001 - aiosqlite has no public way
        return here if self._asked == self._done else None

    async def in_thread(self, work: Callable[..., Any], *given: Any) -> Any:
        """Run `work` in the thread; until it is done, nothing is done here."""

        def counted(connection: sqlite3.Connection) -> Any:
            try:
                return work(connection, *given)
            finally:
                self._done += 1

        self._asked += 1
        return await in_thread(self._connection, counted)

    def outcome(self, operation: str, parameters: Any) -> Outcome | None:
        """The outcome of a statement that has been run here; None for one that the thread is to run."""
        here = self._here()
        if here is None:
            return None
        if operation == BEGIN:
            return self._begun(here)
        if operation.startswith(WAIT):
            self._wait = operation
            return Outcome()
        is_read = operation.startswith("SELECT")
        if self._is_known_to_be_long(operation):
            self.is_heavy |= not is_read
            return None
        if is_read:
            return self._read(here, operation, parameters)
        if not is_hurried() or is_heavy(parameters):
            self.is_heavy = True
            return None
        began = time.thread_time()
        outcome = run_statement(here, "execute", operation, parameters)
        if time.thread_time() - began > LONG:
            self._remember(operation)
        return outcome

    def _begun(self, here: sqlite3.Connection) -> Outcome | None:
        """Begin, without a wait for other programs: that is for the thread."""
        self.is_heavy, self._changes = False, here.total_changes
        here.execute(f"{WAIT}0")
        try:
            here.execute(BEGIN)
        except sqlite3.OperationalError as error:
            here.execute(self._wait)
            if error.sqlite_errorcode & 0xFF not in FOR_A_THREAD:
                raise
            return None
        return Outcome()

    def _read(self, here: sqlite3.Connection, operation: str, parameters: Any) -> Outcome | None:
        self._counted = 0
        here.set_progress_handler(self._is_long, STEPS)
        try:
            return run_statement(here, "execute", operation, parameters)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in FOR_A_THREAD:
                raise
            self._remember(operation)
            return None
        finally:
            here.set_progress_handler(None, 0)

    def _is_long(self) -> bool:
        self._counted += 1
        return self._counted > COUNTS

    def _remember(self, operation: str) -> None:
        if len(self._long) >= KNOWN:
            self._long.clear()
        self._long[operation] = LATER

    def _is_known_to_be_long(self, operation: str) -> bool:
        left = self._long.get(operation, 0)
        if left:
            self._long[operation] = left - 1
        return left > 0

    def commit(self) -> None:
        here = self._here()
        if here is None or self.is_heavy or not is_hurried():
            super().commit()
        else:
            here.commit()
        if here is None or here.total_changes != self._changes:
            self.dbapi.note_commit(is_heavy=self.is_heavy)

    def rollback(self) -> None:
        here = self._here()
        if here is None or self.is_heavy:
            super().rollback()
        elif here.in_transaction:
            here.rollback()


def is_heavy(parameters: Any) -> bool:
    """More to write than fits between two other things."""
    values = parameters.values() if isinstance(parameters, dict) else parameters
    return any(isinstance(each, str | bytes) and len(each) > HEAVY for each in values)


class WriterDriver(Driver):
    """As `Driver`, for the connection that writes. `commits`: those that changed something, so far."""

    def __init__(self) -> None:
        super().__init__()
        self.commits = self.heavy_commits = 0

    def connect(self, *given: Any, **options: Any) -> WriterConnection:
        ours = {"check_same_thread": False}
        return WriterConnection(self, await_(opened(*given, **options | ours)))

    def note_commit(self, *, is_heavy: bool) -> None:
        self.commits += 1
        self.heavy_commits += is_heavy


COPIED_AFTER = 100  # commits; a heavy one is as many by itself
COPIED_EVERY = 1.0  # seconds, at the most
LONGEST = 8_000  # pages of the log: above, the next copy is whole, and no writer comes in between


class Log:
    """The file of the last commits: synced for those who wait, then copied into the base."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._thread: ThreadPoolExecutor | None = None
        self._next: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    async def on_disk(self) -> None:
        """Return once all that was committed before this call is on the disk: one sync for all who wait."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._sync_in_turn())
        await asyncio.shield(self._next)

    async def _sync_in_turn(self) -> None:
        while self._next:
            waiting, self._next = self._next, None
            try:
                await self.run(self._sync)
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                waiting.set_exception(error)
                waiting.exception()  # heard even when all who waited have left
            else:
                waiting.set_result(None)

    async def run(self, work: Callable[[], Any]) -> Any:
        self._thread = self._thread or ThreadPoolExecutor(1, "log")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _sync(self) -> None:
        # A log that is gone was copied into the base, and both were synced.
        with suppress(FileNotFoundError):
            opened_log = os.open(f"{self._file}-wal", os.O_RDONLY)
            try:
                os.fsync(opened_log)
            finally:
                os.close(opened_log)

    def copy(self) -> tuple[int, int]:
        """Copy what no reader needs in the log into the base: pages in the log, and pages copied."""
        with closing(sqlite3.connect(self._file, isolation_level=None)) as connection:
            connection.execute("PRAGMA busy_timeout=0")
            _, pages, copied = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return pages, copied

    async def close(self) -> None:
        if self._task:
            await self._task
        if self._thread:
            self._thread.shutdown()
            self._thread = None


class Copying:
    """Copies of the log, beside the writers; once it has become long, without a writer in between: copied
    whole, it is begun anew by the next.
    """

    def __init__(self, log: Log, driver: WriterDriver) -> None:
        self._log, self._driver = log, driver
        self._task: asyncio.Task[None] | None = None
        self._copied = self._heavy = 0

    def after(self, alone: Callable[[], Any]) -> None:
        """After a commit. `alone`: a block in which nobody writes."""
        many = self._driver.commits - self._copied >= COPIED_AFTER
        if (many or self._driver.heavy_commits > self._heavy) and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._copy(alone))

    async def _copy(self, alone: Callable[[], Any]) -> None:
        self._copied, self._heavy = self._driver.commits, self._driver.heavy_commits
        try:
            pages, _ = await self._log.run(self._log.copy)
            if pages > LONGEST:
                async with alone():
                    await self._log.run(self._log.copy)
        except sqlite3.Error:
            log.exception("log_not_copied")  # it grows, and is copied after other commits
        await asyncio.sleep(COPIED_EVERY)

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
