"""Passwords are compared one at a time: strangers, however many, never take the place of known people."""

import asyncio
from collections import Counter

import pytest

from app import clock
from app.main import create_app
from app.security.keys import Keys
from app.security.passwords import PLACES, PLACES_OF_ONE, Lane, Passwords
from app.security.throttle import STRANGERS, count_among, wider
from db.shortage import Busy
from tests.faults.steps import actor_at, give


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


async def signed_in_once(app, address):
    """The device that alice's sign-in from there left."""
    async with actor_at(app, address) as alice:
        assert (await give(alice)).status_code == 303
        return alice.cookies["device"]


async def test_a_known_browser_and_a_known_network_sign_in_while_sixty_strangers_wait(settings, world):
    storm = create_app(settings, bcrypt_cost=10)
    passwords = storm.app.state.portal.passwords
    device = await signed_in_once(storm, "203.0.113.9")
    await signed_in_once(storm, "203.0.113.50")
    strangers = [
        asyncio.create_task(passwords.matches("a guess", None, Lane.STRANGER, f"network {n}"))
        for n in range(60)
    ]
    for n in range(20):
        async with actor_at(storm, f"198.51.{n}.1") as alice:
            alice.cookies.set("device", device, domain="127.0.0.1")
            assert (await give(alice)).status_code == 303
            waiting = [each for each in strangers if not each.done()]
            assert waiting, "strangers who came before are still waiting"
            strangers += [
                asyncio.create_task(passwords.matches("a guess", None, Lane.STRANGER, f"network {n} {m}"))
                for m in range(PLACES - len(waiting))
            ]
    async with actor_at(storm, "203.0.113.50") as neighbour:
        assert (await give(neighbour, "bob@ours.example")).status_code == 303
    for each in strangers:
        each.cancel()
    await asyncio.gather(*strangers, return_exceptions=True)
    await storm.app.state.portal.close()


async def test_strangers_together_are_slowed_and_nobody_that_is_known(app, portal, world):
    device = await signed_in_once(app, "203.0.113.9")
    await signed_in_once(app, "203.0.113.50")
    at = clock.now()
    async with portal.database.transaction(write=True) as session:
        await count_among(session, at, *[STRANGERS] * 120)
    async with actor_at(app, "192.0.2.1") as stranger:
        for email in ("alice@ours.example", "nobody@ours.example"):
            refused = await give(stranger, email)
            assert refused.status_code == 429
            assert "Réessayez dans une minute, ou réinitialisez votre mot de passe" in refused.text
        stranger.cookies.set("device", device, domain="127.0.0.1")
        assert (await give(stranger)).status_code == 303
    async with actor_at(app, "203.0.113.50") as neighbour:
        assert (await give(neighbour, "bob@ours.example")).status_code == 303


@pytest.mark.parametrize("address", ["2001:db8:1:{:x}::7", "198.51.100.{}"])
async def test_the_networks_around_have_a_counter_that_one_alone_never_fills(app, world, address):
    statuses = Counter()
    for n in range(9):
        async with actor_at(app, address.format(n)) as actor:
            for m in range(5):
                answer = await give(actor, f"person{n}-{m}@ours.example", "wrong")
                statuses[answer.status_code] += 1
    assert statuses == {422: 40, 429: 5}
    async with actor_at(app, "192.0.2.77") as elsewhere:
        assert (await give(elsewhere, password="wrong")).status_code == 422


def test_what_surrounds_a_network():
    assert wider("2001:db8:1:7::") == "2001:db8:1::/48"
    assert wider("198.51.100.7") == "198.51.100.0/24"
    assert wider("unknown") == "unknown"
