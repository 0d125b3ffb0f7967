"""Print a reminder for all members, killed one statement later each time, until it is done.

    python -m tests.letters.killing SETTINGS

After each kill, no member has two letters, and each letter has its line of the history. Prints the number of
kills. Its own process: it forks.
"""

import asyncio
import sys

from app import clock
from app.letters import rules, staff
from app.portal import make_portal
from app.settings import Settings
from db.models import AuditEvent, AuditKind, CampaignLetter, LetterFile, LetterRun
from tests.killing import killed_at
from tests.reading import rows


def main(settings: Settings) -> None:
    staff.PORTION, staff.MOST, rules.MOST = 1, 2, 2
    staff.typeset_apart = draw
    kills = 0
    while killed_at(1 + kills, lambda: asyncio.run(work(settings))):
        kills += 1
        asyncio.run(check(settings))
    print(kills)


async def draw(_template, content) -> bytes:
    """The real drawing starts a process of its own, and writes nothing."""
    return f"%PDF-1.7 {content['letters']}".encode()


async def work(settings: Settings) -> None:
    portal = make_portal(settings, bcrypt_cost=4)
    while await staff.work_portion(portal, clock.now()):
        pass
    await portal.close()


async def check(settings: Settings) -> None:
    portal = make_portal(settings, bcrypt_cost=4)
    (run,) = await rows(portal, LetterRun)
    companies = [each.company_id for each in await rows(portal, CampaignLetter)]
    told = [
        each.company_id
        for each in await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.CAMPAIGN_LETTER)
    ]
    assert len(companies) == len(set(companies)) == run.letters
    assert sorted(companies) == sorted(told)
    assert len(await rows(portal, LetterFile)) == run.drawn
    await portal.close()


if __name__ == "__main__":
    main(Settings.model_validate_json(sys.argv[1]))
