"""/espace/{code}/salaries/{n}: one employee, and the correction of what was declared."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.employees import choosing, deadlines, departures
from app.employees.acts import correct_employee, employee_of
from app.employees.around import around
from app.employees.checks import ask_again, check_against
from app.employees.declared import changed_fields, declared_of, employee_name
from app.employees.departures import operations_of
from app.employees.forms import Corrections, declared_fields, form_values, labelled_values
from app.employees.person import PersonSheet, changes_of, sheet_of, visits_of
from app.follow_up.words import CONTRACTS, QUESTIONS, SEXES, THEMES
from app.follow_up.words import VISITS as VISITS_WORDS
from app.jobs.views import NextQuestion, job_page, jobs_for, jobs_to_ask
from app.rights import Right
from app.text.formats import day
from app.web.forms import Form
from app.web.pages import Page, page, path_to, see
from app.web.signatures import Member, Request, get, post
from db.models import Employee

DONE = {
    "declare": "La déclaration est enregistrée : le service la reçoit et proposera une date de visite.",
    "corrige": "Les corrections sont enregistrées.",
    "identique": "Vous n’avez rien changé : rien n’a été enregistré.",
    "depart": "Le départ est enregistré.",
    "retour": "Le retour est enregistré : le service proposera une date de visite.",
    "annule": "L’opération est annulée : la fiche est de nouveau comme avant.",
}
# The page of the person says what follows.
NOT_FOLLOWED_DONE = {
    "declare": "La déclaration est enregistrée.",
    "retour": "Le retour est enregistré.",
}


@get("/espace/{code:str}/salaries/{employee_id:int}", right=Right.VIEW)
async def show(access: Member, employee_id: FromPath[int], fait: NamedDependency[str] = "") -> Response[Any]:
    employee = await employee_of(access, employee_id)
    may_change = Right.EMPLOYEES in access.rights
    visits = await visits_of(access, employee.key)
    at = clock.moment()
    about = await around(access, employee, at)
    sheet = sheet_of(employee, visits, at.today, may_read_all=may_change, standing=about.standing)
    return page(
        "employees/show.html",
        employee_id=employee.key,
        sheet=sheet,
        about=about,
        visit_words=VISITS_WORDS,
        may_ask=Right.APPOINTMENTS in access.rights,
        visits=[(each, VISITS_WORDS[each.kind]) for each in visits],
        operations=operations_of(await changes_of(access, employee.key), at.now),
        may_change=may_change,
        notice=_notice(fait, sheet),
    )


def _notice(done: str, sheet: PersonSheet) -> str:
    """The notice on the last act; after a declaration or a return, its consequences and their deadline."""
    if done not in NOT_FOLLOWED_DONE or sheet.next is None:
        return (NOT_FOLLOWED_DONE if sheet.no_visit else {}).get(done, DONE.get(done, ""))
    visit = "visite urgente," if sheet.next.is_urgent else "visite"
    if sheet.next.is_late:
        visit = "visite en retard, elle devait avoir lieu"
    return (
        f"{DONE[done]} {sheet.monitoring_words} ({sheet.monitoring}) : "
        f"{visit} au plus tard le {day(sheet.next.by)}."
    )


@get("/espace/{code:str}/salaries/{employee_id:int}/correction", right=Right.EMPLOYEES)
async def edit(access: Member, employee_id: FromPath[int]) -> Response[Any]:
    employee = await employee_of(access, employee_id)
    typed = form_values(declared_of(employee)) | {
        "version": str(employee.version),
        "asked": employee.job_title,
    }
    return _edit_page(employee, Form(typed))


@post("/espace/{code:str}/salaries/{employee_id:int}/correction", right=Right.EMPLOYEES)
async def update(request: Request, access: Member, employee_id: FromPath[int]) -> Response[Any]:
    employee, names = await employee_of(access, employee_id), []
    form = await Form.read(request, Corrections)
    check_against(form, Corrections, declared_of(employee), clock.today())
    jobs = jobs_to_ask(form, employee.pcs)
    if jobs and not form.errors:
        return job_page(form, jobs, _next_question(request, employee))
    if form.data and not form.errors:
        values, version = declared_fields(form.data), int(form.data.version)
        async with form.attempt(access):
            names = await correct_employee(
                access, employee, values, version, clock.moment(), is_sure=form.data.is_sure
            )
    if form.errors:
        ask_again(form)
        return _edit_page(employee, form)
    done = "corrige" if names else "identique"
    return see(request, "employees.show", query={"fait": done}, employee_id=employee.key)


def _next_question(request: Request, employee: Employee) -> NextQuestion:
    return NextQuestion(
        path_to(request, "employees.update", employee_id=employee.key),
        back=path_to(request, "employees.show", employee_id=employee.key),
        about=f"Modifier {employee_name(employee)}",
    )


def _edit_page(employee: Employee, form: Form[Any]) -> Page:
    """The form; after a 409, with what is stored now beside what was typed, and the version to go on from."""
    both = []
    if form.data and form.status_code == 409:
        stored, typed = declared_of(employee), declared_fields(form.data)
        names = changed_fields(stored, typed)
        pairs = zip(labelled_values(stored), labelled_values(typed), strict=True)
        labels = {label for label, _ in labelled_values(dict.fromkeys(names, ""))}
        both = [(label, old, new) for (label, old), (_, new) in pairs if label in labels]
        form.typed["version"] = str(employee.version)
    return page(
        "employees/edit.html",
        form=form,
        employee_id=employee.key,
        name=employee_name(employee),
        both=both,
        jobs=jobs_for(form),
        contracts=CONTRACTS,
        sexes=SEXES,
        questions=QUESTIONS,
        themes=THEMES,
    )


MEMBER: list[Any] = [
    show, edit, update, *choosing.MEMBER, *departures.MEMBER, *deadlines.MEMBER,
]  # fmt: skip
