"""Comparisons of files with a list of 10 000 people, measured in the tree that this file is run from.

    python -m tests.bench.previews FOLDER

FOLDER is where the files are written the first time. Each line of the input is answered by one of JSON. The
name of a file: `seconds` until the comparison is shown, `processor` seconds of the portal and its readers.
`beside` and a name, or `nothing`: `slowest`, the slowest hundredth of other pages meanwhile, in seconds.

It is copied into the tree of an older commit to measure it too: it uses nothing that this one alone has.
"""

import html
import json
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
from sqlalchemy import insert

from db.models import Employee
from tests.bench.employees_base import IN_LARGE, _employee
from tests.bench.imports import A_SECOND, HOME, TOKEN, _people
from tests.bench.served import ROOT, Served, portal_served

SIRET = "73282932000074"
PEOPLE = 750
LINES_OF_PAY = 210  # a person, so that one weighs the 6 kB of real statements
FILES = ("paie.dsn", "liste.csv", "liste.xlsx")
NOTICE = re.compile(r'<p class="notice warn">([^<]*)')
NOTHING, SAID = "nothing", "> "  # other lines are of the log
AS_THE_PAGE = 1.0  # seconds between two looks at a reading, as its page does
BESIDE = 10.0  # seconds of other pages


def main(folder: Path) -> None:
    with portal_served(_filled) as served:
        _written(folder, served.database)
        print(f"{SAID}{{}}", flush=True)
        for asked in map(str.strip, sys.stdin):
            manner, _, name = asked.rpartition(" ")
            told = _compared(served, folder / name) if not manner else _beside(served, folder, name)
            print(f"{SAID}{json.dumps(told)}", flush=True)


async def _filled(portal, told) -> None:
    chance, ours = random.Random(2026), told.ours
    async with portal.database.transaction(write=True) as session:
        (await session.merge(ours)).siret = SIRET
        rows = [_employee(chance, ours.key, ours.created_at) for _ in range(IN_LARGE)]
        await (await session.connection()).execute(insert(Employee), rows)


def _written(folder: Path, database: Path) -> None:
    if (folder / FILES[0]).exists():
        return
    # Only the tree that is started first writes them: an older one has this under another name.
    from app.employee_files.writing import csv_of, xlsx_of

    people = _people(database)
    for name, content in zip(FILES, (_dsn(), csv_of(people), xlsx_of(people)), strict=True):
        (folder / name).write_bytes(content)


def _dsn() -> bytes:
    sent = {
        "S10.G00.00.005": "02",
        "S10.G00.00.006": "P26V01",
        "S20.G00.05.001": "01",
        "S20.G00.05.002": "01",
    }
    sent |= {"S20.G00.05.003": "11", "S20.G00.05.005": "01112026", "S21.G00.06.001": SIRET[:9]}
    lines = [*sent.items(), ("S21.G00.11.001", SIRET[9:])]
    for number in range(PEOPLE):
        person = {"001": "290022278904512", "002": f"PAYE{number:04}", "004": "LEA", "005": "02"}
        person |= {"006": "03021990", "018": f"p{number}@ours.example", "019": f"M{number:05}"}
        contract = {"001": "01092024", "004": "552a", "006": "CAISSIERE", "007": "01", "008": "99"}
        contract |= {"009": "00001", "014": "10", "019": SIRET}
        lines += [(f"S21.G00.30.{rubric}", value) for rubric, value in person.items()]
        lines += [(f"S21.G00.40.{rubric}", value) for rubric, value in contract.items()]
        lines += [(f"S21.G00.81.00{1 + at % 4}", "1234.56") for at in range(LINES_OF_PAY)]
    lines += [("S90.G00.90.001", str(len(lines) + 2)), ("S90.G00.90.002", "1")]
    return "".join(f"{rubric},'{value}'\r\n" for rubric, value in lines).encode()


def _compared(served: Served, file: Path, pause: float = 0.05) -> dict[str, float]:
    cookies, address = {"session": served.session}, f"{HOME}/imports/nouveau"
    with httpx.Client(base_url=served.url, cookies=cookies, timeout=120, trust_env=False) as client:
        token = html.unescape(TOKEN.findall(client.get(address).text)[-1])
        content, processor = file.read_bytes(), _processor(served.pid)
        began = time.perf_counter()
        answer = client.post(address, data={"csrf": token}, files={"fichier": (file.name, content)})
        place = answer.headers["location"].partition("?")[0]
        while "Comparaison avec votre liste" not in (page := client.get(place).text):
            if "Fichier non repris" in page:
                raise RuntimeError(html.unescape(NOTICE.findall(page)[-1]))
            time.sleep(pause)
        told = {"seconds": time.perf_counter() - began, "processor": _processor(served.pid) - processor}
        token = html.unescape(TOKEN.findall(client.get(f"{place}/annulation").text)[-1])
        client.post(f"{place}/annulation", data={"csrf": token})
    return told


def _beside(served: Served, folder: Path, name: str) -> dict[str, float]:
    """The list, read many times a second by another process, while a file is compared again and again."""
    headers = [f"Cookie: session={served.session}", "Accept-Encoding: br"]
    command = ["pace", served.url + HOME, str(BESIDE), str(A_SECOND), *headers]
    load = [sys.executable, "-m", "tests.bench.load", *command]
    with subprocess.Popen(load, cwd=ROOT, stdout=subprocess.PIPE, text=True) as reading:
        while name != NOTHING and reading.poll() is None:
            _compared(served, folder / name, AS_THE_PAGE)
        said, _ = reading.communicate()
    return {"slowest": json.loads(said)["slowest"]}


def _processor(pid: int) -> float:
    """Of a process and of its children, also those that have ended, in seconds."""
    told = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15]
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return sum(map(int, told)) / os.sysconf("SC_CLK_TCK") + sum(map(_processor, children))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
