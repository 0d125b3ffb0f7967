"""/service/feuille: the sheet of a day at a centre, its marks, a whole day off."""

from datetime import date, timedelta
from typing import Any

from litestar.params import FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.clinic import queries
from app.clinic.forms import Marks
from app.clinic.queries import day_rows
from app.clinic.staff import DayMark, excuse_day, mark_day
from app.clinic.views import day_lines
from app.employees.forms import Nothing
from app.errors import NotFound, Refused
from app.planning.views import long_day
from app.staff_rights import StaffRight
from app.text.values import read_day
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post

HERE = "/service/feuille"
COMING = 6  # sheets proposed instead of an empty one


@get(HERE, right=StaffRight.PLANNING)
async def day_sheet(access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = "") -> Response[Any]:
    form: Form[Any] = Form({"jour": jour})
    try:
        day = read_day(jour) if jour.strip() else clock.today()
    except ValueError as error:
        day = clock.today()
        form.refuse(Refused(str(error), "jour"))
    return await _day_sheet_page(access, centre, day, form)


@post(HERE, right=StaffRight.PLANNING)
async def mark(
    request: Request, access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = ""
) -> Response[Any]:
    """Mark each appointment of the day for which something was chosen."""
    day = _day(jour)
    form = await Form.attempted(
        request,
        access,
        Marks,
        lambda data: mark_day(access, [_mark(*each) for each in data.marks], clock.now()),
    )
    if form.errors:
        return await _day_sheet_page(access, centre, day, form)
    return _see_day(request, centre, day)


def _mark(slot_id: int, word: str, following: str) -> DayMark:
    try:
        return DayMark(slot_id, word, read_day(following) if following else None)
    except ValueError as wrong:
        raise Refused(str(wrong), f"next_{slot_id}") from None


@get(f"{HERE}/fermeture", right=StaffRight.PLANNING)
async def excusing(access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = "") -> Response[Any]:
    """The question before a whole day is off."""
    return await _day_sheet_page(access, centre, _day(jour), Form(), "clinic/excusing.html")


@post(f"{HERE}/fermeture", right=StaffRight.PLANNING)
async def excuse(
    request: Request, access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = ""
) -> Response[Any]:
    try:
        day = read_day(jour)
    except ValueError:
        raise NotFound from None  # no other day is off in its place
    form = await Form.attempted(
        request, access, Nothing, lambda _: excuse_day(access, row_number(centre), day, clock.now())
    )
    if form.errors:
        return await _day_sheet_page(access, centre, day, form, "clinic/excusing.html")
    return _see_day(request, centre, day)


def _day(typed: str) -> date:
    try:
        return read_day(typed)
    except ValueError:
        return clock.today()


def _see_day(request: Request, centre: str, day: date) -> Response[Any]:
    return see(request, "clinic.day_sheet", query={"centre": centre, "jour": f"{day:%d/%m/%Y}"})


async def _day_sheet_page(
    access: StaffAccess, chosen: str, day: date, form: Form[Any], template: str = "clinic/day_sheet.html"
) -> Page:
    places = {str(each.key): each.name for each in await queries.centres(access)}
    coming = [(each, str(place)) for each, place in await queries.coming_sheets(access, day, COMING)]
    # Without a choice, a centre that receives somebody that day.
    open_one = next((place for each, place in coming if each == day and place in places), "")
    centre = chosen if chosen in places else open_one or next(iter(places), "")
    if not centre and template != "clinic/day_sheet.html":
        raise NotFound
    rows = await day_rows(access, int(centre), day) if centre else []
    lines = day_lines(rows, clock.now())
    return page(
        template, form=form, centres=places, centre=centre, day=day, words=long_day(day),
        coming=[(each, long_day(each), place) for each, place in coming if place in places],
        lines=lines, may_mark=any(each.may_mark or each.may_arrive for each in lines),
        papers=await queries.papers_waiting(access, int(centre), day) if centre else 0,
        may_share=StaffRight.MEDICAL in access.rights and any(each.is_done for each in lines),
        open=sum(each.is_open for each in lines),
        sessions=len(await queries.sessions_left(access, int(centre), day, clock.now())) if centre else 0,
        before=day - timedelta(days=1), after=day + timedelta(days=1),
    )  # fmt: skip


STAFF: list[Any] = [day_sheet, mark, excusing, excuse]
