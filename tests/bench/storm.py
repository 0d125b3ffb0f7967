"""The slowest hundredth of the home page's answers while passwords are guessed without end, against calm."""

import json
import subprocess
import sys
import time
from collections import Counter
from statistics import fmean, median

from tests.bench.rate import run_load
from tests.bench.served import ROOT, portal_served
from tests.bench.table import Line, verdict

GUESSERS = 32
A_SECOND = 150
CALM_SECONDS, RISING_SECONDS, STORM_SECONDS = 4, 2, 7
ROUNDS = 3
MOST = 3.0


def lines(*, quick: bool = False) -> list[Line]:
    with portal_served() as served:
        return _told(served.url, 1 if quick else ROUNDS)


def _told(url: str, rounds: int) -> list[Line]:
    _slowest(url, 1)
    calms, storms, statuses, waits = [_slowest(url, CALM_SECONDS)], [], Counter(), []
    for _ in range(rounds):
        slowest, guesses = _stormy(url)
        storms.append(slowest)
        calms.append(_slowest(url, CALM_SECONDS))
        statuses.update(guesses["statuses"])
        waits.append(guesses["usual_wait"])
    ratios = [storm / fmean(calms[i : i + 2]) for i, storm in enumerate(storms)]
    return [_ratio(ratios, storms, calms), _guesses(statuses, waits)]


def _stormy(url: str) -> tuple[float, dict]:
    """The figure once every guesser waits for an answer, and what became of the guesses."""
    seconds = str(RISING_SECONDS + STORM_SECONDS)
    command = [sys.executable, "-m", "tests.bench.guessers", url, seconds, str(GUESSERS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as guessers:
        time.sleep(RISING_SECONDS)
        slowest = _slowest(url, STORM_SECONDS)
        told, _ = guessers.communicate()
    return slowest, json.loads(told)


def _slowest(url: str, seconds: float) -> float:
    return run_load("pace", f"{url}/", seconds, A_SECOND, ["Accept-Encoding: br"])["p99"]


def _ratio(ratios: list[float], storms: list[float], calms: list[float]) -> Line:
    ratio = median(ratios)
    what = f"home page, p99 with {GUESSERS} guessers"
    times = f"{median(storms):.1f} ms, calm {median(calms):.1f} ms"
    measured = f"{ratio:.1f} times the calm one ({min(ratios):.1f} to {max(ratios):.1f}; {times})"
    return Line(what, measured, f"at most {MOST:g} times", verdict(ratio <= MOST))


def _guesses(statuses: Counter, waits: list[float]) -> Line:
    total, compared = sum(statuses.values()), statuses["422"]
    others = "".join(f", {count} got {status}" for status, count in statuses.items() if status != "422")
    measured = f"{compared} of {total} compared by bcrypt{others}; usual wait {median(waits):.1f} s"
    return Line("guesses meanwhile", measured)
