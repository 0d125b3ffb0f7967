"""Files that no row names, a day after they were last announced: an upload whose form was refused, or cut.

The row of a file in `keptfile` settles who comes first: whoever keeps it writes there before the bytes, and
whoever removes it takes that row away in the transaction in which the bytes go. So a file that is being kept
again while it is removed waits, and is then written anew; one that was just announced is left alone.
"""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, delete, text
from sqlmodel import col, select

from app.portal import Portal
from app.storage import StorageAway
from db.models import KeptFile, metadata
from db.types import Instant

log = structlog.get_logger()
KEPT = timedelta(days=1)
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
    """How many were removed. What the storage cannot do now it does the next time."""
    old, removed = now - KEPT, 0
    try:
        await asyncio.to_thread(portal.storage.drop_unfinished, old)
        there, named = await portal.storage.older_than(old), await _named(portal)
        for sha256 in [each for each in there if each not in named][:MOST]:
            removed += await _swept(portal, sha256, old)
    except StorageAway:
        log.warning("files_not_swept")
    if removed:
        log.info("files_swept", count=removed)
    return removed


async def _named(portal: Portal) -> set[str]:
    """All at once: no index leads from a file to its rows, and nearly all of them are named."""
    async with portal.database.transaction(write=False) as session:
        return {sha256 for column in NAMING for sha256 in await session.exec(select(column).distinct())}


async def _swept(portal: Portal, sha256: str, old: datetime) -> bool:
    """The bytes go inside the transaction, which is short: one file, one row; its row stays if they do."""
    async with portal.database.transaction(write=True) as session:
        connection = await session.connection()
        await connection.execute(_KNOW, {"sha256": sha256, "at": old - KEPT})
        unnamed = [~select(column).where(column == sha256).exists() for column in NAMING]
        mine = delete(KeptFile).where(col(KeptFile.sha256) == sha256, col(KeptFile.kept_at) < old, *unnamed)
        if not (await session.exec(mine)).rowcount:
            return False
        await portal.storage.remove(sha256)
        return True
