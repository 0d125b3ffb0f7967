"""What was chosen of a file, applied in one transaction."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import col, update

from app.access import MemberAccess
from app.company_details.telling_service import tell_team
from app.employees.declared import (
    Declared,
    LikeRow,
    columns_of,
    deadline_of,
    declared_of,
    due_columns,
    name_of,
    problems,
)
from app.employees.person_queries import employees_by_id, seen_by_employee
from app.employees.rules import Seen
from app.employees.service import URGENT, Moment, refuse_far_departure
from app.errors import Refused
from app.formats import day, named, plural
from app.imports.merging import NOBODY, changes_against, comes_back
from app.imports.queries import chosen_lines
from app.imports.service import forget_lines
from app.imports.telling import too_soon
from app.many import insert_many, update_many
from db.models import AuditKind, ChangeKind, Employee, EmployeeChange, EmployeeImport, ImportState, LineKind

MOST_NAMED = 10  # people in one sentence, or in one list


class Act(NamedTuple):
    """One change of one employee: `row` is what to write, `change` what to remember of it."""

    row: dict[str, Any]
    change: dict[str, Any]


async def apply_import(access: MemberAccess, imported: EmployeeImport, exit_on: str, at: Moment) -> None:
    """What the lines chosen do, all of them at once; who is left aside is named. A file that changes nothing
    is dropped: there is nothing to undo.

    `exit_on`: the last day of the chosen people whom the file does not name.
    """
    claim = update(EmployeeImport).where(
        col(EmployeeImport.company_id) == access.company.key, col(EmployeeImport.id) == imported.key
    )
    claim = claim.where(col(EmployeeImport.state) == ImportState.READY)
    if not await access.change(claim.values(state=ImportState.APPLIED, applied_at=at.now)):
        return  # Pressed twice, or abandoned meanwhile: the page says what became of it.
    lines = await _chosen(access, imported, exit_on, at)
    new = [line for line in lines if line[0] == LineKind.NEW or line[1] == "add"]
    others = [line for line in lines if line[0] != LineKind.NEW and line[1] != "add"]
    added = await _add(access, imported, [NOBODY | line[4] for line in new], at)
    corrected, left, aside = await _correct(access, imported, others, exit_on, at)
    is_done = bool(added or corrected or left)
    await forget_lines(access, imported, ImportState.APPLIED if is_done else ImportState.DROPPED)
    imported.applied_at = at.now if is_done else None
    imported.counts = {"added": added, "corrected": corrected, "left": left, "skipped": len(aside)}
    imported.counts |= {"aside": aside[:MOST_NAMED]}
    imported.account_id, imported.on_behalf = access.account.key, access.membership.third_party
    if is_done:
        words = ", ".join((plural(added, "ajout"), plural(corrected, "correction"), plural(left, "départ")))
        access.trace(AuditKind.EMPLOYEES_IMPORTED, at.now, words)


async def _chosen(access: MemberAccess, imported: EmployeeImport, exit_on: str, at: Moment) -> Sequence[Any]:
    lines = await chosen_lines(access, imported.key)
    if not lines:
        raise Refused("Aucune ligne n’est choisie : il n’y a rien à appliquer.")
    if any(line[0] == LineKind.ABSENT for line in lines) and not exit_on:
        raise Refused("Donnez le dernier jour de travail des personnes absentes du fichier.", "exit_on")
    await _refuse_impossible_departures(access, lines, exit_on, at)
    return lines


async def _refuse_impossible_departures(
    access: MemberAccess, lines: Sequence[Any], exit_on: str, at: Moment
) -> None:
    """One date for everybody may be right for most and wrong for some: they are named, nothing is written."""
    versions = {line[2]: line[3] for line in lines if line[0] == LineKind.ABSENT}
    if not versions:
        return
    last_day = date.fromisoformat(exit_on)
    refuse_far_departure(last_day, at.today)
    rows = (await employees_by_id(access, list(versions))).values()
    wrong = [row for row in rows if row.version == versions[row.key] and row.entry_on > last_day]
    if wrong:
        told = [f"{name_of(declared_of(row))} (entrée le {day(row.entry_on)})" for row in wrong]
        words = f"Le dernier jour de travail ne peut pas précéder l’entrée : {named(told, MOST_NAMED)}"
        raise Refused(f"{words}. Changez la date ou décochez-les.", "exit_on")


async def _add(access: MemberAccess, imported: EmployeeImport, people: Sequence[Declared], at: Moment) -> int:
    rows, urgent = await asyncio.to_thread(_new_rows, people, at)
    if urgent:
        await tell_team(access, URGENT, named(urgent, MOST_NAMED), at.now)
    ids = await insert_many(access, Employee, rows)
    changes = [
        _change(access, imported, ChangeKind.DECLARED, {}, values, at)
        | {"employee_id": row_id, "about": name_of(values)[:200]}
        for row_id, values in zip(ids, people, strict=True)
    ]
    await insert_many(access, EmployeeChange, changes)
    return len(ids)


def _new_rows(people: Sequence[Declared], at: Moment) -> tuple[list[dict[str, Any]], list[str]]:
    """And the names of those to come whose visit is before the work."""
    rows, urgent = [], []
    for values in people:
        row = columns_of(values) | {"version": 1, "created_at": at.now, "updated_at": at.now}
        rows.append(row | due_columns(LikeRow(row), []))
        deadline = deadline_of(LikeRow(row), []) if row["risks"] and row["entry_on"] >= at.today else None
        if deadline and deadline.before_post:
            urgent.append(name_of(values))
    return rows, urgent


async def _correct(
    access: MemberAccess, imported: EmployeeImport, lines: Sequence[Any], exit_on: str, at: Moment
) -> tuple[int, int, list[tuple[str, str]]]:
    """How many were corrected, how many left, and (name, why) of who is left aside."""
    ids = [line[2] for line in lines if line[2]]
    rows = await employees_by_id(access, ids)
    seen = await seen_by_employee(access, ids)
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
            acts.append(_act(access, imported, row, after, seen.get(employee_id, []), at))
        except Refused as refused:
            aside.append((about, refused.message))
    await update_many(access, Employee, [act.row for act in acts])
    await insert_many(access, EmployeeChange, [act.change for act in acts])
    left = sum(act.change["kind"] == ChangeKind.LEFT for act in acts)
    # Who is corrected and leaves by the same line is both.
    corrected = sum(act.change["kind"] != ChangeKind.LEFT or len(act.change["after"]) > 1 for act in acts)
    return corrected, left, aside


def _act(
    access: MemberAccess,
    imported: EmployeeImport,
    row: Employee,
    after: Declared,
    seen: list[Seen],
    at: Moment,
) -> Act:
    """Refused when it would change nothing, or make what cannot be true."""
    before = declared_of(row)
    whole = before | after
    reasons = [words for name, words in problems(whole, at.today).items() if name in after]
    reasons += [too_soon(before, after, at.today), "" if after else "rien ne change"]
    if why := next(filter(None, reasons), ""):
        raise Refused(why)
    kind = ChangeKind.CORRECTED
    if after.get("exit_on") and not before["exit_on"]:
        kind = ChangeKind.LEFT
    elif after.get("exit_on") == "" or comes_back(before, after):
        kind = ChangeKind.CAME_BACK
    columns = columns_of(whole)
    columns |= due_columns(LikeRow(columns), seen)
    columns |= {"id": row.key, "version": row.version + 1, "updated_at": at.now}
    change = _change(access, imported, kind, {name: before[name] for name in after}, after, at)
    return Act(columns, change | {"employee_id": row.key, "about": name_of(whole)[:200]})


def _change(
    access: MemberAccess,
    imported: EmployeeImport,
    kind: ChangeKind,
    before: Declared,
    after: Declared,
    at: Moment,
) -> dict[str, Any]:
    return {
        "import_id": imported.key,
        "kind": kind,
        "before": before,
        "after": after,
        "account_id": access.account.key,
        "on_behalf": access.membership.third_party,
        "at": at.now,
        "undone_at": None,
    }
