"""The steps of a declaration: company and contact, employees, jobs. Each is saved, then leads to the next."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app.access import MemberAccess
from app.contributions.forms import Answers, Contact, Jobs
from app.contributions.pages import missing_campaign, now
from app.contributions.queries import Filing, filing_of
from app.contributions.states import OPEN
from app.contributions.step_pages import company_page, jobs_page, known_contact, people_page
from app.contributions.steps_service import save_answers, save_contact, save_jobs
from app.errors import Refused
from app.forms import Form
from app.rights import Right
from app.web import see

ONE = "/espace/{code:str}/cotisation/{year:int}"


@get(f"{ONE}/entreprise", name="contributions.company")
async def company(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    access.require(Right.DECLARATION)
    filing = await filing_of(access, year, now().today)
    if filing is None or filing.state not in OPEN:
        return elsewhere(request, access, year, filing)
    return await company_page(access, filing, Form(await known_contact(access, filing)))


@post(f"{ONE}/entreprise", name="contributions.save_company")
async def save_company(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    access.require(Right.DECLARATION)
    form = await Form.read(request, Contact)
    if form.data:
        async with form.attempt(access):
            await save_contact(access, year, form.data.model_dump(), now())
    if not form.errors:
        return see(request, "contributions.people", code=access.company.code, year=year)
    filing = await filing_of(access, year, now().today)
    return await company_page(access, filing, form) if filing else missing_campaign(access, year)


@get(f"{ONE}/salaries", name="contributions.people")
async def people(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
    apres: FromQuery[str] = "",
    reste: FromQuery[str] = "",
) -> Response[Any]:
    """Who counts. `reste`: only those of whom it was not said yet."""
    access.require(Right.DECLARATION)
    filing = await filing_of(access, year, now().today)
    if filing is None or filing.state not in OPEN:
        return elsewhere(request, access, year, filing)
    form: Form[Any] = Form({"apres": apres[:300], "reste": reste and "oui"})
    return await people_page(access, filing, form, apres, only_left=bool(reste))


@post(f"{ONE}/salaries", name="contributions.save_people")
async def save_people(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    """The answers of one page. On to the next step once every doubt has its answer."""
    access.require(Right.DECLARATION)
    form, left = await Form.read(request, Answers), 0
    if form.data:
        async with form.attempt(access):
            given = form.data
            left = await save_answers(access, year, given.answers, now(), proposed=bool(given.proposed))
        if left and not (given.answers or given.proposed or given.suite or form.errors):
            form.refuse(Refused("Répondez oui ou non pour chaque personne."))
    if form.errors:
        filing = await filing_of(access, year, now().today)
        if filing is None:
            return missing_campaign(access, year)
        return await people_page(access, filing, form, form["apres"], only_left=bool(form["reste"]))
    if form["suite"] or left:
        rest = {"reste": "oui"} if form["reste"] or not form["suite"] else {}
        query = rest | ({"apres": form["suivants"]} if form["suite"] else {})
        return see(request, "contributions.people", query=query, code=access.company.code, year=year)
    return see(request, "contributions.jobs", code=access.company.code, year=year)


@get(f"{ONE}/postes", name="contributions.jobs")
async def jobs(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    access.require(Right.DECLARATION)
    filing = await filing_of(access, year, now().today)
    if filing is None or filing.state not in OPEN:
        return elsewhere(request, access, year, filing)
    return await jobs_page(access, filing, Form({"checked": "oui"} if filing.has("postes") else None))


@post(f"{ONE}/postes", name="contributions.save_jobs")
async def check_jobs(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
) -> Response[Any]:
    access.require(Right.DECLARATION)
    form = await Form.read(request, Jobs)
    if form.data:
        async with form.attempt(access):
            await save_jobs(access, year, now())
    if not form.errors:
        return see(request, "contributions.recap", code=access.company.code, year=year)
    filing = await filing_of(access, year, now().today)
    return await jobs_page(access, filing, form) if filing else missing_campaign(access, year)


def elsewhere(
    request: Request[Any, Any, Any], access: MemberAccess, year: int, filing: Filing | None
) -> Response[Any]:
    """Nothing can be declared now: the page of the year says why."""
    if filing is None:
        return missing_campaign(access, year)
    return see(request, "contributions.show", code=access.company.code, year=year)


MEMBER: list[Any] = [company, save_company, people, save_people, jobs, check_jobs]
