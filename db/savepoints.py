"""Savepoints: a form that is refused is taken back, and the rest of its transaction goes on.

A transaction that has written and locked nothing needs no savepoint: taken back whole, it begins again. That
is two statements less for each form that succeeds.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.exc import InvalidRequestError
from sqlmodel.ext.asyncio.session import AsyncSession

# Rows that are read again when all is taken back: with more, a savepoint costs less.
FEW_ROWS = 3
# Statements that write nothing, and those of them that lock.
FRAMES = ("SELECT", "BEGIN", "PRAGMA", "SET LOCAL", "SAVEPOINT", "RELEASE", "ROLLBACK")
LOCK = re.compile(r" FOR (NO KEY )?(UPDATE|SHARE)|advisory")


@asynccontextmanager
async def savepoint(session: AsyncSession) -> AsyncIterator[None]:
    """A failure inside is taken back; the rest of the transaction goes on."""
    around = session.info.get("savepoint")
    session.info["savepoint"] = await _begin_savepoint(session)
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


class WholeTransaction:
    """Stands for a savepoint where nothing has been written: taking all back takes nothing else away."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def commit(self) -> None:
        """Nothing: what was done goes on with the rest."""

    async def rollback(self) -> None:
        await self._session.rollback()


async def _begin_savepoint(session: AsyncSession) -> Any:
    """Two statements less for a form. Rows that were loaded are read again when it fails: no more than a
    few.
    """
    is_clean = not (session.new or session.dirty or session.deleted)
    if is_clean and len(session.identity_map) <= FEW_ROWS and not _has_written(session):
        return WholeTransaction(session)
    return await session.begin_nested()


def _has_written(session: AsyncSession) -> bool:
    return session.in_transaction() and session.sync_session.connection().info.get("written", False)


async def _read_again(session: AsyncSession) -> None:
    """Rows that the rollback expired are read now: the page that says no shows them, and cannot wait for
    them. Those that it took away are nobody's.
    """
    for row in list(session.identity_map.values()):
        if inspect(row).expired_attributes:
            try:
                await session.refresh(row)
            except InvalidRequestError:
                session.expunge(row)


def note_writing(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    """Remember that this transaction writes, or holds a lock, as the engine tells before each statement."""
    if not statement.startswith(FRAMES) or LOCK.search(statement, max(len(statement) - 60, 0)):
        connection.info["written"] = True


def forget_writing(connection: Any) -> None:
    """Forget the writing of the transaction before."""
    connection.info["written"] = False
