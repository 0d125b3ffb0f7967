"""The engine and the transaction: the only place that commits."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Executable, Select, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel.ext.asyncio.session import AsyncSession

from app.onehop import Driver
from app.readers import READ_ONLY, Readers
from app.turn import Turn
from db.migrate import is_current, upgrade

SQLITE_BUSY_SECONDS = 10
SQLITE_READERS = 8
# A lock that is held for ever ends in the page that says to come back.
POSTGRESQL_PATIENCE = {"lock_timeout": "10000", "statement_timeout": "30000"}


class Database:
    """`engine` writes, `reader` cannot. `mail_queued` is set after a commit that wrote to the outbox."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.mail_queued = asyncio.Event()
        # SQLite has one writer: those of this process queue here, not in its busy loop (p99 ÷ 10).
        self._writer = asyncio.Lock() if self.is_sqlite else None
        self._readers: Readers | None = None
        if self.is_sqlite:
            options: dict[str, Any] = {
                "module": Driver(),
                "connect_args": {"timeout": SQLITE_BUSY_SECONDS},
            }
            self.engine = create_async_engine(url, **options)
            event.listen(self.engine.sync_engine, "connect", _set_pragmas)
            event.listen(self.engine.sync_engine, "begin", _begin)
            # No BEGIN here: each statement reads for itself, and none can write.
            self.reader = create_async_engine(url, pool_size=SQLITE_READERS, **options)
            event.listen(self.reader.sync_engine, "connect", _forbid_writing)
            self._readers = Readers(self.reader, SQLITE_READERS)
        else:
            patience = {"server_settings": POSTGRESQL_PATIENCE}
            self.engine = create_async_engine(url, pool_size=16, pool_pre_ping=True, connect_args=patience)
            self.reader = self.engine.execution_options(postgresql_readonly=True)

    @asynccontextmanager
    async def transaction(self, *, write: bool) -> AsyncIterator[AsyncSession]:
        """One session, one transaction: leaving commits, raising rolls back.

        A reading one cannot write: the database refuses it, and nothing is committed.
        """
        session = AsyncSession(self.engine if write else self.reader, expire_on_commit=False)
        turn = Turn(self._writer)
        session.info.update(turn=turn, write=write)
        if write:
            await turn.acquire()
        with turn:
            try:
                yield session
                if write and not session.info.get("refused"):
                    await _committed(session)
            finally:
                # The quick way to rows leaves the session as it was: nothing to close.
                if write or session.in_transaction():
                    await asyncio.shield(session.close())
        if session.info.get("mail") and not session.info.get("refused"):
            self.mail_queued.set()

    @asynccontextmanager
    async def savepoint(self, session: AsyncSession) -> AsyncIterator[None]:
        """What fails inside is taken back; the rest of the transaction goes on."""
        around = session.info.get("savepoint")
        session.info["savepoint"] = await session.begin_nested()
        try:
            yield
        except BaseException:
            await session.info["savepoint"].rollback()
            await _read_again(session)
            raise
        else:
            await session.info["savepoint"].commit()
        finally:
            session.info["savepoint"] = around
            if around is None:
                del session.info["savepoint"]

    @asynccontextmanager
    async def paused(self, session: AsyncSession) -> AsyncIterator[None]:
        """Let go of the database while something slow is done; nothing may have been written before.

        A writing transaction must never wait for anything but the database: here is where hashing a
        password goes.
        """
        if session.new or session.dirty:
            raise RuntimeError("paused after writing: do the slow thing first")
        turn: Turn = session.info["turn"]
        was_held = turn.is_held
        nested = "savepoint" in session.info
        if nested:
            await session.info["savepoint"].commit()
        await _committed(session)
        turn.release()
        try:
            yield
        finally:
            if was_held:
                await turn.acquire()
            if nested:
                session.info["savepoint"] = await session.begin_nested()

    async def table(
        self, session: AsyncSession, statement: Executable, values: dict[str, Any] | None
    ) -> Sequence[tuple[Any, ...]]:
        """Plain tuples. The quick way is for reading on SQLite, with a statement made at module level: its
        `values` say so.
        """
        if self._readers and values is not None and not session.info.get("write"):
            plan = self._readers.plan(statement) if isinstance(statement, Select) else None
            if plan:
                return await self._readers.rows(plan, values)
        connection = await session.connection()
        return [tuple(row) for row in await connection.execute(statement, values)]

    async def ping(self) -> None:
        async with self.transaction(write=False) as session:
            await (await session.connection()).execute(text("SELECT 1"))

    async def dispose(self) -> None:
        if self._readers:
            await self._readers.close()
            await self.reader.dispose()
        await self.engine.dispose()


async def _read_again(session: AsyncSession) -> None:
    """Rows that the rollback expired are read now: the page that says no shows them, and cannot wait for
    them.
    """
    for row in list(session.identity_map.values()):
        if inspect(row).expired_attributes:
            await session.refresh(row)


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
    _run(connection, "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")


def _forbid_writing(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    _run(connection, READ_ONLY)


def _run(connection: DBAPIConnection, *statements: str) -> None:
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()


def _begin(connection: Any) -> None:
    # IMMEDIATE: a writer waits its turn at the start instead of failing in the middle.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def migrate(url: str) -> None:
    """Bring the schema up to date, with SQLite's foreign keys off while tables are copied."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


async def is_migrated(url: str) -> bool:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        current = await connection.run_sync(is_current)
    await engine.dispose()
    return current
