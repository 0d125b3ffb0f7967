"""The list read 50 times a second while files are compared, and calm: a round of each, in turn.

`sides` asks the same of the build of before too, and takes three times as long.
"""

import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.previews import NOTHING
from tests.bench.served import ROOT
from tests.bench.sides import SLOWER, WORDS, Side
from tests.bench.table import Line, verdict

ROUNDS = 3


def lines(*, quick: bool = False) -> list[Line]:
    with TemporaryDirectory(prefix="portail-beside-") as folder:
        side = Side(ROOT, Path(folder))
        try:
            return [_line(side, name, 1 if quick else ROUNDS) for name in WORDS]
        finally:
            side.close()


def _line(side: Side, name: str, rounds: int) -> Line:
    """Calm is measured first and last: the machine's other work does not stay the same."""
    calm, busy = [_slowest(side, NOTHING)], []
    for _ in range(rounds):
        busy.append(_slowest(side, name))
        calm.append(_slowest(side, NOTHING))
    ratio = median(busy) / median(calm)
    milliseconds = [", ".join(f"{each * 1000:.1f}" for each in found) for found in (busy, calm)]
    measured = f"{ratio:.2f} of calm ({milliseconds[0]} ms; calm {milliseconds[1]} ms)"
    line = Line(
        f"{WORDS[name]}: slowest hundredth of the list meanwhile",
        measured,
        f"at most {SLOWER:g}",
        verdict(ratio <= SLOWER),
    )
    print(line.what, line.measured, sep=": ", file=sys.stderr, flush=True)
    return line


def _slowest(side: Side, name: str) -> float:
    return side.ask(f"beside {name}")["slowest"]
