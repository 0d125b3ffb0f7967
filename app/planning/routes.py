"""/espace/{code}/planning: what the service proposes, by month, past, on paper; one slot, and its person."""

from datetime import timedelta
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
from app.planning import answers, weeks
from app.planning.acts import SeenSlot, give_slot
from app.planning.answers import DONE, in_its_week, lines_now, slot_page
from app.planning.convocations import convocation_of, file_stem, pdf_of
from app.planning.forms import Choice
from app.planning.queries import (
    absences_of,
    candidates_for,
    notice_of,
    slot_row,
    slots_between,
    visits_before,
)
from app.planning.rules import monday_of, read_month, read_week, week_word
from app.planning.views import MONTHS, grid_of, notice_words, sittings_of, week_title
from app.planning.weeks import PLANNING
from app.rights import Right
from app.web.forms import Form
from app.web.pages import Page, page
from app.web.paging import PAGE, day_place
from app.web.signatures import Member, Request, get, post
from db.models import NoticeKind, SlotState

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


MEMBER: list[Any] = [*weeks.MEMBER, choosing, choose, month, past, sheet, show, convocation, *answers.MEMBER]
