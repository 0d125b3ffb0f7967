"""Comparisons of files, the build of before beside this one: each round has one of each, in turn."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.previews import NOTHING, SAID
from tests.bench.served import ROOT
from tests.bench.table import Line, verdict

BEFORE = "baea9f8"  # the last commit that read files as they should come, not as they do
MOST = {"paie.dsn": 0.4, "liste.csv": 0.5, "liste.xlsx": 0.5}
ROUNDS, SLOWER = 5, 1.5
WORDS = {"liste.csv": "5 000 lines as CSV", "liste.xlsx": "5 000 lines as XLSX", "paie.dsn": "a DSN of 750"}


class Side:
    """One tree, served."""

    def __init__(self, tree: Path, folder: Path) -> None:
        command = [sys.executable, "-m", "tests.bench.previews", str(folder)]
        self._process = subprocess.Popen(
            command, cwd=tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.ask("")

    def ask(self, asked: str) -> dict[str, float]:
        assert self._process.stdin
        assert self._process.stdout
        if asked:
            self._process.stdin.write(f"{asked}\n")
            self._process.stdin.flush()
        for said in self._process.stdout:
            if said.startswith(SAID):
                told: dict[str, float] = json.loads(said.removeprefix(SAID))
                return told
        raise RuntimeError(f"{asked or 'the start'}: the side has died")

    def close(self) -> None:
        self._process.communicate()


def lines(*, quick: bool = False) -> list[Line]:
    with TemporaryDirectory(prefix="portail-sides-") as folder, _tree_of(BEFORE) as tree, ExitStack() as held:
        files = Path(folder)
        sides = []
        for place in (ROOT, tree):
            sides.append(Side(place, files))
            held.callback(sides[-1].close)
        now, before = sides
        found = [_told(_times(now, before, name, 1 if quick else ROUNDS)) for name in MOST]
        return [*found, *(_told(_meanwhile(now, before, name)) for name in WORDS if name != "liste.csv")]


def _told(line: Line) -> Line:
    """Said at once: a round takes a minute on a busy machine."""
    print(line.what, line.measured, sep=": ", file=sys.stderr, flush=True)
    return line


def _times(now: Side, before: Side, name: str, rounds: int) -> Line:
    told: list[tuple[dict[str, float], dict[str, float]]] = []
    for number in range(rounds):
        if number % 2:
            told.append((now.ask(name), before.ask(name)))
        else:
            last = before.ask(name)
            told.append((now.ask(name), last))
    ratio = median(new["seconds"] / old["seconds"] for new, old in told)
    work = median(new["processor"] / old["processor"] for new, old in told)
    new, old = (median(each[place]["seconds"] for each in told) for place in (0, 1))
    measured = f"{ratio:.2f} of before ({new:.1f} s, {old:.1f} s), {work:.2f} of its processor time"
    return Line(f"{WORDS[name]}: preview", measured, f"at most {MOST[name]:g}", verdict(ratio <= MOST[name]))


def _meanwhile(now: Side, before: Side, name: str) -> Line:
    """Calm is measured before and after: the machine's other work does not stay the same."""
    told = {}
    for side, words in ((now, "now"), (before, "before")):
        calm, busy, again = (side.ask(f"beside {each}")["slowest"] for each in (NOTHING, name, NOTHING))
        told[words] = busy / max(calm, again)
    measured = f"{told['now']:.1f} of calm (before: {told['before']:.1f})"
    what = f"{WORDS[name]}: slowest hundredth of the list meanwhile"
    return Line(what, measured, f"at most {SLOWER:g}", verdict(told["now"] <= SLOWER))


@contextmanager
def _tree_of(commit: str) -> Iterator[Path]:
    """The files of a commit, with this measure."""
    with TemporaryDirectory(prefix="portail-before-") as folder:
        tree = Path(folder)
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "-x"], cwd=tree, input=archive.stdout, check=True)
        measure = "tests/bench/previews.py"
        (tree / measure).write_bytes((ROOT / measure).read_bytes())
        yield tree
