"""The planning by week: what is proposed from a week on, and its appointments confirmed together."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.planning.acts import confirm_together
from app.planning.answers import DONE, FILTER_WORDS, counts_now, lines_now
from app.planning.forms import Together
from app.planning.queries import FILTERS, SlotRow, slots_after
from app.planning.rules import ShownWeek, midnight, monday_of, read_week, week_field, week_problem, week_word
from app.planning.views import about_slot, weeks_of
from app.rights import Right
from app.text.counts import plural
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import PAGE, read_place, written_place
from app.web.signatures import Member, Request, get, post

PLANNING = "/espace/{code:str}/planning"
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeekQuery:
    """The query of the planning's address, as it came."""

    week: str = ""
    state: str = ""
    after: str = ""


@get(PLANNING, right=Right.VIEW)
async def index(
    access: Member,
    semaine: FromQuery[str] = "",
    etat: FromQuery[str] = "",
    apres: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    return await _week_page(access, WeekQuery(semaine, etat, apres), DONE.get(fait, ""))


@post(PLANNING, right=Right.APPOINTMENTS)
async def confirm_all(request: Request, access: Member) -> Response[Any]:
    """The appointments of a week that the page showed; those that changed meanwhile are named."""
    form, refused = await Form.read(request, Together), []
    week = form.data.shown.week if form.data else ""
    if form.data:
        async with form.attempt(access):
            refused = await confirm_together(access, form.data.shown.sequences, clock.moment())
    if form.data and refused:
        return await _refusals_page(access, form.data.shown, refused)
    if form.errors:
        return await _week_page(access, WeekQuery(week), form=form)
    return see(request, "planning.index", query={"semaine": week, "fait": "confirmes"})


async def _refusals_page(access: MemberAccess, shown: ShownWeek, refused: list[tuple[SlotRow, str]]) -> Page:
    """The week as it now is: how many are confirmed, and why the others are not."""
    form: Form[Any] = Form()
    form.status_code = 409
    form.errors = {f"planning-slot-{row.id}": f"{about_slot(row)} : {why}" for row, why in refused}
    done = len(shown.sequences) - len(refused)
    words = plural(done, "rendez-vous est confirmé", "rendez-vous sont confirmés")
    return await _week_page(access, WeekQuery(shown.week), f"{words}." if done else "", form)


async def _week_page(
    access: MemberAccess, asked: WeekQuery, notice: str = "", form: Form[Any] | None = None
) -> Page:
    """The slots from a week on, 25 a page; those that began today are still there."""
    today, state = clock.today(), asked.state if asked.state in FILTERS else ""
    monday = read_week(asked.week, today)
    start = today if monday <= today and not asked.week else monday
    place = read_place(asked.after)
    found = await slots_after(access, state, place or (midnight(start), 0))
    rows = found[:PAGE]
    first = monday_of(rows[0].starts.date()) if rows and (place or not asked.week) else monday
    if form:
        _link_errors(form, rows)
    return page(
        "planning/index.html",
        "partials/planning/list.html",
        form=form,
        weeks=weeks_of(rows, await lines_now(access, rows)),
        counts=await counts_now(access),
        state=state,
        states=FILTER_WORDS,
        week=week_word(monday) if asked.week else "",
        typed=_week_form(asked.week, monday),
        month=f"{first:%Y-%m}",
        before=week_word(first - WEEK),
        after=week_word(first + WEEK),
        shown=len(rows),
        following=written_place(rows[-1].starts_at, rows[-1].id) if len(found) > PAGE else "",
        is_first=place is None,
        may_answer=Right.APPOINTMENTS in access.rights,
        notice=notice,
    )


def _link_errors(form: Form[Any], rows: list[SlotRow]) -> None:
    """Links from the errors to the rows of their slots: none for a slot that the page no longer shows."""
    shown = {f"planning-slot-{row.id}" for row in rows}
    gone = [name for name in form.errors if name and name not in shown]
    if gone:
        form.errors[""] = " ".join(form.errors.pop(name) for name in gone)


def _week_form(typed: str, monday: date) -> Form[Any]:
    """The field of the week, and what is wrong with it."""
    form: Form[Any] = Form({"semaine": week_field(typed, monday)})
    if problem := week_problem(typed):
        form.errors["semaine"] = problem
    return form


MEMBER: list[Any] = [index, confirm_all]
