"""The members' file compared with what the portal knows, applied, undone. An absence deletes nothing.

An import changes what the file says and the portal did not, and keeps what stood there before: undoing
gives it back where nobody changed it since, and takes away the members that came with it and that nothing
names yet. Both are done in portions, each a transaction of its own with how far it went: others write in
between, and a process that is killed leaves nothing half done. The first is done at once, by whoever asks.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, update
from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.errors import Refused
from app.member_file.acts import COPIED
from app.portions import fitting
from app.scope import models
from db.models import (
    KEPT_COUNTS,
    AuditEvent,
    AuditKind,
    Company,
    MemberImport,
    MemberImportKind,
    MemberImportLine,
    MemberImportState,
    StaffRead,
)

MOST_BYTES = 20 * 1024 * 1024
MOST_LINES = 60_000
PAGE, CHUNK, FEW = 50, 1_000, 20
PORTION = 200  # lines of a transaction: about a tenth of a second of the base's writer
FIELDS = (*COPIED, "declarant_key")
# Whatever names a company keeps it, but that somebody opened it: that trace outlives it, with its name.
# Counts go with it.
UNHELD = (StaffRead, *KEPT_COUNTS)
NAMING = [each for each in models() if "company_id" in each.__table__.c and each not in UNHELD]
KNOWN = "Ce fichier est déjà appliqué, ou annulé."
CAME = "cet adhérent a été créé depuis la comparaison : envoyez de nouveau sa ligne"
WENT = "cet adhérent n’est plus dans le portail"
WRITTEN = (MemberImportKind.NEW, MemberImportKind.CHANGED)


async def apply_import(access: StaffAccess, import_id: int, now: datetime) -> bool:
    """True when everything is applied, False when the rest is in the background."""
    begun = await _begin(access, import_id, MemberImportState.READY, MemberImportState.APPLYING)
    await write_portion(access, begun, now)
    return begun.state == MemberImportState.APPLIED


async def undo_import(access: StaffAccess, import_id: int, now: datetime) -> bool:
    """The same for what was applied."""
    begun = await _begin(access, import_id, MemberImportState.APPLIED, MemberImportState.UNDOING)
    await write_portion(access, begun, now)
    return begun.state == MemberImportState.UNDONE


async def _begin(
    access: StaffAccess, import_id: int, before: MemberImportState, work: MemberImportState
) -> MemberImport:
    await access.get(MemberImport, import_id)
    held = select(MemberImport).where(col(MemberImport.id) == import_id).with_for_update()
    found = await access.first(held.execution_options(populate_existing=True))
    if found is None or found.state != before:
        raise Refused(KNOWN, status_code=409)
    counts = await counts_of(access, import_id)
    found.state, found.account_id, found.after, found.done, found.kept = work, access.account.key, 0, 0, 0
    found.expected = sum(counts.get(kind, 0) for kind in WRITTEN)
    return found


async def write_portion(access: StaffAccess, found: MemberImport, now: datetime) -> None:
    """The next lines applied or undone, and how far that is."""
    most = fitting(access.portal, MemberImport, PORTION)
    lines = await _next_lines(access, found, most)
    new = [each for each in lines if each.kind == MemberImportKind.NEW]
    changed = [each for each in lines if each.kind == MemberImportKind.CHANGED]
    is_applying = found.state == MemberImportState.APPLYING
    if is_applying:
        await _apply(access, new, changed, now)
    else:
        found.kept += await _undo(access, new, changed, now)
    if lines:
        found.after, found.done = lines[-1].key, found.done + len(lines)
    if len(lines) == most:
        return
    if is_applying:
        found.state, found.applied_at = MemberImportState.APPLIED, now
    else:
        found.state, found.undone_at = MemberImportState.UNDONE, now


async def _next_lines(access: StaffAccess, found: MemberImport, most: int) -> list[MemberImportLine]:
    """One query for each kind: both follow the index."""
    lines: list[MemberImportLine] = []
    for kind in WRITTEN:
        mine = _lines_of(found.key, kind).where(col(MemberImportLine.id) > found.after)
        lines += await access.all(mine.order_by(col(MemberImportLine.id)).limit(most))
    return sorted(lines, key=lambda each: each.key)[:most]


async def _apply(
    access: StaffAccess, new: Sequence[MemberImportLine], changed: Sequence[MemberImportLine], now: datetime
) -> None:
    """Write the lines whose member is still as compared; the others are refused, and not undone later."""
    current = await values_of(access, [each.code for each in (*new, *changed)])
    made = [each for each in new if _is_takeable(each, each.code not in current, CAME)]
    stamps = {"created_at": now, "updated_at": now, "naf_version": ""}
    rows = [each.after | stamps | {"code": each.code, "member_code": each.code[:5]} for each in made]
    await write_rows(access, Company, rows)
    there = [each for each in changed if _is_takeable(each, each.code in current, WENT)]
    for each in there:
        before = {name: current[each.code][name] for name in each.after}
        if before != each.before:
            each.before = before
    await _change(access, [(each.code, each.after, each.after.keys()) for each in there], now)
    await _trace(access, there, AuditKind.MEMBERS_IMPORTED, now)


def _is_takeable(line: MemberImportLine, is_as_compared: bool, words: str) -> bool:
    """Else it joins the lines refused."""
    if not is_as_compared:
        line.kind, line.words = MemberImportKind.REFUSED, words
    return is_as_compared


async def _undo(
    access: StaffAccess, new: Sequence[MemberImportLine], changed: Sequence[MemberImportLine], now: datetime
) -> int:
    """The number of new members that stay."""
    current = await values_of(access, [each.code for each in changed])
    back = []
    for each in changed:
        mine = {name for name, value in each.after.items() if current.get(each.code, {}).get(name) == value}
        if mine:
            back.append((each.code, each.before, mine))
    await _change(access, back, now)
    await _trace(access, changed, AuditKind.MEMBERS_IMPORT_UNDONE, now)
    if not new:
        return 0
    codes = col(Company.code).in_([each.code for each in new])
    untouched = [codes, *(_names_none(model) for model in NAMING)]
    theirs = col(StaffRead.company_id).in_(select(Company.id).where(*untouched))
    await access.change(update(StaffRead).where(theirs).values(company_id=None))
    await access.change(delete(Company).where(*untouched))
    return len(await access.all(select(col(Company.id)).where(codes)))


def _names_none(model: Any) -> Any:
    return ~select(model.id).where(model.company_id == col(Company.id)).correlate(Company).exists()


def _lines_of(import_id: int, kind: MemberImportKind) -> Any:
    return select(MemberImportLine).where(
        col(MemberImportLine.import_id) == import_id, col(MemberImportLine.kind) == kind
    )


async def values_of(access: Access, codes: Sequence[str]) -> dict[str, dict[str, str]]:
    """The values of the members of these codes, by code: those that there are."""
    values: dict[str, dict[str, str]] = {}
    columns: Any = [getattr(Company, each) for each in ("code", *FIELDS)]
    for some in _chunks(codes):
        rows = await access.rows(select(*columns).where(col(Company.code).in_(some)))
        values |= {row[0]: dict(zip(FIELDS, row[1:], strict=True)) for row in rows}
    return values


async def _change(access: StaffAccess, changes: Sequence[tuple[str, Any, Any]], now: datetime) -> None:
    """Write these values into the members of these codes: one statement for each set of columns."""
    by_names: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for code, values, names in changes:
        row = {f"new_{name}": values[name] for name in names} | {"of_code": code, "new_updated_at": now}
        by_names.setdefault(tuple(sorted(names)), []).append(row)
    connection = await access.session_.connection()
    for names, rows in by_names.items():
        given: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*names, "updated_at")}
        if "naf" in names:
            given["naf_version"] = ""
        statement = update(Company).where(col(Company.code) == bindparam("of_code")).values(given)
        for some in _chunks(rows):
            await connection.execute(statement, some)


async def _trace(
    access: StaffAccess, changed: Sequence[MemberImportLine], kind: AuditKind, now: datetime
) -> None:
    """A line in the history of each member that the file changed."""
    events: list[dict[str, Any]] = []
    account = access.account.key
    for codes in _chunks([each.code for each in changed]):
        statement: Any = select(Company.id).where(col(Company.code).in_(codes))
        ids = await access.all(statement)
        events += [
            {
                "at": now,
                "kind": kind,
                "account_id": account,
                "company_id": each,
                "about": "",
                "on_behalf": False,
            }
            for each in ids
        ]
    await write_rows(access, AuditEvent, events)


async def write_rows(access: StaffAccess, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    connection = await access.session_.connection()
    for some in _chunks(rows):
        await connection.execute(insert(model), some)


def _chunks(rows: Sequence[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while some := list(islice(left, CHUNK)):
        yield some


# Reads of the pages.


async def counts_of(access: StaffAccess, import_id: int) -> dict[str, int]:
    statement = (
        select(MemberImportLine.kind, func.count())
        .where(col(MemberImportLine.import_id) == import_id)
        .group_by(col(MemberImportLine.kind))
    )
    return {str(kind): number for kind, number in await access.rows(statement)}


async def lines_of(
    access: StaffAccess, import_id: int, kind: MemberImportKind, after: int
) -> tuple[Sequence[MemberImportLine], int]:
    """A page of them, and the number that the next one comes after: 0 for none."""
    mine = _lines_of(import_id, kind).where(col(MemberImportLine.id) > after)
    rows = await access.all(mine.order_by(col(MemberImportLine.id)).limit(PAGE + 1))
    return rows[:PAGE], rows[PAGE - 1].key if len(rows) > PAGE else 0


async def new_codes(access: Access, import_id: int) -> Sequence[tuple[int, str]]:
    """The number of each line about a new member or site, and its code."""
    found: Any = select(col(MemberImportLine.id), MemberImportLine.code).where(
        col(MemberImportLine.import_id) == import_id, col(MemberImportLine.kind) == MemberImportKind.NEW
    )
    return await access.rows(found)


async def refused_lines(access: StaffAccess, import_id: int) -> Sequence[tuple[int, str, str]]:
    statement = (
        select(MemberImportLine.line, MemberImportLine.code, MemberImportLine.words)
        .where(col(MemberImportLine.import_id) == import_id)
        .where(col(MemberImportLine.kind) == MemberImportKind.REFUSED)
        .order_by(col(MemberImportLine.line))
    )
    return [(line, code, words) for line, code, words in await access.rows(statement)]


async def past_imports(access: StaffAccess) -> Sequence[MemberImport]:
    return await access.all(select(MemberImport).order_by(col(MemberImport.id).desc()).limit(FEW))
