"""Hourly work: deleting rows too old to matter, and sending reminders."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, delete, text, update
from sqlmodel import col, select

from app import clock
from app.contributions.reminders import remind_of_declarations
from app.employees.reminders import remind_of_expiries
from app.files.held import forgetting_old, is_old
from app.files.storage import StorageAway
from app.imports.reading import UNDER_WAY
from app.inbox.reminders import send_digests
from app.planning.reminders import remind_of_visits
from app.portal import Portal
from app.retention import rules as retention
from app.retention.acts import apply_at_night
from app.security.throttle import forget_old_guesses
from db.models import (
    AccountToken,
    Draft,
    EmployeeDraft,
    EmployeeImport,
    ImportLine,
    ImportState,
    KeptBytes,
    KeptFile,
    KnownDevice,
    SentFile,
    SignInFlow,
    metadata,
)
from db.types import Instant

log = structlog.get_logger()
UNNAMED_FOR = timedelta(days=1)
MOST = 500  # files a turn: the others wait for the next
# Whatever table names a file, it names it so.
NAMING = [
    table.c.sha256
    for table in metadata.sorted_tables
    if "sha256" in table.c and table.name != KeptFile.__tablename__
]
_KNOW = text(
    "INSERT INTO keptfile (sha256, kept_at) VALUES (:sha256, :at) ON CONFLICT (sha256) DO NOTHING"
).bindparams(bindparam("at", type_=Instant()))


async def sweep_files(portal: Portal, now: datetime) -> int:
    """Remove files that no row names; return their number. A failure of the storage is retried
    the next time.
    """
    old, removed = now - UNNAMED_FOR, 0
    try:
        await asyncio.to_thread(portal.storage.drop_unfinished, old)
        there, named = await portal.storage.older_than(old), await _files_in_rows(portal)
        for sha256 in [each for each in there if each not in named][:MOST]:
            removed += await _remove_file(portal, sha256, old)
    except StorageAway:
        log.warning("files_not_swept")
    if removed:
        log.info("files_swept", count=removed)
    return removed


async def _files_in_rows(portal: Portal) -> set[str]:
    """All at once: no index leads from a file to its rows, and nearly all of them are named."""
    async with portal.database.transaction(write=False) as session:
        return {sha256 for column in NAMING for sha256 in await session.exec(select(column).distinct())}


async def _remove_file(portal: Portal, sha256: str, old: datetime) -> bool:
    """The bytes go inside the transaction, which is short: one file, one row; its row stays if they do."""
    async with portal.database.transaction(write=True) as session:
        connection = await session.connection()
        await connection.execute(_KNOW, {"sha256": sha256, "at": old - UNNAMED_FOR})
        unnamed = [~select(column).where(column == sha256).exists() for column in NAMING]
        mine = delete(KeptFile).where(col(KeptFile.sha256) == sha256, col(KeptFile.kept_at) < old, *unnamed)
        if not (await session.exec(mine)).rowcount:
            return False
        await portal.storage.remove(sha256)
        return True


EVERY_SECONDS, FORGETTING_SECONDS = 3600.0, 60.0
BREATH = 0.05  # seconds
TURN = timedelta(seconds=EVERY_SECONDS * 0.9)
_TURN = text(
    "INSERT INTO housework (step, began_at) VALUES (:step, :now) ON CONFLICT (step) "
    "DO UPDATE SET began_at = excluded.began_at WHERE housework.began_at <= :before RETURNING id"
).bindparams(bindparam("now", type_=Instant()), bindparam("before", type_=Instant()))


async def forget_sent_files(portal: Portal) -> None:
    """Every minute, what was sent to be read half an hour ago."""
    while True:
        await _without_fail("sent_files", _forget_sent_files(portal, clock.now()))
        await asyncio.sleep(FORGETTING_SECONDS)


async def _forget_sent_files(portal: Portal, now: datetime) -> None:
    """Nothing is written when there is none, as nearly always."""
    async with portal.database.transaction(write=False) as session:
        if not (await session.exec(select(SentFile.id).where(is_old(now)).limit(1))).first():
            return
    async with portal.database.transaction(write=True) as session:
        await session.exec(forgetting_old(now))


async def keep_house(portal: Portal) -> None:
    """Every hour, in one process: of a big base each step reads a lot, though it finds nothing to do."""
    while True:
        if await _without_fail("turn", _take_turn(portal, clock.now())):
            await _do_housework(portal)
        await asyncio.sleep(EVERY_SECONDS)


async def _take_turn(portal: Portal, now: datetime) -> int:
    """1 for the first process of this hour: another one that is killed leaves the rest to the next hour."""
    given = {"step": "housework", "now": now, "before": now - TURN}
    async with portal.database.transaction(write=True) as session:
        found = await (await session.connection()).execute(_TURN, given)
        return len(found.all())


async def _do_housework(portal: Portal) -> None:
    await _without_fail("tidy", tidy(portal, clock.now()))
    await _without_fail("files", sweep_files(portal, clock.now()))
    await _without_fail("visits", remind_of_visits(portal, clock.now()))
    await _without_fail("digests", send_digests(portal, clock.now()))
    await remind_everybody(portal)
    # The longest of the work: letters do not wait for it.
    await _without_fail("retention", apply_at_night(portal, clock.now()))


async def remind_everybody(portal: Portal) -> int:
    """The number of reminders of one day. Tens of thousands may be due: they come in portions, do not wait
    for the next hour, and let requests write in between.
    """
    number = 0
    while done := await _without_fail("expiries", remind_of_expiries(portal, clock.now(), clock.today())):
        number += done
        await asyncio.sleep(BREATH)
    declared = remind_of_declarations(portal, clock.now(), clock.today())
    return number + await _without_fail("declarations", declared)


async def _without_fail(step: str, work: Awaitable[int | None]) -> int:
    """The number a step answers; a step that fails keeps none of the others from their work."""
    try:
        return await work or 0
    except Exception:
        log.exception("housekeeping", step=step)
        return 0


async def tidy(portal: Portal, now: datetime) -> None:
    """Delete what `app.retention.rules` gives no period to the direction for, and is too old."""
    devices = update(KnownDevice).where(col(KnownDevice.network) != "")
    await forget_old_guesses(portal.database, now)
    async with portal.database.transaction(write=True) as session:
        for statement in (
            delete(SignInFlow).where(col(SignInFlow.expires_at) < now),
            delete(Draft).where(col(Draft.created_at) < now - retention.DRAFT_KEPT),
            delete(AccountToken).where(col(AccountToken.expires_at) < now - retention.LINK),
            delete(KnownDevice).where(col(KnownDevice.last_seen_at) < now - retention.LIFE),
            devices.where(col(KnownDevice.last_seen_at) < now - retention.NETWORK_LIFE).values(network=""),
            delete(KeptBytes).where(col(KeptBytes.day) < (now - retention.COUNTED).date()),
            delete(EmployeeDraft).where(col(EmployeeDraft.updated_at) < now - retention.STARTED),
            update(EmployeeImport)
            .where(
                col(EmployeeImport.state).in_(UNDER_WAY),
                col(EmployeeImport.created_at) < now - retention.UNAPPLIED,
            )
            .values(state=ImportState.DROPPED, columns=[], problem=""),
            delete(ImportLine).where(
                col(ImportLine.import_id).in_(
                    select(EmployeeImport.id).where(EmployeeImport.state == ImportState.DROPPED)
                )
            ),
        ):
            await session.exec(statement)
