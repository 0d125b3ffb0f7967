"""Declaring, correcting, departures, returns: each is a change that is traced; `undo_change` undoes it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlmodel import col, update

from app.access import MemberAccess, insert_many, update_many
from app.clock import Moment
from app.company_details.team import notify_team
from app.employees.declared import (
    IS_OLD,
    LABELS,
    Change,
    Declared,
    change,
    changed_fields,
    declared_of,
    employee_name,
    is_old_departure,
    problems,
)
from app.employees.person import (
    MANY,
    changes_after,
    done_visits,
    done_visits_by_employee,
    ids_with_appointments,
    visits_of,
)
from app.employees.together import MOST_LEAVING
from app.errors import NotFound, Refused
from app.text.counts import first_few
from app.text.formats import day
from db.models import AuditKind, ChangeKind, Employee, EmployeeChange

MOST_NAMED = 10  # people in one sentence, or in one list
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


async def register_employee(access: MemberAccess, values: Declared, at: Moment) -> Employee:
    """Somebody new on the list. Declaring is asking for the first visit (R4624-10)."""
    refuse_problems(values, at.today)
    made = change({}, values, ChangeKind.DECLARED, [], at.today)
    employee = Employee(company_id=access.company.key, created_at=at.now, updated_at=at.now, **made.row)
    access.add(employee)
    await access.flush()
    _trace(access, employee, made, at)
    notify_if_urgent(access, [made], at)
    return employee


async def correct_employee(
    access: MemberAccess, employee: Employee, values: Declared, version: int, at: Moment, *, is_sure: bool
) -> list[str]:
    """The names of the fields that changed. 409 when the page was made from an older state. `is_sure`: as for
    a departure.
    """
    names = changed_fields(declared_of(employee), values)
    if not names:
        return []
    refuse_problems(values, at.today, problems(declared_of(employee), at.today))
    if version != employee.version:
        raise Refused(CONFLICT, status_code=409)
    if "exit_on" in names and values["exit_on"]:
        refuse_old_departure(date.fromisoformat(values["exit_on"]), at.today, is_sure=is_sure)
    await change_declared(access, employee, {name: values[name] for name in names}, ChangeKind.CORRECTED, at)
    return names


async def register_departure(
    access: MemberAccess, employee: Employee, exit_on: date, at: Moment, *, is_sure: bool
) -> None:
    """The last day of work, past or to come. No reason is asked: it is nobody's business here. `is_sure`:
    an old day has been read again.
    """
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
    refuse_old_departure(exit_on, at.today, is_sure=is_sure)
    await change_declared(access, employee, {"exit_on": exit_on.isoformat()}, ChangeKind.LEFT, at)


async def register_departures(
    access: MemberAccess, versions: Mapping[int, int], exit_on: date, at: Moment, *, is_sure: bool
) -> None:
    """The same last day for several people: all of them, or nobody and `Refused` names who stands against it.

    `versions`: of each, by number, as the page showed it. Who already leaves on that day is left as they are.
    """
    if not versions:
        raise Refused("Cochez au moins un salarié.", "people")
    if len(versions) > MOST_LEAVING:
        raise Refused(f"Un départ s’enregistre en une fois pour {MOST_LEAVING} salariés au plus.", "people")
    refuse_far_departure(exit_on, at.today)
    refuse_old_departure(exit_on, at.today, is_sure=is_sure)
    people = [each for each in await _locked_in_order(access, list(versions)) if each.exit_on != exit_on]
    _refuse_objections(people, versions, exit_on)
    seen = await done_visits_by_employee(access, [each.key for each in people])
    after = {"exit_on": exit_on.isoformat()}
    made = [
        (each, change(declared_of(each), after, ChangeKind.LEFT, seen.get(each.key, []), at.today))
        for each in people
    ]
    await update_many(
        access, Employee, [
            left.row | {"id": each.key, "version": each.version + 1, "updated_at": at.now}
            for each, left in made
        ],
    )  # fmt: skip
    who = {"account_id": access.account.key, "on_behalf": access.membership.third_party, "at": at.now}
    traces = [left.trace | who | {"employee_id": each.key} for each, left in made]
    await insert_many(access, EmployeeChange, traces)
    if made:  # One act is one line of the history; each departure is among the operations.
        about = first_few([left.trace["about"] for _, left in made], 5)
        only = made[0][0].key if len(made) == 1 else None
        access.trace(TRACES[ChangeKind.LEFT], at.now, about, only)


async def locked_employees(access: MemberAccess, ids: Sequence[int]) -> dict[int, Employee]:
    """Those of these numbers that are this company's, by number, under a lock: nobody changes them until this
    is written. In the order of their numbers, whoever locks several, so that no two wait for each other.
    """
    held: dict[int, Employee] = {}
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), MANY):
        mine = access.select(Employee).where(col(Employee.id).in_(ordered[start : start + MANY]))
        locking = mine.order_by(col(Employee.id)).with_for_update()
        people = await access.all(locking.execution_options(populate_existing=True))
        held |= {each.key: each for each in people}
    return held


async def _locked_in_order(access: MemberAccess, ids: Sequence[int]) -> list[Employee]:
    """All of these people, in the order of the list; `NotFound` when one is not this company's."""
    held = await locked_employees(access, ids)
    if len(held) < len(ids):
        raise NotFound
    return sorted(held.values(), key=lambda each: (each.sort_key, each.key))


