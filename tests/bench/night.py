"""53 000 reminders in one night: how many an hour are queued, and how long somebody else waits to write.

Each member has one person, who is reminded of the declaration of the year. How many an hour leave the outbox
is the bench of `mail`.
"""

import asyncio
import time
from datetime import timedelta

from sqlalchemy import insert

from app import clock
from app.housekeeping import remind_everybody
from app.portal import Portal
from db.models import Account, Membership, Tariff
from tests.bench.member_import import WAIT, fill, fresh_portal, waits_of
from tests.bench.table import Line, verdict

MEMBERS, HOURS = 53_000, 4  # hours: from one to five


def lines(*, quick: bool = False) -> list[Line]:
    return asyncio.run(_lines(MEMBERS // 50 if quick else MEMBERS))


async def _lines(number: int) -> list[Line]:
    async with fresh_portal("night") as portal:
        return await _measured(portal, number)


async def _measured(portal: Portal, number: int) -> list[Line]:
    account = await fill(portal, number)
    await _people(portal, number)
    began, worked = time.perf_counter(), time.process_time()
    async with waits_of(portal, account) as waits:
        queued = await remind_everybody(portal)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    if queued != number:
        raise RuntimeError(f"{queued} of {number} members reminded")
    an_hour = number / took * 3600
    least = MEMBERS / HOURS
    return [
        Line(
            f"{number} members reminded: an hour", f"{an_hour:,.0f} ({1000 * worked / number:.1f} ms each)",
            f"at least {least:,.0f}", verdict(an_hour >= least),
        ),
        Line("  longest wait to write", f"{max(waits):.2f} s", f"< {WAIT} s", verdict(max(waits) < WAIT)),
        Line("  95 of 100 waits", f"{sorted(waits)[int(len(waits) * 0.95)] * 1000:.0f} ms"),
    ]  # fmt: skip


async def _people(portal: Portal, number: int) -> None:
    """Of each company one, who may declare."""
    now, today = clock.now(), clock.today()
    async with portal.database.transaction(write=True) as session:
        connection = await session.connection()
        session.add(
            Tariff(
                year=today.year, opens_on=today - timedelta(days=1), closes_on=today + timedelta(days=40)
            )
        )  # fmt: skip
        await session.flush()
        for start in range(1, number + 1, 1_000):
            keys = range(start, min(start + 1_000, number + 1))
            await connection.execute(
                insert(Account), [
                    {"id": each + 10, "email": f"p{each}@d{each % 50}.example", "first_name": "A",
                     "last_name": "B", "job_title": "", "created_at": now}
                    for each in keys
                ],
            )  # fmt: skip
            await connection.execute(
                insert(Membership),
                [
                    {"account_id": each + 10, "company_id": each, "roles": ["admin"], "created_at": now}
                    for each in keys
                ],
            )
