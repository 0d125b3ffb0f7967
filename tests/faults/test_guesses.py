"""Guessing is slowed down for whoever guesses, and for nobody else."""

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import hypothesis
import pytest
from hypothesis import strategies as st

from app.main import create_app
from app.security.passwords import PLACES, Lane
from app.security.throttle import DAY, TooMany, count_guess, forgive, seconds_to_wait
from db.models import Throttle
from tests.actors import TOKEN, Actor
from tests.faults.steps import WRONG, actor_at, ask_reset, give, give_numbers
from tests.postbox import link_in
from tests.reading import rows
from tests.world import NUMBER, PASSWORD

ALICE = "alice@ours.example"
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
WRONG_NUMBER = "2022000117"


async def guess(actor, times=1, email=ALICE, password=WRONG):
    """The statuses of these sign-ins."""
    return [(await give(actor, email, password)).status_code for _ in range(times)]


async def guesses_until(database, last, *buckets, start=NINE):
    """Guess as early as allowed, again and again, until this instant; the minutes waited before each."""
    now, waits, waited = start, [], 0.0
    while now < last:
        try:
            await count_guess(database, now, *buckets)
        except TooMany as refused:
            waited += refused.wait / timedelta(minutes=1)
            now += refused.wait + timedelta(milliseconds=1)
        else:
            waits.append(round(waited))
            waited = 0.0
    return waits


async def test_five_failures_are_free_then_each_guess_waits_longer(visitor, world, time_machine_at):
    assert await guess(visitor, 7) == [422] * 5 + [429] * 2
    for minutes in (1, 2, 4, 8, 15, 15):
        time_machine_at.shift(timedelta(minutes=minutes, seconds=-5))
        assert await guess(visitor) == [429], f"before {minutes} min"
        time_machine_at.shift(timedelta(seconds=6))
        assert await guess(visitor) == [422], f"after {minutes} min"


async def test_the_refusal_says_how_long_and_what_to_do(visitor, world, time_machine_at):
    await guess(visitor, 5)
    answer = await give(visitor)
    assert answer.status_code == 429
    assert "Trop d’essais. Réessayez dans une minute, ou réinitialisez votre mot de passe." in answer.text
    assert "<title>Erreur :" in answer.text


async def test_an_account_takes_twenty_five_guesses_a_day_and_no_more(portal):
    """From a network of its own each time, as a botnet would."""
    waits = await guesses_until(portal.database, NINE + timedelta(hours=24), "account:a")
    assert waits[:11] == [0, 0, 0, 0, 0, 1, 2, 4, 8, 15, 15]
    assert len(waits) == 25
    later = await guesses_until(portal.database, NINE + timedelta(hours=48), "account:a")
    assert len(waits) + len(later) <= 51


async def test_a_network_takes_ten_guesses_in_five_minutes_and_a_hundred_a_day(portal):
    waits = await guesses_until(portal.database, NINE + timedelta(hours=24), "network:n")
    assert waits[:10] == [0] * 10
    assert waits[10] == 5
    assert len(waits) == 100


async def test_a_code_takes_five_guesses_in_fifteen_minutes_and_twenty_a_day(portal):
    waits = await guesses_until(portal.database, NINE + timedelta(hours=24), "code:c")
    assert waits[:6] == [0, 0, 0, 0, 0, 15]
    assert len(waits) == 20


async def test_the_fullest_counter_decides_and_a_refused_guess_is_counted_apart(portal):
    for _ in range(5):
        await count_guess(portal.database, NINE, "account:a", "network:n", "refused:n")
    for _ in range(3):
        with pytest.raises(TooMany):
            await count_guess(portal.database, NINE, "account:a", "network:n", "refused:n")
    assert {row.bucket: len(row.guesses) for row in await rows(portal, Throttle)} == {
        "account:a": 5,
        "network:n": 5,
        "refused:n": 3,
        "everybody": 8,
    }
    await count_guess(portal.database, NINE, "account:b", "network:n", "refused:n")


