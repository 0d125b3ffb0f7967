"""Passwords are compared one at a time: strangers, however many, never take the place of known people."""

import asyncio

import pytest

from app.errors import Busy
from app.keys import Keys
from app.passwords import PLACES, PLACES_OF_ONE, Lane, Passwords


@pytest.fixture
def passwords():
    made = Passwords(Keys("k" * 64), cost=4)
    yield made
    made.close()


async def compared(passwords, lane, owner, order):
    await passwords.matches("a guess", None, lane, owner)
    order.append(owner)


def queue(passwords, lane, count, order):
    return [asyncio.create_task(compared(passwords, lane, f"{lane.name} {n}", order)) for n in range(count)]


async def test_known_people_come_first_then_their_neighbours_then_strangers_in_their_order(passwords):
    order = []
    waiting = [
        *queue(passwords, Lane.STRANGER, 6, order),
        *queue(passwords, Lane.NEARBY, 2, order),
        *queue(passwords, Lane.KNOWN, 2, order),
    ]
    await asyncio.gather(*waiting)
    # The first had begun when the others came.
    assert order[1:] == [
        "KNOWN 0",
        "KNOWN 1",
        "NEARBY 0",
        "NEARBY 1",
        *(f"STRANGER {n}" for n in range(1, 6)),
    ]


async def test_a_lane_that_is_full_refuses_nobody_of_another(passwords):
    order = []
    strangers = queue(passwords, Lane.STRANGER, PLACES, order)
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await passwords.matches("a guess", None, Lane.STRANGER, "one more")
    await compared(passwords, Lane.KNOWN, "alice", order)
    assert order.index("alice") <= 1
    await asyncio.gather(*strangers)
    assert not await passwords.matches("a guess", None, Lane.STRANGER, "one more")


async def test_one_owner_takes_few_places_of_a_lane(passwords):
    mine = [
        asyncio.create_task(passwords.matches("a guess", None, Lane.KNOWN, "me"))
        for _ in range(PLACES_OF_ONE)
    ]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await passwords.matches("a guess", None, Lane.KNOWN, "me")
    await passwords.matches("a guess", None, Lane.KNOWN, "alice")
    await passwords.hashed("the portal's own work")
    await asyncio.gather(*mine)


async def test_who_gives_up_leaves_the_place_and_the_turn(passwords):
    order = []
    strangers = queue(passwords, Lane.STRANGER, PLACES, order)
    await asyncio.sleep(0)
    for each in strangers:
        each.cancel()
    await asyncio.gather(*strangers, return_exceptions=True)
    await asyncio.gather(*queue(passwords, Lane.STRANGER, PLACES, order))
    assert order == [f"STRANGER {n}" for n in range(PLACES)]


async def test_closing_lets_nobody_wait_for_ever():
    passwords = Passwords(Keys("k" * 64), cost=4)
    waiting = queue(passwords, Lane.STRANGER, 5, [])
    await asyncio.sleep(0)
    passwords.close()
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert sum(isinstance(each, asyncio.CancelledError) for each in ended) >= 4
