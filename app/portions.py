"""Work in portions beside the requests: one transaction after another, as long as there are any."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlmodel import col, select

from app import clock
from app.access import Access, StaffAccess, VisitorAccess
from app.portal import Portal
from db.models import Account

log = structlog.get_logger()
POLL_SECONDS = 2.0
Job = TypeVar("Job", bound=Any)
Portion = Callable[[Portal, datetime], Awaitable[bool]]


async def work_in_portions(
    portal: Portal, name: str, portion: Portion, between: Callable[[int], Awaitable[None]] | None = None
) -> None:
    """Until cancelled: `portion` says whether there is more; what fails is tried again. `between`: awaited
    with the number of the poll.
    """
    polls = 0
    while True:
        polls += 1
        try:
            has_more = await portion(portal, clock.now())
            if between:
                await between(polls)
        except Exception:
            log.exception(name)
            has_more = False
        # Requests come in between two portions.
        await asyncio.sleep(0 if has_more else POLL_SECONDS)


@asynccontextmanager
async def claimed(
    portal: Portal, is_any: Callable[[Access], Awaitable[bool]], model: type[Job], *states: str
) -> AsyncIterator[tuple[StaffAccess, Job] | None]:
    """Hold the oldest job in one of these states until the transaction ends: the door of the person who
    began it, and it; None when there is none, or when other processes have them all. `is_any` asks first,
    without a turn to write.
    """
    async with portal.database.transaction(write=False) as session:
        waits = await is_any(VisitorAccess(portal, session))
    if not waits:
        yield None
        return
    async with portal.database.transaction(write=True) as session:
        oldest = select(model).where(col(model.state).in_(states)).order_by(col(model.id)).limit(1)
        job: Any = (await session.exec(oldest.with_for_update(skip_locked=True))).first()
        if job is None:
            yield None
        else:
            yield StaffAccess(portal, session, await session.get_one(Account, job.account_id)), job
