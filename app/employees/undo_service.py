"""What was declared, taken back: exactly, once, and only while nothing later stands on it."""

from collections.abc import Sequence

from sqlmodel import col, update

from app.access import MemberAccess
from app.employees.declared import LABELS, declared_of
from app.employees.person_queries import called_among, changes_after, visits_of
from app.employees.service import UNDOABLE, Moment, change_declared
from app.errors import NotFound, Refused
from db.models import AuditKind, ChangeKind, Employee, EmployeeChange


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
    """What a later operation said of the same fields still holds, even when it said the same value again."""
    declared = declared_of(employee)
    later = touched_by(await changes_after(access, change))
    if names := [n for n, value in change.after.items() if declared[n] != value or n in later]:
        words = ", ".join(LABELS[name].lower() for name in LABELS if name in names)
        raise Refused(f"La fiche a été modifiée depuis ({words}) : annulez d’abord la dernière opération.")


def touched_by(changes: Sequence[EmployeeChange]) -> set[str]:
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
    if await visits_of(access, employee.key):
        raise Refused("Une visite a déjà eu lieu : enregistrez plutôt un départ.")
    if await called_among(access, [employee.key]):
        raise Refused("Une visite est demandée ou prévue pour cette personne : enregistrez plutôt un départ.")
    if declared_of(employee) != change.after or touched_by(await changes_after(access, change)):
        raise Refused("La fiche a été modifiée depuis : annulez d’abord la dernière opération.")
    await mark_undone(access, change, at)
    access.trace(AuditKind.EMPLOYEE_CHANGE_UNDONE, at.now, f"{change.about} : déclaration")
    await access.delete(employee)


async def change_of(access: MemberAccess, change_id: int) -> EmployeeChange:
    change = await access.get(EmployeeChange, change_id)
    if change.import_id and change.employee_id is None:
        raise NotFound
    return change
