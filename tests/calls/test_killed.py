"""A call whose process is killed as `kill -9` does it: `python -m tests.bench calls_killed` does so a hundred
times.
"""

import asyncio
import json
import sys

from app import clock
from app.web.templating import ROOT
from tests.bench.member_import import fill
from tests.calls.killing import declared, launched

KILLS, PORTION = 6, 2


async def test_a_call_killed_anywhere_has_neither_gap_nor_double(portal, settings):
    account, year = await fill(portal, 20), clock.today().year + 1
    members = await declared(portal, year)
    await launched(portal, account, year)
    command = ["-m", "tests.calls.killing", settings.model_dump_json(), f"{KILLS}", f"{PORTION}"]
    pipe = asyncio.subprocess.PIPE
    killing = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, stdout=pipe, stderr=pipe
    )
    told, trouble = await killing.communicate()
    assert killing.returncode == 0, trouble.decode()[-2000:]
    found = json.loads(told)
    assert found.pop("kills") == found.pop("in_the_middle") == KILLS
    assert found == {"invoices": members, "gaps": 0, "doubles": 0, "sums": 0}
