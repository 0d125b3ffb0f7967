"""A members' file compared with what the portal knows, and the work on imports beside the requests.

The rows are read outside any transaction, some hundreds at a time, and what they change is one short
transaction with how far the comparison is. One process has the rows of a file; when nothing has moved for a
while, another one opens the file and goes on. Revisit for files that do not fit into memory.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, delete, update
from sqlmodel import col, select

from app.access import Access, StaffAccess, VisitorAccess
from app.member_file.acts import COPIED
from app.member_file.reading import MemberLine, MemberRows, WrongLine
from app.members.importing import (
    MOST_BYTES,
    new_codes,
    values_of,
    write_portion,
    write_rows,
)
from app.portal import Portal
from app.portions import limited
from app.security.keys import Keys
from db.models import (
    Account,
    MemberImport,
    MemberImportFile,
    MemberImportKind,
    MemberImportLine,
    MemberImportState,
)

log = structlog.get_logger()
READ = 250  # rows: a tenth of a second of a thread
STALLED = timedelta(seconds=30)
NO_NUMBER = "-" * 64
ORPHAN = "l’adhérent {} de ce site n’est ni dans le fichier ni dans le portail"
ABOUT = "members' file"
UNDER_WAY = (MemberImportState.READING, MemberImportState.APPLYING, MemberImportState.UNDOING)


def sealed_file(keys: Keys, content: bytes) -> bytes:
    """The file as it waits. 20 MB take some tenths of a second: outside any transaction."""
    return keys.sealed(zlib.compress(content, 1), ABOUT)


async def begin_import(
    access: StaffAccess, name: str, sealed: bytes, rows: MemberRows, now: datetime
) -> MemberImport:
    """Keep the file to be compared; one of a few rows is compared at once."""
    made = MemberImport(
        account_id=access.account.key, file_name=name[-120:], expected=len(rows), created_at=now
    )
    access.add(made)
    await access.flush()
    if len(rows) <= READ:
        await _compare(access, made, *rows.read(0, READ))
        await _end(access, made, await _orphans(access, made.key))
    else:
        access.add(MemberImportFile(import_id=made.key, sealed=sealed))
    return made


class ImportWork:
    """One process's part of the work: the rows of the file that it compares, between two portions."""

    def __init__(self) -> None:
        self._number = 0
        self._rows: MemberRows | None = None

    async def portion(self, portal: Portal, now: datetime) -> bool:
        """The next portion of an import under way. False when there is nothing to do for this process."""
        async with portal.database.transaction(write=False) as session:
            under_way = select(MemberImport).where(col(MemberImport.state).in_(UNDER_WAY))
            found = await VisitorAccess(portal, session).all(under_way.order_by(col(MemberImport.id)))
        for each in found:
            is_reading = each.state == MemberImportState.READING
            if await (self._read(portal, each, now) if is_reading else _write(portal, each.key, now)):
                return True
        return False

    async def _read(self, portal: Portal, found: MemberImport, now: datetime) -> bool:
        if self._number != found.key or self._rows is None:
            if not await _claim(portal, found.key, now):
                return False
            self._number, self._rows = found.key, await _opened(portal, found.key)
        if self._rows is None:
            return await _fail(portal, found.key)
        if found.done >= len(self._rows):
            self._rows = None
            return await _finish(portal, found.key)
        read = await asyncio.to_thread(self._rows.read, found.done, found.done + READ)
        async with _held(portal, found.key) as (access, held):
            # Another process may have taken this one for dead.
            if held.state == MemberImportState.READING and held.done == found.done:
                await _compare(access, held, *read)
                held.touched_at = now
        return True


async def _claim(portal: Portal, import_id: int, now: datetime) -> bool:
    """True when no other process reads this file, or the one that did has stopped."""
    mine = update(MemberImport).where(
        col(MemberImport.id) == import_id, col(MemberImport.state) == MemberImportState.READING,
        col(MemberImport.touched_at).is_(None) | (col(MemberImport.touched_at) < now - STALLED),
    )  # fmt: skip
    async with portal.database.transaction(write=True) as session:
        return bool(await VisitorAccess(portal, session).change(mine.values(touched_at=now)))


async def _opened(portal: Portal, import_id: int) -> MemberRows | None:
    """The rows of the file; None when nobody can open it any more."""
    kept = select(MemberImportFile).where(col(MemberImportFile.import_id) == import_id)
    async with portal.database.transaction(write=False) as session:
        found = await VisitorAccess(portal, session).first(kept)
    try:
        return await asyncio.to_thread(_rows, portal.keys, found.sealed) if found else None
    except Exception:
        log.exception("member_import_unreadable", import_id=import_id)
        return None


