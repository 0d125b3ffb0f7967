"""/espace/{code}/salaries/{n}/retour: a former employee hired again, asked about the job as anybody new."""

from datetime import date
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees.declared import declared_of, facts_of, name_of
from app.employees.declaring import check_against, jobs_for, jobs_to_ask
from app.employees.forms import Again, declared_in, typed_of
from app.employees.job_page import Asked, job_page
from app.employees.person_queries import seen_by
from app.employees.questions import CONTRACTS, QUESTIONS
from app.employees.rules import EXAMS, PERIODIC, SIR, SPARED, Seen, follow_up, may_be_dispensed
from app.employees.service import Moment, employee_of, register_return
from app.fields import read_day
from app.formats import of
from app.forms import Form
from app.rights import Right
from app.web import Page, page, path_to, see
from db.models import Employee

PATH = "/espace/{code:str}/salaries/{employee_id:int}/retour"
OF_THE_NEW_JOB = ("entry_on", "exit_on", "contract_ends_on")  # asked, and not what was said of the old one


@get(PATH, name="employees.returning")
async def returning(
    access: NamedDependency[MemberAccess], code: FromPath[str], employee_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    employee = await employee_of(access, employee_id)
    typed = typed_of(declared_of(employee) | dict.fromkeys(OF_THE_NEW_JOB, ""))
    return await _returning(access, employee, Form(typed | {"asked": employee.job_title}))


@post(PATH, name="employees.come_back")
async def come_back(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    employee_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    employee, today = await employee_of(access, employee_id), clock.today()
    form = await Form.read(request, Again)
    stored = declared_of(employee) | {"exit_on": ""}
    check_against(form, Again, stored, today)
    jobs = jobs_to_ask(form, employee.pcs)
    if jobs and not form.errors:
        here = {"code": access.company.code, "employee_id": employee.key}
        path, back = (path_to(request, f"employees.{name}", **here) for name in ("come_back", "show"))
        return job_page(access, form, jobs, Asked(path, back, f"Retour {of(name_of(stored))}"))
    if form.data and not form.errors:
        async with form.attempt(access):
            values = stored | declared_in(form.data)
            await register_return(access, employee, values, Moment(clock.now(), today))
    if form.errors:
        return await _returning(access, employee, form)
    return see(
        request,
        "employees.show",
        query={"fait": "retour"},
        code=access.company.code,
        employee_id=employee.key,
    )


async def _returning(access: MemberAccess, employee: Employee, form: Form[Any]) -> Page:
    hired_on = _day(form["entry_on"]) or clock.today()
    return page(
        "employees/returning.html", form=form, company=access.company, employee_id=employee.key,
        name=name_of(declared_of(employee)), exit_on=employee.exit_on, contracts=CONTRACTS,
        questions=QUESTIONS, jobs=jobs_for(form),
        last=_last_visit(employee, await seen_by(access, employee.key), hired_on),
    )  # fmt: skip


def _day(typed: str) -> date | None:
    try:
        return read_day(typed)
    except ValueError:
        return None


def _last_visit(employee: Employee, seen: list[Seen], hired_on: date) -> dict[str, Any]:
    """The last visit that might stand for that of this hiring, were the job the same; nothing without one."""
    monitoring = follow_up(facts_of(employee).risks, employee.birth_on, hired_on).monitoring
    kinds = EXAMS if monitoring == SIR else PERIODIC
    done_on = max((each.done_on for each in seen if each.kind in kinds), default=None)
    if done_on is None:
        return {}
    return {
        "done_on": done_on,
        "may_do": may_be_dispensed(monitoring, done_on, hired_on, same_job=True),
        "years": SPARED[monitoring] // 12,
        "article": "R4624-27" if monitoring == SIR else "R4624-15",
    }


MEMBER: list[Any] = [returning, come_back]
