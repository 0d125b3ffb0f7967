"""The service's search over members, people, employees and invoices: processor time of each answer.

The base is made by `portail seed-service`: 53 000 members and 1.1 million employees, 2 000 and 42 000 with
`--quick`. With PORTAIL_DATABASE_URL and PORTAIL_DATA_DIR, a base that is filled already is searched instead.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from app import clock
from app.access import StaffAccess
from app.portal import Portal, make_portal
from app.search.queries import search
from app.settings import load_settings
from db.models import Account
from tests.bench.table import Line, verdict

MOST = 100  # milliseconds
MEMBERS, QUICK = 53_000, 2_000
TIMES = 5
# Words, and what they are: rare and common, of one kind and of all.
WORDS = {
    "10": "a code typed short",
    "732 829 320": "a SIREN",
    "martin": "a name of many",
    "mar": "three letters that begin one name in fifteen",
    "kergo anne": "the beginning of a name, and a first name",
    "anne": "a first name of one in twenty",
    "plœmeur cœur": "a town and a word, with their ligatures",
    "personne": "a word of every address",
    "S2026-000012": "the number of an invoice",
    "zyxwv": "nobody's name",
    "le": "a word of two letters",
}


def lines(*, quick: bool = False) -> list[Line]:
    if os.environ.get("PORTAIL_DATABASE_URL"):
        return asyncio.run(_measured())
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PORTAIL_DATA_DIR"] = folder
        number = str(QUICK if quick else MEMBERS)
        command = [sys.executable, "-m", "app", "seed-service", "--members", number]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
        try:
            return asyncio.run(_measured())
        finally:
            del os.environ["PORTAIL_DATA_DIR"]


async def _measured() -> list[Line]:
    portal = make_portal(load_settings(demo=True), bcrypt_cost=4)
    # A server of its own works while this process waits: there the clock tells.
    stopwatch = time.process_time if portal.database.is_sqlite else time.perf_counter
    try:
        return [await _line(portal, words, what, stopwatch) for words, what in WORDS.items()]
    finally:
        await portal.close()


async def _line(portal: Portal, words: str, what: str, stopwatch: Callable[[], float]) -> Line:
    clerk = Account(id=1, email="", first_name="", last_name="", job_title="", created_at=clock.now())
    found, times = 0, []
    for _ in range(TIMES):
        async with portal.database.transaction(write=False) as session:
            began = stopwatch()
            groups = await search(StaffAccess(portal, session, clerk), words, clock.today())
            times.append((stopwatch() - began) * 1000)
            found = sum(len(group.rows) for group in groups)
    spent = median(times)
    return Line(
        f"{what}: « {words} », {found} found", f"{spent:.1f} ms", f"at most {MOST}", verdict(spent <= MOST)
    )
