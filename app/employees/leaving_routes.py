"""Departures, and what was declared lately, with its undoing."""

from datetime import date
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees.declared import LABELS, declared_of, name_of
from app.employees.forms import Leaving, Nothing, in_words
from app.employees.operations import operations_of, undoable_declaration
from app.employees.person_queries import changes_of, latest_changes
from app.employees.queries import PAGE
from app.employees.questions import CHANGES
from app.employees.service import (
    UNDOABLE,
    Moment,
    employee_of,
    register_departure,
)
from app.employees.undo_service import change_of, undo_change
from app.formats import of
from app.forms import Form
from app.places import read_place, written_place
from app.rights import Right
from app.web import Page, page, see
from db.models import ChangeKind, Employee, EmployeeChange

ONE = "/espace/{code:str}/salaries/{employee_id:int}"


@get(f"{ONE}/depart", name="employees.leaving")
async def leaving(
    access: NamedDependency[MemberAccess], code: FromPath[str], employee_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    employee = await employee_of(access, employee_id)
    last_day = max(clock.today(), employee.entry_on)
    return await _leaving(access, employee, Form({"exit_on": last_day.isoformat()}))


@post(f"{ONE}/depart", name="employees.leave")
async def leave(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    employee_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    employee = await employee_of(access, employee_id)
    form = await Form.read(request, Leaving)
    if form.data:
        async with form.attempt(access):
            last_day = date.fromisoformat(form.data.exit_on)
            await register_departure(access, employee, last_day, Moment(clock.now(), clock.today()))
    if form.errors:
        return await _leaving(access, employee, form)
    return _sheet(request, access, employee, "depart")


@get("/espace/{code:str}/salaries/operations", name="employees.changes")
async def changes(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    avant: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    """What was declared lately, by whom, and what can still be undone."""
    access.require(Right.VIEW)
    before = read_place(avant)
    found = await latest_changes(access, before)
    last = found[PAGE - 1].place if len(found) > PAGE else None
    return page(
        "employees/changes.html",
        company=access.company,
        operations=operations_of(found[:PAGE], clock.now()),
        older=written_place(*last) if last else "",
        is_first=before is None,
        may_change=Right.EMPLOYEES in access.rights,
        notice="La déclaration est annulée." if fait == "annule" else "",
    )


@get("/espace/{code:str}/salaries/operations/{change_id:int}/annulation", name="employees.undoing")
async def undoing(
    access: NamedDependency[MemberAccess], code: FromPath[str], change_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    return _undoing(access, await change_of(access, change_id), Form())


@post("/espace/{code:str}/salaries/operations/{change_id:int}/annulation", name="employees.undo")
async def undo(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    change_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    change = await change_of(access, change_id)
    form, employee = await Form.read(request, Nothing), None
    if form.data and not change.undone_at:  # Pressed twice, it is undone once.
        async with form.attempt(access):
            employee = await undo_change(access, change, Moment(clock.now(), clock.today()))
    if form.errors:
        return _undoing(access, change, form)
    if employee:
        return _sheet(request, access, employee, "annule")
    return see(request, "employees.changes", query={"fait": "annule"}, code=access.company.code)


async def _leaving(access: MemberAccess, employee: Employee, form: Form[Any]) -> Page:
    declared = declared_of(employee)
    done = operations_of(await changes_of(access, employee.key), clock.now())
    return page(
        "employees/leaving.html", form=form, company=access.company, employee_id=employee.key,
        name=name_of(declared), exit_on=employee.exit_on, is_reinforced=employee.monitoring == "SIR",
        entry_on=employee.entry_on, undoable_id=undoable_declaration(done),
        is_recent=employee.entry_on > clock.today() - UNDOABLE,
    )  # fmt: skip


def _undoing(access: MemberAccess, change: EmployeeChange, form: Form[Any]) -> Page:
    fields = [
        (LABELS[name], in_words(name, change.after[name]), in_words(name, change.before[name]))
        for name in LABELS
        if name in change.before
    ]
    return page(
        "employees/undoing.html", form=form, company=access.company, change=change, fields=fields,
        title=_title(change), until=change.at + UNDOABLE,
    )  # fmt: skip


def _title(change: EmployeeChange) -> str:
    if change.kind == ChangeKind.UNDONE:
        return f"Revenir sur l’annulation : {change.about}"
    return f"Annuler : {CHANGES[change.kind].lower()} {of(change.about)}"


def _sheet(
    request: Request[Any, Any, Any], access: MemberAccess, employee: Employee, done: str
) -> Response[Any]:
    return see(
        request, "employees.show", query={"fait": done}, code=access.company.code, employee_id=employee.key
    )


MEMBER: list[Any] = [leaving, leave, changes, undoing, undo]
