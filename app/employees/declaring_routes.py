"""/espace/{code}/salaries/declaration: a new employee in three steps of questions, then a check."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response
from pydantic import BaseModel

from app import clock
from app.access import MemberAccess
from app.employees.declared import Declared, declared_of, name_of
from app.employees.declaring import STEP_NAMES, Whole, check_step, jobs_for, place_after, whole_of
from app.employees.draft_service import draft_of, drop_draft, keep_typed, use_draft
from app.employees.forms import STEPS, Confirmation, shown_values
from app.employees.pcs import jobs_like
from app.employees.person_queries import alike, just_declared
from app.employees.questions import CONTRACTS, QUESTIONS, SEXES
from app.employees.service import Moment, register_employee
from app.employees.sheet import sheet_of, unsaved
from app.errors import NotFound, Refused
from app.forms import STALE, Form
from app.rights import Right
from app.web import Page, leave, page, path_to, see
from db.models import Employee

STEP = "/espace/{code:str}/salaries/declaration/{step:str}"


class Alike(NamedTuple):
    """Somebody already on the list who may be the same person."""

    id: int
    name: str
    birth_on: date
    job_title: str


TWICE = timedelta(minutes=10)
ANOTHER = "Cochez la case si c’est bien une autre personne, ou ouvrez sa fiche."


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
    check_step(form, step, draft.typed if draft else {}, clock.today())
    # A code that still has to be chosen is nobody's choice yet.
    typed = form.typed | ({"pcs": ""} if "pcs" in form.errors else {})
    await keep_typed(access, typed, set(STEPS[step].model_fields), clock.now())
    if form.errors:
        return _step(access, step, form)
    return see(request, "employees.step", code=access.company.code, step=place_after(step))


@get("/espace/{code:str}/salaries/metiers", name="employees.jobs")
async def jobs(
    access: NamedDependency[MemberAccess], code: FromPath[str], job_title: FromQuery[str] = ""
) -> Response[Any]:
    """The PCS-ESE codes of a job, found by its title as people say it."""
    access.require(Right.VIEW)
    title = job_title.replace("\0", "")[:120]
    return page(
        "employees/jobs.html",
        "partials/employees/jobs.html",
        company=access.company,
        form=Form({"job_title": title}),
        jobs=jobs_like(title),
    )


def _step(access: MemberAccess, step: str, form: Form[Any]) -> Page:
    return page(
        "employees/step.html",
        "partials/employees/step.html",
        company=access.company,
        form=form,
        step=step,
        steps=STEP_NAMES,
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
        values=[each for each in shown_values(whole.values) if each[1]],
        sheet=sheet_of(unsaved(whole.values), (), clock.today(), tells_all=True),
        alike=await _alike(access, whole.values),
    )


async def _declare(request: Request[Any, Any, Any], access: MemberAccess) -> Response[Any]:
    form = await Form.read(request, Confirmation)
    draft = await draft_of(access, clock.now())
    whole = whole_of(draft.typed if draft else {}, clock.today())
    if whole.wrong_step and form.errors:
        raise Refused(STALE)
    # A button pressed twice: the second press leads where the first one did.
    if draft is None and (before := await just_declared(access, clock.now() - TWICE)):
        return _declared(request, access, before)
    if whole.wrong_step:
        return see(request, "employees.step", code=access.company.code, step=whole.wrong_step)
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
    done = {"fait": "declare"}
    path = path_to(request, "employees.show", done, code=access.company.code, employee_id=employee_id)
    return leave(request, path)


async def _alike(access: MemberAccess, values: Declared) -> list[Alike]:
    found = await alike(
        access, values["birth_name"], values["first_names"], date.fromisoformat(values["birth_on"])
    )
    return [Alike(each.key, name_of(declared_of(each)), each.birth_on, each.job_title) for each in found]


MEMBER: list[Any] = [new, restart, step, save_step, jobs]
