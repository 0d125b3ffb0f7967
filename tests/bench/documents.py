"""A convocation as a PDF: how long one takes once the fonts are read, ordinary and at its longest. An
invoice: what the electronic file in it costs the processor.
"""

import asyncio
import statistics
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.files.pdf import typeset
from app.invoices.paper import TEMPLATE
from app.planning.convocations import Convocation, pdf_of
from tests.bench.table import Line, verdict
from tests.invoices.test_paper import a_paper
from tests.planning.test_convocations import LETTER

MILLISECONDS, WARM_UP = 100, 3
ELECTRONIC = 1.5  # times a plain PDF
ORDINARY = replace(
    LETTER,
    kind="Visite d’information et de prévention périodique",
    access="Entrée par la cour, 2e étage, ascenseur. Stationnement gratuit devant le bâtiment.",
    notice_words="Au-delà du jeudi 26 novembre 2026 à 9 h 30, une absence est facturée 60 € HT.",
)
# As much as the tables hold.
SIZES = {"employee": 250, "company": 145, "centre": 80, "address": 294, "access": 300, "professional": 120}
FULL = replace(ORDINARY, **{name: ("Marie-Ange " * size)[:size] for name, size in SIZES.items()})


def lines(*, quick: bool = False) -> list[Line]:
    return asyncio.run(_lines(10 if quick else 50))


async def _lines(rounds: int) -> list[Line]:
    convocations = await _measured("ordinary", ORDINARY, rounds) + await _measured("longest", FULL, rounds)
    return [*convocations, _electronic(rounds)]


def _electronic(rounds: int) -> Line:
    """Processor time of a Factur-X against that of the same paper without its XML, in turn."""
    paper = a_paper()
    facts = paper.pop("facts")
    pairs = []
    for place in range(WARM_UP + rounds):
        words = paper | {"number": f"F2026-{place}"}
        pairs.append((_spent(words, facts | {"BT-1": words["number"]}), _spent(words, None)))
    whole, plain = (statistics.median(each) for each in zip(*pairs[WARM_UP:], strict=True))
    measured = f"{whole * 1000:.1f} ms, {whole / plain:.2f} times {plain * 1000:.1f}"
    budget = f"at most {ELECTRONIC} times"
    return Line("an invoice with its XML", measured, budget, verdict(whole <= ELECTRONIC * plain))


def _spent(words: dict[str, Any], facts: dict[str, Any] | None) -> float:
    began = time.process_time()
    typeset(TEMPLATE, words | {"title": f"{words['title']} {bool(facts)}"}, facts)
    return time.process_time() - began


async def _measured(name: str, letter: Convocation, rounds: int) -> list[Line]:
    """No two letters are alike: what Typst remembers of the one before is not what is measured."""
    taken = []
    for place in range(WARM_UP + rounds):
        began = time.perf_counter()
        starts = letter.starts + timedelta(hours=place)
        await pdf_of(replace(letter, employee=f"{letter.employee} {place}", starts=starts))
        taken.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(taken[WARM_UP:], n=20, method="inclusive")
    return [_line(f"{name}: half of {rounds}", cuts[9]), _line(f"{name}: 95 in 100", cuts[18])]


def _line(name: str, measured: float) -> Line:
    return Line(name, f"{measured:.0f} ms", f"at most {MILLISECONDS} ms", verdict(measured <= MILLISECONDS))
