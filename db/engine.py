"""The engine and the transaction: the only place that commits.

On SQLite, pages that only read open no transaction: their connections cannot write (`PRAGMA query_only`), and
a statement is one hop to the driver. Two statements of one page may see two states; on PostgreSQL they share
a transaction. Revisit for a page whose two reads must agree to the row.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import CompoundSelect, Executable, Select, bindparam, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel.ext.asyncio.session import AsyncSession

from db.later import LaterSession
from db.migrate import is_current, upgrade
from db.plain import shape_of
from db.plans import Plan
from db.pooled import engine_of
from db.savepoints import forget_writing, note_writing, savepoint
from db.shortage import refuses_writing
from db.sqlite import READ_ONLY, Driver, ReadOnlyConnections
from db.turns import SECONDS, Turn, Turns, one_request, patience
from db.types import Instant
from db.writer import PRAGMAS, Copying, Log, WriterDriver

# SQLite has one writer: those of this process queue here, not in its busy loop (p99 ÷ 10). PostgreSQL's wait
# for each other's rows, so there are several. Eight readers keep the processor busy; beside a writer two do,
# since one renders while the other reads.
READERS, BESIDE_A_WRITER = 8, 2
SQLITE_WRITERS, POSTGRESQL_WRITERS = 1, 12
PROBE_SECONDS = 1.0
READABLE = (Select, CompoundSelect)
# A migration waits for another one, or for what the portal still writes.
MIGRATION_SECONDS = 600.0
# A lock that is held for ever ends in the page that says to come back. Without `jit`: a statement whose rows
# are guessed to be many would be compiled at each execution, half a second for a page that reads a few.
POSTGRESQL_PATIENCE = {"lock_timeout": f"{SECONDS:.0f}s", "statement_timeout": "30s", "jit": "off"}
# In seconds, for a server that neither refuses nor answers: to be connected, then for any statement.
POSTGRESQL_SILENCE = {"timeout": SECONDS, "command_timeout": 35.0}


# The lock ends with its transaction: a pool of connections between us and the server keeps none of it.
_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtext(:work))")

_DROP_OLD_WORDS = tuple(
    text(each)
    for each in (
        "INSERT INTO employee_words (employee_words) VALUES ('optimize')",
        "INSERT INTO account_words (account_words) VALUES ('optimize')",
        "INSERT INTO company_words (company_words) VALUES ('optimize')",
    )
)


class WroteWhileReading(RuntimeError):  # noqa: N818
    """A handler of GET tried to write."""


class Database:
    """`engine` writes, `reader` cannot. `mail_queued` is set after a commit that wrote to the outbox."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.mail_queued = asyncio.Event()
        self._probe: asyncio.Task[None] | None = None
        self._readers: ReadOnlyConnections | None = None
        writers = SQLITE_WRITERS if self.is_sqlite else POSTGRESQL_WRITERS
        self._turns = Turns(writers=writers, readers=READERS, beside_a_writer=BESIDE_A_WRITER)
        if self.is_sqlite:
            self._driver = WriterDriver()
            self.engine = _engine(url, module=self._driver)
            self._log = Log(str(self.engine.url.database))
            self._copying = Copying(self._log, self._driver)
            event.listen(self.engine.sync_engine, "connect", _set_pragmas)
            event.listen(self.engine.sync_engine, "begin", _begin)
            event.listen(self.engine.sync_engine, "before_cursor_execute", note_writing)
            # No BEGIN here: each statement reads for itself, and none can write.
            options: dict[str, Any] = {"connect_args": {"timeout": SECONDS}}
            self.reader = _engine(url, module=Driver(), pool_size=READERS, **options)
            event.listen(self.reader.sync_engine, "connect", _forbid_writing)
            self._readers = ReadOnlyConnections(self.reader, READERS)
        else:
            options = {"connect_args": {"server_settings": POSTGRESQL_PATIENCE, **POSTGRESQL_SILENCE}}
            self.engine = _engine(
                url, pool_size=writers + READERS, pool_pre_ping=True, pool_use_lifo=True, **options
            )
            event.listen(self.engine.sync_engine, "begin", _hurry)
            event.listen(self.engine.sync_engine, "before_cursor_execute", note_writing)
            event.listen(self.engine.sync_engine, "do_connect", _connected)
            self.reader = self.engine.execution_options(postgresql_readonly=True)

    def transaction(self, *, write: bool) -> "Transaction":
        """One session, one transaction: leaving commits, raising rolls back.

        A reading one cannot write: the database refuses it, and nothing is committed.
        """
        return Transaction(self, Turn(self._turns, write=write), write=write)

    async def commit(self, session: AsyncSession) -> bool:
        """True when the disk is still to be waited for, after the turn."""
        before = self._driver.commits if self.is_sqlite else 0
        await _committed(session)
        return self.is_sqlite and self._driver.commits > before

    async def settled(self) -> None:
        """Wait until what was committed is on the disk."""
        await self._log.on_disk()
        self._copying.after(self._alone)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        turn = Turn(self._turns, write=True)
        await turn.acquire()
        with turn:
            yield

    async def alone(self, session: AsyncSession, work: str) -> bool:
        """True when no other process is at this work; until the end of the transaction, none will be. On
        SQLite whoever writes is alone.
        """
        if self.is_sqlite:
            return True
        found = await (await session.connection()).execute(_ALONE, {"work": work})
        return bool(found.scalar())

    async def drop_old_words(self, session: AsyncSession) -> None:
        """Words that no row has any more leave the index of the search: SQLite only marks them, until it
        merges (0.7 s for a million rows, nothing when there is nothing to do).
        """
        if self.is_sqlite:
            connection = await session.connection()
            for statement in _DROP_OLD_WORDS:
                await connection.execute(statement)

    def savepoint(self, session: AsyncSession) -> AbstractAsyncContextManager[None]:
        """A failure inside is taken back; the rest of the transaction goes on."""
        return savepoint(session)

    @asynccontextmanager
    async def paused(self, session: AsyncSession) -> AsyncIterator[None]:
        """Let go of the database while something slow is done; nothing may have been written before.

        A writing transaction must never wait for anything but the database: here is where hashing a
        password goes.
        """
        if session.new or session.dirty:
            raise RuntimeError("paused after writing: do the slow thing first")
        turn: Turn = session.info["turn"]
        nested = "savepoint" in session.info
        if nested:
            await session.info["savepoint"].commit()
        await _committed(session)
        turn.release()
        try:
            yield
        finally:
            await turn.acquire()
            if nested:
                session.info["savepoint"] = await session.begin_nested()

    async def table_before(
        self, session: AsyncSession, statement: Executable, values: dict[str, Any]
    ) -> Sequence[tuple[Any, ...]]:
        """As `table`, for what need not be read under the lock of a transaction that has not begun: on
        SQLite the quick way serves those who write too. The turn is held, so nobody else writes meanwhile.
        """
        if self._readers and not (session.info.get("write") and session.in_transaction()):
            plan = self._readers.plan(statement, values) if isinstance(statement, READABLE) else None
            if plan:
                return await self._readers.rows(plan, values)
        return await self.table(session, statement, values)

    async def table(
        self, session: AsyncSession, statement: Executable, values: dict[str, Any] | None
    ) -> Sequence[tuple[Any, ...]]:
        """Plain tuples. The quick way is for reading on SQLite, the quickest with a statement made at module
        level: its `values` say so.
        """
        plan, given = self._plan(session, statement, values)
        if plan and self._readers:
            return await self._readers.rows(plan, given)
        connection = await session.connection()
        return [tuple(row) for row in await connection.execute(statement, values)]

    async def rows(
        self, session: AsyncSession, statement: Any, values: dict[str, Any] | None
    ) -> Sequence[Any]:
        """Models, or models and columns: for a page that only reads, plain ones (`db/plain.py`). The quick
        way is that of `table`.
        """
        plan, given = self._plan(session, statement, values)
        if plan and self._readers:
            return plan.shaped(await self._readers.rows(plan, given))
        if session.info.get("write"):
            rows: Sequence[Any] = (await session.exec(statement, params=values)).all()
            return rows
        connection = await session.connection()
        return shape_of(statement)([tuple(row) for row in await connection.execute(statement, values)])

    def _plan(
        self, session: AsyncSession, statement: Executable, values: dict[str, Any] | None
    ) -> tuple[Plan | None, dict[str, Any]]:
        """Neither plan nor values for what goes the usual way."""
        readers = self._readers
        if readers is None or session.info.get("write") or not isinstance(statement, READABLE):
            return None, {}
        return readers.plan_like(statement) if values is None else (readers.plan(statement, values), values)

    async def try_writing(self) -> None:
        """A real write, taken back; or the fault that stops it. Callers at the same time share the answer."""
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._write_and_take_back())
            # Heard by nobody when all who asked have left.
            self._probe.add_done_callback(lambda done: done.cancelled() or done.exception())
        async with asyncio.timeout(2 * PROBE_SECONDS):
            await asyncio.shield(self._probe)

    async def _write_and_take_back(self) -> None:
        with one_request(PROBE_SECONDS):
            async with self.transaction(write=True) as session:
                session.info["refused"] = True
                connection = await session.connection()
                if self.is_sqlite:
                    # Pages go to the disk before the commit that will not be.
                    await connection.execute(text("PRAGMA cache_size=1"))
                try:
                    await connection.execute(_PROBE, {"guesses": _PROBED, "now": datetime.now(UTC)})
                finally:
                    if self.is_sqlite:
                        await connection.execute(text("PRAGMA cache_size=-2000"))

    async def dispose(self) -> None:
        if self._readers:
            await self._copying.close()
            await self._log.close()
            await self._readers.close()
            await self.reader.dispose()
        await self.engine.dispose()


