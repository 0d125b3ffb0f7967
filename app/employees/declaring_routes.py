"""/espace/{code}/salaries/declaration: a new employee in three steps of questions, then a check."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import BaseModel

from app import clock
from app.access import MemberAccess
from app.employees.declared import Declared, declared_of, name_of
from app.employees.declaring import (
    STEP_NAMES,
    Whole,
    check_step,
    fingerprint,
    jobs_for,
    jobs_to_ask,
    place_after,
    place_of,
    whole_of,
)
from app.employees.draft_service import draft_of, drop_draft, keep_typed, use_draft
from app.employees.forms import STEPS, Confirmation, shown_values
from app.employees.job_page import Asked, job_page
from app.employees.person_queries import alike, just_declared
from app.employees.questions import CONTRACTS, QUESTIONS, SEXES
from app.employees.service import Moment, register_employee
from app.employees.sheet import sheet_of, unsaved
from app.errors import NotFound, Refused
from app.forms import Form
from app.rights import Right
from app.web import Page, leave, page, path_to, see
from db.models import Employee

STEP = "/espace/{code:str}/salaries/declaration/{step:str}"


TWICE = timedelta(minutes=10)
ANOTHER = "Cochez la case si c’est bien une autre personne, ou ouvrez sa fiche."
CHANGED = (
    "Cette déclaration a changé entre-temps, dans un autre onglet ou sur un autre appareil. "
    "Rien n’est déclaré : vérifiez ce qui suit, puis validez de nouveau."
)


@get("/espace/{code:str}/salaries/declaration", name="employees.new")
async def new(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    """Where one was; the first question when nothing was begun."""
    access.require(Right.EMPLOYEES)
    draft = await draft_of(access, clock.now())
    if draft is None:
        return see(request, "employees.step", code=access.company.code, step="identite")
    typed = draft.typed
    return page(
        "employees/new.html",
        company=access.company,
        name=f"{typed.get('birth_name', '')} {typed.get('first_names', '')}".strip(),
        saved_at=draft.updated_at,
        step=whole_of(typed, clock.today()).wrong_step or "verification",
    )


@post("/espace/{code:str}/salaries/declaration", name="employees.restart")
async def restart(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    await drop_draft(access)
    return see(request, "employees.new", code=access.company.code)


@get(STEP, name="employees.step")
async def step(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    draft = await draft_of(access, clock.now())
    typed = dict(draft.typed) if draft else {}
    if step in STEPS:
        return _step(access, step, Form(typed))
    if step != "verification":
        raise NotFound
    whole = whole_of(typed, clock.today())
    if whole.wrong_step:
        return see(request, "employees.step", code=access.company.code, step=whole.wrong_step)
    return await _check(access, whole, Form())


@post(STEP, name="employees.save_step")
async def save_step(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    if step == "verification":
        return await _declare(request, access)
    if step not in STEPS:
        raise NotFound
    form: Form[BaseModel] = await Form.read(request, STEPS[step])
    draft = await draft_of(access, clock.now())
    before = dict(draft.typed) if draft else {}
    check_step(form, step, before, clock.today())
    jobs = jobs_to_ask(form, before.get("pcs", "")) if step == "poste" else []
    await keep_typed(access, form.typed, set(STEPS[step].model_fields), clock.now())
    if form.errors:
        return _step(access, step, form)
    if jobs:
        path = path_to(request, "employees.step", code=access.company.code, step=step)
        about = f"Déclarer un salarié, {place_of(step)}"
        return job_page(access, form, jobs, Asked(path, back=path, about=about, is_step=True))
    return see(request, "employees.step", code=access.company.code, step=place_after(step))


def _step(access: MemberAccess, step: str, form: Form[Any]) -> Page:
    return page(
        "employees/step.html",
        "partials/employees/step.html",
        company=access.company,
        form=form,
        step=step,
        steps=STEP_NAMES,
        place=place_of(step),
        jobs=jobs_for(form),
        contracts=CONTRACTS,
        sexes=SEXES,
        questions=QUESTIONS,
    )


async def _check(access: MemberAccess, whole: Whole, form: Form[Any]) -> Page:
    """The whole before it is declared: what follows from it, and who may be the same person."""
    return page(
        "employees/check.html",
        "partials/employees/check.html",
        company=access.company,
        form=form,
        steps=STEP_NAMES,
        place=place_of("verification"),
        values=[each for each in shown_values(whole.values) if each[1]],
        sheet=sheet_of(unsaved(whole.values), (), clock.today(), tells_all=True),
        fingerprint=fingerprint(whole.values),
        alike=[(each, name_of(declared_of(each))) for each in await _alike(access, whole.values)],
    )


async def _declare(request: Request[Any, Any, Any], access: MemberAccess) -> Response[Any]:
    form = await Form.read(request, Confirmation)
    draft = await draft_of(access, clock.now())
    typed = dict(draft.typed) if draft else {}
    whole = whole_of(typed, clock.today())
    # A button pressed twice: the second press leads where the first one did.
    before = None if draft else await just_declared(access, clock.now() - TWICE)
    if before and before.employee_id and fingerprint(before.after) == form["shown"]:
        return _declared(request, access, before.employee_id)
    if form.data and form.data.shown != fingerprint(whole.values):
        form.data = None
        form.refuse(Refused(CHANGED, status_code=409))
    if whole.wrong_step:
        form.typed = typed
        return _step(access, whole.wrong_step, form)
    employee: Employee | None = None
    if form.data:
        async with form.attempt(access):
            await use_draft(access)
            if await _alike(access, whole.values) and not form.data.another:
                raise Refused(ANOTHER, "another")
            employee = await register_employee(access, whole.values, Moment(clock.now(), clock.today()))
    if employee is None or form.errors:
        return await _check(access, whole, form)
    return _declared(request, access, employee.key)


def _declared(request: Request[Any, Any, Any], access: MemberAccess, employee_id: int) -> Response[Any]:
    path = path_to(request, "employees.show", code=access.company.code, employee_id=employee_id)
    return leave(request, path, query={"fait": "declare"})


async def _alike(access: MemberAccess, values: Declared) -> Sequence[Employee]:
    """Who is already on the list and may be the same person."""
    birth_on = date.fromisoformat(values["birth_on"])
    return await alike(access, values["birth_name"], values["first_names"], birth_on)


MEMBER: list[Any] = [new, restart, step, save_step]