def _refuse_objections(people: Sequence[Employee], versions: Mapping[int, int], exit_on: date) -> None:
    refused = [words for each in people if (words := _objection(each, versions[each.key], exit_on))]
    if refused:
        words = f"Rien n’est enregistré. {first_few(refused, MOST_NAMED)}. Décochez-les, ou changez la date."
        is_stale = any(each.version != versions[each.key] for each in people)
        raise Refused(words, "people", status_code=409 if is_stale else 422)


def _objection(employee: Employee, version: int, exit_on: date) -> str:
    """The name of this person and the reason not to leave on that day; "" for none."""
    name = employee_name(employee)
    if employee.version != version:
        return f"{name} : cette fiche a changé entre-temps, vérifiez-la"
    if employee.exit_on:
        return f"{name} : son départ est déjà enregistré, au {day(employee.exit_on)}"
    is_before = exit_on < employee.entry_on
    return f"{name} : pas avant son entrée, le {day(employee.entry_on)}" if is_before else ""


def refuse_far_departure(exit_on: date, today: date) -> None:
    if exit_on - today > timedelta(days=366):
        raise Refused("La date de sortie est dans plus d’un an.", "exit_on")


def refuse_old_departure(exit_on: date, today: date, *, is_sure: bool) -> None:
    if is_old_departure(exit_on, today) and not is_sure:
        raise Refused(IS_OLD, "exit_on")


async def register_return(access: MemberAccess, employee: Employee, values: Declared, at: Moment) -> None:
    """A former employee hired again: a new entry, hence a first visit, unless the service spares it."""
    if not employee.exit_on and values["entry_on"] == employee.entry_on.isoformat():
        return  # The button was pressed twice.
    if not employee.exit_on:
        raise Refused("Cette personne est déjà présente dans votre liste.")
    if values["entry_on"] <= employee.exit_on.isoformat():
        raise Refused(f"Le retour doit suivre le départ, le {day(employee.exit_on)}.", "entry_on")
    refuse_problems(values, at.today)
    after = {name: values[name] for name in changed_fields(declared_of(employee), values)}
    await change_declared(access, employee, after, ChangeKind.CAME_BACK, at)


def notify_if_urgent(access: MemberAccess, changes: Sequence[Change], at: Moment) -> None:
    """The team hears at once of the hires whose visit comes before the work, in one letter."""
    if urgent := [each.urgent for each in changes if each.urgent]:
        notify_team(access, URGENT, first_few(urgent, MOST_NAMED), at.now)


def refuse_problems(values: Declared, today: date, known: Mapping[str, str] | None = None) -> None:
    """Refuse impossible values, whichever way they came; those `known` to be wrong before are left alone."""
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
    made = change(before, after, kind, await done_visits(access, employee.key), at.today)
    for name, value in (made.row | {"version": employee.version + 1, "updated_at": at.now}).items():
        setattr(employee, name, value)
    _trace(access, employee, made, at).undoes_id = undoes_id
    notify_if_urgent(access, [made], at)