class Transaction:
    """See `Database.transaction`. No generator: the loop keeps a note of each of those until it ends."""

    def __init__(self, database: Database, turn: Turn, *, write: bool) -> None:
        self._database, self._turn, self._write = database, turn, write

    async def __aenter__(self) -> AsyncSession:
        engine = self._database.engine if self._write else self._database.reader
        session: Any = AsyncSession(engine, expire_on_commit=False) if self._write else LaterSession(engine)
        session.info.update(turn=self._turn, write=self._write)
        await self._turn.acquire()
        self._session = session
        return session  # type: ignore[no-any-return]

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        session, is_kept = self._session, error is None and not self._session.info.get("refused")
        has_written = False
        with self._turn:
            try:
                if self._write and is_kept:
                    has_written = await self._database.commit(session)
            finally:
                # The quick way to rows leaves the session as it was: nothing to close.
                if self._write or (session.is_made and session.in_transaction()):
                    await asyncio.shield(session.close())
        if isinstance(error, DBAPIError) and not self._write and refuses_writing(error):
            raise WroteWhileReading from error
        if has_written:
            await self._database.settled()
        if is_kept and session.info.get("mail"):
            self._database.mail_queued.set()


async def _committed(session: AsyncSession) -> None:
    """A COMMIT that fails leaves SQLite's connection inside its transaction: it must not go back to the
    pool.
    """
    try:
        await session.commit()
    except BaseException:
        await session.invalidate()
        raise


