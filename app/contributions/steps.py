"""The steps of a declaration: company and contact, employees, jobs. Each is saved, then leads to the next."""

from typing import Any

from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.contributions import acts
from app.contributions.forms import Answers, Contact, Jobs
from app.contributions.gate import known_filing, open_filing
from app.contributions.views import company_page, jobs_page, known_contact, people_page
from app.errors import Refused
from app.rights import Right
from app.web.forms import Form
from app.web.pages import see
from app.web.signatures import Member, Request, get, post

ONE = "/espace/{code:str}/cotisation/{year:int}"


@get(f"{ONE}/entreprise", right=Right.DECLARATION)
async def company(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    filing = await open_filing(request, access, year)
    return await company_page(access, filing, Form(await known_contact(access, filing)))


@post(f"{ONE}/entreprise", right=Right.DECLARATION)
async def save_company(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    at = clock.moment()
    form = await Form.attempted(
        request, access, Contact, lambda data: acts.save_contact(access, year, data.model_dump(), at)
    )
    if not form.errors:
        return see(request, "contributions.people", year=year)
    return await company_page(access, await known_filing(request, access, year), form)


@get(f"{ONE}/salaries", right=Right.DECLARATION)
async def people(
    request: Request,
    access: Member,
    year: FromPath[int],
    apres: FromQuery[str] = "",
    reste: FromQuery[str] = "",
) -> Response[Any]:
    """The people who count. `reste`: only those without an answer yet."""
    filing = await open_filing(request, access, year)
    form: Form[Any] = Form({"apres": apres[:300], "reste": reste and "oui"})
    return await people_page(access, filing, form, apres, only_left=bool(reste))


@post(f"{ONE}/salaries", right=Right.DECLARATION)
async def save_people(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    """The answers of one page. On to the next step once every doubt has its answer."""
    form, left, at = await Form.read(request, Answers), 0, clock.moment()
    if given := form.data:
        async with form.attempt(access):
            left = await acts.save_answers(access, year, given.answers, at, proposed=bool(given.proposed))
        if left and not (given.answers or given.proposed or given.suite or form.errors):
            form.refuse(Refused("Répondez oui ou non pour chaque personne.", "doubt"))
    if form.errors:
        filing = await known_filing(request, access, year)
        return await people_page(access, filing, form, form["apres"], only_left=bool(form["reste"]))
    if form["suite"]:
        query = {"reste": "oui"} if form["reste"] else {}
        query |= {"apres": form["suivants"], "page": form["page"]}
        return see(request, "contributions.people", query=query, year=year)
    if left:
        return see(request, "contributions.people", query={"reste": "oui"}, year=year)
    return see(request, "contributions.jobs", year=year)


@get(f"{ONE}/postes", right=Right.DECLARATION)
async def jobs(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    filing = await open_filing(request, access, year)
    return await jobs_page(access, filing, Form({"checked": "oui"} if filing.has("postes") else None))


@post(f"{ONE}/postes", right=Right.DECLARATION)
async def save_jobs(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(request, access, Jobs, lambda _: acts.save_jobs(access, year, clock.moment()))
    if not form.errors:
        return see(request, "contributions.recap", year=year)
    return await jobs_page(access, await known_filing(request, access, year), form)


MEMBER: list[Any] = [company, save_company, people, save_people, jobs, save_jobs]
