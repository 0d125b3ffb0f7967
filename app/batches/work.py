"""The background worker of batches, and of the times that were given back."""

from app import clock
from app.batches.staff import work_portion
from app.due.staff import refill
from app.portal import Portal
from app.portions import work_in_portions

REFILL_EVERY = 30  # polls


async def work_on_batches(portal: Portal) -> None:
    """Until cancelled: portions of batches, and from time to time the times that were given back, for those
    who wait for one.
    """

    async def refill_now_and_then(polls: int) -> None:
        if polls % REFILL_EVERY == 0:
            await refill(portal, clock.now())

    await work_in_portions(portal, "batches", work_portion, refill_now_and_then)
