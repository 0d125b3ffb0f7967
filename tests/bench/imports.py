"""A file of 5 000 people, half of them known, into a company of 10 000: time, memory, other pages."""

import html
import re
import sqlite3
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.employee_files.writing import csv_of, xlsx_of
from app.employees.declared import LABELS
from app.text.counts import NARROW
from tests.bench.employees_base import LARGE, fill
from tests.bench.rate import run_load
from tests.bench.served import Served, portal_served
from tests.bench.table import Line, verdict

ROWS, SECONDS, MEGABYTES, SLOWER = 5_000, 10.0, 200, 3.0
HOME = f"/espace/{LARGE}/salaries"
TOKEN = re.compile(r'name="csrf" value="([^"]*)"')
A_SECOND, CALM = 50, 4


def lines(*, quick: bool = False) -> list[Line]:
    found = []
    for kind, writer in (("CSV", csv_of), ("XLSX", xlsx_of))[: 1 if quick else 2]:
        with portal_served(fill) as served:
            found += _measured(served, kind, writer(_people(served.database)))
    return found


def _measured(served: Served, kind: str, content: bytes) -> list[Line]:
    cookies = {"session": served.session}
    calm = _slowest(served, CALM)
    with (
        httpx.Client(base_url=served.url, cookies=cookies, timeout=60, trust_env=False) as client,
        _watched(served.pid) as memory,
        _beside(served) as slowest,
    ):
        began = time.perf_counter()
        place = _sent(client, kind.lower(), content)
        previewed = time.perf_counter() - began
        began = time.perf_counter()
        _pressed(client, place, place)
        applied = time.perf_counter() - began
        _check(client.get(place).text)
        began = time.perf_counter()
        _pressed(client, f"{place}/annulation", f"{place}/annulation")
        undone = time.perf_counter() - began
    return [
        _seconds(f"{kind}, {ROWS} rows: preview", previewed),
        _seconds(f"{kind}: apply", applied),
        _seconds(f"{kind}: undo", undone),
        _most(f"{kind}: memory above idle, in MB", memory[0], MEGABYTES),
        _most(
            f"{kind}: slowest hundredth of the list meanwhile, against calm", max(slowest) / max(calm), SLOWER
        ),
    ]


def _most(name: str, measured: float, most: float) -> Line:
    return Line(name, f"{measured:.1f}", f"at most {most:g}", verdict(measured <= most))


def _seconds(name: str, taken: float) -> Line:
    return Line(name, f"{taken:.1f} s", f"at most {SECONDS:g} s", verdict(taken <= SECONDS))


def _people(database: Path) -> list[dict[str, str]]:
    """Half from the list, with another telephone; half new."""
    names = ", ".join(f"employee.{name}" for name in LABELS)
    with sqlite3.connect(database) as connection:
        known = connection.execute(
            f"SELECT {names} FROM employee JOIN company ON company.id = company_id WHERE code = ? LIMIT ?",
            (LARGE, ROWS // 2),
        ).fetchall()
    rows = [dict(zip(LABELS, row, strict=True)) | {"code": LARGE} for row in known]
    changed = [row | {"email": f"p{place}@ours.example", "exit_on": None} for place, row in enumerate(rows)]
    return changed + [
        row | {"birth_name": f"Nouveau{place}", "first_names": f"Prénom{place}", "staff_number": f"N{place}"}
        for place, row in enumerate(changed)
    ]


def _sent(client: httpx.Client, kind: str, content: bytes) -> str:
    """Where the comparison is shown, once it is there."""
    address = f"{HOME}/imports/nouveau"
    token = TOKEN.findall(client.get(address).text)[-1]
    answer = client.post(
        address, data={"csrf": html.unescape(token)}, files={"fichier": (f"liste.{kind}", content)}
    )
    place = answer.headers["location"]
    while "Comparaison avec votre liste" not in (page := client.get(place).text):
        if "Fichier non repris" in page:
            raise RuntimeError(page)
        time.sleep(0.1)
    return place


def _check(page: str) -> None:
    """What took no time may not have been done."""
    found = re.findall(rf"([\d{NARROW}]+) (?:salariés déclarés|fiches corrigées)", page)
    told = [int(number.replace(NARROW, "")) for number in found]
    if told != [ROWS - ROWS // 2, ROWS // 2]:
        raise RuntimeError(f"not everything was applied: {told}")


def _pressed(client: httpx.Client, page: str, address: str) -> None:
    token = TOKEN.findall(client.get(page).text)[-1]
    answer = client.post(address, data={"csrf": html.unescape(token)})
    if answer.status_code not in {200, 303}:
        raise RuntimeError(f"{address}: {answer.status_code}")


def _slowest(served: Served, seconds: float) -> list[float]:
    headers = [f"Cookie: session={served.session}", "Accept-Encoding: br"]
    told: list[float] = run_load("pace", served.url + HOME, seconds, A_SECOND, headers)["p99"]
    return told


@contextmanager
def _beside(served: Served):
    """The list read 50 times a second as long as the block lasts: the slowest hundredth of each second."""
    found: list[float] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            found.extend(_slowest(served, 2))

    reading = threading.Thread(target=read)
    reading.start()
    try:
        yield found
    finally:
        over.set()
        reading.join()


@contextmanager
def _watched(pid: int):
    """The most memory that the server and its children took above what it had, in MB."""
    idle, most, over = _resident(pid), [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            most[0] = max(most[0], _resident(pid) - idle)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield most
    finally:
        over.set()
        watching.join()


def _resident(pid: int) -> float:
    told = Path(f"/proc/{pid}/task/{pid}/children")
    children = told.read_text().split() if told.exists() else []
    return sum(map(_megabytes, [pid, *map(int, children)]))


def _megabytes(pid: int) -> float:
    try:
        told = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(told[1]) / 1024 if told else 0.0