def _trace(access: MemberAccess, employee: Employee, made: Change, at: Moment) -> EmployeeChange:
    kind, about, after = made.trace["kind"], made.trace["about"], made.trace["after"]
    row = EmployeeChange(
        company_id=access.company.key, employee_id=employee.key, account_id=access.account.key,
        on_behalf=access.membership.third_party, at=at.now, **made.trace,
    )  # fmt: skip
    words = ", ".join(LABELS[name].lower() for name in after) if kind == ChangeKind.CORRECTED else ""
    access.trace(TRACES[kind], at.now, f"{about} : {words}" if words else about, employee.key)
    return access.add(row)


async def employee_of(access: MemberAccess, employee_id: int) -> Employee:
    return await access.get(Employee, employee_id)


# A declaration taken back: exactly, once, and only while nothing later stands on it.


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
    await _refuse_if_changed_since(access, employee, change)
    await mark_undone(access, change, at)
    await change_declared(access, employee, change.before, ChangeKind.UNDONE, at, undoes_id=change.key)
    return employee


async def _refuse_if_changed_since(access: MemberAccess, employee: Employee, change: EmployeeChange) -> None:
    """A later operation on the same fields still holds, even when it gave the same value again."""
    declared = declared_of(employee)
    later = touched_fields(await changes_after(access, change))
    if names := [n for n, value in change.after.items() if declared[n] != value or n in later]:
        words = ", ".join(LABELS[name].lower() for name in LABELS if name in names)
        raise Refused(f"La fiche a été modifiée depuis ({words}) : annulez d’abord la dernière opération.")


def touched_fields(changes: Sequence[EmployeeChange]) -> set[str]:
    """The fields of those that still have an effect. An operation, its undoing, the undoing of that one make
    a chain that goes there and back: an even number of turns leaves everything as it was.
    """
    undone_by = {change.undoes_id: change for change in changes}
    touched: set[str] = set()
    firsts = [each for each in changes if each.undoes_id not in {other.id for other in changes}]
    for each in firsts:
        turns, last = 1, each
        while following := undone_by.get(last.id):
            turns, last = turns + 1, following
        if last.undone_at:  # with the whole file that brought it
            turns += 1
        touched |= set(each.after) if turns % 2 else set()
    return touched


async def mark_undone(access: MemberAccess, change: EmployeeChange, at: Moment) -> None:
    """Settles who comes first when two undo the same thing at once."""
    mine = update(EmployeeChange).where(
        col(EmployeeChange.company_id) == access.company.key, col(EmployeeChange.id) == change.key
    )
    if not await access.change(mine.where(col(EmployeeChange.undone_at).is_(None)).values(undone_at=at.now)):
        raise Refused("Cette opération est déjà annulée.")


async def _withdraw(access: MemberAccess, employee: Employee, change: EmployeeChange, at: Moment) -> None:
    """The person was declared by mistake: nothing of them stays but the line of the history."""
    await locked_employees(access, [employee.key])  # as a colleague may just have corrected them
    if await visits_of(access, employee.key):
        raise Refused("Une visite a déjà eu lieu : enregistrez plutôt un départ.")
    if await ids_with_appointments(access, [employee.key]):
        raise Refused("Une visite est demandée ou prévue pour cette personne : enregistrez plutôt un départ.")
    if declared_of(employee) != change.after or touched_fields(await changes_after(access, change)):
        raise Refused("La fiche a été modifiée depuis : annulez d’abord la dernière opération.")
    await mark_undone(access, change, at)
    access.trace(AuditKind.EMPLOYEE_CHANGE_UNDONE, at.now, f"{change.about} : déclaration")
    await access.delete(employee)


async def change_of(access: MemberAccess, change_id: int) -> EmployeeChange:
    change = await access.get(EmployeeChange, change_id)
    if change.import_id and change.employee_id is None:
        raise NotFound
    return change
