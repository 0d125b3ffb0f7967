"""Each private page of the demo, as a share of a bare handler that sends the same bytes, by processor time.

The build of before is served beside this one: its shares are of the same handler, in the same minutes, and
the quotient of the two is what the machine's other work changes least. With PORTAIL_TEST_DATABASE_URL, both
on PostgreSQL.
"""

import asyncio
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory

import httpx

from tests.bench.mail import SERVER, fresh
from tests.bench.rate import Measured, bare_served, flooded, headers_of
from tests.bench.served import ROOT, SECRET, Served, Server, free_port, running
from tests.bench.table import Line, verdict

BEFORE = (
    "acfadd3"  # the last commit whose pages made their statements anew and read them one trip after another
)
LEAST, LEAST_LIST, LEAST_MEDIAN = 0.08, 0.12, 0.10
LEAST_TIMES = 2.5  # on PostgreSQL, whose driver and process are not ours: of the build of before
BASE = "PostgreSQL" if SERVER else "SQLite"
SECONDS, ROUNDS = 1.0, 3
HOME = "/espace/00010"
PRIVATE = {
    "home": "",
    "list": "/salaries",
    "fragment of the list": "/salaries",
    "a person": "/salaries/12",
    "correction of a person": "/salaries/12/correction",
    "deadlines": "/salaries/echeances",
    "operations": "/salaries/operations",
    "imports": "/salaries/imports",
    "first step of a new employee": "/salaries/declaration/identite",
    "planning": "/planning",
    "month": "/planning/mois",
    "past visits": "/planning/passees",
    "one appointment": "/planning/1",
    "requests": "/demandes",
    "one request": "/demandes/1",
    "contribution": "/cotisation",
    "a year's declaration": "/cotisation/2026",
    "its step of employees": "/cotisation/2026/salaries",
    "invoices": "/factures",
    "one invoice": "/factures/1",
    "documents": "/documents",
    "one document": "/documents/1",
    "contact": "/contact",
    "one message": "/contact/1",
    "company": "/compte",
    "users": "/utilisateurs",
    "history": "/historique",
}
PERSONAL = {
    "companies": "/entreprises",
    "account": "/mon-compte",
    "open sessions": "/mon-compte/connexions",
    "calendars": "/mon-compte/calendriers",
}


@dataclass(frozen=True, slots=True)
class Share:
    """Of the bare handler, by processor time. `before`: of the other build."""

    page: Measured
    now: float
    before: float


def _pages() -> list[Measured]:
    addresses = {name: HOME + path for name, path in PRIVATE.items()} | PERSONAL
    return [
        Measured(
            name, path, name.replace(" ", "-").replace("'", ""), ROUNDS,
            LEAST_LIST if "list" in name else LEAST,
            is_private=True, is_fragment=name.startswith("fragment"),
        )
        for name, path in addresses.items()
    ]  # fmt: skip


def lines(*, quick: bool = False) -> list[Line]:
    pages = _pages()
    with (
        tree_of(BEFORE) as tree,
        demo_served(ROOT, "portail_pages_now") as now,
        demo_served(tree, "portail_pages_before") as before,
        bare_served(now, pages) as bare,
    ):
        shares = [_share(each, (now, before), bare, 1 if quick else ROUNDS) for each in pages]
    middle = median(each.now for each in shares)
    times = median(each.now / each.before for each in shares)
    measured = f"{middle:.3f}, {times:.1f} times before"
    if SERVER:
        aim, holds = f"at least {LEAST_TIMES:g} times before", times >= LEAST_TIMES
    else:
        aim, holds = f"at least {LEAST_MEDIAN:.2f}", middle >= LEAST_MEDIAN
    return [*map(_line, shares), Line(f"median of all, {BASE}", measured, aim, verdict(holds))]


def _share(page: Measured, sides: tuple[Served, Served], bare: Server, rounds: int) -> Share:
    """Both sides in each round, between two measures of the bare handler."""

    def rate(server: Server, path: str, headers: list[str]) -> float:
        return flooded(server, path, headers, SECONDS).a_processor_second

    headers = [headers_of(page, each) for each in sides]
    for side, theirs in zip(sides, headers, strict=True):
        rate(side, page.path, theirs)
    rounds_of: list[list[float]] = []
    last = rate(bare, f"/{page.file}", headers[0])
    for _ in range(rounds):
        rates = [rate(side, page.path, theirs) for side, theirs in zip(sides, headers, strict=True)]
        after = rate(bare, f"/{page.file}", headers[0])
        rounds_of.append([each / fmean((last, after)) for each in rates])
        last = after
    return Share(page, *map(median, zip(*rounds_of, strict=True)))


def _line(share: Share) -> Line:
    least = share.page.least or 0
    measured = f"{share.now:.3f} of bare, {share.before:.3f} before: {share.now / share.before:.1f} times"
    if SERVER:
        holds = share.now / share.before >= LEAST_TIMES
        return Line(share.page.name, measured, f"at least {LEAST_TIMES:g} times before", verdict(holds))
    return Line(share.page.name, measured, f"at least {least:.2f}", verdict(share.now >= least))


@contextmanager
def demo_served(tree: Path, name: str = "portail_pages_demo") -> Iterator[Served]:
    """`portail demo` of that tree, and the session of its employer, who signed in as a reader does.

    `name`: of its database on the server of the tests, if there is one.
    """
    with TemporaryDirectory(prefix="portail-bench-") as folder:
        port = free_port()
        variables = {"PORTAIL_DATA_DIR": folder, "PORTAIL_SECRET_KEY": SECRET, "PORTAIL_PORT": str(port)}
        if SERVER:
            variables["PORTAIL_DATABASE_URL"] = asyncio.run(fresh(name))
        with running("app", "demo", port=port, tree=tree, **variables) as server:
            yield Served(server.url, server.pid, Path(folder) / "portail.db", _signed_in(server.url))


def _signed_in(url: str) -> str:
    with httpx.Client(base_url=url, trust_env=False) as browser:
        form = browser.get("/demo/connexion").text
        ((token, *_), (persona, *_)) = (
            re.findall(f'name="{name}" value="([^"]+)"', form) for name in ("csrf", "persona")
        )
        browser.post("/demo/connexion", data={"csrf": token, "persona": persona})
        return browser.cookies["session"]


@contextmanager
def tree_of(commit: str) -> Iterator[Path]:
    """The files of a commit."""
    with TemporaryDirectory(prefix="portail-before-") as folder:
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x"], cwd=folder, input=archive, check=True)
        yield Path(folder)
