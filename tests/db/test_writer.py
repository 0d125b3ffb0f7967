"""The connection that writes to SQLite: the disk is waited for after the turn, long reads lose nothing."""

import asyncio

import pytest
from sqlalchemy import text

from app import clock
from db import writer
from db.models import AuditEvent, AuditKind
from db.turns import one_request, unhurried
from tests.conftest import SERVER
from tests.reading import rows

pytestmark = pytest.mark.skipif(bool(SERVER), reason="PostgreSQL syncs its log itself")
COUNT = text(
    "SELECT count(*) FROM (WITH RECURSIVE n(i) AS"
    " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) SELECT i FROM n)"
)


async def note(portal, about):
    async with portal.database.transaction(write=True) as session:
        session.add(AuditEvent(at=clock.now(), kind=AuditKind.SIGNED_IN, about=about))


@pytest.fixture
def synced(portal, monkeypatch):
    """What was committed when each sync began."""
    seen, sync = [], portal.database._log._sync

    def noted():
        seen.append(portal.database._driver.commits)
        sync()

    monkeypatch.setattr(portal.database._log, "_sync", noted)
    return seen


async def test_nobody_is_answered_before_their_commit_is_on_the_disk(portal, world, synced):
    first = portal.database._driver.commits

    async def write(number):
        await note(portal, str(number))
        return max(synced)

    answered = await asyncio.gather(*map(write, range(12)))
    # In the order of their turns: each was answered after a sync that began with their commit done.
    assert all(at >= first + number for number, at in enumerate(answered, 1))
    assert len(await rows(portal, AuditEvent, AuditEvent.about.in_(map(str, range(12))))) == 12


async def test_one_sync_is_for_all_who_wait(portal, world, synced):
    synced.clear()
    await asyncio.gather(*(portal.database._log.on_disk() for _ in range(12)))
    assert len(synced) == 1


async def test_what_changed_nothing_waits_for_no_disk(portal, world, synced):
    async with portal.database.transaction(write=True) as session:
        await session.exec(COUNT.bindparams(most=3))
    async with portal.database.transaction(write=True) as session:
        session.add(AuditEvent(at=clock.now(), kind=AuditKind.SIGNED_IN))
        session.info["refused"] = True
    assert synced == []


@pytest.mark.parametrize("manner", [one_request, unhurried])
async def test_a_long_read_goes_to_the_thread_and_the_transaction_goes_on(portal, world, manner):
    """Stopped here, it is read again there: what was written before stays."""
    with manner():
        async with portal.database.transaction(write=True) as session:
            session.add(AuditEvent(at=clock.now(), kind=AuditKind.SIGNED_IN, about="before"))
            await session.flush()
            counted = await (await session.connection()).execute(COUNT, {"most": 300_000})
            assert counted.scalar_one() == 300_000
            session.add(AuditEvent(at=clock.now(), kind=AuditKind.SIGNED_IN, about="after"))
    assert len(await rows(portal, AuditEvent, AuditEvent.about.in_(["before", "after"]))) == 2


def test_much_to_write_is_told_by_its_values():
    assert writer.is_heavy(("x" * 30_000,))
    assert writer.is_heavy({"rows": b"x" * 30_000})
    assert not writer.is_heavy((1, None, "x" * 3_000))


@pytest.mark.parametrize("longest", [0, writer.LONGEST])
async def test_the_log_is_copied_beside_the_writers(portal, world, monkeypatch, longest):
    """`longest`: above it, nobody writes in between."""
    monkeypatch.setattr(writer, "COPIED_AFTER", 3)
    monkeypatch.setattr(writer, "LONGEST", longest)
    monkeypatch.setattr(writer, "COPIED_EVERY", 0)
    for number in range(4):
        await note(portal, str(number))
    await portal.database._copying._task
    pages, copied = portal.database._log.copy()
    assert pages == copied
