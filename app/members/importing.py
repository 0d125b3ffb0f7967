"""The members' file compared with what the portal knows, applied, undone. An absence deletes nothing.

An import changes what the file says and the portal did not, and keeps what stood there before: undoing
gives it back where nobody changed it since, and takes away the members that came with it and that nothing
names yet.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, update
from sqlmodel import col, select

from app.access import StaffAccess
from app.errors import Refused
from app.member_file.acts import COPIED
from app.member_file.reading import MemberLine, WrongLine
from app.scope import models
from app.security.keys import Keys
from db.models import (
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
NO_NUMBER = "-" * 64
FIELDS = (*COPIED, "declarant_key")
# Whatever names a company keeps it, but that somebody opened it: that trace outlives it, with its name.
NAMING = [each for each in models() if "company_id" in each.__table__.c and each != StaffRead]
KNOWN = "Ce fichier est déjà appliqué, ou annulé."


async def begin_import(
    access: StaffAccess, name: str, lines: Sequence[MemberLine], wrong: Sequence[WrongLine], now: datetime
) -> MemberImport:
    """Compare the lines with the members known; the comparison is kept for the page that shows it."""
    made = access.add(MemberImport(account_id=access.account.key, file_name=name[-120:], created_at=now))
    await access.flush()
    found = await access.rows(select(*(getattr(Company, each) for each in ("code", *FIELDS))))
    known = {row[0]: dict(zip(FIELDS, row[1:], strict=True)) for row in found}
    compared = [*_compared(lines, known, access.portal.keys), *map(_refused, wrong)]
    made.unchanged = len(lines) + len(wrong) - len(compared)
    await _write(access, MemberImportLine, [row | {"import_id": made.key} for row in compared])
    return made


def _compared(
    lines: Sequence[MemberLine], known: dict[str, dict[str, str]], keys: Keys
) -> Iterator[dict[str, Any]]:
    """A row for each line that changes something or cannot be taken."""
    members = known.keys() | {line.code for line in lines}
    for line in lines:
        row = {"line": line.line, "code": line.code, "before": {}, "after": {}, "words": ""}
        values = {name: value for name in COPIED if (value := getattr(line, name)) is not None}
        if line.number:
            values["declarant_key"] = keys.declarant_key(line.code, line.number)
        if line.code[:5] not in members:
            words = f"l’adhérent {line.code[:5]} de ce site n’est ni dans le fichier ni dans le portail"
            yield row | {"kind": MemberImportKind.REFUSED, "words": words}
        elif line.code not in known:
            blank = dict.fromkeys(COPIED, "") | {"declarant_key": NO_NUMBER}
            yield row | {"kind": MemberImportKind.NEW, "after": blank | values}
        else:
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


async def apply_import(access: StaffAccess, import_id: int, now: datetime) -> None:
    found = await _in_state(access, import_id, MemberImportState.READY)
    new = await _lines(access, import_id, MemberImportKind.NEW)
    stamps = {"created_at": now, "updated_at": now, "naf_version": ""}
    rows = [each.after | stamps | {"code": each.code, "member_code": each.code[:5]} for each in new]
    await _write(access, Company, rows)
    changed = await _lines(access, import_id, MemberImportKind.CHANGED)
    await _change(access, [(each.code, each.after, each.after.keys()) for each in changed], now)
    await _trace(access, changed, AuditKind.MEMBERS_IMPORTED, now)
    found.state, found.applied_at = MemberImportState.APPLIED, now


async def undo_import(access: StaffAccess, import_id: int, now: datetime) -> None:
    found = await _in_state(access, import_id, MemberImportState.APPLIED)
    changed = await _lines(access, import_id, MemberImportKind.CHANGED)
    current = await _values(access, [each.code for each in changed])
    back = []
    for each in changed:
        mine = {name for name, value in each.after.items() if current.get(each.code, {}).get(name) == value}
        if mine:
            back.append((each.code, each.before, mine))
    await _change(access, back, now)
    await _trace(access, changed, AuditKind.MEMBERS_IMPORT_UNDONE, now)
    new = [each.code for each in await _lines(access, import_id, MemberImportKind.NEW)]
    for codes in _chunks(new):
        untouched = [col(Company.code).in_(codes), *(_names_none(model) for model in NAMING)]
        theirs = col(StaffRead.company_id).in_(select(Company.id).where(*untouched))
        await access.change(update(StaffRead).where(theirs).values(company_id=None))
        await access.change(delete(Company).where(*untouched))
    found.state, found.undone_at = MemberImportState.UNDONE, now


def _names_none(model: Any) -> Any:
    return ~select(model.id).where(model.company_id == col(Company.id)).correlate(Company).exists()


async def _in_state(access: StaffAccess, import_id: int, state: MemberImportState) -> MemberImport:
    await access.get(MemberImport, import_id)
    held = select(MemberImport).where(col(MemberImport.id) == import_id).with_for_update()
    found = await access.first(held.execution_options(populate_existing=True))
    if found is None or found.state != state:
        raise Refused(KNOWN, status_code=409)
    return found


async def _lines(access: StaffAccess, import_id: int, kind: MemberImportKind) -> Sequence[MemberImportLine]:
    mine = (col(MemberImportLine.import_id) == import_id) & (col(MemberImportLine.kind) == kind)
    return await access.all(select(MemberImportLine).where(mine).order_by(col(MemberImportLine.id)))


async def _values(access: StaffAccess, codes: Sequence[str]) -> dict[str, dict[str, str]]:
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
    await _write(access, AuditEvent, events)


async def _write(access: StaffAccess, model: Any, rows: Sequence[dict[str, Any]]) -> None:
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
    statement = (
        select(MemberImportLine)
        .where(col(MemberImportLine.import_id) == import_id, col(MemberImportLine.kind) == kind)
        .where(col(MemberImportLine.id) > after)
        .order_by(col(MemberImportLine.id))
        .limit(PAGE + 1)
    )
    rows = await access.all(statement)
    return rows[:PAGE], rows[PAGE - 1].key if len(rows) > PAGE else 0


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
