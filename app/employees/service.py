"""Declaring, correcting, departures, returns: each is a change that is traced and can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import col, update

from app.access import MemberAccess
from app.employees.declared import (
    LABELS,
    Declared,
    changed,
    columns_of,
    declared_of,
    fill,
    name_of,
    problems,
    set_due,
)
from app.employees.person_queries import seen_by, visits_of
from app.errors import NotFound, Refused
from app.formats import day
from db.models import AuditKind, ChangeKind, Employee, EmployeeChange

UNDOABLE = timedelta(days=30)
CONFLICT = (
    "Une autre personne a modifié cette fiche pendant votre saisie : voici les deux valeurs. "
    "Rien de ce que vous avez saisi n’est encore enregistré."
)
TRACES = {
    ChangeKind.DECLARED: AuditKind.EMPLOYEE_DECLARED,
    ChangeKind.CORRECTED: AuditKind.EMPLOYEE_CORRECTED,
    ChangeKind.LEFT: AuditKind.EMPLOYEE_LEFT,
    ChangeKind.CAME_BACK: AuditKind.EMPLOYEE_CAME_BACK,
    ChangeKind.UNDONE: AuditKind.EMPLOYEE_CHANGE_UNDONE,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is done: the instant that is kept, the day that the rules count from."""

    now: datetime
    today: date


async def register_employee(access: MemberAccess, values: Declared, at: Moment) -> Employee:
    """Somebody new on the list. Declaring is asking for the first visit (R4624-10)."""
    refuse_problems(values, at.today)
    columns = columns_of(values)
    employee = Employee(company_id=access.company.key, created_at=at.now, updated_at=at.now, **columns)
    set_due(employee, [])
    access.add(employee)
    await access.flush()
    _trace(access, employee, ChangeKind.DECLARED, {}, values, at)
    return employee


async def correct_employee(
    access: MemberAccess, employee: Employee, values: Declared, version: int, at: Moment
) -> list[str]:
    """The names of the fields that changed. 409 when the page was made from an older state."""
    names = changed(declared_of(employee), values)
    if not names:
        return []
    refuse_problems(values, at.today, problems(declared_of(employee), at.today))
    if version != employee.version:
        raise Refused(CONFLICT, status_code=409)
    await _change(access, employee, {name: values[name] for name in names}, ChangeKind.CORRECTED, at)
    return names


async def register_departure(access: MemberAccess, employee: Employee, exit_on: date, at: Moment) -> None:
    """The last day of work, past or to come. No reason is asked: it is nobody's business here."""
    if employee.exit_on == exit_on:
        return
    if employee.exit_on:
        raise Refused(f"Son départ est déjà enregistré, au {day(employee.exit_on)}. Vous pouvez le corriger.")
    if exit_on < employee.entry_on:
        raise Refused(f"La date de sortie précède l’entrée, le {day(employee.entry_on)}.", "exit_on")
    if exit_on - at.today > timedelta(days=366):
        raise Refused("La date de sortie est dans plus d’un an.", "exit_on")
    await _change(access, employee, {"exit_on": exit_on.isoformat()}, ChangeKind.LEFT, at)


async def register_return(access: MemberAccess, employee: Employee, values: Declared, at: Moment) -> None:
    """A former employee hired again: a new entry, hence a first visit, unless the service spares it."""
    if not employee.exit_on:
        raise Refused("Cette personne est déjà présente dans votre liste.")
    if values["entry_on"] <= employee.exit_on.isoformat():
        raise Refused(f"Le retour doit suivre le départ, le {day(employee.exit_on)}.", "entry_on")
    refuse_problems(values, at.today)
    after = {name: values[name] for name in changed(declared_of(employee), values)}
    await _change(access, employee, after, ChangeKind.CAME_BACK, at)


