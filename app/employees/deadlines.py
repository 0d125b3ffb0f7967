"""/espace/{code}/salaries/echeances: overdue and coming visits by month, and what to do."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import sqlalchemy
from litestar.params import FromQuery
from litestar.response import Response
from sqlalchemy import Date, bindparam, func, literal
from sqlmodel import col

from app import clock
from app.access import MemberAccess
from app.clock import Moment
from app.employees.listing import SHOWN, EmployeeRow, following, lines_of
from app.employees.standings import HERE, UNDATED, calls_and_requests
from app.follow_up.law import add_months, is_before_work
from app.rights import Right
from app.text.formats import month_title
from app.web.pages import page, path_to
from app.web.paging import PAGE, place_of
from app.web.signatures import Member, Request, get
from db.models import NEVER, Employee, VisitMonth

MONTHS = 12
LATE, UNDER_WAY = "retard", "encours"
KEPT, LEAVING, CUT, CALLED = range(4)  # what a number counts


class Month(NamedTuple):
    """`key`: "retard", "encours", "2026-11" or "ensuite". `first` to `end`, left out: its days."""

    key: str
    first: date
    end: date
    number: int


_company, _due_on = col(Employee.company_id) == bindparam("company"), col(Employee.due_on)
_ours = (_company, _due_on < NEVER, HERE)
_NO_DAY = literal(date.min, Date)


def _counts() -> Any:
    """(what, day, people): kept counts by month of those without a day of exit, then what they do not say."""
    kept = (
        sqlalchemy.select(literal(KEPT), col(VisitMonth.month), func.sum(VisitMonth.people))
        .where(col(VisitMonth.company_id) == bindparam("company"))
        .where(col(VisitMonth.month) < literal(NEVER.replace(day=1), Date))
        .group_by(col(VisitMonth.month))
    )
    # No condition on the deadline: SQLite would rather read them all by it.
    leaving = sqlalchemy.select(literal(LEAVING), _due_on, literal(1)).where(
        _company, col(Employee.exit_on) >= bindparam("today", type_=Date)
    )
    # Those of this month whose day has passed.
    before = (_due_on >= bindparam("month", type_=Date), _due_on < bindparam("today", type_=Date))
    cut = sqlalchemy.select(literal(CUT), _NO_DAY, func.count(col(Employee.id))).where(
        _company, *before, col(Employee.exit_on).is_(None)
    )
    called = calls_and_requests(lambda company: company == bindparam("company")).subquery("called")
    same = (col(Employee.id) == called.c.employee_id) & (col(Employee.due_kind) == called.c.kind)
    under_way = (
        sqlalchemy.select(literal(CALLED), _NO_DAY, func.count(col(Employee.id)))
        .select_from(called)
        .join(Employee, same)
        .where(_company, _due_on < bindparam("today", type_=Date), HERE)
    )
    return sqlalchemy.union_all(kept, leaving, cut, under_way)


_COUNTS = _counts()


def _due(*conditions: Any) -> Any:
    return (
        sqlalchemy.select(*(getattr(Employee, name) for name in SHOWN))
        .where(*_ours, *conditions)
        .where(
            col(Employee.due_on) >= bindparam("first", type_=Date),
            col(Employee.due_on) < bindparam("end", type_=Date),
            sqlalchemy.tuple_(col(Employee.due_on), col(Employee.id))
            > sqlalchemy.tuple_(bindparam("place", type_=Date), bindparam("row")),
        )
        .order_by(col(Employee.due_on), col(Employee.id))
        .limit(PAGE + 1)
    )


_DUE, _PASSED = _due(), {LATE: _due(UNDATED), UNDER_WAY: _due(~UNDATED)}


async def months_due(access: MemberAccess, at: Moment) -> list[Month]:
    """Late, past but under way, this month and the eleven that follow, then all that is later."""
    today, this_month = at.today, at.today.replace(day=1)
    given = {"company": access.company.key, "today": today, "month": this_month, "now": at.now}
    counts = await access.table(_COUNTS, given)
    cut, under_way = (sum(number for what, _, number in counts if what == each) for each in (CUT, CALLED))

    def due(first: date, end: date) -> int:
        """Between the first days of two months, or today."""
        since = {KEPT: first.replace(day=1), LEAVING: first}
        return sum(number for what, day, number in counts if what in since and since[what] <= day < end)

    starts = [add_months(this_month, index) for index in range(MONTHS + 1)]
    spans = [(f"{first:%Y-%m}", first, end) for first, end in pairwise(starts[1:])]
    spans.append(("ensuite", starts[-1], NEVER))
    passed = due(date.min, this_month) + cut
    passed += sum(number for what, day, number in counts if what == LEAVING and this_month <= day < today)
    return [
        Month(LATE, date.min, today, passed - under_way),
        Month(UNDER_WAY, date.min, today, under_way),
        Month(f"{today:%Y-%m}", today, starts[1], due(today, starts[1]) - cut),
    ] + [Month(key, first, end, due(first, end)) for key, first, end in spans]


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
