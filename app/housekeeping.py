"""Once an hour: what is too old to matter is deleted."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete
from sqlmodel import col

from app import clock
from app.portal import Portal
from app.throttle import forget_old_guesses
from db.models import AccountSession, AccountToken, Draft, OutboxMail, SignInFlow

log = structlog.get_logger()
EVERY_SECONDS = 3600.0


async def keep_house(portal: Portal) -> None:
    while True:
        try:
            await tidy(portal, clock.now())
        except Exception:
            log.exception("housekeeping")
        await asyncio.sleep(EVERY_SECONDS)


async def tidy(portal: Portal, now: datetime) -> None:
    """Flows after 15 minutes, drafts after a day, used links after 30 days, sessions and sent mail after a
    year.
    """
    day, month, year = (now - timedelta(days=days) for days in (1, 30, 365))
    await forget_old_guesses(portal.database, now)
    async with portal.database.transaction(write=True) as session:
        for statement in (
            delete(SignInFlow).where(col(SignInFlow.expires_at) < now),
            delete(Draft).where(col(Draft.created_at) < day),
            delete(AccountToken).where(col(AccountToken.expires_at) < month),
            delete(AccountSession).where(col(AccountSession.seen_at) < year),
            delete(OutboxMail).where(col(OutboxMail.sent_at) < year),
        ):
            await session.exec(statement)
