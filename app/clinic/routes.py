"""/service/vacations: the week board, and each session."""

from datetime import date, timedelta
from typing import Any

from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.clinic import day, queries, resources
from app.clinic.forms import NewSessions, Reservation, SessionFields, read_hour
from app.clinic.queries import (
    booked_at,
    booked_times,
    session_row,
    sessions_between,
)
from app.clinic.staff import (
    Change,
    Made,
    Pattern,
    cancel_session,
    change_session,
    make_sessions,
    reserve_session,
)
from app.clinic.views import kind_words, opened_words, session_lines, time_lines, weeks_around
from app.employees.forms import Nothing
from app.follow_up.words import VISITS
from app.planning.rules import midnight, monday_of
from app.planning.views import hour
from app.staff_rights import StaffRight
from app.text.formats import long_day
from app.text.values import read_day
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post

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
    coming = (
        []
        if rows
        else await sessions_between(
            access, midnight(monday), midnight(monday + timedelta(days=91)), centre_id, professional_id
        )
    )
    return page(
        "clinic/index.html", lines=lines, monday=monday, before=before, after=after,
        coming=monday_of(coming[0].starts.date()) if coming else None,
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
    left = ",".join(f"{each:%Y-%m-%d}~{reason}" for each, reason in made.skipped)
    query = {"semaine": form["first"], "ouvertes": str(len(made.sessions)), "laissees": left}
    return see(request, "clinic.index", query=query)


def _pattern(data: NewSessions) -> Pattern:
    return Pattern(
        centre_id=data.centre, professional_id=data.professional, first=read_day(data.first),
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
        centre_id=data.centre, professional_id=data.professional, day=read_day(data.first),
        opens=read_hour(data.opens), closes=read_hour(data.closes), minutes=int(data.minutes),
        kinds=" ".join(data.kinds()), room=data.room,
    )  # fmt: skip


async def _changing_page(access: StaffAccess, session_id: int, form: Form[Any]) -> Page:
    row = await session_row(access, session_id)
    return page(
        "clinic/changing.html", form=form, session=row, day=long_day(row.starts.date()), kinds=VISITS,
        called=len(await booked_at(access, row)), **await _choices(access),
    )  # fmt: skip


@get(f"{ONE}/reservation", right=StaffRight.PLANNING)
async def reserving(access: Staff, session_id: FromPath[int]) -> Response[Any]:
    row = await session_row(access, session_id)
    typed = {
        "codes": ", ".join(each.code for each in await queries.reserved_companies(access, session_id)),
        "until": f"{row.reserved_until:%d/%m/%Y}" if row.reserved_until else "",
    }
    return await _session_page(access, session_id, Form(typed), "clinic/reserving.html")


@post(f"{ONE}/reservation", right=StaffRight.PLANNING)
async def reserve(request: Request, access: Staff, session_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request,
        access,
        Reservation,
        lambda data: reserve_session(
            access, session_id, data.codes.split(), read_day(data.until) if data.until else None, clock.now()
        ),
    )
    if form.errors:
        return await _session_page(access, session_id, form, "clinic/reserving.html")
    return see(request, "clinic.show", session_id=session_id)


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
        template, form=form, session=row, today=clock.today(), day=long_day(row.starts.date()),
        kinds=kind_words(row.kinds), lines=time_lines(row, booked, taken), called=len(booked),
        reserved=await queries.reserved_companies(access, session_id) if row.reserved_until else [],
    )  # fmt: skip


STAFF: list[Any] = [
    index, new, create, show, changing, change, reserving, reserve, cancelling, cancel, *day.STAFF,
    *resources.STAFF,
]  # fmt: skip
