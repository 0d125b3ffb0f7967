"""/service/echeances: those whose visit is due, over all members, and the load of the months.

A time for a person, a person for a time, and the list of those who wait for one.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.clinic.queries import (
    booked_times,
    centres,
    chosen_time,
    free_times_for,
    session_row,
    sessions_between,
    team_names,
)
from app.clinic.rules import free_times
from app.clinic.staff import propose_time
from app.due.forms import Leaving, Person, Time, Waiting
from app.due.queries import (
    MOST_COUNTED,
    MOST_EXPORTED,
    PAGE,
    candidates_of,
    due_by_day,
    list_rows,
    needs_of,
    next_month,
    number_late,
    row_of,
)
from app.due.rules import NOTHING
from app.due.staff import add_waiting, near_first, remove_waiting, waiting_people
from app.due.views import (
    LISTS,
    TITLES,
    cells_of,
    count_due,
    count_times,
    due_line,
    fitting,
    load,
    months_from,
)
from app.employees.declared import employee_name
from app.errors import NotFound
from app.follow_up.words import VISITS
from app.planning.rules import midnight, read_month
from app.planning.views import hour
from app.staff_rights import StaffRight
from app.text.cells import csv_of
from app.text.formats import long_day, month_words
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import day_place, row_number
from app.web.signatures import Request, Staff, get, post
from db.kinds import VisitKind
from db.models import Employee

SESSIONS_COUNTED = 500  # at once: their appointments are a hundredth of a second to read


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
    counts = count_due(today, due)
    # A year of a large service is twenty thousand sessions: others are answered between two readings.
    for start in range(0, len(sessions), SESSIONS_COUNTED):
        some = sessions[start : start + SESSIONS_COUNTED]
        await asyncio.to_thread(count_times, counts, some, await booked_times(access, some))
    return page("due/load.html", lines=load(counts), late=await number_late(access, today), most=MOST_COUNTED)


HERE = "/service/vacations/{session_id:int}/heure/{at:int}"
THEM = "/service/salaries/{employee_id:int}"
MOST = 60  # people, or times, of a page
LOOKED_AT = 300


@get(HERE, right=StaffRight.PLANNING)
async def choosing_person(access: Staff, session_id: FromPath[int], at: FromPath[int]) -> Response[Any]:
    """Those who fit this free time."""
    return await _person_page(access, session_id, at, Form())


@post(HERE, right=StaffRight.PLANNING)
async def propose_to(
    request: Request, access: Staff, session_id: FromPath[int], at: FromPath[int]
) -> Response[Any]:
    session, starts_at = await session_row(access, session_id), _instant(at)

    async def propose(data: Person) -> None:
        employee = await access.get(Employee, data.salarie)
        kind = VisitKind(employee.due_kind) if employee.due_kind else VisitKind.VIP
        await propose_time(access, session, starts_at, employee, kind, clock.now())

    form = await Form.attempted(request, access, Person, propose)
    if form.errors:
        return await _person_page(access, session_id, at, form)
    return see(request, "clinic.show", session_id=session_id)


def _instant(at: int) -> datetime:
    if not 0 < at < 4_102_444_800:
        raise NotFound
    return datetime.fromtimestamp(at, UTC)


async def _person_page(access: StaffAccess, session_id: int, at: int, form: Form[Any]) -> Page:
    session, starts_at = await session_row(access, session_id), _instant(at)
    if starts_at not in session.times:
        raise NotFound
    booked = (await booked_times(access, [session])).get(session.professional, [])
    today = clock.today()
    rows, coming = await candidates_of(access, session, session.postcode, session.starts.date(), today)
    needs = await needs_of(access, [each.id for each in rows])
    lines = fitting(rows, coming, needs, session, today)
    is_free = starts_at in free_times(session.times, session.minutes, booked) and not session.cancelled_at
    return page(
        "due/choosing_person.html", form=form, session=session, at=at, lines=lines[:MOST],
        day=long_day(session.starts.date()), hour=hour(starts_at.astimezone(session.starts.tzinfo)),
        is_free=is_free and starts_at > clock.now(),
    )  # fmt: skip


@get(f"{THEM}/creneau", right=StaffRight.PLANNING)
async def choosing_time(
    access: Staff, employee_id: FromPath[int], visite: FromQuery[str] = ""
) -> Response[Any]:
    """Times that may be proposed to this person, the nearest first."""
    return await _time_page(access, employee_id, visite, Form())


@post(f"{THEM}/creneau", right=StaffRight.PLANNING)
async def propose_at(
    request: Request, access: Staff, employee_id: FromPath[int], visite: FromQuery[str] = ""
) -> Response[Any]:
    employee = await access.get(Employee, employee_id)
    session_id = 0

    async def propose(data: Time) -> None:
        nonlocal session_id
        session, starts_at = await chosen_time(access, data.creneau)
        session_id = session.id
        await propose_time(access, session, starts_at, employee, _kind(visite, employee), clock.now())

    form = await Form.attempted(request, access, Time, propose)
    if form.errors:
        return await _time_page(access, employee_id, visite, form)
    return see(request, "clinic.show", session_id=session_id)


@get(f"{THEM}/attente", right=StaffRight.PLANNING)
async def waiting_for(
    access: Staff, employee_id: FromPath[int], visite: FromQuery[str] = ""
) -> Response[Any]:
    return await _time_page(access, employee_id, visite, Form())


@post(f"{THEM}/attente", right=StaffRight.PLANNING)
async def wait(
    request: Request, access: Staff, employee_id: FromPath[int], visite: FromQuery[str] = ""
) -> Response[Any]:
    kind = _kind(visite, await access.get(Employee, employee_id))
    form = await Form.attempted(
        request,
        access,
        Waiting,
        lambda data: add_waiting(access, employee_id, kind, data.centre or None, clock.now()),
    )
    if form.errors:
        return await _time_page(access, employee_id, visite, form)
    return see(request, "due.waiting")


def _kind(typed: str, employee: Employee) -> VisitKind:
    """The visit that the address names, else the next one due."""
    words = typed if typed in set(VisitKind) else employee.due_kind or VisitKind.VIP
    return VisitKind(words)


async def _time_page(access: StaffAccess, employee_id: int, visit: str, form: Form[Any]) -> Page:
    employee = await access.get(Employee, employee_id)
    kind, row = _kind(visit, employee), await row_of(access, employee_id)
    if row is None:
        raise NotFound
    times = near_first(
        await free_times_for(access, kind, clock.now(), LOOKED_AT, row.company_id), row.postcode
    )[:MOST]
    places = {str(each.key): each.name for each in await centres(access, clock.today())}
    return page(
        "due/choosing_time.html", form=form, person=employee, name=employee_name(employee), row=row,
        kind=str(kind), visits={each: VISITS[each] for each in VISITS},
        need=(await needs_of(access, [employee_id])).get(employee_id, NOTHING).words,
        choices=[(each.key, _time_words(each)) for each in times],
        centres={"": "N’importe où dans son département", **places},
    )  # fmt: skip


def _time_words(time: Any) -> str:
    starts = time.starts_at.astimezone(time.session.starts.tzinfo)
    words = f"{long_day(starts.date())} à {hour(starts)} – {time.session.centre}, {time.session.professional}"
    return words[:1].upper() + words[1:]


@get("/service/attente", right=StaffRight.PLANNING)
async def waiting(access: Staff) -> Response[Any]:
    return await _waiting_page(access, Form())


@post("/service/attente", right=StaffRight.PLANNING)
async def stop_waiting(request: Request, access: Staff) -> Response[Any]:
    form = await Form.attempted(request, access, Leaving, lambda data: remove_waiting(access, data.attente))
    return await _waiting_page(access, form) if form.errors else see(request, "due.waiting")


async def _waiting_page(access: StaffAccess, form: Form[Any]) -> Page:
    places = {each.key: each.name for each in await centres(access)}
    lines = [
        {
            "id": each.waiting.key, "name": employee_name(each.employee), "employee_id": each.employee.key,
            "company": f"{each.company.code} {each.company.name}", "visit": VISITS[each.waiting.kind],
            "kind": each.waiting.kind, "since": each.waiting.added_at,
            "centre": places.get(each.waiting.centre_id or 0, ""),
        }
        for each in await waiting_people(access)
    ]  # fmt: skip
    return page("due/waiting.html", form=form, lines=lines)


STAFF: list[Any] = [
    index,
    export,
    charge,
    choosing_person,
    propose_to,
    choosing_time,
    propose_at,
    waiting_for,
    wait,
    waiting,
    stop_waiting,
]
