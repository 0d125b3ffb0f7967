"""/service/echeances: those whose visit is due, over all members; the load of the months."""

import asyncio
from typing import Any

from litestar.params import FromQuery
from litestar.response import Response

from app import clock
from app.clinic.queries import booked_times, sessions_between, team_names
from app.due import filling
from app.due.queries import (
    MOST_COUNTED,
    MOST_EXPORTED,
    PAGE,
    due_by_day,
    list_rows,
    next_month,
    number_late,
)
from app.due.views import LISTS, TITLES, cells_of, due_line, load, months_from
from app.planning.rules import midnight, read_month
from app.staff_rights import StaffRight
from app.text.cells import csv_of
from app.text.formats import month_words
from app.web.pages import page
from app.web.paging import day_place, row_number
from app.web.signatures import Staff, get


@get("/service/echeances", right=StaffRight.PLANNING)
async def index(
    access: Staff, liste: FromQuery[str] = "", mois: FromQuery[str] = "", equipe: FromQuery[str] = "",
    apres: FromQuery[str] = "",
) -> Response[Any]:  # fmt: skip
    """One of LISTS, a page of it."""
    today = clock.today()
    which, month = liste if liste in LISTS else "retard", read_month(mois, today)
    rows = await list_rows(access, which, today, month, row_number(equipe), day_place(apres))
    lines = [due_line(each, today) for each in rows[:PAGE]]
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return page(
        "due/index.html", lines=lines, lists={each: LISTS[each] for each in LISTS}, which=which,
        month=f"{month:%Y-%m}",
        months={f"{each:%Y-%m}": month_words(f"{each:%Y-%m}") for each in months_from(today)},
        teams={"": "Toutes les équipes", **await team_names(access)}, team=equipe,
        following=f"{last.due_on.isoformat()}~{last.request_id or last.id}" if last else "", after=apres,
    )  # fmt: skip


@get("/service/echeances/export", right=StaffRight.PLANNING)
async def export(
    access: Staff, liste: FromQuery[str] = "", mois: FromQuery[str] = "", equipe: FromQuery[str] = ""
) -> Response[Any]:
    """The whole list, as a file."""
    today = clock.today()
    which, month = liste if liste in LISTS else "retard", read_month(mois, today)
    rows = await list_rows(access, which, today, month, row_number(equipe), None, MOST_EXPORTED)
    content = await asyncio.to_thread(csv_of, TITLES, map(cells_of, rows))
    name = f"{which}-{today.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="text/csv", headers=headers)


@get("/service/charge", right=StaffRight.PLANNING)
async def charge(access: Staff) -> Response[Any]:
    """Visits due each month against the times that are open."""
    today = clock.today()
    months = months_from(today)
    until = next_month(months[-1])
    sessions = await sessions_between(access, midnight(today), midnight(until))
    due = await due_by_day(access, today, until)
    booked = await booked_times(access, sessions)
    # A year of a large service is twenty thousand sessions.
    lines = await asyncio.to_thread(load, today, due, sessions, booked)
    return page("due/load.html", lines=lines, late=await number_late(access, today), most=MOST_COUNTED)


STAFF: list[Any] = [index, export, charge, *filling.STAFF]
