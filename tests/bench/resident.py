"""What a process takes: memory after its start and after a thousand pages; seconds of a start.

The build of before is measured beside this one, in the same minutes: the memory does not depend on the
machine's other work, the seconds do, and processor time less than the clock's.
"""

import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tests.bench.pages import HOME, PERSONAL, PRIVATE, SECRET, _signed_in, tree_of
from tests.bench.served import ROOT, Served, free_port, running
from tests.bench.table import Line, verdict

BEFORE = "fbfadb6"  # the last commit that loaded everything at the start
AFTER_START, AFTER_PAGES, REQUESTS = 90, 110, 1_000  # MB
PROCESSOR, CLOCK = 1.2, 2.0  # seconds of the second start
SETTLED = 3.0  # seconds until what is done beside the requests has been done once
IDLE = 0.1  # seconds of processor in that time, of a process that waits
PAPERS = ("/factures/1/fichier", "/salaries/export/xlsx", "/salaries/export/csv")


def memory(*, quick: bool = False) -> list[Line]:
    with tree_of(BEFORE) as tree, _again(ROOT) as now, _again(tree) as before:
        time.sleep(SETTLED)
        started = [_megabytes(each) for each in (now, before)]
        for each in (now, before):
            _read_pages(each, REQUESTS // 10 if quick else REQUESTS)
        read = [_megabytes(each) for each in (now, before)]
    what = f"after {REQUESTS} requests over every page"
    return [_line("after start", started, AFTER_START), _line(what, read, AFTER_PAGES)]


@contextmanager
def _again(place: Path):
    """A second start: the first fills the base, with all that drawing its papers takes."""
    with TemporaryDirectory(prefix="portail-memory-") as folder:
        _start_first(place, folder)
        with _demo(place, folder) as server:
            yield Served(server.url, server.pid, Path(folder) / "portail.db", _signed_in(server.url))


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


def _start_first(place: Path, folder: str) -> None:
    """What `make run` compiles, and the start that fills the base, until all that it began is done: a second
    one would go on with its letters.
    """
    subprocess.run([sys.executable, "-m", "compileall", "-q", "app", "db"], cwd=place, check=True)
    with _demo(place, folder) as server:
        used, before = server.processor_seconds(), 0.0
        while used - before > IDLE:
            time.sleep(SETTLED)
            used, before = server.processor_seconds(), used


def _start(place: Path, folder: str) -> tuple[float, float]:
    began = time.perf_counter()
    with _demo(place, folder) as server:
        return server.processor_seconds(), time.perf_counter() - began


@contextmanager
def _demo(place: Path, folder: str):
    port = free_port()
    variables = {"PORTAIL_DATA_DIR": folder, "PORTAIL_SECRET_KEY": SECRET, "PORTAIL_PORT": str(port)}
    with running("app", "demo", port=port, tree=place, **variables) as server:
        yield server


def _read_pages(served: Served, number: int) -> None:
    paths = [HOME + path for path in (*PRIVATE.values(), *PAPERS)] + [*PERSONAL.values()]
    with httpx.Client(base_url=served.url, cookies={"session": served.session}, trust_env=False) as client:
        client.timeout = 60
        for at in range(number):
            client.get(paths[at % len(paths)])


def _megabytes(served: Served) -> float:
    """Its share of the memory: pages of libraries that others have mapped too are divided among them."""
    told = Path(f"/proc/{served.pid}/smaps_rollup").read_text()
    return int(re.findall(r"^Pss:\s+(\d+)", told, re.MULTILINE)[0]) / 1024


def _line(what: str, measured: list[float], most: float) -> Line:
    now, before = measured
    return Line(what, f"{now:.0f} MB (before: {before:.0f})", f"at most {most:g} MB", verdict(now <= most))
