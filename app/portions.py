"""Work in portions beside the requests: one transaction after another, as long as there are any.

A portion is limited in time: others wait to write until it ends, however slow the machine or its disk. A job
names the most rows that it takes at once, and takes the share of them that the last portions had time for.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app import clock
from app.access import Access, StaffAccess, VisitorAccess
from app.portal import Portal
from db.models import Account

log = structlog.get_logger()
POLL_SECONDS = 2.0
HOLD = 0.2  # seconds of a portion: twice what it usually takes
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


def fitting(portal: Portal, job: type[Any], most: int) -> int:
    """The rows of the next portion of this job."""
    return max(1, int(most * portal.shares.get(job, 1.0)))


@asynccontextmanager
async def limited(portal: Portal, job: type[Any]) -> AsyncIterator[AsyncSession]:
    """The transaction of a portion: the next one takes fewer rows when this one was long, and then more
    again.
    """
    async with portal.database.transaction(write=True) as session:
        began = time.perf_counter()
        yield session
    portal.shares[job] = next_share(portal.shares.get(job, 1.0), time.perf_counter() - began)


def next_share(share: float, seconds: float) -> float:
    """At most twice as much: after one that only waited, the next would be too long."""
    return min(1.0, share * min(2.0, HOLD / max(seconds, 0.001)))


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
    async with limited(portal, model) as session:
        yield await _oldest(portal, session, model, states)


async def _oldest(
    portal: Portal, session: AsyncSession, model: type[Job], states: Sequence[str]
) -> tuple[StaffAccess, Job] | None:
    oldest = select(model).where(col(model.state).in_(states)).order_by(col(model.id)).limit(1)
    job: Any = (await session.exec(oldest.with_for_update(skip_locked=True))).first()
    if job is None:
        return None
    return StaffAccess(portal, session, await session.get_one(Account, job.account_id)), job
