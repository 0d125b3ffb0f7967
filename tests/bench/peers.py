"""The home and the list of the demo's employer against the same two pages of FastAPI and of Django.

They have the same base, the same rows and a page as heavy; theirs is not even compressed. Each is flooded in
turn, by processor time.
"""

from statistics import median

from tests.bench.employees import ListFilters
from tests.bench.pages import HOME, demo_served
from tests.bench.rate import Measured, headers_of
from tests.bench.served import ROOT, Served, free_port, running
from tests.bench.table import Line, verdict

PEERS = {"fastapi": ("FastAPI + SQLModel", 6.0), "django": ("Django", 10.0)}
PAGES = {"home": HOME, "list": f"{HOME}/salaries"}


def lines(*, quick: bool = False) -> list[Line]:
    with demo_served(ROOT) as served:
        return [line for peer in PEERS for line in _against(peer, served, 1 if quick else 3)]


def _against(peer: str, served: Served, rounds: int) -> list[Line]:
    (name, least), port = PEERS[peer], free_port()
    found = []
    with running(f"tests.bench.peers_{peer}", str(port), str(served.database), port=port) as server:
        for page, path in PAGES.items():
            headers = headers_of(Measured(page, path, page, rounds, is_private=True), served)
            ours, theirs = (ListFilters(each, path, headers) for each in (served, server))
            ours.rate(), theirs.rate()
            times = median(ours.rate() / theirs.rate() for _ in range(rounds))
            measured = f"{times:.1f} times its rate"
            found.append(Line(f"{page}, {name}", measured, f"at least {least:g}", verdict(times >= least)))
    return found