async def test_who_goes_on_while_refused_is_not_let_in_again(portal):
    """Five minutes after the hammering stops, and what is kept of it stays short."""
    refused = 0
    for second in range(0, 1200, 10):
        at = NINE + timedelta(seconds=second)
        try:
            await count_guess(portal.database, at, f"account:{second}", "network:n", "refused:n")
        except TooMany:
            refused += 1
    assert refused == 110
    (kept,) = await rows(portal, Throttle, Throttle.bucket == "refused:n")
    assert len(kept.guesses) == 20
    with pytest.raises(TooMany):
        await count_guess(portal.database, at + timedelta(minutes=1), "account:a", "network:n", "refused:n")
    await count_guess(portal.database, at + timedelta(minutes=6), "account:a", "network:n", "refused:n")


async def test_one_address_after_another_from_one_network_stops_at_ten(visitor, world):
    answers = [await guess(visitor, 1, f"person{n}@ours.example") for n in range(12)]
    assert answers == [[422]] * 10 + [[429]] * 2


async def test_the_right_password_forgets_the_failures(visitor, world, app):
    assert await guess(visitor, 4) == [422] * 4
    assert await guess(visitor, 1, password=PASSWORD) == [303]
    async with Actor(app) as again:
        assert await guess(again, 5) == [422] * 5


async def test_a_right_pair_is_not_a_guess(app, lone):
    for _ in range(12):
        async with Actor(app) as actor:
            assert (await give_numbers(actor)).status_code == 303


@pytest.mark.parametrize("code", ["00010", "99999"])
async def test_wrong_pairs_of_a_code_stop_at_five_wherever_they_come_from(code, app, world):
    statuses, seen = [], []
    for n in range(7):
        async with actor_at(app, f"198.51.100.{n}") as actor:
            answer = await give_numbers(actor, code, WRONG_NUMBER)
            statuses.append(answer.status_code)
            seen.append(TOKEN.sub("", answer.text))
    assert statuses == [422] * 5 + [429] * 2
    async with actor_at(app, "198.51.100.77") as owner:
        assert (await give_numbers(owner, code, NUMBER)).status_code == 429, "the numbers are not tried"
    async with actor_at(app, "198.51.100.78") as other:
        assert (await give_numbers(other, "00042", "2022000422")).status_code == 303


async def started(app, count, email=None, network="127.0.0.1"):
    """Visitors who are all at the password, with what their next POST says."""
    ready = []
    for n in range(count):
        actor = actor_at(app, network.format(n))
        typed = email or f"person{n}@ours.example"
        await actor.fill("/connexion", email=typed)
        token = await actor.token("/connexion/mot-de-passe")
        ready.append((actor, {"csrf": token, "email": typed, "password": WRONG}))
    return ready


async def all_at_once(ready, path="/connexion/mot-de-passe"):
    answers = await asyncio.gather(*(actor.post(path, data=fields) for actor, fields in ready))
    for actor, _ in ready:
        await actor.aclose()
    return Counter(answer.status_code for answer in answers)


async def test_fifty_identical_sign_ins_at_once_are_five_guesses(app, world):
    assert await all_at_once(await started(app, 50, ALICE)) == {422: 5, 429: 45}


async def test_fifty_at_once_from_fifty_networks_are_still_five_guesses(app, world):
    ready = await started(app, 50, ALICE, "198.51.100.{}")
    assert await all_at_once(ready) == {422: 5, 429: 45}


async def test_fifty_addresses_at_once_from_one_network_are_ten_guesses(app, world):
    found = await all_at_once(await started(app, 50))
    # On a slow machine some of the ten find no place for their password in time: they are counted too.
    assert (found[422] + found[503], found[429]) == (10, 40)
    assert found[422] >= 5


async def test_fifty_pairs_at_once_are_five_guesses(app, world):
    ready = []
    for n in range(50):
        actor = actor_at(app, f"198.51.100.{n}")
        token = await actor.token("/connexion/code-adherent")
        ready.append((actor, {"csrf": token, "code": "00010", "number": WRONG_NUMBER}))
    assert await all_at_once(ready, "/connexion/code-adherent") == {422: 5, 429: 45}


