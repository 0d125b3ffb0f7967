"""Whether the time of an answer tells that an address has an account."""

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from statistics import median

import httpx

from tests.bench.guess import a_network, an_unknown_address, form_token, guess, second_form
from tests.bench.served import KNOWN, Served, portal_served
from tests.bench.table import Line, verdict
from tests.bench.walk import FORGOTTEN

GUESSES, LINKS, QUICK = 500, 200, 60
QUICK_SECONDS = 45
WARMING = 5
MOST = 0.10
Ask = Callable[[str], Awaitable[float]]


@dataclass(slots=True)
class Times:
    """Of the answers about one kind of address, in seconds: the client's wait, the server's work."""

    waited: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    @property
    def noise(self) -> float:
        """How far apart two halves of the same answers are: a smaller difference tells nothing."""
        return abs(median(self.waited[::2]) / median(self.waited[1::2]) - 1)


def lines(*, quick: bool = False) -> list[Line]:
    guesses, links = (QUICK, QUICK) if quick else (GUESSES, LINKS)
    with portal_served() as served:
        return [
            _line("refused sign-in", *asyncio.run(_guess_times(served, guesses))),
            _line("forgotten password", *asyncio.run(_link_times(served, links))),
        ]


async def _guess_times(served: Served, how_many: int) -> tuple[Times, Times]:
    async with _client(served) as client:
        form = await second_form(client, KNOWN)

        async def ask(email: str) -> float:
            status, taken = await guess(client, form | {"email": email})
            return _checked(status, 422, taken)

        return await _interleaved(served, ask, how_many)


async def _link_times(served: Served, how_many: int) -> tuple[Times, Times]:
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


async def _interleaved(served: Served, ask: Ask, how_many: int) -> tuple[Times, Times]:
    """For the known address and for unknown ones: one of each in turn, in either order."""
    known, unknown = Times(), Times()
    end = time.monotonic() + (QUICK_SECONDS if how_many == QUICK else 3600)
    with closing(sqlite3.connect(served.database, timeout=30, isolation_level=None)) as database:
        for number in range(WARMING + how_many):
            # The account's own counter would soon refuse: as if each guess came days after the last.
            database.execute("DELETE FROM throttle")
            for email, times in random.sample([(KNOWN, known), (an_unknown_address(), unknown)], 2):
                before = served.processor_seconds()
                taken = await ask(email)
                if number >= WARMING:
                    times.waited.append(taken)
                    times.worked.append(served.processor_seconds() - before)
            if time.monotonic() > end:
                break
    return known, unknown


def _checked(status: int, expected: int, taken: float) -> float:
    if status != expected:
        raise RuntimeError(f"answered {status}, not {expected}")
    return taken


def _line(what: str, known: Times, unknown: Times) -> Line:
    """Judged by what the client waited, unless the machine's other work blurs it: then by processor time."""
    waits = [median(times.waited) * 1000 for times in (known, unknown)]
    works = [median(times.worked) for times in (known, unknown)]
    difference, noise = waits[0] / waits[1] - 1, max(known.noise, unknown.noise)
    told = f"{waits[0]:.1f} ms, unknown {waits[1]:.1f} ms, {len(known.waited)} each, noise {noise:.1%}"
    measured = f"known address {difference:+.1%} ({told})"
    if works[1]:
        worked = works[0] / works[1] - 1
        measured += f", {worked:+.1%} of processor time"
        difference = worked if noise > MOST / 2 else difference
    return Line(what, measured, f"within {MOST:.0%}", verdict(abs(difference) <= MOST))
