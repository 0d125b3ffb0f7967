"""Who reads next: one file at a time for each person, and each person in turn."""

import asyncio

import pytest

from app.imports.fair_queue import FairQueue, Full

FIRM, OTHER, THIRD = 1, 2, 3


class Readings:
    """Files of several people that are read until `end` says so, and the order in which they began."""

    def __init__(self, places, **more):
        self.queue = FairQueue(places, **{"each": 9, "everybody": 99} | more)
        self.began, self._over, self.tasks = [], {}, {}

    async def ask(self, owner, name):
        self._over[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._read(owner, name))
        await settled()

    async def _read(self, owner, name):
        async with self.queue.place(owner):
            self.began.append(name)
            await self._over[name].wait()

    async def end(self, name):
        self._over[name].set()
        await settled()

    async def cancel(self, name):
        self.tasks[name].cancel()
        await settled()


async def settled():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_another_persons_file_is_read_while_four_of_one_wait_for_one_another():
    readings = Readings(2)
    for name in ("a1", "a2", "a3", "a4"):
        await readings.ask(FIRM, name)
    assert readings.began == ["a1"]
    await readings.ask(OTHER, "b1")
    assert readings.began == ["a1", "b1"]
    for name in ("a1", "a2", "b1", "a3"):
        await readings.end(name)
    assert readings.began == ["a1", "b1", "a2", "a3", "a4"]


async def test_with_one_place_people_are_served_in_turn_not_by_how_much_they_sent():
    readings = Readings(1)
    for name in ("a1", "a2", "a3"):
        await readings.ask(FIRM, name)
    for owner, name in ((OTHER, "b1"), (OTHER, "b2"), (THIRD, "c1")):
        await readings.ask(owner, name)
    for name in ("a1", "a2", "b1", "c1", "a3", "b2"):
        await readings.end(name)
    assert readings.began == ["a1", "a2", "b1", "c1", "a3", "b2"]


@pytest.mark.parametrize("gone", ["a1", "a2", "b1"])
async def test_who_gives_up_leaves_the_place_to_the_next(gone):
    readings = Readings(1)
    for owner, name in ((FIRM, "a1"), (FIRM, "a2"), (OTHER, "b1")):
        await readings.ask(owner, name)
    await readings.cancel(gone)
    for name in {"a1", "a2", "b1"} - {gone}:
        await readings.end(name)
    await readings.ask(THIRD, "c1")
    assert readings.began[-1] == "c1"
    assert set(readings.began) >= {"a1", "a2", "b1", "c1"} - {gone}
    assert not readings.tasks["c1"].done()


async def test_a_place_given_to_who_had_just_gone_is_not_lost():
    queue = FairQueue(1, each=9, everybody=9)
    async with queue.place(FIRM):
        waiting = asyncio.create_task(_through(queue, OTHER))
        await settled()
    waiting.cancel()  # The place is its own already; it has not woken yet.
    await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(5):
        await _through(queue, THIRD)


async def test_only_so_many_wait_of_one_person_and_in_all():
    readings = Readings(1, each=2, everybody=3)
    for name in ("a1", "a2", "a3"):
        await readings.ask(FIRM, name)
    with pytest.raises(Full):
        await _through(readings.queue, FIRM)
    await readings.ask(OTHER, "b1")
    with pytest.raises(Full):
        await _through(readings.queue, THIRD)


async def _through(queue, owner):
    async with queue.place(owner):
        pass
