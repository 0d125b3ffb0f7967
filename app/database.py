"""The engine and the transaction: the only place that commits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel.ext.asyncio.session import AsyncSession

from db.migrate import is_current, upgrade

SQLITE_BUSY_SECONDS = 10


class Database:
    """One engine. `mail_queued` is set after a commit that wrote to the outbox."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        options: dict[str, Any] = {} if self.is_sqlite else {"pool_size": 16, "pool_pre_ping": True}
        if self.is_sqlite:
            options["connect_args"] = {"timeout": SQLITE_BUSY_SECONDS}
        self.engine = create_async_engine(url, **options)
        self.mail_queued = asyncio.Event()
        # SQLite has one writer: those of this process queue here, not in its busy loop (p99 ÷ 10).
        self._writer = asyncio.Lock() if self.is_sqlite else None
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _set_pragmas)
            event.listen(self.engine.sync_engine, "begin", _begin)

    @asynccontextmanager
    async def transaction(self, *, write: bool) -> AsyncIterator[AsyncSession]:
        """One session, one transaction: leaving commits, raising rolls back.

        A reading transaction is never committed, so that a GET cannot write.
        """
        engine = self.engine.execution_options(portail_write=True) if write else self.engine
        turn = _Turn(self._writer if write else None)
        async with turn, AsyncSession(engine, expire_on_commit=False) as session:
            session.info.update(turn=turn, write=write)
            yield session
            if write and not session.info.get("refused"):
                await _committed(session)
        if session.info.get("mail") and not session.info.get("refused"):
            self.mail_queued.set()

    @asynccontextmanager
    async def savepoint(self, session: AsyncSession) -> AsyncIterator[None]:
        """What fails inside is taken back; the rest of the transaction goes on."""
        session.info["savepoint"] = await session.begin_nested()
        try:
            yield
        except BaseException:
            await session.info.pop("savepoint").rollback()
            await _read_again(session)
            raise
        await session.info.pop("savepoint").commit()

    @asynccontextmanager
    async def paused(self, session: AsyncSession) -> AsyncIterator[None]:
        """Let go of the database while something slow is done; nothing may have been written before.

        A writing transaction must never wait for anything but the database: here is where hashing a
        password goes.
        """
        if session.new or session.dirty:
            raise RuntimeError("paused after writing: do the slow thing first")
        turn: _Turn = session.info["turn"]
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

    async def ping(self) -> None:
        async with self.transaction(write=False) as session:
            await (await session.connection()).execute(text("SELECT 1"))

    async def dispose(self) -> None:
        await self.engine.dispose()


class _Turn:
    """A place in the queue of writers, which can be given back for a while."""

    def __init__(self, lock: asyncio.Lock | None) -> None:
        self._lock = lock
        self._held = False

    async def acquire(self) -> None:
        if self._lock:
            await self._lock.acquire()
            self._held = True

    def release(self) -> None:
        if self._lock and self._held:
            self._lock.release()
            self._held = False

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(self, *_: object) -> None:
        self.release()


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
    # The driver would otherwise start transactions late, outside our SAVEPOINTs.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    # IMMEDIATE: a writer waits its turn at the start instead of failing in the middle.
    write = connection.get_execution_options().get("portail_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


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