def _set_pragmas(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    _run(connection, *PRAGMAS)


def _forbid_writing(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    _run(connection, READ_ONLY)


def _run(connection: DBAPIConnection, *statements: str) -> None:
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()


def _begin(connection: Any) -> None:
    """BEGIN IMMEDIATE: a writer waits its turn at the start instead of failing in the middle. A request that
    queued in this process has waited already.
    """
    forget_writing(connection)
    left = patience()
    # Whoever may wait longer does so before its turn, not while it holds one that others wait for.
    wait = f"PRAGMA busy_timeout={min(left.left, SECONDS) * 1000:.0f}"
    if connection.info.get("wait") != wait:
        connection.exec_driver_sql(wait)
        connection.info["wait"] = wait
    with left.spent():
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _hurry(connection: Any) -> None:
    """Limit the wait for PostgreSQL's locks to the time left to the request."""
    forget_writing(connection)
    if (left := patience().left) < SECONDS - 1:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(left * 1000, 1):.0f}")


def _connected(dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
    """A server that is away raises many errors, for a socket that is no file and a name without an address
    too: here they are one.
    """
    try:
        return dialect.connect(*arguments, **options)
    except OSError as error:
        raise ConnectionError(error.errno, error.strerror) from error


def _engine(url: str, **options: Any) -> AsyncEngine:
    """Parameters of a statement stay out of messages: they are data."""
    return engine_of(url, pool_timeout=SECONDS, **options)


# Some blocks of text: a disk that is full is found when the file grows.
_PROBED = msgspec.json.encode([float(n) for n in range(4_000)]).decode()
_PROBE = text(
    "INSERT INTO throttle (bucket, guesses, updated_at) VALUES ('readyz', :guesses, :now)"
).bindparams(bindparam("now", type_=Instant()))


async def migrate(url: str) -> None:
    """Bring the schema up to date in one transaction: cut short at any point, nothing of it has happened.

    SQLite can do this as PostgreSQL does, if its driver does not commit before each CREATE. A copy that is
    renamed at the end would need the disk twice, and lose what a portal still running writes meanwhile.
    """
    is_sqlite = url.startswith("sqlite")
    options = {"module": Driver(), "connect_args": {"timeout": MIGRATION_SECONDS}} if is_sqlite else {}
    engine = engine_of(url, **options)
    if is_sqlite:
        event.listen(engine.sync_engine, "connect", _without_foreign_keys)
        event.listen(engine.sync_engine, "begin", _begin_at_once)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()


def _without_foreign_keys(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # Off while tables are copied; inside a transaction it could not be said. They are checked at its end.
    _run(connection, "PRAGMA foreign_keys=OFF")


def _begin_at_once(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def is_migrated(url: str) -> bool:
    engine = engine_of(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(is_current)
    finally:
        await engine.dispose()