async def test_a_sign_in_that_the_portal_had_no_time_for_is_not_a_guess(settings, world):
    """In a storm the right password is answered 503: six of those must not lock its owner out."""
    storm = create_app(settings, bcrypt_cost=14)
    passwords = storm.app.state.portal.passwords
    async with Actor(storm) as alice:
        await alice.fill("/connexion", email=ALICE)
        token = await alice.token("/connexion/mot-de-passe")
        fields = {"csrf": token, "email": ALICE, "password": PASSWORD}
        queue = [
            asyncio.create_task(passwords.matches("somebody else's", None, Lane.STRANGER, f"network {n}"))
            for n in range(PLACES)
        ]
        answers = [await alice.post("/connexion/mot-de-passe", data=fields) for _ in range(6)]
        # No try of the account, and not free for the network either: who hammers is told to wait, unseen.
        hammered = [await alice.post("/connexion/mot-de-passe", data=fields) for _ in range(16)]
        for waiting in queue:
            waiting.cancel()
        await asyncio.gather(*queue, return_exceptions=True)
        assert [(a.status_code, a.headers.get("retry-after")) for a in answers] == [(503, "10")] * 6
        assert [a.status_code for a in hammered] == [503] * 14 + [429] * 2
        async with actor_at(storm, "198.51.100.7") as elsewhere:
            assert (await give(elsewhere)).status_code == 303
    await storm.app.state.portal.close()


async def test_counters_are_shared_by_workers_and_survive_a_restart(app, settings, visitor, world):
    await guess(visitor, 5)
    other = create_app(settings, bcrypt_cost=4)
    async with Actor(other) as elsewhere:
        assert await guess(elsewhere) == [429]
    await other.app.state.portal.close()


async def test_a_counter_names_neither_the_address_nor_the_network(portal, visitor, world):
    await guess(visitor)
    buckets = [row.bucket for row in await rows(portal, Throttle)]
    assert sorted(bucket.partition(":")[0] for bucket in buckets) == [
        "account",
        "everybody",
        "network",
        "refused",
        "strangers",
        "wide",
    ]
    assert all(re.fullmatch(r"everybody|strangers|\w+:[0-9a-f]{40}", bucket) for bucket in buckets)


async def test_a_browser_known_to_the_account_is_not_shut_out_by_anothers_guesses(app, world):
    async with actor_at(app, "198.51.100.1") as alice, actor_at(app, "203.0.113.9") as attacker:
        assert await guess(alice, 1, password=PASSWORD) == [303]
        device = alice.cookies["device"]
        assert (await guess(attacker, 6))[-1] == 429
    async with actor_at(app, "203.0.113.9") as elsewhere:
        assert await guess(elsewhere, 1, password=PASSWORD) == [429], "an unknown browser waits"
        elsewhere.cookies.set("device", device, domain="127.0.0.1")
        assert await guess(elsewhere, 1, password=PASSWORD) == [303], "alice's browser does not"


async def test_a_stolen_device_cookie_has_its_own_limit(app, world):
    async with Actor(app) as alice:
        await guess(alice, 1, password=PASSWORD)
        device = alice.cookies["device"]
    async with Actor(app) as thief:
        thief.cookies.set("device", device, domain="127.0.0.1")
        assert await guess(thief, 7) == [422] * 5 + [429] * 2


async def test_the_device_cookie_of_another_account_does_not_help(app, world, portal):
    async with Actor(app) as charlie:
        assert await guess(charlie, 1, "charlie@theirs.example", PASSWORD) == [303]
        device = charlie.cookies["device"]
    async with Actor(app) as attacker:
        attacker.cookies.set("device", device, domain="127.0.0.1")
        assert await guess(attacker, 7) == [422] * 5 + [429] * 2
    assert not await rows(portal, Throttle, Throttle.bucket.like("device:%"))


async def test_an_invented_device_cookie_for_each_guess_does_not_help(app, world, portal):
    statuses = []
    for n in range(7):
        async with Actor(app) as attacker:
            attacker.cookies.set("device", f"{n}.{'0' * 32}", domain="127.0.0.1")
            statuses += await guess(attacker)
    assert statuses == [422] * 5 + [429] * 2


async def test_too_many_guesses_look_the_same_for_an_unknown_address(app, world):
    seen = []
    for email in (ALICE, "nobody@ours.example"):
        async with actor_at(app, f"198.51.100.{len(seen)}") as actor:
            await guess(actor, 5, email)
            answer = await give(actor, email)
            headers = {n: v for n, v in answer.headers.items() if n != "content-length"}
            seen.append(
                (answer.status_code, headers, TOKEN.sub("", answer.text).replace(email, "@"), len(email))
            )
    assert seen[0][:3] == seen[1][:3]
    assert seen[0][0] == 429


