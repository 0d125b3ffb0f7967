"""Reads of the employees whom a request may be about."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import or_
from sqlmodel import col

from app.access import MemberAccess
from app.appointments.rules import Subject
from app.employees.declared import shown_name
from app.employees.queries import PAGE
from app.employees.rules import NOT_FOLLOWED, SIR
from app.employees.searching import named
from db.models import Contract, Employee, Monitoring, RequestMotive, Slot, SlotState, Visit, VisitKind

MID_CAREER_FROM = 43  # the year of that birthday, as `rules.objection` counts


class Person(NamedTuple):
    """An employee as a list to choose from shows them."""

    id: int
    birth_name: str
    usual_name: str
    first_names: str
    sex: str
    birth_on: date
    job_title: str
    due_on: date
    sort_key: str

    @property
    def name(self) -> str:
        return shown_name(self.birth_name, self.usual_name, self.first_names, self.sex)


async def people_for(
    access: MemberAccess, motive: RequestMotive, q: str, today: date, after: tuple[str, int] | None
) -> list[Person]:
    """Whom this may be asked for, by name: a page and one more. The rest is said by `rules.objection`."""
    columns = [getattr(Employee, name) for name in Person._fields]
    here = or_(col(Employee.exit_on).is_(None), col(Employee.exit_on) >= today)
    statement = sqlalchemy.select(*columns).where(
        col(Employee.company_id) == access.company.key, *named(q), here, *_likely(motive, today)
    )
    place = sqlalchemy.tuple_(col(Employee.sort_key), col(Employee.id))
    if after:
        statement = statement.where(place > sqlalchemy.tuple_(*map(sqlalchemy.literal, after)))
    rows = await access.table(statement.order_by(Employee.sort_key, col(Employee.id)).limit(PAGE + 1))
    return [Person._make(row) for row in rows]


def _likely(motive: RequestMotive, today: date) -> list[Any]:
    followed = col(Employee.contract).not_in([Contract(each) for each in NOT_FOLLOWED])
    if motive == RequestMotive.OVERDUE:
        return [followed, col(Employee.due_on) < today, ~_called().exists()]
    if motive == RequestMotive.MID_CAREER:
        old = col(Employee.birth_on) < date(today.year - MID_CAREER_FROM + 1, 1, 1)
        return [followed, old, ~_mid_career().exists()]
    return [followed]


def _called() -> Any:
    """An appointment that is proposed or confirmed for the visit that is due to an employee."""
    return sqlalchemy.select(col(Slot.employee_id), col(Slot.starts_at)).where(
        col(Slot.company_id) == Employee.company_id, col(Slot.employee_id) == Employee.id,
        col(Slot.kind) == Employee.due_kind, col(Slot.state).in_([SlotState.PROPOSED, SlotState.CONFIRMED]),
    )  # fmt: skip


def _mid_career() -> Any:
    return sqlalchemy.select(col(Visit.employee_id), col(Visit.done_on)).where(
        col(Visit.company_id) == Employee.company_id, col(Visit.employee_id) == Employee.id,
        col(Visit.kind) == VisitKind.MID_CAREER,
    )  # fmt: skip


async def called_for_due(access: MemberAccess, people: Sequence[Employee]) -> dict[int, datetime]:
    """When those of them are called who already have an appointment for the visit that is due."""
    return await _found(access, _called(), people)


async def mid_careers(access: MemberAccess, people: Sequence[Employee]) -> dict[int, date]:
    """When their mid-career visit took place, for those who had it."""
    return await _found(access, _mid_career(), people)


async def _found(access: MemberAccess, statement: Any, people: Sequence[Employee]) -> dict[int, Any]:
    mine = [col(Employee.company_id) == access.company.key, col(Employee.id).in_(each.key for each in people)]
    return dict(await access.table(statement.where(*mine)))


async def people_by_id(access: MemberAccess, ids: Sequence[int]) -> dict[int, Employee]:
    """Those of these numbers that are this company's, by number."""
    rows = await access.all(access.select(Employee).where(col(Employee.id).in_(ids)))
    return {row.key: row for row in rows}


def subject_of(
    employee: Employee, *, is_exposed: bool, called_at: datetime | None = None, seen_on: date | None = None
) -> Subject:
    return Subject(
        employee.birth_on, employee.entry_on, employee.exit_on, Contract(employee.contract),
        Monitoring(employee.monitoring), employee.due_on,
        is_exposed or employee.monitoring == SIR, called_at, seen_on,
    )  # fmt: skip
