"""/espace/{code}/salaries/echeances: overdue and coming visits by month, and what to do."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import sqlalchemy
from litestar.params import FromQuery
from litestar.response import Response
from sqlalchemy import bindparam, func
from sqlmodel import col

from app import clock
from app.access import MemberAccess
from app.clock import Moment
from app.employees.listing import SHOWN, EmployeeRow, following, lines_of
from app.employees.standings import HERE, UNDATED
from app.follow_up.law import add_months, is_before_work
from app.rights import Right
from app.text.formats import month_title
from app.web.pages import page, path_to
from app.web.paging import PAGE, place_of
from app.web.signatures import Member, Request, get
from db.models import NEVER, Employee

MONTHS = 12
LATE, UNDER_WAY = "retard", "encours"


class Month(NamedTuple):
    """`key`: "retard", "encours", "2026-11" or "ensuite". `first` to `end`, left out: its days."""

    key: str
    first: date
    end: date
    number: int


_ours = (col(Employee.company_id) == bindparam("company"), col(Employee.due_on) < NEVER, HERE)
_late = func.sum(sqlalchemy.case((UNDATED, 1), else_=0))
_BY_DAY = (
    sqlalchemy.select(col(Employee.due_on), func.count(), _late).where(*_ours).group_by(col(Employee.due_on))
)  # fmt: skip


def _due(*conditions: Any) -> Any:
    return (
        sqlalchemy.select(*(getattr(Employee, name) for name in SHOWN))
        .where(*_ours, *conditions)
        .where(
            col(Employee.due_on) >= bindparam("first", type_=sqlalchemy.Date),
            col(Employee.due_on) < bindparam("end", type_=sqlalchemy.Date),
            sqlalchemy.tuple_(col(Employee.due_on), col(Employee.id))
            > sqlalchemy.tuple_(bindparam("place", type_=sqlalchemy.Date), bindparam("row")),
        )
        .order_by(col(Employee.due_on), col(Employee.id))
        .limit(PAGE + 1)
    )


_DUE, _PASSED = _due(), {LATE: _due(UNDATED), UNDER_WAY: _due(~UNDATED)}


async def months_due(access: MemberAccess, at: Moment) -> list[Month]:
    """Late, past but under way, this month and the eleven that follow, then all that is later."""
    today = at.today
    days = await access.table(_BY_DAY, {"company": access.company.key, "today": today, "now": at.now})
    starts = [add_months(today.replace(day=1), index) for index in range(MONTHS + 1)]
    spans = [(f"{today:%Y-%m}", today, starts[1])]
    spans += [(f"{first:%Y-%m}", first, end) for first, end in pairwise(starts[1:])]
    spans.append(("ensuite", starts[-1], NEVER))
    late = sum(undated for *_, undated in days)
    passed = sum(number for day, number, _ in days if day < today)
    return [Month(LATE, date.min, today, late), Month(UNDER_WAY, date.min, today, passed - late)] + [
        Month(key, first, end, sum(number for day, number, _ in days if first <= day < end))
        for key, first, end in spans
    ]


async def employees_due(
    access: MemberAccess, month: Month, at: Moment, after: tuple[date, int] | None = None
) -> list[EmployeeRow]:
    """A page of those whose visit is due in that month, the earliest first; one more if there are more."""
    place, row_id = after or (date.min, 0)
    given: dict[str, Any] = {"company": access.company.key, "today": at.today, "now": at.now}
    given |= {"place": place, "row": row_id, "first": month.first, "end": month.end}
    return [EmployeeRow(*row) for row in await access.table(_PASSED.get(month.key, _DUE), given)]


LONGEST = 160  # pixels of the bar of the month that has most


@dataclass(frozen=True, slots=True)
class Bar:
    """A month of the table and how long its bar is."""

    key: str
    title: str
    number: int
    width: int
    is_late: bool


@get("/espace/{code:str}/salaries/echeances", right=Right.VIEW)
async def deadlines(
    request: Request, access: Member, mois: FromQuery[str] = "", apres: FromQuery[str] = ""
) -> Response[Any]:
    at = clock.moment()
    months = await months_due(access, at)
    # Overdue visits come first; without any, the first month in which there is something.
    first = next((each for each in months if each.number), months[0])
    month = next((each for each in months if each.key == mois), first)
    place = place_of(apres, "echeance")
    after = (date.fromisoformat(place[0]), place[1]) if place else None
    rows = await employees_due(access, month, at, after)
    person = path_to(request, "employees.show", employee_id=0)[:-1]
    lines, bars = await lines_of(access, rows, person, at), bars_of(months)
    return page(
        "employees/deadlines.html",
        bars=bars,
        chosen=next(bar for bar in bars if bar.key == month.key),
        lines=list(zip(lines, _before_work(rows, at.today), strict=True)),
        following=following(rows, "echeance"),
        is_first=place is None,
        may_ask=Right.APPOINTMENTS in access.rights,
        total=sum(each.number for each in months),
    )


def _before_work(rows: list[EmployeeRow], today: date) -> list[bool]:
    """For each line, true when the employee has not begun and must be seen first."""
    return [is_before_work(row.due_on, row.entry_on, today) for row in rows[:PAGE]]


def bars_of(months: list[Month]) -> list[Bar]:
    most = max((each.number for each in months), default=0) or 1
    return [
        Bar(
            key=month.key,
            title=_title(month),
            number=month.number,
            width=round(month.number / most * LONGEST),
            is_late=month.key == LATE,
        )
        for month in months
    ]


def _title(month: Month) -> str:
    known = {
        LATE: "En retard, sans date",
        UNDER_WAY: "Passées, rendez-vous donné ou demandé",
        "ensuite": "Plus tard",
    }
    return known.get(month.key) or month_title(month.first)


MEMBER: list[Any] = [deadlines]
