"""Requests a second, as a share of a bare handler that sends the same bytes, each in a process of its own."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from tests.bench.served import ROOT, Served, Server, free_port, portal_served, running
from tests.bench.table import Line, verdict

CONNECTIONS = 16
SECONDS = 2
LEAST_HOME = 0.25


@dataclass(frozen=True, slots=True)
class Measured:
    """A page, the file that keeps its bytes, its rounds, and the least share allowed, if any."""

    name: str
    path: str
    file: str
    rounds: int
    least: float | None = None
    is_private: bool = False
    is_fragment: bool = False


PAGES = (
    Measured("home page", "/", "home", 5, LEAST_HOME),
    Measured("sign-in page", "/connexion", "sign-in", 3),
    Measured("private home, signed in", "/espace/00010", "private", 3, is_private=True),
)


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests answered in a second, and in a second of the server's processor time (0 when not told)."""

    a_second: float
    a_processor_second: float


def lines(*, quick: bool = False) -> list[Line]:
    with portal_served() as served, bare_served(served, PAGES) as bare:
        return [measured(page, served, bare, 2 if quick else page.rounds) for page in PAGES]


def measured(page: Measured, served: Served, bare: Server, rounds: int) -> Line:
    """The portal's rate in each round over that of the bare handler just before and just after."""
    headers = headers_of(page, served)
    flooded(served, page.path, headers)
    before = flooded(bare, f"/{page.file}", headers)
    shares, of_processor = [], []
    for _ in range(rounds):
        portal = flooded(served, page.path, headers)
        after = flooded(bare, f"/{page.file}", headers)
        shares.append(portal.a_second / fmean((before.a_second, after.a_second)))
        if bare_rate := fmean((before.a_processor_second, after.a_processor_second)):
            of_processor.append(portal.a_processor_second / bare_rate)
        before = after
    return _line(page, shares, of_processor)


def flooded(server: Server, path: str, headers: list[str], seconds: float = SECONDS) -> Rate:
    """With wrk where there is one; else with our own client, which is slower and so hides differences."""
    flood = _with_wrk if shutil.which("wrk") else _with_ours
    used = server.processor_seconds()
    answered, a_second = flood(server.url + path, headers, seconds)
    used = server.processor_seconds() - used
    return Rate(a_second, answered / used if used else 0.0)


def headers_of(page: Measured, served: Served) -> list[str]:
    cookie = [f"Cookie: session={served.session}"] if page.is_private else []
    fragment = ["HX-Request: true", "HX-Request-Type: partial"] if page.is_fragment else []
    return ["Accept-Encoding: gzip, deflate, br, zstd", *cookie, *fragment]


@contextmanager
def bare_served(served: Served, pages: Sequence[Measured]) -> Iterator[Server]:
    """The bytes that the portal has just sent, as they travelled, sent by handlers that do nothing else."""
    with TemporaryDirectory(prefix="portail-bench-") as folder:
        for page in pages:
            headers = dict(line.split(": ", 1) for line in headers_of(page, served))
            with httpx.stream("GET", f"{served.url}{page.path}", headers=headers, trust_env=False) as answer:
                answer.raise_for_status()
                (Path(folder) / page.file).write_bytes(b"".join(answer.iter_raw()))
        port = free_port()
        with running("tests.bench.bare", str(port), folder, port=port) as server:
            yield server


def _with_wrk(url: str, headers: list[str], seconds: float) -> tuple[int, float]:
    given = [word for header in headers for word in ("-H", header)]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", *given, url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise RuntimeError(f"{url} did not answer everything:\n{told}")
    answered, a_second = (
        re.search(words, told)[1] for words in (r"(\d+) requests in", r"Requests/sec:\s*(\S+)")
    )
    return int(answered), float(a_second)


def _with_ours(url: str, headers: list[str], seconds: float) -> tuple[int, float]:
    told = run_load("flood", url, seconds, CONNECTIONS, headers)
    return told["answered"], told["answered"] / told["seconds"]


def run_load(manner: str, url: str, seconds: float, number: int, headers: list[str]) -> dict[str, Any]:
    """What `tests.bench.load` tells, once every answer was a 200."""
    command = [sys.executable, "-m", "tests.bench.load", manner, url, str(seconds), str(number), *headers]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    if told["failed"] or not told["answered"]:
        raise RuntimeError(f"{url}: {told}")
    return told


def _line(page: Measured, shares: list[float], of_processor: list[float]) -> Line:
    """Judged by processor time where it is known: the machine's other work does not weigh on it."""
    share = median(of_processor or shares)
    spread = f"{min(shares):.0%} to {max(shares):.0%}, {len(shares)} rounds"
    measured = f"{median(shares):.0%} of the bare handler ({spread})"
    if of_processor:
        measured += f", {share:.0%} for the same processor time"
    if page.least is None:
        return Line(page.name, measured)
    return Line(page.name, measured, f"at least {page.least:.0%}", verdict(share >= page.least))