async def undo_change(access: MemberAccess, change: EmployeeChange, at: Moment) -> Employee | None:
    """Back to what was declared before; None when it was the declaration of the person itself.

    `Refused` when it is too late (30 days), already done, or when a later change holds other values.
    """
    if change.undone_at or change.employee_id is None:
        raise Refused("Cette opération est déjà annulée.")
    if at.now - change.at > UNDOABLE:
        raise Refused("Plus de 30 jours ont passé : faites une correction sur la fiche.")
    employee = await access.get(Employee, change.employee_id)
    if change.kind == ChangeKind.DECLARED:
        await _withdraw(access, employee, change, at)
        return None
    now_declared = declared_of(employee)
    if any(now_declared[name] != value for name, value in change.after.items()):
        names = ", ".join(LABELS[n].lower() for n, v in change.after.items() if now_declared[n] != v)
        raise Refused(f"La fiche a été modifiée depuis ({names}) : annulez d’abord la dernière opération.")
    await mark_undone(access, change, at)
    await _change(access, employee, change.before, ChangeKind.UNDONE, at)
    return employee


async def mark_undone(access: MemberAccess, change: EmployeeChange, at: Moment) -> None:
    """Settles who comes first when two undo the same thing at once."""
    mine = update(EmployeeChange).where(
        col(EmployeeChange.company_id) == access.company.key, col(EmployeeChange.id) == change.key
    )
    if not await access.change(mine.where(col(EmployeeChange.undone_at).is_(None)).values(undone_at=at.now)):
        raise Refused("Cette opération est déjà annulée.")


def refuse_problems(values: Declared, today: date, known: Mapping[str, str] | None = None) -> None:
    """What cannot be true stops here, whichever way it came; what was `known` to be wrong is left alone."""
    for field, message in problems(values, today).items():
        if message != (known or {}).get(field):
            raise Refused(message, field)


async def _withdraw(access: MemberAccess, employee: Employee, change: EmployeeChange, at: Moment) -> None:
    """The person was declared by mistake: nothing of them stays but the line of the history."""
    if await visits_of(access, employee.key):
        raise Refused("Une visite a déjà eu lieu : enregistrez plutôt un départ.")
    if declared_of(employee) != change.after:
        raise Refused("La fiche a été modifiée depuis : annulez d’abord la dernière opération.")
    await mark_undone(access, change, at)
    access.trace(AuditKind.EMPLOYEE_CHANGE_UNDONE, at.now, f"{change.about} : déclaration")
    await access.delete(employee)


async def _change(
    access: MemberAccess, employee: Employee, after: Declared, kind: ChangeKind, at: Moment
) -> None:
    before = declared_of(employee)
    claim = update(Employee).where(
        col(Employee.company_id) == access.company.key, col(Employee.id) == employee.key
    )
    claim = claim.where(col(Employee.version) == employee.version).values(version=employee.version + 1)
    if not await access.change(claim.execution_options(synchronize_session=False)):
        raise Refused(CONFLICT, status_code=409)
    fill(employee, before | after)
    employee.version += 1
    employee.updated_at = at.now
    set_due(employee, await seen_by(access, employee.key))
    _trace(access, employee, kind, {name: before[name] for name in after}, after, at)


def _trace(
    access: MemberAccess, employee: Employee, kind: ChangeKind, before: Declared, after: Declared, at: Moment
) -> None:
    about = name_of(declared_of(employee))
    access.add(
        EmployeeChange(
            company_id=access.company.key, employee_id=employee.key, kind=kind, about=about[:200],
            before=before, after=after, account_id=access.account.key,
            on_behalf=access.membership.third_party, at=at.now,
        )
    )  # fmt: skip
    words = ", ".join(LABELS[name].lower() for name in after) if kind == ChangeKind.CORRECTED else ""
    access.trace(TRACES[kind], at.now, f"{about} : {words}" if words else about)


async def employee_of(access: MemberAccess, employee_id: int) -> Employee:
    return await access.get(Employee, employee_id)


async def change_of(access: MemberAccess, change_id: int) -> EmployeeChange:
    change = await access.get(EmployeeChange, change_id)
    if change.import_id and change.employee_id is None:
        raise NotFound
    return change
