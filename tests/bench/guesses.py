"""Sixty people guess from sixty networks without end: does somebody whose browser is known sign in?"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from statistics import quantiles

import httpx

from tests.bench.guess import second_form
from tests.bench.served import KNOWN, ROOT, portal_served
from tests.bench.table import Line, verdict
from tests.bench.walk import PASSWORD
from tests.world import PASSWORD as RIGHT

GUESSERS, SECONDS, TIMES = 60, 60.0, 20
FROM = {"X-Forwarded-For": "203.0.113.9"}


def lines(*, quick: bool = False) -> list[Line]:
    seconds = SECONDS / 4 if quick else SECONDS
    with portal_served() as served:
        calm = asyncio.run(_calm(served.url))
        command = [
            sys.executable,
            "-m",
            "tests.bench.guessers",
            served.url,
            str(seconds),
            str(GUESSERS),
            "own",
        ]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as guessers:
            statuses, waits = asyncio.run(_known(served.url, calm, seconds))
            told = json.loads(guessers.communicate()[0])
    return [_signed_in(statuses, seconds), _wait(waits), _guesses(told)]


async def _calm(url: str) -> httpx.Cookies:
    """The browser signs in a first time before the storm, and keeps its cookie."""
    async with httpx.AsyncClient(base_url=url, headers=FROM, trust_env=False, timeout=60) as client:
        status, _ = await _sign_in(client)
        if status != 303:
            raise RuntimeError(f"the sign-in before the storm answered {status}")
        return client.cookies


async def _known(url: str, calm: httpx.Cookies, seconds: float) -> tuple[Counter[int], list[float]]:
    """Twenty times over the storm, each from a network of its own: the cookie alone tells."""
    statuses: Counter[int] = Counter()
    waits = []
    await asyncio.sleep(seconds / (TIMES + 2))
    for n in range(TIMES):
        began = time.perf_counter()
        elsewhere = {"X-Forwarded-For": f"192.0.{n}.1"}
        device = {name: value for name, value in calm.items() if name.endswith("device")}
        async with httpx.AsyncClient(
            base_url=url, headers=elsewhere, cookies=device, trust_env=False, timeout=60
        ) as client:
            status, wait = await _sign_in(client)
        statuses[status] += 1
        waits.append(wait)
        await asyncio.sleep(max(0.0, seconds / (TIMES + 2) - (time.perf_counter() - began)))
    return statuses, waits


async def _sign_in(client: httpx.AsyncClient) -> tuple[int, float]:
    """The status of the last step, and how long that step took."""
    form = await second_form(client, KNOWN)
    began = time.perf_counter()
    answer = await client.post(PASSWORD, data=form | {"password": RIGHT})
    return answer.status_code, time.perf_counter() - began


def _signed_in(statuses: Counter[int], seconds: float) -> Line:
    what = f"a known browser, {GUESSERS} guessing for {seconds:.0f} s"
    others = "".join(f", {count} got {status}" for status, count in statuses.items() if status != 303)
    measured = f"signed in {statuses[303]} of {TIMES} times{others}"
    return Line(what, measured, f"{TIMES} of {TIMES}", verdict(statuses[303] == TIMES))


def _wait(waits: list[float]) -> Line:
    hundredths = quantiles(waits, n=100, method="inclusive")
    return Line("its wait for the password", f"p50 {hundredths[49]:.2f} s, p99 {hundredths[98]:.2f} s")


def _guesses(told: dict[str, object]) -> Line:
    statuses = told["statuses"]
    assert isinstance(statuses, dict)
    shown = ", ".join(f"{count} got {status}" for status, count in sorted(statuses.items()))
    return Line("guesses meanwhile", f"{shown} (422: compared, 429: refused, 503: no place)")
