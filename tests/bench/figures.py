"""What was measured of two builds, in figures that can be compared: rates, waits and processor time.

The builds take turns, so that the machine's other work falls on both; each figure is of all their turns.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.served import ROOT
from tests.bench.two_builds import Side


@dataclass(slots=True)
class Figures:
    """Of one side, over all its turns: how long each request took, and what it cost."""

    read: list[float] = field(default_factory=list)
    written: list[float] = field(default_factory=list)
    seconds: float = 0.0
    portal: float = 0.0
    postgres: float = 0.0
    refused: int = 0
    failed: Counter[str] = field(default_factory=Counter)

    def add(self, found: dict[str, Any], portal: float, postgres: float) -> None:
        self.read += found["read"]
        self.written += found["written"]
        self.seconds += found["seconds"]
        self.portal += portal
        self.postgres += postgres
        self.refused += found["refused"]
        self.failed.update(found["failed"])

    @property
    def all(self) -> list[float]:
        return self.read + self.written

    @property
    def a_second(self) -> float:
        """Requests that were answered as they should be."""
        return len(self.all) / self.seconds if self.seconds else 0.0

    @property
    def cost(self) -> str:
        """Processor time of one request."""
        told = f"{1000 * self.portal / max(len(self.all), 1):.1f} ms"
        return told + (f" + {1000 * self.postgres / len(self.all):.1f}" if self.postgres and self.all else "")

    @property
    def trouble(self) -> str:
        """Words for what was not answered as it should be; "" for nothing."""
        told = [f"{self.refused} told to come back"] if self.refused else []
        return ", ".join([*told, *(f"{number} times {what}" for what, number in self.failed.most_common(3))])


def at(share: float, times: Sequence[float]) -> float:
    """The time within which this share of them was answered; 0 for none."""
    ordered = sorted(times)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def work(side: Side, asked: dict[str, Any], seconds: float, figures: Figures) -> None:
    """People at work at this side for so long, by `tests.bench.at_work`."""
    with TemporaryDirectory(prefix="portail-bench-") as folder:
        file = Path(folder) / "asked.json"
        file.write_text(json.dumps(asked | {"url": side.server.url}))
        command = [sys.executable, "-m", "tests.bench.at_work", str(file), str(seconds)]
        began = side.processor_seconds()
        told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
        portal, postgres = (end - start for end, start in zip(side.processor_seconds(), began, strict=True))
        figures.add(json.loads(told), portal, postgres)


def settled() -> None:
    """A moment between two turns: what one side left to do must not fall on the other."""
    time.sleep(1.0)
