"""The declaration of 11 000 employees, a thousand of them in doubt: each step as it is asked for."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

import httpx
from sqlalchemy import insert

from app import clock
from db.models import AnnualDeclaration, Employee, Tariff
from tests.bench.employees_base import IN_LARGE, LARGE, fill
from tests.bench.served import portal_served
from tests.bench.table import Line, verdict

YEAR = 2027
MILLISECONDS = 200
HOME = f"/espace/{LARGE}/cotisation/{YEAR}"
STEPS = ("entreprise", "salaries", "postes", "recapitulatif", "validation")


def lines(*, quick: bool = False) -> list[Line]:
    rounds = 5 if quick else 20
    with portal_served(told_with_declaration) as served:
        cookies = {"session": served.session}
        with httpx.Client(base_url=served.url, cookies=cookies, timeout=60, trust_env=False) as client:
            _check(client.get(f"{HOME}/recapitulatif").text)
            return [_line(word, lambda word=word: client.get(f"{HOME}/{word}"), rounds) for word in STEPS]


async def told_with_declaration(portal, told) -> None:
    """The list of the bench of employees, a thousand fixed terms among them, and a campaign that runs."""
    await fill(portal, told)
    async with portal.database.transaction(write=True) as session:
        now, today = clock.now(), clock.today()
        rules = {
            "reference_on": f"{today.year}-01-01", "least_days": 30, "hires": "prorata",
            "grid": {"kind": "monitoring", "cents": {"SI": 10_500, "SIA": 11_600, "SIR": 13_200}},
        }  # fmt: skip
        window = {"opens_on": today - timedelta(days=1), "closes_on": today + timedelta(days=30)}
        session.add(Tariff(year=YEAR, rules=rules, **window))
        session.add(AnnualDeclaration(company_id=told.ours.key, year=YEAR, started_at=now, updated_at=now))
        columns = told.employee.model_dump(exclude={"id"})
        ended = {"contract": "cdd", "contract_ends_on": date(today.year - 1, 11, 30)}
        people = [
            columns
            | ended
            | {"entry_on": date(2020, 1, 1) + timedelta(days=place), "birth_name": f"K{place}"}
            for place in range(1_000)
        ]
        await (await session.connection()).execute(insert(Employee), people)


def _check(page: str) -> None:
    """What took no time may not have been counted."""
    if "1\u202f000 doutes à lever" not in page:
        raise RuntimeError(f"not everybody was counted among {IN_LARGE}")


def _line(word: str, ask: Callable[[], httpx.Response], rounds: int) -> Line:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        answer = ask()
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{word}: {answer.status_code}")
    found = median(taken)
    name = f"{word}, 11 000 people, 1 000 doubts: half of {rounds}"
    return Line(name, f"{found:.0f} ms", f"at most {MILLISECONDS} ms", verdict(found <= MILLISECONDS))
