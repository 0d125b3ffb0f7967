"""A file undone as a whole."""

from sqlmodel import col, delete, update

from app.access import MemberAccess
from app.employees.declared import LikeRow, columns_of, declared_of, due_columns
from app.employees.person_queries import called_among, employees_by_id, import_changes, seen_by_employee
from app.employees.service import UNDOABLE, Moment
from app.errors import Refused
from app.formats import plural
from app.many import update_many
from db.models import AuditKind, ChangeKind, Employee, EmployeeChange, EmployeeImport, ImportState


async def undo_import(access: MemberAccess, imported: EmployeeImport, at: Moment) -> None:
    """Everybody as before the file, but for those whom somebody changed afterwards: `kept_names`."""
    await _claim(access, imported, at)
    changes = await import_changes(access, imported.key)
    ids = [change.employee_id for change in changes if change.employee_id]
    rows, seen = await employees_by_id(access, ids), await seen_by_employee(access, ids)
    called = await called_among(access, ids)
    gone: list[int] = []
    back, undone, kept = [], [], []
    for change in changes:
        row = rows.get(change.employee_id or 0)
        visits = seen.get(change.employee_id or 0, [])
        if row is None or not _is_as_left(row, change, is_followed=bool(visits) or row.key in called):
            kept.append(change.about)
            continue
        undone.append(change.key)
        if change.kind == ChangeKind.DECLARED:
            gone.append(row.key)
            continue
        columns = columns_of(declared_of(row) | change.before)
        columns |= due_columns(LikeRow(columns), visits)
        back.append(columns | {"id": row.key, "version": row.version + 1, "updated_at": at.now})
    await update_many(access, Employee, back)
    await update_many(access, EmployeeChange, [{"id": key, "undone_at": at.now} for key in undone])
    await _remove(access, gone)
    imported.state, imported.undone_at = ImportState.UNDONE, at.now
    words = (
        f"{plural(len(undone), 'opération annulée', 'opérations annulées')}, {plural(len(kept), 'gardée')}"
    )
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


def _is_as_left(row: Employee, change: EmployeeChange, *, is_followed: bool) -> bool:
    """Nobody touched since what the file said; and for who it brought no visit was asked, planned or done."""
    if change.kind == ChangeKind.DECLARED:
        return row.version == 1 and not is_followed
    declared = declared_of(row)
    return all(declared[name] == value for name, value in change.after.items())


async def _remove(access: MemberAccess, ids: list[int]) -> None:
    for start in range(0, len(ids), 200):
        mine = delete(Employee).where(col(Employee.company_id) == access.company.key)
        await access.change(
            mine.where(col(Employee.id).in_(ids[start : start + 200])).execution_options(
                synchronize_session=False
            )
        )
