"""/service/vacations and the sheet of a day."""

from datetime import date, timedelta
from typing import Any

from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.clinic import centres, professionals, queries
from app.clinic.forms import Marks, NewSessions, SessionFields, read_hour
from app.clinic.queries import (
    booked_at,
    booked_times,
    day_rows,
    session_row,
    sessions_between,
)
from app.clinic.staff import (
    Change,
    DayMark,
    Made,
    Pattern,
    cancel_session,
    change_session,
    make_sessions,
    mark_day,
)
from app.clinic.views import day_lines, kind_words, opened_words, session_lines, time_lines, weeks_around
from app.employees.forms import Nothing
from app.errors import Refused
from app.follow_up.words import VISITS
from app.planning.rules import midnight, monday_of
from app.planning.views import hour, long_day
from app.staff_rights import StaffRight
from app.text.values import read_day
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post
from db.models import SlotState

ONE = "/service/vacations/{session_id:int}"


def _day(typed: str, otherwise: date) -> date:
    try:
        return read_day(typed)
    except ValueError:
        return otherwise


@get("/service/vacations", right=StaffRight.PLANNING)
async def index(
    access: Staff, semaine: FromQuery[str] = "", centre: FromQuery[str] = "",
    professionnel: FromQuery[str] = "", ouvertes: FromQuery[str] = "", laissees: FromQuery[str] = "",
) -> Response[Any]:  # fmt: skip
    """The week board: every session, or those of a centre or a professional, and what is free of them."""
    monday = monday_of(_day(semaine, clock.today()))
    centre_id, professional_id = row_number(centre), row_number(professionnel)
    rows = await sessions_between(
        access, midnight(monday), midnight(monday + timedelta(days=7)), centre_id, professional_id
    )
    before, after = weeks_around(monday)
    lines = session_lines(rows, await booked_times(access, rows))
    return page(
        "clinic/index.html", lines=lines, monday=monday, before=before, after=after,
        opened=opened_words(ouvertes, laissees), centre=centre, professional=professionnel,
        **await _choices(access),
    )  # fmt: skip


@get("/service/vacations/nouvelle", right=StaffRight.PLANNING)
async def new(access: Staff) -> Response[Any]:
    first = {"weeks": "1", "minutes": "30", "opens": "9 h 00", "closes": "12 h 00"}
    return await _new_page(access, Form(first))


@post("/service/vacations/nouvelle", right=StaffRight.PLANNING)
async def create(request: Request, access: Staff) -> Response[Any]:
    made = Made([], [])

    async def open_them(data: NewSessions) -> None:
        nonlocal made
        made = await make_sessions(access, _pattern(data), clock.now())

    form = await Form.attempted(request, access, NewSessions, open_them)
    if form.errors:
        return await _new_page(access, form)
    left = ",".join(f"{day:%Y-%m-%d}~{reason}" for day, reason in made.skipped)
    query = {"semaine": form["first"], "ouvertes": str(len(made.sessions)), "laissees": left}
    return see(request, "clinic.index", query=query)


def _pattern(data: NewSessions) -> Pattern:
    return Pattern(
        centre_id=int(data.centre), professional_id=int(data.professional), first=read_day(data.first),
        opens=read_hour(data.opens), closes=read_hour(data.closes), weeks=int(data.weeks),
        minutes=int(data.minutes), kinds=data.kinds(), room=data.room,
    )  # fmt: skip


async def _new_page(access: StaffAccess, form: Form[Any]) -> Page:
    return page("clinic/new.html", form=form, kinds=VISITS, **await _choices(access))


async def _choices(access: StaffAccess) -> dict[str, Any]:
    """Centres and professionals as a form proposes them."""
    today = clock.today()
    return {
        "centres": {str(each.key): each.name for each in await queries.centres(access, today)},
        "professionals": {
            str(each.key): f"{each.name}, {each.role}" for each in await queries.professionals(access, today)
        },
    }


@get(ONE, right=StaffRight.PLANNING)
async def show(access: Staff, session_id: FromPath[int]) -> Response[Any]:
    return await _session_page(access, session_id, Form())


