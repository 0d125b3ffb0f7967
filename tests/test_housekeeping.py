"""The work of the night: what fails keeps nothing else from being done."""

import asyncio
from datetime import timedelta

from app import clock, housekeeping
from app.housekeeping import keep_house
from db.models import Housework, OutboxMail
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


async def test_of_several_processes_one_does_the_work_of_the_hour(portal, world, time_machine_at):
    turns = [await housekeeping._take_turn(portal, clock.now()) for _ in range(3)]
    assert turns == [1, 0, 0]
    time_machine_at.shift(timedelta(hours=1))
    assert sorted(
        await asyncio.gather(*(housekeeping._take_turn(portal, clock.now()) for _ in range(3)))
    ) == [0, 0, 1]
    (row,) = await rows(portal, Housework)
    assert clock.now() - row.began_at < timedelta(minutes=1)
