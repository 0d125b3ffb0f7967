"""2 000 convocations proposed together: prepared, proposed in portions, and how long others wait to write.

On SQLite, or on PostgreSQL where PORTAIL_TEST_DATABASE_URL names a server.
"""

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta
from datetime import time as hour

from sqlalchemy import insert

from app import clock
from app.access import StaffAccess
from app.batches.staff import Wanted, launch_batch, prepare_batch, work_portion
from app.portal import Portal
from db.kinds import VisitKind
from db.models import CareCentre, ClinicSession, Employee, Professional, Slot
from tests.bench.employees_base import _employee
from tests.bench.member_import import WAIT, fill, fresh_portal, waits_of
from tests.bench.table import Line, verdict
from tests.reading import rows

PEOPLE, MOST_SECONDS, A_SESSION = 2_000, 60, 16


def lines(*, quick: bool = False) -> list[Line]:
    return asyncio.run(_lines(PEOPLE // 10 if quick else PEOPLE))


async def _lines(number: int) -> list[Line]:
    async with fresh_portal("batches") as portal:
        return await _measured(portal, number)


async def _measured(portal: Portal, number: int) -> list[Line]:
    account = await fill(portal, number // 4)
    wanted = await _people_and_times(portal, number)
    began = time.perf_counter()
    async with portal.database.transaction(write=True) as session:
        batch = await prepare_batch(StaffAccess(portal, session, account), wanted, clock.moment())
        await session.flush()
        batch_id = batch.key
    prepared = time.perf_counter() - began
    began = time.perf_counter()
    async with waits_of(portal, account) as waits:
        async with portal.database.transaction(write=True) as session:
            await launch_batch(StaffAccess(portal, session, account), batch_id, clock.now())
        while await work_portion(portal, clock.now()):
            await asyncio.sleep(0)
    took = time.perf_counter() - began
    if len(await rows(portal, Slot)) != number:
        raise RuntimeError("somebody was not proposed a time")
    return [
        Line(f"{number} people fitted", f"{prepared:.1f} s"),
        Line("  proposed", f"{took:.1f} s", f"< {MOST_SECONDS} s", verdict(took < MOST_SECONDS)),
        Line("  longest wait to write", f"{max(waits):.2f} s", f"< {WAIT} s", verdict(max(waits) < WAIT)),
    ]


async def _people_and_times(portal: Portal, number: int) -> Wanted:
    """Four people to see in each company, and just as many times."""
    chance, now, today = random.Random(2026), clock.now(), clock.today()
    due = {"due_on": today + timedelta(days=20), "due_kind": VisitKind.VIP}
    first = datetime.combine(today + timedelta(days=7), hour(8), UTC)
    async with portal.database.transaction(write=True) as session:
        connection = await session.connection()
        people = [_employee(chance, 1 + each % (number // 4), now) | due for each in range(number)]
        await connection.execute(insert(Employee), people)
        centre = CareCentre(name="Centre", address="1 rue de la Gare", postcode="22000", town="Saint-Brieuc")
        session.add(centre)
        await session.flush()
        sessions = []
        for place in range(-(-number // A_SESSION)):
            professional = Professional(name=f"Dr {place}", role="médecin du travail")
            session.add(professional)
            await session.flush()
            made = ClinicSession(
                centre_id=centre.key, professional_id=professional.key, starts_at=first, minutes=30,
                ends_at=first + timedelta(minutes=30 * A_SESSION), created_at=now,
            )  # fmt: skip
            session.add(made)
            sessions.append(made)
        await session.flush()
        return Wanted(None, today + timedelta(days=30), (), tuple(each.key for each in sessions))
