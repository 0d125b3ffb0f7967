"""/espace/{code}/salaries/echeances: overdue and coming visits by month, and what to do."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees.due_queries import Month, employees_due, months_due
from app.employees.listing import following, lines_of, place_of
from app.employees.queries import PAGE, Row
from app.rights import Right
from app.web import page, path_to

LONGEST = 160  # pixels of the bar of the month that has most


@dataclass(frozen=True, slots=True)
class Bar:
    """A month of the table and how long its bar is."""

    key: str
    title: str
    number: int
    width: int
    is_late: bool


@get("/espace/{code:str}/salaries/echeances", name="employees.due")
async def due(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    mois: FromQuery[str] = "",
    apres: FromQuery[str] = "",
) -> Response[Any]:
    access.require(Right.VIEW)
    today = clock.today()
    months = await months_due(access, today)
    # What is overdue comes first; without it, the first month in which there is something.
    first = next((each for each in months if each.number), months[0])
    month = next((each for each in months if each.key == mois), first)
    place = place_of(apres, "echeance")
    after = (date.fromisoformat(place[0]), place[1]) if place else None
    rows = await employees_due(access, month, today, after)
    person = path_to(request, "employees.show", code=access.company.code, employee_id=0)[:-1]
    bars = bars_of(months)
    return page(
        "employees/due.html",
        company=access.company,
        bars=bars,
        chosen=next(bar for bar in bars if bar.key == month.key),
        lines=list(zip(lines_of(rows, person, today), _before_post(rows, today), strict=True)),
        following=following(rows, "echeance"),
        is_first=place is None,
        total=sum(each.number for each in months),
    )


def _before_post(rows: list[Row], today: date) -> list[bool]:
    """Of each line, whether somebody who has not begun must be seen first: due before the day of entry."""
    return [row.due_on < row.entry_on and today < row.entry_on for row in rows[:PAGE]]


def bars_of(months: list[Month]) -> list[Bar]:
    most = max((each.number for each in months), default=0) or 1
    return [
        Bar(
            key=month.key,
            title=_title(month),
            number=month.number,
            width=round(month.number / most * LONGEST),
            is_late=month.key == "retard",
        )
        for month in months
    ]


def _title(month: Month) -> str:
    known = {"retard": "En retard", "ensuite": "Plus tard"}
    return known.get(month.key) or format_date(month.first, "MMMM y", locale="fr")


MEMBER: list[Any] = [due]
