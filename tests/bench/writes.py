"""32 people who send forms at once, beside the build of before: writes a second, and their waits.

python -m tests.bench writes                                         SQLite
PORTAIL_TEST_DATABASE_URL=… python -m tests.bench writes             PostgreSQL too
… --quick                                                            a smaller base, shorter turns
"""

import sys

from tests.bench.figures import Figures, at, settled, work
from tests.bench.large_service import FULL, QUICK
from tests.bench.table import Line, verdict
from tests.bench.two_builds import Sides, both_served, databases

HANDS, SECONDS, ROUNDS = 32, 8.0, 3
LEAST = 2.0  # times the writes of before
FORMS = {
    "declare": "an employee declared, step by step", "confirm": "an appointment confirmed",
    "ask": "a visit asked for", "write": "a message sent",
}  # fmt: skip


def lines(*, quick: bool = False) -> list[Line]:
    found = []
    for base in databases():
        with both_served(base, QUICK if quick else FULL) as sides:
            for form in FORMS:
                found += _compared(sides, form, 1 if quick else ROUNDS, 4.0 if quick else SECONDS)
                print(
                    *(f"{each.what}: {each.measured}" for each in found[-2:]),
                    sep="\n",
                    file=sys.stderr,
                    flush=True,
                )
    return found


def _compared(sides: Sides, form: str, rounds: int, seconds: float) -> list[Line]:
    now, before = Figures(), Figures()
    share = len(sides.people["writers"]) // (rounds + 1)
    _turn(sides, form, sides.people["writers"][:share], 1.0, Figures(), Figures(), 0)
    for number in range(1, rounds + 1):
        writers = sides.people["writers"][number * share : (number + 1) * share]
        _turn(sides, form, writers, seconds, now, before, number)
    return _lines(f"{sides.base}: {FORMS[form]}", now, before)


def _turn(
    sides: Sides, form: str, writers: list[object], seconds: float, now: Figures, before: Figures, number: int
) -> None:
    asked = {
        "readers": [],
        "writers": writers,
        "hands": HANDS,
        "pause": 0,
        "forms": [form],
        "only_forms": True,
    }
    for side in sides.in_turn(number):
        work(side, asked, seconds, now if side is sides.now else before)
        settled()


def _lines(name: str, now: Figures, before: Figures) -> list[Line]:
    times = now.a_second / before.a_second if before.a_second else 0.0
    measured = (
        f"{now.a_second:.0f} a second, {times:.1f} times before ({before.a_second:.0f});"
        f" processor {now.cost} (before: {before.cost})"
    )
    slow, slow_before = at(0.99, now.written), at(0.99, before.written)
    waits = f"p99 {slow * 1000:.0f} ms (before: {slow_before * 1000:.0f})"
    waits += "".join(
        f"; {who}: {each.trouble}" for who, each in (("now", now), ("before", before)) if each.trouble
    )
    return [
        Line(name, measured, f"at least {LEAST:g} times", verdict(times >= LEAST and not now.failed)),
        Line("  waits", waits, "at most before", verdict(slow <= slow_before)),
    ]
