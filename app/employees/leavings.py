"""/espace/{code}/salaries/departs: one last day for several people of the list."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees.acts import register_departures
from app.employees.declared import employee_name, names_apart
from app.employees.forms import BOX, LeavingTogether
from app.employees.listing import french_day
from app.employees.person import chosen_employees
from app.employees.together import MOST_LEAVING
from app.rights import Right
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_numbers
from app.web.signatures import Member, Request, get, post
from db.models import Employee, Monitoring

PATH = "/espace/{code:str}/salaries/departs"


@get(PATH, right=Right.EMPLOYEES)
async def leaving_together(request: Request, access: Member) -> Response[Any]:
    """The people of the address, `salarie=12&salarie=40`, all of them ticked."""
    chosen = row_numbers(request.query_params.getall("salarie", []), MOST_LEAVING)
    if not chosen:
        return see(request, "employees.index")
    people = await chosen_employees(access, chosen)
    typed = {f"salarie_{each.key}": "oui" for each in people if not each.exit_on}
    return _leaving_page(people, Form(typed | {"exit_on": clock.today().isoformat()}))


@post(PATH, right=Right.EMPLOYEES)
async def leave_together(request: Request, access: Member) -> Response[Any]:
    form = await Form.read(request, LeavingTogether)
    if form.data:
        async with form.attempt(access):
            last_day = date.fromisoformat(form.data.exit_on)
            await register_departures(access, form.data.versions, last_day, clock.moment())
    if form.errors:
        return await _refused_page(access, form)
    return see(request, "employees.operations", query={"fait": "departs"})


async def _refused_page(access: MemberAccess, form: Form[Any]) -> Page:
    """The page refused, with the people that it showed, as they are now."""
    shown = [found[2] for name in form.typed if (found := BOX.fullmatch(name)) and found[1] == "version"]
    return _leaving_page(await chosen_employees(access, row_numbers(shown, MOST_LEAVING)), form)


def _leaving_page(people: Sequence[Employee], form: Form[Any]) -> Page:
    names = names_apart([(employee_name(each), each.birth_on) for each in people])
    return page(
        "employees/leaving_together.html",
        form=form,
        people=[
            (each, name, french_day(each.entry_on), french_day(each.exit_on))
            for each, name in zip(people, names, strict=True)
        ],
        is_reinforced=any(each.monitoring == Monitoring.REINFORCED for each in people),
    )


MEMBER: list[Any] = [leaving_together, leave_together]
