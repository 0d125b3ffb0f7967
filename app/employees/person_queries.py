"""Reads about one employee: visits, changes, who may be the same person."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, or_
from sqlmodel import col, select

from app.access import MemberAccess
from app.employees.queries import PAGE
from app.employees.rules import Seen
from app.employees.searching import named
from app.searching import words_of
from db.models import (
    Account,
    AppointmentRequest,
    ChangeKind,
    Employee,
    EmployeeChange,
    EmployeeImport,
    Slot,
    Visit,
    VisitKind,
)


async def visits_of(access: MemberAccess, employee_id: int) -> Sequence[Visit]:
    """The visits that took place, the latest first."""
    mine = access.select(Visit).where(col(Visit.employee_id) == employee_id)
    return await access.all(mine.order_by(col(Visit.done_on).desc(), col(Visit.id).desc()))


MANY = 200  # ids asked for at once


class ChangeLine(NamedTuple):
    """`change`: of one person, or a whole file that was applied."""

    change: EmployeeChange | EmployeeImport
    who: str

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it is in the list, whose order goes down: files come after the others of the same instant."""
        if isinstance(self.change, EmployeeImport):
            return self.change.applied_at or self.change.created_at, -self.change.key
        return self.change.at, self.change.key


async def changes_of(access: MemberAccess, employee_id: int) -> list[ChangeLine]:
    """The latest changes of one employee, those that a file brought included."""
    statement = _with_author(access, EmployeeChange, col(EmployeeChange.at), col(EmployeeChange.id).desc())
    rows = await access.rows(statement.where(col(EmployeeChange.employee_id) == employee_id))
    return [_line(*row) for row in rows]


async def latest_changes(
    access: MemberAccess, before: tuple[datetime, int] | None = None
) -> list[ChangeLine]:
    """Of everybody: a page of them, and one more if there are more. A file is one, undone as a whole."""
    at, row_id = col(EmployeeChange.at), col(EmployeeChange.id)
    applied_at, import_id = col(EmployeeImport.applied_at), col(EmployeeImport.id)
    by_hand = _with_author(access, EmployeeChange, at, row_id.desc())
    by_hand = by_hand.where(col(EmployeeChange.import_id).is_(None))
    by_file = _with_author(access, EmployeeImport, applied_at, import_id)
    by_file = by_file.where(applied_at.is_not(None))
    if before:
        day, number = before
        by_hand = by_hand.where(or_(at < day, and_(at == day, row_id < number)))
        by_file = by_file.where(or_(applied_at < day, and_(applied_at == day, import_id > -number)))
    found = [_line(*row) for row in await access.rows(by_hand)]
    found += [_line(*row) for row in await access.rows(by_file)]
    return sorted(found, key=lambda line: line.place, reverse=True)[: PAGE + 1]


def _with_author(access: MemberAccess, model: type[Any], at: Any, then: Any) -> Any:
    statement = select(model, Account.first_name, Account.last_name)
    statement = statement.join(Account, col(Account.id) == model.account_id, isouter=True)
    statement = statement.where(model.company_id == access.company.key)
    return statement.order_by(at.desc(), then).limit(PAGE + 1)


def _line(change: Any, first: str | None, last: str | None) -> ChangeLine:
    return ChangeLine(change, f"{first or ''} {last or ''}".strip())


async def changes_after(access: MemberAccess, change: EmployeeChange) -> Sequence[EmployeeChange]:
    """What was done to the same person since, the oldest first, undone or not."""
    mine = access.select(EmployeeChange).where(
        col(EmployeeChange.employee_id) == change.employee_id, col(EmployeeChange.id) > change.key
    )
    return await access.all(mine.order_by(col(EmployeeChange.id)))


async def alike(
    access: MemberAccess, birth_name: str, first_names: str, birth_on: date
) -> Sequence[Employee]:
    """Who may be the same person: same birth date and one name alike, or both names and another birth date.

    Accents and capitals aside. (DOMAIN: identity is birth name, first names and birth date.)
    """
    mine = access.select(Employee)
    found = {
        row.key: row for row in await access.all(mine.where(col(Employee.birth_on) == birth_on).limit(200))
    }
    mine = mine.where(*named(f"{birth_name} {first_names}"))
    found |= {row.key: row for row in await access.all(mine.limit(20))}
    return [row for row in found.values() if is_like(row, birth_name, first_names, birth_on)]


def is_like(row: Any, birth_name: str, first_names: str, birth_on: date) -> bool:
    same_name = words_of(row.birth_name) == words_of(birth_name) or words_of(row.usual_name) == words_of(
        birth_name
    )
    same_first = words_of(row.first_names)[:1] == words_of(first_names)[:1]
    if row.birth_on == birth_on:
        return same_name or same_first
    return same_name and same_first


async def just_declared(access: MemberAccess, since: datetime) -> EmployeeChange | None:
    """What this account declared last, by hand and lately."""
    mine = access.select(EmployeeChange).where(
        col(EmployeeChange.account_id) == access.account.key,
        col(EmployeeChange.kind) == ChangeKind.DECLARED,
        col(EmployeeChange.import_id).is_(None),
        col(EmployeeChange.at) > since,
    )
    return await access.first(mine.order_by(col(EmployeeChange.id).desc()).limit(1))


async def seen_by(access: MemberAccess, employee_id: int) -> list[Seen]:
    """What the rules need of the visits."""
    return [
        Seen(VisitKind(each.kind), each.done_on, each.next_on)
        for each in await visits_of(access, employee_id)
    ]


async def employees_by_id(access: MemberAccess, ids: Sequence[int]) -> dict[int, Employee]:
    found: dict[int, Employee] = {}
    for start in range(0, len(ids), MANY):
        mine = access.select(Employee).where(col(Employee.id).in_(ids[start : start + MANY]))
        found |= {row.key: row for row in await access.all(mine)}
    return found


async def seen_by_employee(access: MemberAccess, ids: Sequence[int]) -> dict[int, list[Seen]]:
    found: dict[int, list[Seen]] = {}
    for start in range(0, len(ids), MANY):
        mine = access.select(Visit).where(col(Visit.employee_id).in_(ids[start : start + MANY]))
        for each in await access.all(mine):
            found.setdefault(each.employee_id, []).append(
                Seen(VisitKind(each.kind), each.done_on, each.next_on)
            )
    return found


async def import_changes(access: MemberAccess, import_id: int) -> Sequence[EmployeeChange]:
    """What a file changed and nobody undid yet."""
    mine = access.select(EmployeeChange).where(col(EmployeeChange.import_id) == import_id)
    return await access.all(
        mine.where(col(EmployeeChange.undone_at).is_(None)).order_by(col(EmployeeChange.id))
    )


async def called_among(access: MemberAccess, ids: Sequence[int]) -> set[int]:
    """Those for whom a visit was asked or an appointment proposed: their row is part of that story."""
    found: set[int | None] = set()
    for start in range(0, len(ids), MANY):
        some = ids[start : start + MANY]
        asked = access.select(AppointmentRequest).where(col(AppointmentRequest.employee_id).in_(some))
        planned = access.select(Slot).where(col(Slot.employee_id).in_(some))
        found |= {each.employee_id for each in await access.all(asked)}
        found |= {each.employee_id for each in await access.all(planned)}
    return {each for each in found if each}
