"""/espace/{code}/salaries: the list, one employee, its correction."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees import (
    declaring_routes,
    due_routes,
    file_routes,
    job_routes,
    leaving_routes,
    listing,
    returning_routes,
)
from app.employees.declared import changed, declared_of, name_of
from app.employees.declaring import check_against, jobs_for, jobs_to_ask
from app.employees.forms import Corrections, declared_in, shown_values, typed_of
from app.employees.job_page import Asked, job_page
from app.employees.listing import address_of, following, lines_of, read_asked
from app.employees.operations import operations_of
from app.employees.person_queries import changes_of, visits_of
from app.employees.queries import employees_asked
from app.employees.questions import CONTRACTS, QUESTIONS, SEXES
from app.employees.questions import VISITS as VISITS_WORDS
from app.employees.service import Moment, correct_employee, employee_of
from app.employees.sheet import Sheet, sheet_of
from app.formats import day
from app.forms import Form
from app.rights import Right
from app.web import Page, page, path_to, see
from db.models import Employee

DONE = {
    "declare": "La déclaration est enregistrée : le service la reçoit et proposera une date de visite.",
    "corrige": "Les corrections sont enregistrées.",
    "identique": "Vous n’avez rien changé : rien n’a été enregistré.",
    "depart": "Le départ est enregistré.",
    "retour": "Le retour est enregistré : le service proposera une date de visite.",
    "annule": "L’opération est annulée : la fiche est de nouveau comme avant.",
}
# What follows for them is said by the sheet.
NOT_FOLLOWED_DONE = {
    "declare": "La déclaration est enregistrée.",
    "retour": "Le retour est enregistré.",
}


@get("/espace/{code:str}/salaries", name="employees.index")
async def index(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    q: FromQuery[str] = "",
    etat: FromQuery[str] = "",
    suivi: FromQuery[str] = "",
    visite: FromQuery[str] = "",
    tri: FromQuery[str] = "",
    apres: FromQuery[str] = "",
) -> Response[Any]:
    access.require(Right.VIEW)
    asked, today = read_asked(q, etat, suivi, visite, tri, apres), clock.today()
    rows = await employees_asked(access, asked, today)
    person = path_to(request, "employees.show", code=access.company.code, employee_id=0)[:-1]
    after = following(rows, asked.sort)
    return page(
        "employees/index.html",
        "partials/employees/table.html",
        company=access.company,
        asked=asked,
        lines=lines_of(rows, person, today),
        address=address_of(asked),
        following=address_of(asked, after) if after else "",
        may_change=Right.EMPLOYEES in access.rights,
        words=listing.WORDS,
    )


@get("/espace/{code:str}/salaries/{employee_id:int}", name="employees.show")
async def show(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    employee_id: FromPath[int],
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    access.require(Right.VIEW)
    employee = await employee_of(access, employee_id)
    may_change = Right.EMPLOYEES in access.rights
    visits = await visits_of(access, employee.key)
    sheet = sheet_of(employee, visits, clock.today(), tells_all=may_change)
    return page(
        "employees/show.html",
        company=access.company,
        employee_id=employee.key,
        sheet=sheet,
        visits=[(each, VISITS_WORDS[each.kind]) for each in visits],
        operations=operations_of(await changes_of(access, employee.key), clock.now()),
        may_change=may_change,
        notice=_notice(fait, sheet),
    )


def _notice(done: str, sheet: Sheet) -> str:
    """What was just done; after a declaration or a return, what follows from it and until when."""
    if done not in NOT_FOLLOWED_DONE or sheet.next is None:
        return (NOT_FOLLOWED_DONE if sheet.no_visit else {}).get(done, DONE.get(done, ""))
    visit = "visite urgente," if sheet.next.is_urgent else "visite"
    if sheet.next.is_late:
        visit = "visite en retard, elle devait avoir lieu"
    return (
        f"{DONE[done]} {sheet.monitoring_words} ({sheet.monitoring}) : "
        f"{visit} au plus tard le {day(sheet.next.by)}."
    )


@get("/espace/{code:str}/salaries/{employee_id:int}/correction", name="employees.edit")
async def edit(
    access: NamedDependency[MemberAccess], code: FromPath[str], employee_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    employee = await employee_of(access, employee_id)
    typed = typed_of(declared_of(employee)) | {"version": str(employee.version), "asked": employee.job_title}
    return _editor(access, employee, Form(typed))


@post("/espace/{code:str}/salaries/{employee_id:int}/correction", name="employees.update")
async def update(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    employee_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    employee, found = await employee_of(access, employee_id), []
    form = await Form.read(request, Corrections)
    check_against(form, Corrections, declared_of(employee), clock.today())
    jobs = jobs_to_ask(form, employee.pcs)
    if jobs and not form.errors:
        return job_page(access, form, jobs, _asked(request, access, employee))
    if form.data and not form.errors:
        values, version = declared_in(form.data), int(form.data.version)
        async with form.attempt(access):
            found = await correct_employee(
                access, employee, values, version, Moment(clock.now(), clock.today())
            )
    if form.errors:
        return _editor(access, employee, form)
    done = "corrige" if found else "identique"
    return see(
        request, "employees.show", query={"fait": done}, code=access.company.code, employee_id=employee.key
    )


def _asked(request: Request[Any, Any, Any], access: MemberAccess, employee: Employee) -> Asked:
    here = {"code": access.company.code, "employee_id": employee.key}
    return Asked(
        path_to(request, "employees.update", **here),
        back=path_to(request, "employees.show", **here),
        about=f"Corriger {name_of(declared_of(employee))}",
    )


def _editor(access: MemberAccess, employee: Employee, form: Form[Any]) -> Page:
    """The form; after a 409, with what is stored now beside what was typed, and the version to go on from."""
    both = []
    if form.data and form.status_code == 409:
        stored, typed = declared_of(employee), declared_in(form.data)
        names = changed(stored, typed)
        pairs = zip(shown_values(stored), shown_values(typed), strict=True)
        labels = {label for label, _ in shown_values(dict.fromkeys(names, ""))}
        both = [(label, old, new) for (label, old), (_, new) in pairs if label in labels]
        form.typed["version"] = str(employee.version)
    return page(
        "employees/edit.html",
        form=form,
        company=access.company,
        employee_id=employee.key,
        name=name_of(declared_of(employee)),
        both=both,
        jobs=jobs_for(form),
        contracts=CONTRACTS,
        sexes=SEXES,
        questions=QUESTIONS,
    )


MEMBER: list[Any] = [
    index, show, edit, update,
    *declaring_routes.MEMBER, *leaving_routes.MEMBER, *due_routes.MEMBER, *file_routes.MEMBER,
    *job_routes.MEMBER, *returning_routes.MEMBER,
]  # fmt: skip
