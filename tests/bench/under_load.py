"""200 people who read and 20 who write in a large service, and a file of 5 000 people meanwhile, beside the
build of before.

First with a pause of two seconds between two requests, as people have, then without: each build in turn,
twice. A wait counts from the first time that somebody asks until the page is there.

    python -m tests.bench load                                           SQLite
    PORTAIL_TEST_DATABASE_URL=… python -m tests.bench load               PostgreSQL too: 25 minutes
    … --quick                                                            a smaller base, 20 seconds a turn
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.bench.figures import Figures, at, settled, work
from tests.bench.large_import import import_people
from tests.bench.large_service import FULL, QUICK
from tests.bench.table import Line, verdict
from tests.bench.two_builds import Side, Sides, both_served, databases

HANDS, PAUSE, MINUTES = 20, 2.0, 5  # of each side, with pauses
ROUNDS, HURRIED = 2, 20.0  # turns of a side, and seconds of each without pauses
ROWS, WARM = 5_000, 10.0  # lines of the file; seconds that are not counted
FORMS = ["declare", "confirm", "ask", "write"]
MOST, MOST_HURRIED, LEAST_RATE, MOST_IMPORT = 0.2, 0.25, 4.0, 0.4  # of before


@dataclass(slots=True)
class Found:
    """Of one side."""

    calm: Figures = field(default_factory=Figures)
    hurried: Figures = field(default_factory=Figures)
    imports: list[float] = field(default_factory=list)


def lines(*, quick: bool = False) -> list[Line]:
    found = []
    for base in databases():
        with both_served(base, QUICK if quick else FULL) as sides:
            found += _compared(sides, quick=quick)
    return found


def _compared(sides: Sides, *, quick: bool) -> list[Line]:
    now, before = Found(), Found()
    rounds, seconds = (1, 20.0) if quick else (ROUNDS, 60.0 * MINUTES / ROUNDS)
    # Each process writes its templates and statements once: a service at work did so in the morning.
    for side in sides.in_turn(0):
        work(side, _asked(sides, 0, rounds * 2, rounds * 2 + 1), WARM, Figures())
    for number in range(rounds):
        for side in sides.in_turn(number):
            found = now if side is sides.now else before
            with _importing(side, sides.people, number, 1_000 if quick else ROWS, found.imports):
                work(side, _asked(sides, PAUSE, number * 2, rounds * 2 + 1), seconds, found.calm)
            settled()
        for side in sides.in_turn(number):
            found = now if side is sides.now else before
            hurried = _asked(sides, 0, number * 2 + 1, rounds * 2 + 1)
            work(side, hurried, 10.0 if quick else HURRIED, found.hurried)
            settled()
        print(_progress(sides.base, now, before), file=sys.stderr, flush=True)
    return _lines(sides.base, now, before)


def _asked(sides: Sides, pause: float, turn: int, turns: int) -> dict[str, Any]:
    """Each turn has writers of its own: nobody writes to the service without end."""
    share = len(sides.people["writers"]) // turns
    writers = sides.people["writers"][turn * share : (turn + 1) * share]
    return {
        "readers": sides.people["readers"], "writers": writers, "hands": HANDS, "pause": pause,
        "forms": FORMS,
    }  # fmt: skip


@contextmanager
def _importing(
    side: Side, people: dict[str, Any], number: int, rows: int, taken: list[float]
) -> Iterator[None]:
    """A file sent as the block begins, compared and applied; the block ends once it is."""
    with ThreadPoolExecutor(1) as thread:
        sent = thread.submit(import_people, side.server.url, people["importer"], number, rows)
        yield
        taken.append(sent.result())


def _progress(base: str, now: Found, before: Found) -> str:
    return "\n".join(f"{each.what}: {each.measured}" for each in _lines(base, now, before))


def _lines(base: str, now: Found, before: Found) -> list[Line]:
    found = []
    for words, new, old, most in (
        ("with pauses", now.calm, before.calm, MOST), ("without", now.hurried, before.hurried, MOST_HURRIED),
    ):  # fmt: skip
        found.append(
            _rate(f"{base}, {words}: requests", new, old, LEAST_RATE if words == "without" else None)
        )
        for share in (0.95, 0.99):
            is_asked = share == 0.99 or words == "with pauses"
            name = f"{base}, {words}: p{share * 100:.0f}"
            found.append(_wait(name, at(share, new.all), at(share, old.all), most if is_asked else None))
        found.append(_wait("  of forms, p99", at(0.99, new.written), at(0.99, old.written), None))
    new, old = median(now.imports), median(before.imports)
    return [*found, _wait(f"{base}: the file meanwhile", new, old, MOST_IMPORT)]


def _rate(name: str, now: Figures, before: Figures, least: float | None) -> Line:
    times = now.a_second / before.a_second if before.a_second else 0.0
    measured = (
        f"{now.a_second:.0f} a second, {times:.1f} times before ({before.a_second:.0f});"
        f" processor {now.cost} (before: {before.cost})"
    )
    measured += "".join(
        f"; {who}: {each.trouble}" for who, each in (("now", now), ("before", before)) if each.trouble
    )
    if least is None:
        return Line(name, measured, "", verdict(not now.failed))
    return Line(name, measured, f"at least {least:g} times", verdict(times >= least and not now.failed))


def _wait(name: str, now: float, before: float, most: float | None) -> Line:
    share = now / before if before else 0.0
    measured = f"{now:.2f} s, {share:.2f} of before ({before:.2f})"
    return Line(name, measured, f"at most {most:g}" if most else "", verdict(share <= most) if most else "")
