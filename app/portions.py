"""Work in portions beside the requests: one transaction after another, as long as there are any."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from app import clock
from app.portal import Portal

log = structlog.get_logger()
POLL_SECONDS = 2.0
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