def _rows(keys: Keys, sealed: bytes) -> MemberRows:
    return MemberRows(zlib.decompress(keys.opened(sealed, ABOUT)), MOST_BYTES)


@asynccontextmanager
async def _held(portal: Portal, import_id: int) -> AsyncIterator[tuple[StaffAccess, MemberImport]]:
    """The import, by whoever asked for the work, while nobody else writes it."""
    async with limited(portal, MemberImport) as session:
        held = await session.get_one(MemberImport, import_id, with_for_update=True)
        yield StaffAccess(portal, session, await session.get_one(Account, held.account_id)), held


async def _write(portal: Portal, import_id: int, now: datetime) -> bool:
    async with _held(portal, import_id) as (access, held):
        is_at_work = held.state in {MemberImportState.APPLYING, MemberImportState.UNDOING}
        if is_at_work:
            await write_portion(access, held, now)
    return is_at_work


async def _finish(portal: Portal, import_id: int) -> bool:
    async with portal.database.transaction(write=False) as session:
        orphans = await _orphans(VisitorAccess(portal, session), import_id)
    async with _held(portal, import_id) as (access, held):
        if held.state == MemberImportState.READING:
            await _end(access, held, orphans)
    return True


async def _fail(portal: Portal, import_id: int) -> bool:
    async with _held(portal, import_id) as (access, held):
        if held.state == MemberImportState.READING:
            held.state = MemberImportState.FAILED
            await _forget_file(access, held)
    return True


async def _end(access: StaffAccess, found: MemberImport, orphans: Sequence[dict[str, Any]]) -> None:
    """Compared to its last row: the sites of no member are refused, and the file is forgotten."""
    refused = update(MemberImportLine).where(col(MemberImportLine.id) == bindparam("of_line"))
    refused = refused.values(kind=MemberImportKind.REFUSED, words=bindparam("said"))
    if orphans:
        await (await access.session_.connection()).execute(refused, orphans)
    await _forget_file(access, found)
    found.state, found.done = MemberImportState.READY, found.expected


async def _forget_file(access: StaffAccess, found: MemberImport) -> None:
    await access.change(delete(MemberImportFile).where(col(MemberImportFile.import_id) == found.key))


async def _orphans(access: Access, import_id: int) -> list[dict[str, Any]]:
    """The new sites whose member is neither new nor known, each with the words that refuse it."""
    lines = await new_codes(access, import_id)
    coming = {code for _, code in lines}
    alone = [(number, code[:5]) for number, code in lines if "-" in code and code[:5] not in coming]
    known = (await values_of(access, sorted({member for _, member in alone}))).keys()
    return [
        {"of_line": number, "said": ORPHAN.format(member)} for number, member in alone if member not in known
    ]


async def _compare(
    access: StaffAccess, found: MemberImport, lines: Sequence[MemberLine], wrong: Sequence[WrongLine]
) -> None:
    """Keep what each row changes, or why it cannot be taken, and how far that is."""
    known = await values_of(access, [each.code for each in lines])
    compared = [*_changes(lines, known, access.portal.keys), *map(_refused, wrong)]
    found.unchanged += len(lines) + len(wrong) - len(compared)
    found.done += len(lines) + len(wrong)
    await write_rows(access, MemberImportLine, [each | {"import_id": found.key} for each in compared])


def _changes(
    lines: Sequence[MemberLine], known: dict[str, dict[str, str]], keys: Keys
) -> Iterator[dict[str, Any]]:
    """A row for each line that changes something."""
    for line in lines:
        row = {"line": line.line, "code": line.code, "before": {}, "after": {}, "words": ""}
        values = {name: value for name in COPIED if (value := getattr(line, name)) is not None}
        if line.number:
            values["declarant_key"] = keys.declarant_key(line.code, line.number)
        if line.code not in known:
            blank = dict.fromkeys(COPIED, "") | {"declarant_key": NO_NUMBER}
            yield row | {"kind": MemberImportKind.NEW, "after": blank | values}
            continue
        was = known[line.code]
        after = {name: value for name, value in values.items() if was[name] != value}
        if after:
            before = {name: was[name] for name in after}
            yield row | {"kind": MemberImportKind.CHANGED, "before": before, "after": after}


def _refused(wrong: WrongLine) -> dict[str, Any]:
    return {
        "kind": MemberImportKind.REFUSED, "line": wrong.line, "code": wrong.code[:9], "before": {},
        "after": {}, "words": wrong.words[:500],
    }  # fmt: skip
