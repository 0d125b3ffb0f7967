"""The instant when each session was last active. GET never writes: instants stay here and are written in
batches.

A batch leaves every 20 seconds, so a crash can end an idle session 20 seconds early. Revisit when idle limits
come near a minute.
"""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, or_, update
from sqlmodel import col

from app.security.seat import OpenedSession
from db.engine import Database
from db.models import AccountSession

log = structlog.get_logger()
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
STAFF_ABSOLUTE = timedelta(hours=8)  # in the service's pages
FLUSH_SECONDS = 20
AHEAD = timedelta(minutes=2)  # of what is seen now: the clock was set back


class Presence:
    """Several workers each write what they saw; the latest wins, unless the clock was set back: an instant
    far ahead would keep a session open until the clock is there again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[int, datetime] = {}

    def touch(self, session_id: int, now: datetime) -> None:
        self._seen[session_id] = now

    def last_seen(self, session: AccountSession | OpenedSession) -> datetime:
        here = self._seen.get(session.key, session.seen_at)
        return here if session.seen_at - here > AHEAD else max(session.seen_at, here)

    async def flush(self) -> None:
        seen, self._seen = self._seen, {}
        if not seen:
            return
        rows = [{"session_id": key, "at": at, "ahead": at + AHEAD} for key, at in seen.items()]
        statement = (
            update(AccountSession)
            .where(
                col(AccountSession.id) == bindparam("session_id"),
                or_(
                    col(AccountSession.seen_at) < bindparam("at"),
                    col(AccountSession.seen_at) > bindparam("ahead"),
                ),
            )
            .values(seen_at=bindparam("at"))
        )
        try:
            async with self._database.transaction(write=True) as session:
                await (await session.connection()).execute(statement, rows)
        except BaseException:
            self._seen = seen | self._seen
            raise

    async def run(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except Exception:
                log.exception("presence")


def is_over(
    session: AccountSession | OpenedSession, last_seen: datetime, now: datetime, longest: timedelta = ABSOLUTE
) -> bool:
    """30 minutes without a request, or `longest` in all."""
    return session.ended_at is not None or now - last_seen > IDLE or now - session.created_at > longest
