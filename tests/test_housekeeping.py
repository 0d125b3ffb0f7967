"""The work of the night: what fails keeps nothing else from being done."""

import asyncio

from app.housekeeping import keep_house
from db.models import OutboxMail
from tests.employees.test_reminders import SOON, set_on
from tests.reading import rows


async def test_a_step_that_fails_keeps_no_other_from_its_work(portal, world, time_machine_at, monkeypatch):
    async def fails(*_):
        raise ZeroDivisionError

    for step in ("tidy", "sweep_files", "remind_of_visits"):
        monkeypatch.setattr(f"app.housekeeping.{step}", fails)
    await set_on(portal, world.employee, driving_until=SOON)
    night = asyncio.create_task(keep_house(portal))
    async with asyncio.timeout(60):
        while "expiries" not in {mail.template for mail in await rows(portal, OutboxMail)}:
            await asyncio.sleep(0.05)
    night.cancel()
