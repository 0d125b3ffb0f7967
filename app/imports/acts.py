"""Application of the lines chosen in a file, in one transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import col, delete, update

from app.access import MemberAccess, insert_many, insert_numbered, update_many
from app.clock import Moment
from app.employees.acts import (
    MOST_NAMED,
    UNDOABLE,
    locked_employees,
    notify_if_urgent,
    refuse_far_departure,
    refuse_old_departure,
)
from app.employees.declared import (
    Change,
    Declared,
    LikeRow,
    change,
    columns_of,
    declared_of,
    due_columns,
    name_of,
    problems,
)
from app.employees.person import (
    done_visits_by_employee,
    ids_with_appointments,
    import_changes,
)
from app.errors import Refused
from app.follow_up.law import DoneVisit
from app.imports.difference import NOBODY, changes_against, comes_back, too_soon
from app.imports.queries import chosen_lines
from app.imports.reading import forget_lines
from app.text.counts import first_few, plural
from app.text.formats import day
from db.models import AuditKind, ChangeKind, Employee, EmployeeChange, EmployeeImport, ImportState, LineKind

Act = tuple[Employee, Change]


async def apply_import(
    access: MemberAccess, imported: EmployeeImport, exit_on: str, at: Moment, *, is_sure: bool = False
) -> None:
    """Apply the chosen lines, all of them at once, and name the people left aside. A file that changes
    nothing is dropped: there is nothing to undo.

    `exit_on`: the last day of the chosen people whom the file does not name. `is_sure`: an old day has been
    read again.
    """
    claim = update(EmployeeImport).where(
        col(EmployeeImport.company_id) == access.company.key, col(EmployeeImport.id) == imported.key
    )
    claim = claim.where(col(EmployeeImport.state) == ImportState.READY)
    if not await access.change(claim.values(state=ImportState.APPLIED, applied_at=at.now)):
        return  # Pressed twice, or abandoned meanwhile: the page says what became of it.
    lines = await _chosen(access, imported, exit_on)
    new = [line for line in lines if line[0] == LineKind.NEW or line[1] == "add"]
    others = [line for line in lines if line[0] != LineKind.NEW and line[1] != "add"]
    rows = await locked_employees(access, [line[2] for line in others if line[2]])
    _refuse_impossible_departures(others, rows, exit_on, at, is_sure=is_sure)
    added = await _add(access, [NOBODY | line[4] for line in new], at)
    acts, aside = await _decide(access, others, rows, exit_on, at)
    await _write(access, acts, at)
    made = [*added, *((row.key, change) for row, change in acts)]
    await insert_many(access, EmployeeChange, [_trace(access, imported, *each, at) for each in made])
    counts = {"added": len(added)} | _counted(acts)
    is_done = any(counts.values())
    await forget_lines(access, imported, ImportState.APPLIED if is_done else ImportState.DROPPED)
    imported.applied_at = at.now if is_done else None
    imported.counts = counts | {"skipped": len(aside), "aside": aside[:MOST_NAMED]}
    imported.account_id, imported.on_behalf = access.account.key, access.membership.third_party
    if is_done:
        words = zip(counts.values(), ("ajout", "correction", "départ"), strict=True)
        access.trace(AuditKind.EMPLOYEES_IMPORTED, at.now, ", ".join(plural(*each) for each in words))


async def _chosen(access: MemberAccess, imported: EmployeeImport, exit_on: str) -> Sequence[Any]:
    lines = await chosen_lines(access, imported.key)
    if not lines:
        raise Refused("Aucune ligne n’est choisie : il n’y a rien à appliquer.")
    if any(line[0] == LineKind.ABSENT for line in lines) and not exit_on:
        raise Refused("Donnez le dernier jour de travail des personnes absentes du fichier.", "exit_on")
    return lines


def _refuse_impossible_departures(
    lines: Sequence[Any], rows: Mapping[int, Employee], exit_on: str, at: Moment, *, is_sure: bool
) -> None:
    """One date for everybody may be right for most and wrong for some: they are named, nothing is written."""
    versions = {line[2]: line[3] for line in lines if line[0] == LineKind.ABSENT}
    if not versions:
        return
    last_day = date.fromisoformat(exit_on)
    refuse_far_departure(last_day, at.today)
    refuse_old_departure(last_day, at.today, is_sure=is_sure)
    wrong = [row for row in rows.values() if row.version == versions.get(row.key) and row.entry_on > last_day]
    if wrong:
        people = [f"{name_of(declared_of(row))} (entrée : {day(row.entry_on)})" for row in wrong]
        words = f"Le dernier jour de travail ne peut pas précéder l’entrée : {first_few(people, MOST_NAMED)}"
        raise Refused(f"{words}. Changez la date ou décochez-les.", "exit_on")


async def _add(access: MemberAccess, people: Sequence[Declared], at: Moment) -> list[tuple[int, Change]]:
    """New people on the list, each with its number."""
    made = await asyncio.to_thread(_new, people, at)
    notify_if_urgent(access, made, at)
    first = {"version": 1, "created_at": at.now, "updated_at": at.now}
    ids = await insert_numbered(access, Employee, [each.row | first for each in made])
    return list(zip(ids, made, strict=True))


def _new(people: Sequence[Declared], at: Moment) -> list[Change]:
    return [change({}, values, ChangeKind.DECLARED, [], at.today) for values in people]


async def _decide(
    access: MemberAccess, lines: Sequence[Any], rows: Mapping[int, Employee], exit_on: str, at: Moment
) -> tuple[list[Act], list[tuple[str, str]]]:
    """Each change of an employee, and (name, why) of each person left aside."""
    seen = await done_visits_by_employee(access, list(rows))
    acts: list[Act] = []
    aside: list[tuple[str, str]] = []
    for kind, _, employee_id, version, fields, about in lines:
        row = rows.get(employee_id)
        if row is None or row.version != version:
            aside.append((about, "sa fiche a changé depuis la comparaison"))
            continue
        after = {"exit_on": exit_on} if kind == LineKind.ABSENT else fields
        if kind == LineKind.DUPLICATE:
            after = changes_against(declared_of(row), fields)
        try:
            acts.append((row, _changed(row, after, seen.get(employee_id, []), at)))
        except Refused as refused:
            aside.append((about, refused.message))
    return acts, aside


def _counted(acts: Sequence[Act]) -> dict[str, int]:
    """A person corrected and leaving by the same line counts in both."""
    traces = [made.trace for _, made in acts]
    corrected = sum(trace["kind"] != ChangeKind.LEFT or len(trace["after"]) > 1 for trace in traces)
    return {"corrected": corrected, "left": sum(trace["kind"] == ChangeKind.LEFT for trace in traces)}


async def _write(access: MemberAccess, acts: Sequence[Act], at: Moment) -> None:
    next_one = [{"id": row.key, "version": row.version + 1, "updated_at": at.now} for row, _ in acts]
    await update_many(access, Employee, [act[1].row | new for act, new in zip(acts, next_one, strict=True)])
    notify_if_urgent(access, [made for _, made in acts], at)


def _changed(row: Employee, after: Declared, seen: list[DoneVisit], at: Moment) -> Change:
    """Refused when it would change nothing, or make what cannot be true."""
    before = declared_of(row)
    reasons = [words for name, words in problems(before | after, at.today).items() if name in after]
    reasons += [too_soon(before, after, at.today), "" if after else "rien ne change"]
    if why := next(filter(None, reasons), ""):
        raise Refused(why)
    kind = ChangeKind.CORRECTED
    if after.get("exit_on") and not before["exit_on"]:
        kind = ChangeKind.LEFT
    elif after.get("exit_on") == "" or comes_back(before, after):
        kind = ChangeKind.CAME_BACK
    return change(before, after, kind, seen, at.today)


def _trace(
    access: MemberAccess, imported: EmployeeImport, employee_id: int, made: Change, at: Moment
) -> dict[str, Any]:
    return made.trace | {
        "employee_id": employee_id,
        "import_id": imported.key,
        "account_id": access.account.key,
        "on_behalf": access.membership.third_party,
        "at": at.now,
        "undone_at": None,
    }


# A file undone as a whole.


async def undo_import(access: MemberAccess, imported: EmployeeImport, at: Moment) -> None:
    """Give everybody back the state before the file, but for people changed afterwards: `kept_names`."""
    await _claim(access, imported, at)
    changes = await import_changes(access, imported.key)
    ids = [made.employee_id for made in changes if made.employee_id]
    rows, seen = await locked_employees(access, ids), await done_visits_by_employee(access, ids)
    called = await ids_with_appointments(access, ids)
    gone: list[int] = []
    back, undone, left_alone = [], [], []
    for made in changes:
        row = rows.get(made.employee_id or 0)
        visits = seen.get(made.employee_id or 0, [])
        if row is None or not _is_as_left(row, made, is_followed=bool(visits) or row.key in called):
            left_alone.append(made.about)
            continue
        undone.append(made.key)
        if made.kind == ChangeKind.DECLARED:
            gone.append(row.key)
            continue
        columns = columns_of(declared_of(row) | made.before)
        columns |= due_columns(LikeRow(columns), visits)
        back.append(columns | {"id": row.key, "version": row.version + 1, "updated_at": at.now})
    await update_many(access, Employee, back)
    await update_many(access, EmployeeChange, [{"id": key, "undone_at": at.now} for key in undone])
    await _remove(access, gone)
    imported.state, imported.undone_at = ImportState.UNDONE, at.now
    operations = plural(len(undone), "opération annulée", "opérations annulées")
    words = f"{operations}, {plural(len(left_alone), 'gardée')}"
    access.trace(AuditKind.IMPORT_UNDONE, at.now, words)


async def _claim(access: MemberAccess, imported: EmployeeImport, at: Moment) -> None:
    if imported.applied_at and at.now - imported.applied_at > UNDOABLE:
        raise Refused("Plus de 30 jours ont passé : corrigez les fiches une à une.")
    claim = update(EmployeeImport).where(
        col(EmployeeImport.company_id) == access.company.key, col(EmployeeImport.id) == imported.key
    )
    claim = claim.where(col(EmployeeImport.state) == ImportState.APPLIED)
    if not await access.change(claim.values(state=ImportState.UNDONE, undone_at=at.now)):
        raise Refused("Cet import n’est pas appliqué, ou il est déjà annulé.", status_code=409)


def _is_as_left(row: Employee, made: EmployeeChange, *, is_followed: bool) -> bool:
    """True when the fields still have the values that the file gave; and, for a person whom it brought, when
    nobody touched them and no visit was asked for, planned or done.
    """
    if made.kind == ChangeKind.DECLARED:
        return row.version == 1 and not is_followed
    declared = declared_of(row)
    return all(declared[name] == value for name, value in made.after.items())


async def _remove(access: MemberAccess, ids: list[int]) -> None:
    for start in range(0, len(ids), 200):
        mine = delete(Employee).where(col(Employee.company_id) == access.company.key)
        await access.change(
            mine.where(col(Employee.id).in_(ids[start : start + 200])).execution_options(
                synchronize_session=False
            )
        )
