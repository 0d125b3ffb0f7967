"""/espace/{code}/planning: what the service proposes, by week, by month, past, on paper.

Appointments of a week may be confirmed together; a free slot gets its person. Answers to one slot: `answers`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees.declared import names_apart
from app.employees.standings import standings_of
from app.errors import NotFound
from app.follow_up.law import add_months
from app.follow_up.standing import Standing
from app.follow_up.words import VISITS
from app.planning import answers
from app.planning.acts import SeenSlot, confirm_together, give_slot
from app.planning.answers import DONE, FILTER_WORDS, counts_now, in_its_week, lines_now, slot_page
from app.planning.convocations import convocation_of, file_stem, pdf_of
from app.planning.forms import Choice, Together
from app.planning.queries import (
    FILTERS,
    SlotRow,
    absences_of,
    candidates_for,
    notice_of,
    slot_row,
    slots_after,
    slots_between,
    visits_before,
)
from app.planning.rules import (
    ShownWeek,
    midnight,
    monday_of,
    read_month,
    read_week,
    week_field,
    week_problem,
    week_word,
)
from app.planning.views import about_slot, grid_of, notice_words, sittings_of, week_title, weeks_of
from app.rights import Right
from app.text.counts import plural
from app.text.formats import MONTHS
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import PAGE, day_place, read_place, written_place
from app.web.signatures import Member, Request, get, post
from db.models import NoticeKind, SlotState

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


ONE = "/espace/{code:str}/planning/{slot_id:int}/salarie"


@get(ONE, right=Right.APPOINTMENTS)
async def choosing(
    access: Member, slot_id: FromPath[int], q: FromQuery[str] = "", apres: FromQuery[str] = ""
) -> Response[Any]:
    return await _choosing_page(access, slot_id, Form(), q[:100], apres)


@post(ONE, right=Right.APPOINTMENTS)
async def choose(request: Request, access: Member, slot_id: FromPath[int]) -> Response[Any]:
    form = await Form.read(request, Choice)
    row = after = await slot_row(access, slot_id)
    if form.data:
        seen, employee_id = SeenSlot(form.data.sequence), int(form.data.employee)
        async with form.attempt(access):
            after = await give_slot(access, row, seen, employee_id, clock.moment())
    if form.errors:
        return await _choosing_page(access, slot_id, form, "", "")
    return in_its_week(request, after, "attribue")


async def _choosing_page(access: MemberAccess, slot_id: int, form: Form[Any], q: str, after: str) -> Page:
    row = await slot_row(access, slot_id)
    (line,) = await lines_now(access, [row])
    place = day_place(after)
    found = await candidates_for(access, row, q, place)
    last = found[PAGE - 1] if len(found) > PAGE else None
    form.typed["sequence"] = str(row.sequence)
    listed = found[:PAGE]
    names = names_apart([(each.name, each.birth_on) for each in listed])
    standings = await standings_of(access, listed, clock.moment())
    people = [
        (each.id, name, each.job_title, _due(standings[each.id]), standings[each.id].is_late)
        for each, name in zip(listed, names, strict=True)
    ]
    return page(
        "planning/choosing.html",
        "partials/planning/candidates.html",
        form=form,
        line=line,
        people=people,
        q=q,
        following=f"{last.due_on}~{last.id}" if last else "",
        is_first=place is None,
    )


def _due(standing: Standing) -> str:
    if standing.call:
        return f"rendez-vous {standing.words}, {standing.tag[0]}"
    if standing.request or standing.due_on is None:
        return standing.words or "demandé"
    return f"{'en retard depuis le' if standing.is_late else 'à faire avant le'} {standing.words}"


@get(f"{PLANNING}/mois", right=Right.VIEW)
async def month(access: Member, mois: FromQuery[str] = "") -> Response[Any]:
    today = clock.today()
    first = read_month(mois, today)
    end = add_months(first, 1)
    rows = await slots_between(access, monday_of(first), monday_of(end - timedelta(days=1)) + timedelta(7))
    return page(
        "planning/month.html",
        "partials/planning/month.html",
        title=f"{MONTHS[first.month - 1]} {first.year}",
        week=week_word(first),
        may_answer=Right.APPOINTMENTS in access.rights,
        weeks=grid_of(rows, first, end, today),
        before=f"{add_months(first, -1):%Y-%m}",
        after=f"{end:%Y-%m}",
    )


@get(f"{PLANNING}/passees", right=Right.VIEW)
async def past(access: Member, avant: FromQuery[str] = "") -> Response[Any]:
    """Visits that took place, the latest first, and appointments that nobody came to."""
    place = day_place(avant)
    found = await visits_before(access, place)
    last = found[PAGE - 1] if len(found) > PAGE else None
    return page(
        "planning/past.html",
        visits=found[:PAGE],
        kinds=VISITS,
        absences=await absences_of(access, clock.now()) if place is None else [],
        older=f"{last.done_on}~{last.id}" if last else "",
        may_answer=Right.APPOINTMENTS in access.rights,
        is_first=place is None,
    )


@get(f"{PLANNING}/feuille", right=Right.VIEW)
async def sheet(access: Member, semaine: FromQuery[str] = "") -> Response[Any]:
    """A week on paper, to hang up or to hand out."""
    monday = read_week(semaine, clock.today())
    rows = await slots_between(access, monday, monday + timedelta(days=7))
    return page(
        "planning/sheet.html",
        sittings=sittings_of(await lines_now(access, rows)),
        week=week_word(monday),
        before=week_word(monday - timedelta(days=7)),
        after=week_word(monday + timedelta(days=7)),
        title=week_title(monday),
    )


@get(f"{PLANNING}/{{slot_id:int}}", right=Right.VIEW)
async def show(access: Member, slot_id: FromPath[int], fait: NamedDependency[str] = "") -> Response[Any]:
    return await slot_page(access, await slot_row(access, slot_id), DONE.get(fait, ""))


@get(f"{PLANNING}/{{slot_id:int}}/convocation", right=Right.APPOINTMENTS)
async def convocation(access: Member, slot_id: FromPath[int]) -> Response[Any]:
    """The convocation of a confirmed appointment, as a PDF to hand over."""
    row = await slot_row(access, slot_id)
    if row.state != SlotState.CONFIRMED or not row.name:
        raise NotFound
    left = notice_of(access, row, clock.now())
    words = notice_words(left) if left.is_free else ""
    content = await pdf_of(convocation_of(row, access.portal.settings, "", words))
    headers = {"Content-Disposition": f'inline; filename="{file_stem(row, NoticeKind.SUMMONS)}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


MEMBER: list[Any] = [
    index,
    confirm_all,
    choosing,
    choose,
    month,
    past,
    sheet,
    show,
    convocation,
    *answers.MEMBER,
]
