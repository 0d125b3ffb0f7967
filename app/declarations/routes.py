"""/espace/{code}/salaries/declaration: a new employee in three steps of questions, then a check."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from litestar.params import FromPath
from litestar.response import Response
from pydantic import BaseModel

from app import clock
from app.access import MemberAccess
from app.declarations.steps import (
    STEP_NAMES,
    WholeDeclaration,
    check_step,
    draft_of,
    drop_draft,
    fingerprint_of_draft,
    keep_typed,
    place_after,
    place_of,
    use_draft,
    whole_of,
)
from app.employees.acts import register_employee
from app.employees.declared import Declared, employee_name
from app.employees.forms import STEPS, Confirmation, labelled_values
from app.employees.person import employees_alike, just_declared, sheet_of, unsaved_employee
from app.errors import NotFound, Refused
from app.follow_up.words import CONTRACTS, QUESTIONS, SEXES, THEMES
from app.jobs.views import NextQuestion, job_page, jobs_for, jobs_to_ask
from app.rights import Right
from app.web.forms import Form
from app.web.pages import Page, leave, page, path_to, see
from app.web.signatures import Member, Request, get, post
from db.models import Employee

STEP = "/espace/{code:str}/salaries/declaration/{step:str}"


TWICE = timedelta(minutes=10)
ANOTHER = "Cochez la case si c’est bien une autre personne, ou ouvrez sa fiche."
CHANGED = (
    "Cette déclaration a changé entre-temps, dans un autre onglet ou sur un autre appareil. "
    "Rien n’est déclaré : vérifiez ce qui suit, puis validez de nouveau."
)


@get("/espace/{code:str}/salaries/declaration", right=Right.EMPLOYEES)
async def new(request: Request, access: Member) -> Response[Any]:
    """The step reached; the first question when nothing was begun."""
    draft = await draft_of(access, clock.now())
    if draft is None:
        return see(request, "declarations.step", step="identite")
    typed = draft.typed
    return page(
        "declarations/new.html",
        name=f"{typed.get('birth_name', '')} {typed.get('first_names', '')}".strip(),
        saved_at=draft.updated_at,
        step=whole_of(typed, clock.today()).wrong_step or "verification",
    )


@post("/espace/{code:str}/salaries/declaration", right=Right.EMPLOYEES)
async def restart(request: Request, access: Member) -> Response[Any]:
    await drop_draft(access)
    return see(request, "declarations.new")


@get(STEP, right=Right.EMPLOYEES)
async def step(request: Request, access: Member, step: FromPath[str]) -> Response[Any]:
    draft = await draft_of(access, clock.now())
    typed = dict(draft.typed) if draft else {}
    if step in STEPS:
        return _step_page(step, Form(typed))
    if step != "verification":
        raise NotFound
    whole = whole_of(typed, clock.today())
    if whole.wrong_step:
        return see(request, "declarations.step", step=whole.wrong_step)
    return await _check_page(access, whole, Form())


@post(STEP, right=Right.EMPLOYEES)
async def save_step(request: Request, access: Member, step: FromPath[str]) -> Response[Any]:
    if step == "verification":
        return await _declare(request, access)
    if step not in STEPS:
        raise NotFound
    form: Form[BaseModel] = await Form.read(request, STEPS[step])
    draft = await draft_of(access, clock.now(), held=True)
    before = dict(draft.typed) if draft else {}
    check_step(form, step, before, clock.today())
    jobs = jobs_to_ask(form, before.get("pcs", "")) if step == "poste" else []
    await keep_typed(access, draft, form.typed, set(STEPS[step].model_fields), clock.now())
    if form.errors:
        return _step_page(step, form)
    if jobs:
        path = path_to(request, "declarations.step", step=step)
        about = f"Déclarer un salarié, {place_of(step)}"
        return job_page(form, jobs, NextQuestion(path, back=path, about=about, is_step=True))
    return see(request, "declarations.step", step=place_after(step))


def _step_page(step: str, form: Form[Any]) -> Page:
    return page(
        "declarations/step.html",
        "partials/declarations/step.html",
        form=form,
        step=step,
        steps=STEP_NAMES,
        place=place_of(step),
        jobs=jobs_for(form),
        contracts=CONTRACTS,
        sexes=SEXES,
        questions=QUESTIONS,
        themes=THEMES,
    )


async def _check_page(access: MemberAccess, whole: WholeDeclaration, form: Form[Any]) -> Page:
    """The whole before it is declared: what follows from it, and who may be the same person."""
    return page(
        "declarations/check.html",
        "partials/declarations/check.html",
        form=form,
        steps=STEP_NAMES,
        place=place_of("verification"),
        values=[each for each in labelled_values(whole.values) if each[1]],
        sheet=sheet_of(unsaved_employee(whole.values), (), clock.today(), may_read_all=True),
        fingerprint=fingerprint_of_draft(whole.values),
        call=access.call,
        alike=[(each, employee_name(each)) for each in await _alike(access, whole.values)],
    )


async def _declare(request: Request, access: MemberAccess) -> Response[Any]:
    form = await Form.read(request, Confirmation)
    draft = await draft_of(access, clock.now())
    typed = dict(draft.typed) if draft else {}
    whole = whole_of(typed, clock.today())
    # A button pressed twice: the second press leads where the first one did.
    before = None if draft else await just_declared(access, clock.now() - TWICE)
    if before and before.employee_id and fingerprint_of_draft(before.after) == form["shown"]:
        return _leave_for_sheet(request, before.employee_id)
    if form.data and form.data.shown != fingerprint_of_draft(whole.values):
        form.data = None
        form.refuse(Refused(CHANGED, status_code=409))
    if whole.wrong_step:
        return _step_page(whole.wrong_step, _step_form(whole.wrong_step, typed, form))
    employee: Employee | None = None
    if form.data:
        async with form.attempt(access):
            await use_draft(access)
            if await _alike(access, whole.values) and not form.data.another:
                raise Refused(ANOTHER, "another")
            employee = await register_employee(access, whole.values, clock.moment())
    if employee is None or form.errors:
        return await _check_page(access, whole, form)
    if access.call:
        path = path_to(request, "phone.present", year=access.call.year)
        return leave(request, path, query={"fait": "declare"})
    return _leave_for_sheet(request, employee.key)


def _step_form(step: str, typed: dict[str, str], refused: Form[Any]) -> Form[Any]:
    """That step as it was typed, with the errors of its fields: the summary leads to each."""
    form: Form[BaseModel] = Form({name: typed[name] for name in STEPS[step].model_fields if name in typed})
    form.check(STEPS[step])
    check_step(form, step, typed, clock.today())
    form.errors = refused.errors | form.errors
    form.status_code = refused.status_code
    return form


def _leave_for_sheet(request: Request, employee_id: int) -> Response[Any]:
    path = path_to(request, "employees.show", employee_id=employee_id)
    return leave(request, path, query={"fait": "declare"})


async def _alike(access: MemberAccess, values: Declared) -> Sequence[Employee]:
    """Employees already on the list who may be the same person."""
    birth_on = date.fromisoformat(values["birth_on"])
    return await employees_alike(access, values["birth_name"], values["first_names"], birth_on)


MEMBER: list[Any] = [new, restart, step, save_step]