@get(f"{ONE}/modification", right=StaffRight.PLANNING)
async def changing(access: Staff, session_id: FromPath[int]) -> Response[Any]:
    row = await session_row(access, session_id)
    typed = {
        "centre": str(row.centre_id), "professional": str(row.professional_id),
        "first": f"{row.starts:%d/%m/%Y}", "opens": hour(row.starts), "closes": hour(row.ends),
        "minutes": str(row.minutes), "kind": row.kinds, "room": row.room,
    }  # fmt: skip
    return await _changing_page(access, session_id, Form(typed))


@post(f"{ONE}/modification", right=StaffRight.PLANNING)
async def change(request: Request, access: Staff, session_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request,
        access,
        SessionFields,
        lambda data: change_session(access, session_id, _change(data), clock.now()),
    )
    if form.errors:
        return await _changing_page(access, session_id, form)
    return see(request, "clinic.show", session_id=session_id)


def _change(data: SessionFields) -> Change:
    return Change(
        centre_id=int(data.centre), professional_id=int(data.professional), day=read_day(data.first),
        opens=read_hour(data.opens), closes=read_hour(data.closes), minutes=int(data.minutes),
        kinds=" ".join(data.kinds()), room=data.room,
    )  # fmt: skip


async def _changing_page(access: StaffAccess, session_id: int, form: Form[Any]) -> Page:
    row = await session_row(access, session_id)
    return page(
        "clinic/changing.html", form=form, session=row, day=long_day(row.starts.date()), kinds=VISITS,
        called=len(await booked_at(access, row)), **await _choices(access),
    )  # fmt: skip


@get(f"{ONE}/annulation", right=StaffRight.PLANNING)
async def cancelling(access: Staff, session_id: FromPath[int]) -> Response[Any]:
    return await _session_page(access, session_id, Form(), "clinic/cancelling.html")


@post(f"{ONE}/annulation", right=StaffRight.PLANNING)
async def cancel(request: Request, access: Staff, session_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Nothing, lambda _: cancel_session(access, session_id, clock.now())
    )
    if form.errors:
        return await _session_page(access, session_id, form, "clinic/cancelling.html")
    return see(request, "clinic.index")


async def _session_page(
    access: StaffAccess, session_id: int, form: Form[Any], template: str = "clinic/show.html"
) -> Page:
    row = await session_row(access, session_id)
    booked = await booked_at(access, row)
    taken = (await booked_times(access, [row])).get(row.professional, [])
    return page(
        template, form=form, session=row, day=long_day(row.starts.date()), kinds=kind_words(row.kinds),
        lines=time_lines(row, booked, taken), called=len(booked),
    )  # fmt: skip


@get("/service/feuille", right=StaffRight.PLANNING)
async def day_sheet(access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = "") -> Response[Any]:
    form: Form[Any] = Form({"jour": jour})
    try:
        day = read_day(jour) if jour.strip() else clock.today()
    except ValueError as error:
        day = clock.today()
        form.refuse(Refused(str(error), "jour"))
    return await _day_sheet_page(access, centre, day, form)


@post("/service/feuille", right=StaffRight.PLANNING)
async def mark(
    request: Request, access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = ""
) -> Response[Any]:
    """Mark each appointment of the day for which something was chosen."""
    day = _day(jour, clock.today())
    form = await Form.attempted(
        request,
        access,
        Marks,
        lambda data: mark_day(access, [_mark(*each) for each in data.marks], clock.now()),
    )
    if form.errors:
        return await _day_sheet_page(access, centre, day, form)
    return see(request, "clinic.day_sheet", query={"centre": centre, "jour": f"{day:%d/%m/%Y}"})


def _mark(slot_id: int, words: str) -> DayMark:
    return DayMark(slot_id, SlotState.DONE if words == "venu" else SlotState.ABSENT, words == "excuse")


async def _day_sheet_page(access: StaffAccess, chosen: str, day: date, form: Form[Any]) -> Page:
    places = {str(each.key): each.name for each in await queries.centres(access)}
    centre = chosen if chosen in places else next(iter(places), "")
    rows = await day_rows(access, int(centre), day) if centre else []
    lines = day_lines(rows, clock.now())
    return page(
        "clinic/day_sheet.html", form=form, centres=places, centre=centre, day=day, words=long_day(day),
        lines=lines, may_mark=any(each.may_mark for each in lines),
        before=day - timedelta(days=1), after=day + timedelta(days=1),
    )  # fmt: skip


STAFF = [
    index, new, create, show, changing, change, cancelling, cancel, day_sheet, mark, *centres.STAFF,
    *professionals.STAFF,
]  # fmt: skip
