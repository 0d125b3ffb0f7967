"""Employees that the tests put on a list, and what they ask the database about them."""

from contextlib import asynccontextmanager

import html5lib

from app.employees.declared import all_columns
from app.follow_up.law import DoneVisit
from db.models import AuditEvent, Employee, EmployeeChange
from db.seeds.world import World
from tests.actors import Actor
from tests.people.steps import a_member
from tests.reading import rows

LIST = "/espace/00010-2/salaries"  # of the site, which starts without anybody
CHECK = f"{LIST}/declaration/verification"
ELISE = {
    "birth_name": "LE GALL", "first_names": "Élise", "sex": "F", "birth_on": "1990-02-03",
    "entry_on": "2024-09-02", "contract": "cdi", "job_title": "Caissière", "pcs": "551a",
}  # fmt: skip
OLD_FIELDS = ("created_at", "updated_at", "version")


async def an_employee(portal, company, *visits: DoneVisit, **declared: str) -> Employee:
    """Élise unless told otherwise, as the portal would have stored her after these visits."""
    async with portal.database.transaction(write=True) as session:
        return await put(World(session), company, *visits, **declared)


async def put(world: World, company, *visits: DoneVisit, **declared: str) -> Employee:
    employee = await world.an_employee(company, all_columns(ELISE | declared, list(visits)))
    for kind, done_on, next_on in visits:
        await world.a_visit(employee, kind, done_on, next_on=next_on)
    return employee


async def the_employee(portal, employee_id: int | None = None) -> Employee:
    """That one; without a number the only one there is."""
    where = [Employee.id == employee_id] if employee_id else []
    (found,) = await rows(portal, Employee, *where)
    return found


async def changes(portal, company) -> list[EmployeeChange]:
    """The oldest first."""
    return list(await rows(portal, EmployeeChange, EmployeeChange.company_id == company.id))


def columns(row) -> dict[str, object]:
    """All of a row but what says when it was written."""
    return {name: getattr(row, name) for name in type(row).model_fields if name not in OLD_FIELDS}


@asynccontextmanager
async def acting(app, portal, company, *roles: str, **more):
    """Somebody else of this company, signed in: a reader unless told otherwise."""
    email = f"{'-'.join(roles) or 'lecture'}@ours.example"
    async with Actor(app) as actor:
        yield await actor.signed_in(await a_member(portal, company, email, *roles, **more))


async def as_shown(actor, path: str) -> dict[str, str]:
    """What a browser would send of the last form of this page, were its button pressed at once."""
    return fields_of((await actor.get(path)).text)


def fields_of(html: str) -> dict[str, str]:
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    (*_, form) = [each for each in tree.iter("form") if each.get("method") == "post"]
    found: dict[str, str] = {}
    for control in form.iter():
        name = control.get("name")
        if control.tag not in {"input", "select"}:
            continue
        if control.tag == "select":
            chosen = [each for each in control.iter("option") if each.get("selected") is not None]
            found[name] = (chosen or list(control.iter("option")))[0].get("value")
        elif control.get("type") not in {"checkbox", "radio"} or control.get("checked") is not None:
            found[name] = control.get("value", "")
    return {name: value for name, value in found.items() if name not in {"csrf", None}}


async def declare(actor, *, partial=False, **typed):
    """The button of the check, which says what it showed."""
    return await actor.fill(CHECK, partial=partial, **await as_shown(actor, CHECK) | typed)


async def correct(actor, employee, **typed):
    """With JavaScript: the codes of a new job were seen before the button was pressed."""
    path = f"{LIST}/{employee.id}/correction"
    seen = {"asked": typed["job_title"]} if "job_title" in typed else {}
    return await actor.fill(path, **await as_shown(actor, path) | seen | typed)


async def leave(actor, employee, day):
    return await actor.fill(f"{LIST}/{employee.id}/depart", exit_on=day)


async def come_back(actor, employee, **typed):
    """As `correct`: what is not typed is left as it is shown."""
    path = f"{LIST}/{employee.id}/retour"
    seen = {"asked": typed["job_title"]} if "job_title" in typed else {}
    shown = await as_shown(actor, path) | {"entry_on": "2026-03-16"}
    return await actor.fill(path, **shown | seen | typed)


async def undo(actor, change):
    return await actor.fill(f"{LIST}/operations/{change.id}/annulation")


async def kinds(portal, company):
    return [change.kind for change in await changes(portal, company)]


async def events(portal):
    """The kinds of what the history tells, the oldest first."""
    return [event.kind for event in await rows(portal, AuditEvent)]
