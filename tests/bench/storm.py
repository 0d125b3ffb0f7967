"""The slowest hundredth of the home page's answers while passwords are guessed without end, against calm."""

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import median, quantiles

from tests.bench.rate import run_load
from tests.bench.served import ROOT, portal_served
from tests.bench.table import Line, verdict

GUESSERS = 32
A_SECOND = 300
CALM_SECONDS, RISING_SECONDS, STORM_SECONDS = 5, 2, 8
ROUNDS = 2
MOST = 3.0


@dataclass(slots=True)
class Felt:
    """The p99 of each second, in calm and in the storm; what became of the guesses, and their wait."""

    calm: list[float] = field(default_factory=list)
    storm: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)


def lines(*, quick: bool = False) -> list[Line]:
    with portal_served() as served:
        felt = _felt(served.url, 1 if quick else ROUNDS)
    return [_ratio(felt), _guesses(felt)]


def _felt(url: str, rounds: int) -> Felt:
    felt = Felt()
    _slowest(url, 1)
    felt.calm += _slowest(url, CALM_SECONDS)
    for _ in range(rounds):
        _add_storm(felt, url)
        felt.calm += _slowest(url, CALM_SECONDS)
    return felt


def _add_storm(felt: Felt, url: str) -> None:
    """Measured once every guesser waits for an answer; over when the last one has had it."""
    seconds = str(RISING_SECONDS + STORM_SECONDS)
    command = [sys.executable, "-m", "tests.bench.guessers", url, seconds, str(GUESSERS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as guessers:
        time.sleep(RISING_SECONDS)
        felt.storm += _slowest(url, STORM_SECONDS)
        told = json.loads(guessers.communicate()[0])
    felt.statuses.update(told["statuses"])
    felt.waits.append(told["usual_wait"])


def _slowest(url: str, seconds: float) -> list[float]:
    """The p99 of each second, in milliseconds, at a steady pace that leaves the server idle in between."""
    return run_load("pace", f"{url}/", seconds, A_SECOND, ["Accept-Encoding: br"])["p99"]


def _ratio(felt: Felt) -> Line:
    calm, storm = _quieter(felt.calm), _quieter(felt.storm)
    what = f"home page, p99 with {GUESSERS} guessers"
    seconds = f"{len(felt.storm)} and {len(felt.calm)} seconds"
    measured = f"{storm / calm:.1f} times the calm one ({storm:.1f} ms, calm {calm:.1f} ms; {seconds})"
    return Line(what, measured, f"at most {MOST:g} times", verdict(storm <= MOST * calm))


def _quieter(seconds: list[float]) -> float:
    """The first quartile: guesses weigh on every second alike, the machine's other work only on some."""
    return quantiles(seconds, n=4)[0]


def _guesses(felt: Felt) -> Line:
    total, compared = sum(felt.statuses.values()), felt.statuses["422"]
    others = "".join(f", {count} got {status}" for status, count in felt.statuses.items() if status != "422")
    measured = f"{compared} of {total} compared by bcrypt{others}; usual wait {median(felt.waits):.1f} s"
    return Line("guesses meanwhile", measured)
