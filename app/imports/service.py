"""From the file to the difference: read beside the request, compared, kept as lines to choose from."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import structlog
from sqlmodel import col, delete, update

from app import clock
from app.access import MemberAccess
from app.employees.columns import COLUMNS, SAME_FOR_ALL
from app.employees.reading import Reading, Unreadable, place, read_file
from app.employees.service import Moment
from app.errors import Refused
from app.held_files import HeldFile
from app.imports.difference import Found, difference
from app.imports.queries import habits_of, known_employees
from app.many import insert_many
from app.searching import letters_of
from db.models import ColumnHabit, EmployeeImport, ImportLine, ImportState, LineKind

log = structlog.get_logger()
PATIENCE = 2.0  # seconds: most files are read before the next page is shown
USUAL_CHOICE = {LineKind.NEW: "apply", LineKind.CHANGED: "apply", LineKind.LEFT: "apply"}
OPEN = (ImportState.READING, ImportState.COLUMNS, ImportState.READY)
SAYABLE = {COLUMNS[field].title for field in SAME_FOR_ALL}
LOST = "La lecture s’est interrompue : renvoyez le fichier."
_reading: dict[int, asyncio.Task[None]] = {}  # by the number of the import


async def begin_import(access: MemberAccess, file: HeldFile, today: date) -> int:
    """Start reading this file; the number of its import. A file that waited before it is dropped.

    Outside the request's transaction (`access.paused()`): reading takes as long as it takes.
    """
    async with access.apart(write=True) as own:
        for old in await own.all(own.select(EmployeeImport).where(col(EmployeeImport.state).in_(OPEN))):
            if old.account_id == access.account.key:
                if task := _reading.get(old.key):
                    task.cancel()  # In one company the new file is meant instead of the old one.
                await forget_lines(own, old, ImportState.DROPPED)
        row = own.add(
            EmployeeImport(
                company_id=own.company.key, account_id=own.account.key, created_at=file.at, touched_at=file.at
            )
        )
        await own.flush()
    access.portal.held_files.hold(row.key, file)
    await _read_beside(access, row.key, file, {}, today)
    return row.key


async def read_again(
    access: MemberAccess,
    row: EmployeeImport,
    mapping: Mapping[str, str],
    same: Mapping[str, str],
    moment: Moment,
) -> None:
    """The same file with the reader's correction of its columns, which is remembered for the next ones.

    `mapping`: title in the file → field, or "" to leave the column aside. `same`: field → what is true of
    everybody in this file; the next one may be about others, so that is not remembered.
    """
    now = moment.now
    file = access.portal.held_files.get(row.key, now)
    if file is None:
        raise Refused("Le fichier n’est plus là (il n’est gardé que 30 minutes) : renvoyez-le.")
    file = replace(file, same=same)
    access.portal.held_files.hold(row.key, file)
    corrected = {letters_of(title)[:80]: field for title, field in mapping.items()}
    async with access.apart(write=True) as own:
        again = await own.get(EmployeeImport, row.key)
        await forget_lines(own, again, ImportState.READING)
        again.touched_at = now
    await _read_beside(access, row.key, file, corrected, moment.today)


async def forget_lines(access: MemberAccess, row: EmployeeImport, state: ImportState) -> None:
    """Once it is over, nothing of the file stays."""
    await access.change(
        delete(ImportLine).where(
            col(ImportLine.company_id) == access.company.key, col(ImportLine.import_id) == row.key
        )
    )
    row.state = state
    if state not in OPEN:
        row.columns, row.problem = [], ""
        access.portal.held_files.drop(row.key)


async def choose(
    access: MemberAccess,
    row: EmployeeImport,
    kind: LineKind,
    choices: Mapping[int, str],
    everything: str | None,
) -> None:
    """What is to be done with lines of that kind: for all of them, or for those named by their number."""
    mine = update(ImportLine).where(
        col(ImportLine.company_id) == access.company.key,
        col(ImportLine.import_id) == row.key,
        col(ImportLine.kind) == kind,
    )
    if everything is not None:
        await access.change(mine.values(choice=everything))
        return
    for choice in set(choices.values()):
        ids = [number for number, chosen in choices.items() if chosen == choice]
        await access.change(mine.where(col(ImportLine.id).in_(ids)).values(choice=choice))


async def _read_beside(
    access: MemberAccess, import_id: int, file: HeldFile, mapping: Mapping[str, str], today: date
) -> None:
    task = asyncio.create_task(_read(access, import_id, file, mapping, today))
    _reading[import_id] = task
    task.add_done_callback(lambda done: _reading.get(import_id) is done and _reading.pop(import_id))
    await asyncio.wait({task}, timeout=PATIENCE)


async def _read(
    access: MemberAccess, import_id: int, file: HeldFile, mapping: Mapping[str, str], today: date
) -> None:
    async def told(read: int, total: int) -> None:
        now = {"rows_read": read, "rows_total": total, "touched_at": clock.now()}
        await _note(access, import_id, now)

    try:
        async with access.apart(write=False) as own:
            habits = await habits_of(own)
        async with place(access.account.key, told):
            reading = await read_file(
                file.content, file.name, siret=access.company.siret, code=access.company.code,
                habits=habits, mapping=mapping, same=file.same, told=told,
            )  # fmt: skip
            # Without titles, what the reader says of the columns is about the cells of somebody.
            await _remember(access, mapping if reading.has_titles else {})
            await _compare(access, import_id, reading, today)
    except Unreadable as unreadable:
        await _fail(access, import_id, str(unreadable))
    except Exception:
        log.exception("import_reading")
        await _fail(access, import_id, LOST)


async def _remember(access: MemberAccess, corrected: Mapping[str, str]) -> None:
    if not corrected:
        return
    async with access.apart(write=True) as own:
        habits = {each.header: each for each in await own.all(own.select(ColumnHabit))}
        for header, field in corrected.items():
            habit = habits.get(header) or own.add(ColumnHabit(company_id=own.company.key, header=header))
            habit.field = field


async def _compare(access: MemberAccess, import_id: int, reading: Reading, today: date) -> None:
    told = {
        "source": reading.source,
        "columns": reading.columns,
        "rows_read": len(reading.rows),
        "rows_total": len(reading.rows),
    }
    told["problem"] = " ".join(reading.notes)[:600]
    if reading.missing:
        or_else = ", ou choisissez ce qui est le même pour tous" if SAYABLE & {*reading.missing} else ""
        words = f"Il manque : {', '.join(reading.missing)}. Dites quelle colonne le contient{or_else}."
        words = f"{words} {told['problem']}"
        await _note(access, import_id, told | {"state": ImportState.COLUMNS, "problem": words[:600]})
        return
    async with access.apart(write=False) as own:
        known = await known_employees(own)
    found = await asyncio.to_thread(difference, reading.rows, known, today)
    async with access.apart(write=True) as own:
        row = await own.get(EmployeeImport, import_id)
        if row.state != ImportState.READING:
            return
        await insert_many(own, ImportLine, [_line(each, import_id) for each in found])
        for name, value in (told | {"state": ImportState.READY}).items():
            setattr(row, name, value)


def _line(found: Found, import_id: int) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "line": found.line,
        "kind": found.kind,
        "employee_id": found.employee_id,
        "version": found.version,
        "about": found.about[:200],
        "words": found.words[:4000],
        "fields": found.fields,
        "choice": "" if found.is_odd else USUAL_CHOICE.get(found.kind, ""),
    }


async def _fail(access: MemberAccess, import_id: int, why: str) -> None:
    access.portal.held_files.drop(import_id)
    await _note(access, import_id, {"state": ImportState.FAILED, "problem": why[:600], "columns": []})


async def _note(access: MemberAccess, import_id: int, values: dict[str, Any]) -> None:
    async with access.apart(write=True) as own:
        mine = update(EmployeeImport).where(
            col(EmployeeImport.company_id) == own.company.key, col(EmployeeImport.id) == import_id
        )
        await own.change(mine.where(col(EmployeeImport.state) == ImportState.READING).values(**values))
