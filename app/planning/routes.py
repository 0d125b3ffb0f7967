"""/espace/{code}/planning: what the service proposes, by week, by month, past, and on paper."""

from datetime import date, timedelta
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees.listing import place_of
from app.employees.queries import PAGE
from app.employees.questions import VISITS
from app.employees.rules import add_months
from app.errors import NotFound
from app.forms import Form
from app.places import read_place, written_place
from app.planning import answer_routes, choosing_routes
from app.planning.answer_service import notice_of
from app.planning.document import convocation_of, pdf_of
from app.planning.pages import DONE, FILTER_WORDS, counts_now, lines_now, shown_slot
from app.planning.past_queries import absences_of, visits_before
from app.planning.queries import FILTERS, slot_row, slots_after, slots_between
from app.planning.rules import day_asked, midnight, monday_of, read_month, read_week, week_word
from app.planning.shown import MONTHS, grid_of, notice_words, weeks_of
from app.rights import Right
from app.web import page
from db.models import SlotState

PLANNING = "/espace/{code:str}/planning"


@get(PLANNING, name="planning.index")
async def index(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    semaine: FromQuery[str] = "",
    etat: FromQuery[str] = "",
    apres: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    """From a week on, 25 slots a page; what has begun today is still there."""
    access.require(Right.VIEW)
    today, state = clock.today(), etat if etat in FILTERS else ""
    monday = read_week(semaine, today)
    start = today if monday <= today and not semaine else monday
    place = read_place(apres)
    found = await slots_after(access, state, place or (midnight(start), 0))
    rows = found[:PAGE]
    return page(
        "planning/index.html",
        "partials/planning/list.html",
        company=access.company,
        weeks=weeks_of(rows, await lines_now(access, rows)),
        counts=await counts_now(access),
        state=state,
        states=FILTER_WORDS,
        week=week_word(monday) if semaine else "",
        typed=Form({"semaine": day_asked(semaine, monday)}),
        before=week_word(monday - timedelta(days=7)),
        after=week_word(monday + timedelta(days=7)),
        shown=len(rows),
        following=written_place(rows[-1].starts_at, rows[-1].id) if len(found) > PAGE else "",
        is_first=place is None,
        may_answer=Right.APPOINTMENTS in access.rights,
        notice=DONE.get(fait, ""),
    )


@get(f"{PLANNING}/mois", name="planning.month")
async def month(
    access: NamedDependency[MemberAccess], code: FromPath[str], mois: FromQuery[str] = ""
) -> Response[Any]:
    access.require(Right.VIEW)
    today = clock.today()
    first = read_month(mois, today)
    end = add_months(first, 1)
    rows = await slots_between(access, monday_of(first), monday_of(end - timedelta(days=1)) + timedelta(7))
    return page(
        "planning/month.html",
        "partials/planning/month.html",
        company=access.company,
        title=f"{MONTHS[first.month - 1]} {first.year}",
        weeks=grid_of(rows, first, end, today),
        before=f"{add_months(first, -1):%Y-%m}",
        after=f"{end:%Y-%m}",
    )


@get(f"{PLANNING}/passees", name="planning.past")
async def past(
    access: NamedDependency[MemberAccess], code: FromPath[str], avant: FromQuery[str] = ""
) -> Response[Any]:
    """Visits that took place, the latest first, and appointments that nobody came to."""
    access.require(Right.VIEW)
    place = _day_place(avant)
    found = await visits_before(access, place)
    last = found[PAGE - 1] if len(found) > PAGE else None
    return page(
        "planning/past.html",
        company=access.company,
        visits=found[:PAGE],
        kinds=VISITS,
        absences=await absences_of(access, clock.now()) if place is None else [],
        older=f"{last.done_on}~{last.id}" if last else "",
        is_first=place is None,
    )


@get(f"{PLANNING}/feuille", name="planning.sheet")
async def sheet(
    access: NamedDependency[MemberAccess], code: FromPath[str], semaine: FromQuery[str] = ""
) -> Response[Any]:
    """A week on paper, to hang up or to hand out."""
    access.require(Right.VIEW)
    monday = read_week(semaine, clock.today())
    rows = await slots_between(access, monday, monday + timedelta(days=7))
    return page(
        "planning/sheet.html",
        company=access.company,
        weeks=weeks_of(rows, await lines_now(access, rows)),
        week=week_word(monday),
        before=week_word(monday - timedelta(days=7)),
        after=week_word(monday + timedelta(days=7)),
        title=f"{monday:%d/%m/%Y}",
    )


@get(f"{PLANNING}/{{slot_id:int}}", name="planning.show")
async def show(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    slot_id: FromPath[int],
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    access.require(Right.VIEW)
    return await shown_slot(access, slot_id, DONE.get(fait, ""))


@get(f"{PLANNING}/{{slot_id:int}}/convocation", name="planning.notice")
async def notice(
    access: NamedDependency[MemberAccess], code: FromPath[str], slot_id: FromPath[int]
) -> Response[Any]:
    """The convocation of a confirmed appointment, as a PDF to hand over."""
    access.require(Right.APPOINTMENTS)
    row = await slot_row(access, slot_id)
    if row.state != SlotState.CONFIRMED or not row.name:
        raise NotFound
    left = notice_of(access, row, clock.now())
    words = notice_words(left) if left.is_free else ""
    content = await pdf_of(convocation_of(row, access.portal.settings, "", words))
    headers = {"Content-Disposition": f'inline; filename="convocation-{row.starts:%Y-%m-%d}-{row.id}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _day_place(typed: str) -> tuple[date, int] | None:
    """None for a place that this portal did not write: the reader sees the latest."""
    place = place_of(typed, "echeance")
    return (date.fromisoformat(place[0]), place[1]) if place else None


MEMBER: list[Any] = [
    index, month, past, sheet, show, notice, *answer_routes.MEMBER, *choosing_routes.MEMBER,
]  # fmt: skip
