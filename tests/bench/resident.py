"""What a process takes: memory after its start and after a thousand pages; seconds of a start.

The build of before is measured beside this one, in the same minutes: the memory does not depend on the
machine's other work, the seconds do, and processor time less than the clock's.
"""

import asyncio
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tests.bench.mail import SERVER, fresh
from tests.bench.pages import HOME, PERSONAL, PRIVATE, SECRET, _signed_in, tree_of
from tests.bench.served import ROOT, Server, free_port, running
from tests.bench.table import Line, verdict

BEFORE = "fbfadb6"  # the last commit that loaded everything at the start
AFTER_START, AFTER_PAGES, REQUESTS = 90, 110, 1_000  # MB
EVERY_PAGE = f"after {REQUESTS} requests over every page"
PROCESSOR, CLOCK = 1.2, 2.0  # seconds of the second start
SETTLED = 3.0  # seconds until what is done beside the requests has been done once
IDLE = 0.1  # seconds of processor in that time, of a process that waits
PAPERS = ("/factures/1/fichier", "/salaries/export/xlsx", "/salaries/export/csv")


def memory(*, quick: bool = False) -> list[Line]:
    with tree_of(BEFORE) as tree, _again(ROOT) as now, _again(tree) as before:
        time.sleep(SETTLED)
        started = [_megabytes(each.pid) for each in (now, before)]
        for each in (now, before):
            _read_pages(each, REQUESTS // 10 if quick else REQUESTS)
        read = [_megabytes(each.pid) for each in (now, before)]
    return [
        _line("after start", f"{started[0]:.0f} MB (before: {started[1]:.0f})", started[0], AFTER_START),
        _line(EVERY_PAGE, f"{read[0]:.0f} MB (before: {read[1]:.0f})", read[0], AFTER_PAGES),
    ]


def workers(*, quick: bool = False) -> list[Line]:
    """Two that serve one port, on PostgreSQL: the larger of their shares, and that of the one above them."""
    if not SERVER:
        return []
    url = asyncio.run(fresh("portail_bench_workers")).replace("+asyncpg", "")
    with TemporaryDirectory(prefix="portail-workers-") as folder:
        _start_first(ROOT, folder, PORTAIL_DATABASE_URL=url)
        more = {"PORTAIL_DATABASE_URL": url, "PORTAIL_DEMO": "true"}
        with _running(ROOT, folder, "serve", "--workers", "2", **more) as server:
            time.sleep(SETTLED)
            started = _family(server.pid)
            _read_pages(server, REQUESTS // 10 if quick else 2 * REQUESTS)
            read = _family(server.pid)
    return [
        _line(what, f"{max(each):.0f} MB (above them: {above:.0f})", max(each), most)
        for what, (above, *each), most in (
            ("each of two workers after start", started, AFTER_START),
            (f"each {EVERY_PAGE}", read, AFTER_PAGES),
        )
    ]


def _family(pid: int) -> list[float]:
    """Megabytes of a process, and of each of its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [_megabytes(each) for each in (pid, *map(int, children))]


@contextmanager
def _again(place: Path):
    """A second start: the first fills the base, with all that drawing its papers takes."""
    with TemporaryDirectory(prefix="portail-memory-") as folder:
        _start_first(place, folder)
        with _demo(place, folder) as server:
            yield server


def start(*, quick: bool = False) -> list[Line]:
    found = []
    with tree_of(BEFORE) as tree:
        for place in (ROOT, tree):
            with TemporaryDirectory(prefix="portail-start-") as folder:
                _start_first(place, folder)
                found.append(min(_start(place, folder) for _ in range(1 if quick else 3)))
    (processor, clock), (old_processor, old_clock) = found
    measured = (
        f"{processor:.1f} s of processor time, {clock:.1f} s (before: {old_processor:.1f}, {old_clock:.1f})"
    )
    holds = processor <= PROCESSOR and clock <= CLOCK
    return [Line("second start", measured, f"at most {PROCESSOR:g} and {CLOCK:g} s", verdict(holds))]


def _start_first(place: Path, folder: str, **more: str) -> None:
    """What `make run` compiles, and the start that fills the base, until all that it began is done: a second
    one would go on with its letters.
    """
    subprocess.run([sys.executable, "-m", "compileall", "-q", "app", "db"], cwd=place, check=True)
    with _running(place, folder, "demo", **more) as server:
        used, before = server.processor_seconds(), 0.0
        while used - before > IDLE:
            time.sleep(SETTLED)
            used, before = server.processor_seconds(), used


def _start(place: Path, folder: str) -> tuple[float, float]:
    began = time.perf_counter()
    with _demo(place, folder) as server:
        return server.processor_seconds(), time.perf_counter() - began


def _demo(place: Path, folder: str):
    return _running(place, folder, "demo")


@contextmanager
def _running(place: Path, folder: str, *command: str, **more: str):
    port = free_port()
    variables = {"PORTAIL_DATA_DIR": folder, "PORTAIL_SECRET_KEY": SECRET, "PORTAIL_PORT": str(port)} | more
    with running("app", *command, port=port, tree=place, **variables) as server:
        yield server


def _read_pages(served: Server, number: int) -> None:
    """As somebody who signs in, each over a connection of its own."""
    session = _signed_in(served.url)
    paths = [HOME + path for path in (*PRIVATE.values(), *PAPERS)] + [*PERSONAL.values()]
    once = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(
        base_url=served.url, cookies={"session": session}, trust_env=False, limits=once
    ) as client:
        client.timeout = 60
        for at in range(number):
            client.get(paths[at % len(paths)])


def _megabytes(pid: int) -> float:
    """Its share of the memory: pages of libraries that others have mapped too are divided among them."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.findall(r"^Pss:\s+(\d+)", told, re.MULTILINE)[0]) / 1024


def _line(what: str, words: str, measured: float, most: float) -> Line:
    return Line(what, words, f"at most {most:g} MB", verdict(measured <= most))