async def test_a_locked_account_opens_again_by_mail(app, visitor, world, mailbox):
    assert (await guess(visitor, 6))[-1] == 429
    assert (await ask_reset(visitor)).status_code == 303
    (letter,) = await mailbox.delivered(app)
    link = link_in(letter, "nouveau-mot-de-passe")
    answer = await visitor.fill(link, new_password="trois mots sans rapport 47")
    assert answer.headers["location"] == "/espace/00010"


async def test_a_network_full_of_guesses_can_still_ask_for_a_reset(app, visitor, world, mailbox):
    """Ten failures of colleagues behind one address must not take the way back from the eleventh."""
    for n in range(10):
        await guess(visitor, 1, f"colleague{n}@ours.example")
    assert (await guess(visitor))[-1] == 429
    assert (await ask_reset(visitor)).status_code == 303
    assert [letter["To"] for letter in await mailbox.delivered(app)] == [ALICE]


async def test_resets_asked_all_day_by_another_do_not_take_the_victims_own(
    time_machine_at, app, world, mailbox
):
    """Links live one hour: after the attacker's ten, the victim must not be without any until tomorrow."""
    async with actor_at(app, "203.0.113.9") as attacker:
        for _ in range(4):
            for _ in range(3):
                await ask_reset(attacker)
            time_machine_at.shift(timedelta(minutes=16))
    await mailbox.delivered(app)
    time_machine_at.shift(timedelta(hours=2))
    async with actor_at(app, "198.51.100.1") as victim:
        assert (await ask_reset(victim)).status_code == 303
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == ALICE


async def test_one_reset_in_five_minutes_is_enough_for_one_mailbox(visitor, world, app, mailbox):
    for email in (ALICE, "nobody@ours.example"):
        async with actor_at(app, f"198.51.100.{len(email)}") as actor:
            assert [(await ask_reset(actor, email)).status_code for _ in range(4)] == [303] * 4
    assert len(await mailbox.delivered(app)) == 2


async def test_forgiving_one_network_guess_leaves_the_failures_of_others(portal):
    for n, account in enumerate(["x"] * 4 + list("abcde")):
        at = NINE + timedelta(seconds=n)
        await count_guess(portal.database, at, f"account:{account}", "network:n")
    right = await count_guess(portal.database, NINE + timedelta(seconds=10), "account:me", "network:n")
    await forgive(portal.database, right, NINE)
    kept = {row.bucket: len(row.guesses) for row in await rows(portal, Throttle)}
    assert (kept["network:n"], kept["account:me"], kept["account:x"]) == (9, 0, 4)


KINDS = st.sampled_from(
    ["account", "device", "network", "refused", "wide", "strangers", "code", "mail.invitation.account"]
)
INSTANTS = st.integers(0, 3 * 86_400_000).map(lambda ms: 1_700_000_000 + ms / 1000)
GUESSES = st.lists(INSTANTS, max_size=120).map(sorted)
PATIENT = hypothesis.settings(max_examples=400)


@PATIENT
@hypothesis.given(KINDS, GUESSES, st.integers(0, 2 * 86_400_000))
def test_a_wait_is_never_negative_and_never_above_a_day(kind, guesses, later):
    at = (guesses[-1] if guesses else 0.0) + later / 1000
    wait = seconds_to_wait(f"{kind}:x", guesses, at)
    assert 0 <= wait <= DAY


@PATIENT
@hypothesis.given(KINDS, GUESSES, INSTANTS)
def test_one_more_guess_never_shortens_the_wait(kind, guesses, one_more):
    more = sorted([*guesses, one_more])
    at = more[-1]
    assert seconds_to_wait(f"{kind}:x", more, at) >= seconds_to_wait(f"{kind}:x", guesses, at)


@PATIENT
@hypothesis.given(KINDS, GUESSES)
def test_a_day_later_nothing_is_waited_for(kind, guesses):
    at = (guesses[-1] if guesses else 0.0) + DAY
    assert seconds_to_wait(f"{kind}:x", guesses, at) == 0


@PATIENT
@hypothesis.given(KINDS, GUESSES, st.integers(0, 86_400_000))
def test_who_waits_as_long_as_told_may_guess(kind, guesses, later):
    at = (guesses[-1] if guesses else 0.0) + later / 1000
    wait = seconds_to_wait(f"{kind}:x", guesses, at)
    assert seconds_to_wait(f"{kind}:x", guesses, at + wait + 0.001) == 0
