"""Declaring, correcting, departures, returns: each is a change that is traced; `undo_service` undoes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import col, update

from app.access import MemberAccess
from app.company_details.telling_service import tell_team
from app.employees.declared import (
    LABELS,
    Declared,
    changed,
    columns_of,
    deadline_of,
    declared_of,
    fill,
    name_of,
    problems,
    set_due,
)
from app.employees.person_queries import seen_by
from app.employees.questions import VISITS
from app.employees.rules import Seen
from app.errors import Refused
from app.formats import day
from db.models import AuditKind, ChangeKind, Employee, EmployeeChange

UNDOABLE = timedelta(days=30)
CONFLICT = (
    "Cette fiche a changé entre-temps, par une autre personne ou dans un autre onglet. "
    "Rien de ce que vous avez saisi n’est encore enregistré."
)
URGENT = "Embauche : visite avant la prise de poste"
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
    await _tell_if_urgent(access, employee, [], at)
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
    await change_declared(access, employee, {name: values[name] for name in names}, ChangeKind.CORRECTED, at)
    return names


async def register_departure(access: MemberAccess, employee: Employee, exit_on: date, at: Moment) -> None:
    """The last day of work, past or to come. No reason is asked: it is nobody's business here."""
    if employee.exit_on == exit_on:
        return
    if employee.exit_on:
        raise Refused(f"Son départ est déjà enregistré, au {day(employee.exit_on)}. Vous pouvez le corriger.")
    if exit_on < employee.entry_on:
        entry = day(employee.entry_on)
        raise Refused(
            f"La date de sortie précède l’entrée, le {entry} : qui n’est pas venu sort ce jour-là.", "exit_on"
        )
    refuse_far_departure(exit_on, at.today)
    await change_declared(access, employee, {"exit_on": exit_on.isoformat()}, ChangeKind.LEFT, at)


def refuse_far_departure(exit_on: date, today: date) -> None:
    if exit_on - today > timedelta(days=366):
        raise Refused("La date de sortie est dans plus d’un an.", "exit_on")


async def register_return(access: MemberAccess, employee: Employee, values: Declared, at: Moment) -> None:
    """A former employee hired again: a new entry, hence a first visit, unless the service spares it."""
    if not employee.exit_on and values["entry_on"] == employee.entry_on.isoformat():
        return  # The button was pressed twice.
    if not employee.exit_on:
        raise Refused("Cette personne est déjà présente dans votre liste.")
    if values["entry_on"] <= employee.exit_on.isoformat():
        raise Refused(f"Le retour doit suivre le départ, le {day(employee.exit_on)}.", "entry_on")
    refuse_problems(values, at.today)
    after = {name: values[name] for name in changed(declared_of(employee), values)}
    await change_declared(access, employee, after, ChangeKind.CAME_BACK, at)
    await _tell_if_urgent(access, employee, await seen_by(access, employee.key), at)


async def _tell_if_urgent(access: MemberAccess, employee: Employee, seen: list[Seen], at: Moment) -> None:
    """The team hears at once of a hire whose visit comes before the work."""
    deadline = deadline_of(employee, seen)
    if deadline and deadline.before_post:
        about = f"{name_of(declared_of(employee))} : {VISITS[deadline.kind]}, {deadline.words}"
        await tell_team(access, URGENT, about, at.now)


def refuse_problems(values: Declared, today: date, known: Mapping[str, str] | None = None) -> None:
    """What cannot be true stops here, whichever way it came; what was `known` to be wrong is left alone."""
    for field, message in problems(values, today).items():
        if message != (known or {}).get(field):
            raise Refused(message, field)


async def change_declared(
    access: MemberAccess,
    employee: Employee,
    after: Declared,
    kind: ChangeKind,
    at: Moment,
    undoes_id: int | None = None,
) -> None:
    before = declared_of(employee)
    claim = update(Employee).where(
        col(Employee.company_id) == access.company.key, col(Employee.id) == employee.key
    )
    claim = claim.where(col(Employee.version) == employee.version).values(version=employee.version + 1)
    if not await access.change(claim.execution_options(synchronize_session=False)):
        # The page that refuses shows what the other wrote since this row was read.
        now = access.select(Employee).where(col(Employee.id) == employee.key)
        await access.first(now.execution_options(populate_existing=True))
        raise Refused(CONFLICT, status_code=409)
    fill(employee, before | after)
    employee.version += 1
    employee.updated_at = at.now
    set_due(employee, await seen_by(access, employee.key))
    trace = _trace(access, employee, kind, {name: before[name] for name in after}, after, at)
    trace.undoes_id = undoes_id


def _trace(
    access: MemberAccess, employee: Employee, kind: ChangeKind, before: Declared, after: Declared, at: Moment
) -> EmployeeChange:
    about = name_of(declared_of(employee))
    change = access.add(
        EmployeeChange(
            company_id=access.company.key, employee_id=employee.key, kind=kind, about=about[:200],
            before=before, after=after, account_id=access.account.key,
            on_behalf=access.membership.third_party, at=at.now,
        )
    )  # fmt: skip
    words = ", ".join(LABELS[name].lower() for name in after) if kind == ChangeKind.CORRECTED else ""
    access.trace(TRACES[kind], at.now, f"{about} : {words}" if words else about)
    return change


async def employee_of(access: MemberAccess, employee_id: int) -> Employee:
    return await access.get(Employee, employee_id)
