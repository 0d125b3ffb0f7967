"""Whether the time of an answer tells that an address has an account."""

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from statistics import median

import httpx

from tests.bench.guess import a_network, an_unknown_address, form_token, guess, second_form
from tests.bench.served import KNOWN, Served, portal_served
from tests.bench.table import Line, verdict
from tests.bench.walk import FORGOTTEN

GUESSES, QUICK_GUESSES, LINKS, QUICK_LINKS = 500, 60, 200, 60
WARMING = 5
MOST = 0.10
Ask = Callable[[str], Awaitable[float]]
Times = tuple[list[float], list[float]]


def lines(*, quick: bool = False) -> list[Line]:
    guesses, links = (QUICK_GUESSES, QUICK_LINKS) if quick else (GUESSES, LINKS)
    with portal_served() as served:
        return [
            _line("refused sign-in", asyncio.run(_guess_times(served, guesses))),
            _line("forgotten password", asyncio.run(_link_times(served, links))),
        ]


async def _guess_times(served: Served, how_many: int) -> Times:
    async with _client(served) as client:
        form = await second_form(client, KNOWN)

        async def ask(email: str) -> float:
            status, taken = await guess(client, form | {"email": email})
            return _checked(status, 422, taken)

        return await _interleaved(served, ask, how_many)


async def _link_times(served: Served, how_many: int) -> Times:
    async with _client(served) as client:
        token = form_token(await client.get(FORGOTTEN))

        async def ask(email: str) -> float:
            client.cookies.clear()
            headers = {"X-Forwarded-For": a_network()}
            began = time.perf_counter()
            answer = await client.post(FORGOTTEN, data={"csrf": token, "email": email}, headers=headers)
            return _checked(answer.status_code, 303, time.perf_counter() - began)

        return await _interleaved(served, ask, how_many)


def _client(served: Served) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=served.url, trust_env=False, timeout=60)


async def _interleaved(served: Served, ask: Ask, how_many: int) -> Times:
    """In seconds, for the known address and for unknown ones: one of each in turn, in either order."""
    known: list[float] = []
    unknown: list[float] = []
    with closing(sqlite3.connect(served.database, timeout=30, isolation_level=None)) as database:
        for number in range(WARMING + how_many):
            # The account's own counter would soon refuse: as if each guess came days after the last.
            database.execute("DELETE FROM throttle")
            turns = [(KNOWN, known), (an_unknown_address(), unknown)]
            for email, times in random.sample(turns, 2):
                taken = await ask(email)
                if number >= WARMING:
                    times.append(taken)
    return known, unknown


def _checked(status: int, expected: int, taken: float) -> float:
    if status != expected:
        raise RuntimeError(f"answered {status}, not {expected}")
    return taken


def _line(what: str, times: Times) -> Line:
    known, unknown = (median(each) * 1000 for each in times)
    difference, noise = known / unknown - 1, max(map(_noise, times))
    medians = f"{known:.1f} ms, unknown {unknown:.1f} ms, {len(times[0])} each"
    measured = f"known address {difference:+.1%} ({medians}; noise {noise:.1%})"
    words = verdict(abs(difference) <= MOST)
    if words == "over" and noise > MOST / 2:
        words = "too noisy to tell"
    return Line(what, measured, f"within {MOST:.0%}", words)


def _noise(times: list[float]) -> float:
    """How far apart two halves of the same answers are: a smaller difference tells nothing."""
    return abs(median(times[::2]) / median(times[1::2]) - 1)
