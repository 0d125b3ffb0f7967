"""The list read 50 times a second while files are compared, and calm: a round of each, in turn.

On two cores of a shared machine the slowest hundredth grows as soon as anything computes beside the portal:
so a process that touches no file and no memory, and gives way to everybody, is measured too. What files cost
above that is ours. `sides` asks the same of the build of before too, and takes three times as long.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.previews import NOTHING
from tests.bench.served import ROOT
from tests.bench.sides import SLOWER, WORDS, Side
from tests.bench.table import Line, verdict

ROUNDS = 3
MOST = 1.2  # times what a process that only counts costs
COUNTING = "while True:\n    sum(range(100))"


def lines(*, quick: bool = False) -> list[Line]:
    with TemporaryDirectory(prefix="portail-beside-") as folder:
        side = Side(ROOT, Path(folder))
        try:
            return [_line(side, name, 1 if quick else ROUNDS) for name in WORDS]
        finally:
            side.close()


def _line(side: Side, name: str, rounds: int) -> Line:
    """Calm is measured first and last: the machine's other work does not stay the same."""
    calm, counted, busy = [_slowest(side, NOTHING)], [], []
    for _ in range(rounds):
        busy.append(_slowest(side, name))
        with _counting():
            counted.append(_slowest(side, NOTHING))
        calm.append(_slowest(side, NOTHING))
    ratio, above = (median(busy) / median(each) for each in (calm, counted))
    told = [", ".join(f"{each * 1000:.1f}" for each in found) for found in (busy, counted, calm)]
    measured = (
        f"{ratio:.2f} of calm, {above:.2f} of counting ({told[0]} ms; counting {told[1]}; calm {told[2]})"
    )
    line = Line(
        f"{WORDS[name]}: slowest hundredth of the list meanwhile",
        measured,
        f"at most {SLOWER:g}, or {MOST:g} of counting",
        verdict(ratio <= SLOWER or above <= MOST),
    )
    print(line.what, line.measured, sep=": ", file=sys.stderr, flush=True)
    return line


@contextmanager
def _counting() -> Iterator[None]:
    """A process that only computes, behind all others where the system knows of such."""
    code = f"import os\nos.nice(19)\n{COUNTING}"
    if hasattr(os, "SCHED_IDLE"):
        code = f"import os\nos.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n{COUNTING}"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        try:
            yield
        finally:
            process.kill()


def _slowest(side: Side, name: str) -> float:
    return side.ask(f"beside {name}")["slowest"]
