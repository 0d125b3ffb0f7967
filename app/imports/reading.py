"""From the file to the difference: read beside the request, compared, kept as lines to choose from."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
import structlog
from sqlmodel import col, delete, update

from app import clock
from app.access import BIGGEST_ID, MemberAccess, insert_json
from app.clock import Moment
from app.employee_files.rows import Unreadable
from app.errors import Refused
from app.files.companion import Gone
from app.files.held import HeldFile, forgetting, saying
from app.imports.known import line_with
from app.imports.queries import habits_of, is_stalled, known_in_parts
from app.imports.reader import CROWDED, Asked, Comparison, compare_file, place
from app.imports.saying import told_missing
from app.text.search import letters_of
from db.models import ColumnHabit, EmployeeImport, ImportLine, ImportState, LineKind
from db.turns import unhurried


class ReadingChoices(NamedTuple):
    """The choices of a person on one file: see HeldFile."""

    same: Mapping[str, str]
    dates: Mapping[str, str]
    encoding: str = ""


log = structlog.get_logger()
# What the reader's process says of a line.
LINE = ("line", "kind", "employee_id", "version", "about", "words", "fields", "choice")
NOTED = 0.5  # seconds between two notes of the progress
PATIENCE = 2.0  # seconds: most files are read before the next page is shown
UNDER_WAY = (ImportState.READING, ImportState.COLUMNS, ImportState.READY)
GONE = "Le fichier n’est plus là (il n’est gardé que 30 minutes) : renvoyez-le."
BEING_READ = "Ce fichier est en cours de lecture : attendez qu’elle finisse, puis corrigez les colonnes."
LOST = "La lecture s’est interrompue : renvoyez le fichier."
_reading: dict[int, asyncio.Task[None]] = {}  # by the number of the import


async def begin_import(access: MemberAccess, file: HeldFile, today: date) -> int:
    """Start reading this file; the number of its import. A file that waited before it is dropped.

    Outside the request's transaction (`access.paused()`): reading takes as long as it takes.
    """
    sealed = await access.portal.held_files.sealed(file)
    async with access.apart(write=True) as own:
        for old in await own.all(own.select(EmployeeImport).where(col(EmployeeImport.state).in_(UNDER_WAY))):
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
        await access.portal.held_files.hold(own, row, file, sealed)
    await _read_beside(access, row.key, {}, today)
    return row.key


async def read_again(
    access: MemberAccess,
    row: EmployeeImport,
    mapping: Mapping[str, str],
    reading_choices: ReadingChoices,
    moment: Moment,
) -> None:
    """The same file with the reader's correction of its columns, which is remembered for the next ones once
    it led to a comparison.

    `mapping`: title in the file → field, or "" to leave the column aside. `reading_choices` are about
    this file alone: the next one may be about others.
    """
    now = moment.now
    async with access.apart(write=False) as own:
        _own(access, await access.portal.held_files.said(own, row.key, now))
    corrected = {letters_of(title)[:80]: field for title, field in mapping.items()}
    async with access.apart(write=True) as own:
        again = await own.get(EmployeeImport, row.key)
        if again.state == ImportState.READING and not is_stalled(again, now):
            raise Refused(BEING_READ)
        await forget_lines(own, again, ImportState.READING)
        await own.change(saying(row.key, **reading_choices._asdict()))
        again.touched_at, again.problem = now, ""
    await _read_beside(access, row.key, corrected, moment.today)


async def held_file(access: MemberAccess, import_id: int, now: datetime) -> HeldFile:
    """The bytes that this person sent; `Refused` once they are forgotten."""
    if not 0 < import_id <= BIGGEST_ID:
        raise Refused(GONE)
    async with access.apart(write=False) as own:
        file = await access.portal.held_files.get(own, import_id, access.account.key, now)
    return _own(access, file)


def _own(access: MemberAccess, file: HeldFile | None) -> HeldFile:
    if file is None or file.owner != access.account.key:
        raise Refused(GONE)
    return file


async def forget_lines(access: MemberAccess, row: EmployeeImport, state: ImportState) -> None:
    """Delete the lines of a file that is over."""
    await access.change(
        delete(ImportLine).where(
            col(ImportLine.company_id) == access.company.key, col(ImportLine.import_id) == row.key
        )
    )
    if state not in UNDER_WAY:
        await access.change(forgetting(row.key))
        row.columns, row.problem = [], ""
        row.said = {"month": row.said["month"]} if "month" in row.said else {}
    row.state = state


async def choose(
    access: MemberAccess,
    row: EmployeeImport,
    kind: LineKind,
    choices: Mapping[int, str],
    everything: str | None,
) -> None:
    """Set the choice for lines of that kind: all of them, or those given by their number."""
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


async def _read_beside(access: MemberAccess, import_id: int, mapping: Mapping[str, str], today: date) -> None:
    task = asyncio.create_task(_read(access.beside(), import_id, mapping, today))
    _reading[import_id] = task
    task.add_done_callback(lambda done: _reading.get(import_id) is done and _reading.pop(import_id))
    await asyncio.wait({task}, timeout=PATIENCE)


async def _read(access: MemberAccess, import_id: int, mapping: Mapping[str, str], today: date) -> None:
    """In the process beside the pages, where there is one; it is asked again once, since it may be killed."""
    companion = access.portal.companion
    if companion is None:
        await read_and_keep(access, import_id, mapping, today)
        return
    who = {"account": access.account.key, "company": msgspec.to_builtins(access.company)}
    what = {"import_id": import_id, "mapping": dict(mapping), "today": today.isoformat()}
    for _ in range(2):
        with contextlib.suppress(Gone):
            await companion.ask("read", who | what)
            return
    await _fail(access, import_id, LOST)


async def read_and_keep(
    access: MemberAccess, import_id: int, mapping: Mapping[str, str], today: date
) -> None:
    """Read the file of this import, compare it and write what was found; of one that cannot be read, why."""
    with unhurried():
        await _read_and_keep(access, import_id, mapping, today)


async def _read_and_keep(
    access: MemberAccess, import_id: int, mapping: Mapping[str, str], today: date
) -> None:
    told = _Progress(access, import_id)
    try:
        async with access.apart(write=False) as own:
            habits = await habits_of(own)
        async with place(access.account.key, told):
            # Whoever waits holds no bytes: those that are held are bounded, and may be pushed out.
            async with access.apart(write=False) as own:
                file = await access.portal.held_files.get(own, import_id, access.account.key, clock.now())
            if file is None:
                raise Unreadable(CROWDED)
            asked = Asked(
                name=file.name, today=today, siret=access.company.siret, code=access.company.code,
                habits=habits, mapping=mapping, same=file.same, dates=file.dates, encoding=file.encoding,
            )  # fmt: skip
            comparison = await compare_file(file.content, asked, _known(access), told)
            if comparison.teaches:
                await _remember(access, mapping)
            await _keep(access, import_id, comparison)
    except Unreadable as unreadable:
        await _fail(access, import_id, str(unreadable))
    except Exception:
        log.exception("import_reading")
        await _fail(access, import_id, LOST)


async def _known(access: MemberAccess) -> AsyncIterator[bytes]:
    async with access.apart(write=False) as own:
        async for people in known_in_parts(own):
            yield line_with(people)


class _Progress:
    """Notes how far a reading is, as often as a page may show it: a bundle of lines takes a few milliseconds,
    and each note is a transaction.
    """

    def __init__(self, access: MemberAccess, import_id: int) -> None:
        self._access, self._import_id, self._next = access, import_id, 0.0

    async def __call__(self, read: int, total: int) -> None:
        if (now := time.monotonic()) < self._next:
            return
        self._next = now + NOTED
        done = {"rows_read": read, "rows_total": total, "touched_at": clock.now()}
        await _note(self._access, self._import_id, done)


async def _remember(access: MemberAccess, corrected: Mapping[str, str]) -> None:
    if not corrected:
        return
    async with access.apart(write=True) as own:
        habits = {each.header: each for each in await own.all(own.select(ColumnHabit))}
        for header, field in corrected.items():
            habit = habits.get(header) or own.add(ColumnHabit(company_id=own.company.key, header=header))
            habit.field = field


async def _keep(access: MemberAccess, import_id: int, found: Comparison) -> None:
    """The lines to choose from; of a file whose columns are not all known, what is to be said of it."""
    values = {
        "source": found.source,
        "columns": found.columns,
        "rows_read": found.rows,
        "rows_total": found.rows,
        "said": found.said,
    }
    if found.missing:
        words = " ".join([told_missing(found.missing), *found.notes])
        await _note(access, import_id, values | {"state": ImportState.COLUMNS, "problem": words[:600]})
        return
    async with access.apart(write=True) as own:
        row = await own.get(EmployeeImport, import_id)
        if row.state != ImportState.READING:
            return
        await insert_json(own, ImportLine, LINE, found.bundles, {"import_id": import_id})
        for name, value in (values | {"state": ImportState.READY}).items():
            setattr(row, name, value)


async def _fail(access: MemberAccess, import_id: int, why: str) -> None:
    failed = {"state": ImportState.FAILED, "problem": why[:600], "columns": [], "said": {}}
    await _note(access, import_id, failed, forgets=True)


async def _note(
    access: MemberAccess, import_id: int, values: dict[str, Any], *, forgets: bool = False
) -> None:
    """Of an import that is still being read; `forgets`: its file goes in the same transaction."""
    async with access.apart(write=True) as own:
        mine = update(EmployeeImport).where(
            col(EmployeeImport.company_id) == own.company.key, col(EmployeeImport.id) == import_id
        )
        reading = mine.where(col(EmployeeImport.state) == ImportState.READING)
        if await own.change(reading.values(**values)) and forgets:
            await own.change(forgetting(import_id))
