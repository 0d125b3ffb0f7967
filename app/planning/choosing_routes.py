"""Who comes: somebody for an open slot, or somebody else for a slot that has a name."""

from datetime import date
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees.declared import names_apart
from app.employees.listing import french_day, place_of
from app.employees.queries import PAGE
from app.employees.service import Moment
from app.forms import Form
from app.planning.answer_routes import answered
from app.planning.answer_service import Seen, give_slot
from app.planning.forms import Choice
from app.planning.pages import lines_now
from app.planning.queries import candidates_for, slot_row
from app.rights import Right
from app.web import Page, page
from db.models import NEVER

ONE = "/espace/{code:str}/planning/{slot_id:int}/salarie"


@get(ONE, name="planning.choosing")
async def choosing(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    slot_id: FromPath[int],
    q: FromQuery[str] = "",
    apres: FromQuery[str] = "",
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    return await _choosing(access, slot_id, Form(), q[:100], apres)


@post(ONE, name="planning.choose")
async def choose(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    slot_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    form = await Form.read(request, Choice)
    if form.data:
        seen, employee_id = Seen(slot_id, form.data.sequence), int(form.data.employee)
        async with form.attempt(access):
            await give_slot(access, seen, employee_id, Moment(clock.now(), clock.today()))
    if form.errors:
        return await _choosing(access, slot_id, form, "", "")
    return await answered(request, access, slot_id, "attribue")


async def _choosing(access: MemberAccess, slot_id: int, form: Form[Any], q: str, after: str) -> Page:
    row = await slot_row(access, slot_id)
    (line,) = await lines_now(access, [row])
    place = place_of(after, "echeance")
    start = (date.fromisoformat(place[0]), place[1]) if place else None
    found = await candidates_for(access, row, q, start)
    last = found[PAGE - 1] if len(found) > PAGE else None
    form.typed["sequence"] = str(row.sequence)
    today = clock.today()
    names = names_apart([(each.name, each.birth_on) for each in found[:PAGE]])
    people = [
        (each.id, name, each.job_title, _due(each.due_on, today), each.due_on < today)
        for each, name in zip(found, names, strict=False)
    ]
    return page(
        "planning/choosing.html",
        "partials/planning/candidates.html",
        form=form,
        company=access.company,
        line=line,
        people=people,
        q=q,
        following=f"{last.due_on}~{last.id}" if last else "",
        is_first=place is None,
    )


def _due(due_on: date, today: date) -> str:
    if due_on == NEVER:
        return "demandée"
    late = "en retard depuis le" if due_on < today else "à faire avant le"
    return f"{late} {french_day(due_on)}"


MEMBER: list[Any] = [choosing, choose]
