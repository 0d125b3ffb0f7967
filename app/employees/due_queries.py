"""When the next visits are due: how many by month, and who."""

from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, func, or_
from sqlmodel import col

from app.access import MemberAccess
from app.employees.queries import PAGE, SHOWN, Row
from app.employees.rules import add_months
from db.models import NEVER, Employee

MONTHS = 12


class Month(NamedTuple):
    """`key`: "retard", "2026-11" or "ensuite". `first` and `end`: the days that it holds, `end` left out."""

    key: str
    first: date
    end: date
    number: int


_here = or_(
    col(Employee.exit_on).is_(None), col(Employee.exit_on) >= bindparam("today", type_=sqlalchemy.Date)
)
_ours = (col(Employee.company_id) == bindparam("company"), col(Employee.due_on) < NEVER, _here)
_BY_DAY = (
    sqlalchemy.select(col(Employee.due_on), func.count()).where(*_ours).group_by(col(Employee.due_on))
)  # fmt: skip
_DUE = (
    sqlalchemy.select(*(getattr(Employee, name) for name in SHOWN))
    .where(*_ours)
    .where(
        col(Employee.due_on) >= bindparam("first", type_=sqlalchemy.Date),
        col(Employee.due_on) < bindparam("end", type_=sqlalchemy.Date),
        sqlalchemy.tuple_(col(Employee.due_on), col(Employee.id))
        > sqlalchemy.tuple_(bindparam("place", type_=sqlalchemy.Date), bindparam("row")),
    )
    .order_by(col(Employee.due_on), col(Employee.id))
    .limit(PAGE + 1)
)


async def months_due(access: MemberAccess, today: date) -> list[Month]:
    """Overdue, this month and the eleven that follow, then all that is later."""
    days = await access.table(_BY_DAY, {"company": access.company.key, "today": today})
    starts = [add_months(today.replace(day=1), index) for index in range(MONTHS + 1)]
    spans = [("retard", date.min, today), (f"{today:%Y-%m}", today, starts[1])]
    spans += [(f"{first:%Y-%m}", first, end) for first, end in pairwise(starts[1:])]
    spans.append(("ensuite", starts[-1], NEVER))
    return [
        Month(key, first, end, sum(number for day, number in days if first <= day < end))
        for key, first, end in spans
    ]


async def employees_due(
    access: MemberAccess, month: Month, today: date, after: tuple[date, int] | None = None
) -> list[Row]:
    """A page of those whose visit is due in that month, the earliest first; one more if there are more."""
    place, row_id = after or (date.min, 0)
    given: dict[str, Any] = {"company": access.company.key, "today": today, "place": place, "row": row_id}
    return [
        Row._make(row) for row in await access.table(_DUE, given | {"first": month.first, "end": month.end})
    ]
