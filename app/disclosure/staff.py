"""Acts: an export is given, an identity is corrected at every employer."""

from collections.abc import Sequence

from sqlmodel import col, select

from app.access import StaffAccess
from app.clock import Moment
from app.disclosure.forms import Corrected
from app.disclosure.queries import check_everywhere
from app.disclosure.rules import export_lines
from app.employees.declared import LABELS, change, changed_fields, declared_of, in_words, problems
from app.errors import NotFound, Refused
from app.follow_up.law import DoneVisit
from db.models import AuditKind, ChangeKind, Employee, EmployeeChange, Visit, VisitKind

IDENTITY = ("birth_name", "usual_name", "first_names", "birth_on")


def trace_export(access: StaffAccess, people: Sequence[Employee], at: Moment) -> None:
    """Leave a trace by the numbers of all the records, without the name, which these lines would outlive.
    Each record counts as opened.
    """
    for about in export_lines([each.key for each in people]):
        access.record(AuditKind.DATA_GIVEN, at.now, access.account.key, about=about)
    for each in people:
        access.reads(each)


async def correct(access: StaffAccess, ids: Sequence[int], entry: Corrected, at: Moment) -> int:
    """The same identity in all these records, or in none; the number of those that were different. The
    history of each member says it, and the changes of the person what it was before.
    """
    check_everywhere(access)
    mine = select(Employee).where(col(Employee.id).in_(ids), col(Employee.anonymised_at).is_(None))
    held = mine.order_by(col(Employee.id)).with_for_update()
    people = await access.all(held.execution_options(populate_existing=True))
    if len(people) != len(ids):
        raise NotFound
    done = [await _correct_one(access, each, entry, at) for each in people]
    if not any(done):
        raise Refused("Rien ne change : toutes les fiches disent déjà cela.")
    return sum(done)


async def _correct_one(access: StaffAccess, employee: Employee, entry: Corrected, at: Moment) -> bool:
    before = declared_of(employee)
    wanted = before | entry.model_dump(include=set(IDENTITY))
    after = {name: wanted[name] for name in changed_fields(before, wanted)}
    if not after:
        return False
    if "birth_on" in after:
        # A birth date may make the entry impossible.
        wrong = problems(wanted, at.today)
        if words := wrong.get("birth_on") or wrong.get("entry_on"):
            raise Refused(words, "birth_on")
    visits = await access.all(select(Visit).where(col(Visit.employee_id) == employee.key))
    seen = [DoneVisit(VisitKind(each.kind), each.done_on, each.next_on) for each in visits]
    made = change(before, after, ChangeKind.CORRECTED, seen, at.today)
    for name, value in (made.row | {"version": employee.version + 1, "updated_at": at.now}).items():
        setattr(employee, name, value)
    row = EmployeeChange(
        company_id=employee.company_id, employee_id=employee.key, account_id=access.account.key, at=at.now,
        **made.trace,
    )  # fmt: skip
    access.add(row)
    changes = [f"{LABELS[name].lower()} « {in_words(name, before[name])} »" for name in after]
    about = f"{made.trace['about']}, avant : {', '.join(changes)}"[:200]
    access.record(
        AuditKind.IDENTITY_CORRECTED, at.now, access.account.key, employee.company_id, about, employee.key
    )
    return True
