"""A contribution call killed a hundred times (`kill -9`) while it issues its invoices.

python -m tests.bench calls_killed                                  SQLite
PORTAIL_TEST_DATABASE_URL=… python -m tests.bench calls_killed      PostgreSQL
"""

import asyncio
import json
import subprocess
import sys

from app import clock
from app.settings import Settings
from tests.bench.mail import ROOT, SERVER
from tests.bench.member_import import fill, fresh_portal
from tests.bench.table import Line, verdict
from tests.calls.killing import declared, launched

KILLS, MEMBERS, PORTION = 100, 4_000, 10


def lines(*, quick: bool = False) -> list[Line]:
    return asyncio.run(_lines(*(part // 10 if quick else part for part in (KILLS, MEMBERS))))


async def _lines(kills: int, members: int) -> list[Line]:
    async with fresh_portal("calls_killed") as portal:
        account, year = await fill(portal, members), clock.today().year + 1
        await declared(portal, year)
        await launched(portal, account, year)
        found = await asyncio.to_thread(_killed, portal.settings, kills)
    measured = (
        f"{found['kills']} kills ({found['in_the_middle']} before its end), {found['invoices']} invoices, "
        f"{found['gaps']} gaps, {found['doubles']} doubles, {found['sums']} sums off"
    )
    is_good = not (found["gaps"] or found["doubles"] or found["sums"])
    is_good &= found["invoices"] == members and found["kills"] == found["in_the_middle"] == kills
    name = f"{members} members, {'PostgreSQL' if SERVER else 'SQLite'}"
    return [Line(name, measured, f"{kills} kills, no gap, no double, sums equal", verdict(is_good))]


def _killed(settings: Settings, kills: int) -> dict[str, int]:
    """A process of its own, since it forks."""
    command = [sys.executable, "-m", "tests.calls.killing", settings.model_dump_json(), str(kills)]
    told = subprocess.run([*command, str(PORTION), "any"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, int] = json.loads(told.stdout)
    return found
