"""The list of employees against a bare handler, against itself with more rows, and against its peers."""

import sqlite3
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

from tests.bench.employees_base import COMMON, LARGE, NOBODY, RARE, SMALL, fill
from tests.bench.rate import Measured, bare_served, flooded, headers_of, measured
from tests.bench.served import Served, Server, free_port, portal_served, running
from tests.bench.table import Line, verdict

LEAST_LIST, DEEP = 0.06, 400
LIST, FEW = f"/espace/{LARGE}/salaries", f"/espace/{SMALL}/salaries"
PAGES = (
    Measured("list, 25 rows of 10 000", LIST, "list", 3, LEAST_LIST, is_private=True),
    Measured("its fragment", LIST, "fragment", 3, LEAST_LIST, is_private=True, is_fragment=True),
)
LAST_OF_PAGE = """
SELECT sort_key, employee.id FROM employee JOIN company ON company.id = company_id
WHERE code = ? ORDER BY sort_key, employee.id LIMIT 1 OFFSET ?
"""
PEERS = {"fastapi": ("FastAPI + SQLModel", 2.5), "django": ("Django", 4.0)}


@dataclass(frozen=True, slots=True)
class ListFilters:
    """One address of one server."""

    server: Server
    path: str
    headers: list[str]

    def rate(self) -> float:
        """Requests in a second of the server's processor time, or of the clock where that is not told."""
        rate = flooded(self.server, self.path, self.headers)
        return rate.a_processor_second or rate.a_second


def lines(*, quick: bool = False) -> list[Line]:
    rounds = 2 if quick else 3
    with portal_served(fill) as served:
        with bare_served(served, PAGES) as bare:
            found = [measured(page, served, bare, rounds) for page in PAGES]
        found += _growth(served, rounds)
        return found + [_against(peer, served, rounds) for peer in PEERS]


def _growth(served: Served, rounds: int) -> list[Line]:
    """How much more an address costs than another, one flooded after the other."""
    page, fragment = (headers_of(each, served) for each in PAGES)
    first = ListFilters(served, LIST, page)

    def more(name: str, path: str, most: float, other: ListFilters = first) -> Line:
        dear = ListFilters(served, path, other.headers)
        cost = _ratio(other, dear, rounds)
        return Line(name, f"{cost:.2f} times the cost", f"at most {most:g}", verdict(cost <= most))

    unfiltered = ListFilters(served, LIST, fragment)
    return [
        more(f"page {DEEP} against page 1", f"{LIST}?{urlencode({'apres': _place(served)})}", 1.25),
        more("10 000 employees against 10", LIST, 1.5, ListFilters(served, FEW, page)),
        more("searching a common name", f"{LIST}?q={COMMON}", 2.0, unfiltered),
        more("searching a rare name", f"{LIST}?q={RARE}", 3.0, unfiltered),
        more("searching nobody's name", f"{LIST}?q={NOBODY}", 3.0, unfiltered),
    ]


def _against(peer: str, served: Served, rounds: int) -> Line:
    """The same rows of the same base, the same checks, a page as heavy; theirs is not even compressed."""
    name, least = PEERS[peer]
    headers = headers_of(PAGES[0], served)
    port = free_port()
    with running(f"tests.bench.peers_{peer}", str(port), str(served.database), port=port) as server:
        ours, theirs = ListFilters(served, LIST, headers), ListFilters(server, LIST, headers)
        times = _ratio(ours, theirs, rounds)
    return Line(
        f"against {name}", f"{times:.1f} times its rate", f"at least {least:g}", verdict(times >= least)
    )


def _ratio(first: ListFilters, second: ListFilters, rounds: int) -> float:
    first.rate(), second.rate()
    return median(first.rate() / second.rate() for _ in range(rounds))


def _place(served: Served) -> str:
    """Where that page starts."""
    connection = sqlite3.connect(served.database)
    key, row_id = connection.execute(LAST_OF_PAGE, (LARGE, (DEEP - 1) * 25 - 1)).fetchone()
    connection.close()
    return f"{key}~{row_id}"
