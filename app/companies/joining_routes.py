"""How a company joins an account, and how its administration is recovered."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import AccountAccess, MemberAccess, VisitorAccess
from app.companies.forms import AddedCompany
from app.companies.service import (
    ALREADY,
    ask_recovery_once,
    company_of_pair,
    company_of_recovery,
    give_administration,
    link_company,
)
from app.errors import Refused
from app.fields import Input
from app.forms import Form
from app.visit import Visit
from app.web import page, see


@get("/entreprises/ajout", name="companies.new")
async def new(access: NamedDependency[AccountAccess]) -> Response[Any]:
    return page("companies/new.html")


@post("/entreprises/ajout", name="companies.create")
async def create(request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]) -> Response[Any]:
    visit, now = Visit.of(request), clock.now()
    form = await Form.read(request, AddedCompany)
    if form.data:
        async with form.attempt(access):
            company = await company_of_pair(access, form.data.code, form.data.number, visit.network, now)
            third_party = form.data.third_party
            if not await link_company(access, access.account, company, now, third_party=third_party):
                raise Refused(ALREADY, "code")
    if form.errors or not form.data:
        return page("companies/new.html", form=form)
    return see(request, "companies.show", code=form.data.code)


@get("/espace/{code:str}/administration", name="companies.administration")
async def administration(access: NamedDependency[MemberAccess], code: FromPath[str]) -> Response[Any]:
    return page("companies/administration.html", company=access.company, asked=False)


@post("/espace/{code:str}/administration", name="companies.ask_administration")
async def ask_administration(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await ask_recovery_once(access, clock.now())
    asked = not form.errors
    return page("companies/administration.html", form=form, company=access.company, asked=asked)


@get("/administration/{token:str}", name="companies.recovery")
async def recovery(access: NamedDependency[VisitorAccess], token: FromPath[str]) -> Response[Any]:
    """The contact on file opens the link of the mail: nothing is done yet."""
    _, account, company = await company_of_recovery(access, token, clock.now())
    return page("companies/recovery.html", account=account, company=company, token=token, done=False)


@post("/administration/{token:str}", name="companies.recover", harmless=True)
async def recover(
    request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess], token: FromPath[str]
) -> Response[Any]:
    _, account, company = await company_of_recovery(access, token, clock.now())
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await give_administration(access, token, clock.now())
    done = not form.errors
    return page(
        "companies/recovery.html", form=form, account=account, company=company, token=token, done=done
    )
