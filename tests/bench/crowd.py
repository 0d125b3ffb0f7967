"""Six hundred readers without a pause, and one who writes meanwhile: how long those who are answered waited.

Readers who are told to come back ask again ten milliseconds later: a browser would wait five seconds.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import httpx

from tests.actors import TOKEN
from tests.bench.served import ROOT, Served, portal_served
from tests.bench.table import Line, verdict

READERS = 600
SECONDS = 15
LONGEST = 3.0


@dataclass(slots=True)
class Felt:
    """By who writes: how long each form took, and what was answered."""

    waits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


def lines(*, quick: bool = False) -> list[Line]:
    seconds = 5 if quick else SECONDS
    with portal_served() as served:
        token = TOKEN.findall(httpx.get(f"{served.url}/connexion", trust_env=False).text)[-1]
        told, felt = asyncio.run(_felt(served, token, seconds))
    most = f"at most {LONGEST:g} s"
    return [
        Line(f"private home, {READERS} readers, p99", _read(told), most, verdict(told["slowest"] <= LONGEST)),
        Line("a form sent meanwhile", _written(felt), most, verdict(max(felt.waits) <= LONGEST)),
    ]


def _read(told: dict[str, Any]) -> str:
    asked = told["failed"] + told["answered"]
    rate, share = told["answered"] / told["seconds"], told["failed"] / asked
    return (
        f"{told['slowest']:.2f} s (usual {told['usual']:.2f} s, {rate:.0f} pages a second;"
        f" {share:.0%} of {asked} told to come back)"
    )


def _written(felt: Felt) -> str:
    others = "".join(f", {number} got {status}" for status, number in felt.statuses.items() if status != 303)
    usual, longest = median(felt.waits), max(felt.waits)
    return f"{longest:.2f} s (usual {usual:.2f} s; {felt.statuses[303]} written{others})"


async def _felt(served: Served, token: str, seconds: float) -> tuple[dict[str, Any], Felt]:
    felt = Felt()
    address = f"{served.url}/espace/00010"
    headers = (f"Cookie: session={served.session}", "Accept-Encoding: br")
    command = ("-m", "tests.bench.load", "flood", address, str(seconds), str(READERS), *headers)
    pipe = asyncio.subprocess.PIPE
    flood = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdout=pipe)
    await _write(served, token, felt, seconds)
    return json.loads((await flood.communicate())[0]), felt


async def _write(served: Served, token: str, felt: Felt, seconds: float) -> None:
    """Somebody begins to sign in again and again: a form that writes a row."""
    async with httpx.AsyncClient(base_url=served.url, trust_env=False, timeout=60) as client:
        fields = {"csrf": token, "email": "alice@ours.example"}
        end = time.perf_counter() + seconds
        await asyncio.sleep(1)
        while time.perf_counter() < end:
            client.cookies.clear()
            began = time.perf_counter()
            answer = await client.post("/connexion", data=fields)
            felt.waits.append(time.perf_counter() - began)
            felt.statuses[answer.status_code] += 1
            await asyncio.sleep(0.2)
