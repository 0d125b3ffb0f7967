"""Compare, apply and undo the first members' file, killed one statement later each time, until it is done.

    python -m tests.members.killing SETTINGS [STEP]

After each kill, what is written is what the import says is done. Prints the number of kills. Its own process:
it forks.
"""

import asyncio
import sys
from datetime import timedelta

from app import clock
from app.access import StaffAccess
from app.members import comparing, importing
from app.portal import make_portal
from app.settings import Settings
from db.models import Account, Company, MemberImport, MemberImportLine, MemberImportState
from tests.killing import killed_at
from tests.reading import rows


def main(settings: Settings, step: int) -> None:
    comparing.READ = importing.PORTION = 2
    total = 0
    for begin in (None, importing.apply_import, importing.undo_import):
        if begin:
            asyncio.run(begun(settings, begin))
        kills = 0
        while killed_at(1 + kills * step, lambda late=kills + 1: asyncio.run(work(settings, late))):
            kills += 1
            asyncio.run(check(settings))
        total += kills
    print(total)


async def begun(settings: Settings, act) -> None:
    portal = make_portal(settings, bcrypt_cost=4)
    (found,) = await rows(portal, MemberImport)
    async with portal.database.transaction(write=True) as session:
        access = StaffAccess(portal, session, await session.get_one(Account, found.account_id))
        assert not await act(access, found.key, clock.now()), "the rest is in the background"
    await portal.close()


async def work(settings: Settings, late: int) -> None:
    """`late`: minutes after the process before was killed, which nobody takes for dead at once."""
    portal = make_portal(settings, bcrypt_cost=4)
    mine = comparing.ImportWork()
    while await mine.portion(portal, clock.now() + timedelta(minutes=late)):
        pass
    await portal.close()


async def check(settings: Settings) -> None:
    portal = make_portal(settings, bcrypt_cost=4)
    (found,) = await rows(portal, MemberImport)
    lines = sorted(await rows(portal, MemberImportLine), key=lambda each: each.key)
    known = {each.code: each for each in await rows(portal, Company)}
    if found.state == MemberImportState.READING:
        assert len(lines) + found.unchanged == found.done
    for each in lines:
        is_done = found.after >= each.key
        is_written = {"applying": is_done, "undoing": not is_done, "applied": True}.get(found.state, False)
        if each.kind == "new":
            assert (each.code in known) is is_written
        elif each.kind == "changed":
            assert (known[each.code].name == each.after["name"]) is is_written
    await portal.close()


if __name__ == "__main__":
    main(Settings.model_validate_json(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
