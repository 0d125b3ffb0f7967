"""The background worker of batches: portions one after another, as long as there are any."""

import asyncio

import structlog

from app import clock
from app.batches.staff import work_portion
from app.due.staff import refill
from app.portal import Portal

log = structlog.get_logger()
POLL_SECONDS = 2.0
REFILL_EVERY = 30  # polls


async def work_on_batches(portal: Portal) -> None:
    """Until cancelled: portions of batches, and from time to time the times that were given back, for those
    who wait for one. What fails is tried again.
    """
    polls = 0
    while True:
        polls += 1
        try:
            has_more = await work_portion(portal, clock.now())
            if polls % REFILL_EVERY == 0:
                await refill(portal, clock.now())
        except Exception:
            log.exception("batches")
            has_more = False
        # Requests come in between two portions.
        await asyncio.sleep(0 if has_more else POLL_SECONDS)
