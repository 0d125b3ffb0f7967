"""/espace: the private space, and how one goes from a company to another.

Changing company fetches an ordinary page, of which htmx takes `#portal`; the live region outside stays. No
handler knows about it, and a page is under 4 KB compressed with fifteen companies to choose from. Revisit
when pages are much heavier.
"""

from typing import Any

from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.companies.acts import (
    ALREADY,
    ask_recovery_once,
    company_of_pair,
    company_of_recovery,
    give_administration,
    link_company,
)
from app.companies.forms import AddedCompany
from app.companies.queries import membership_at
from app.errors import NotFound, Refused
from app.rights import OWN, rights_of
from app.sections import section_of
from app.text.fields import Input
from app.web.caller import Caller
from app.web.forms import Form
from app.web.pages import page, see
from app.web.signatures import Member, Request, SignedIn, Visitor, get, post


@get("/espace/{code:str}/changer", right=OWN)
async def switch(
    request: Request, access: Member, vers: FromQuery[str] = "", rubrique: FromQuery[str] = ""
) -> Response[Any]:
    """The same section elsewhere; its welcome page, with a word, where this person has no right to it."""
    vers = vers[:9] or access.company.code
    membership = await membership_at(access, vers, clock.today())
    if membership is None:
        raise NotFound
    section = section_of(rubrique)
    if section.right in rights_of(membership.roles):
        return see(request, section.name, code=vers)
    return see(request, "welcome.show", code=vers, query={"raison": section.key})


# Joining a company to an account, and recovering its administration.


@get("/entreprises/ajout")
async def new(access: SignedIn) -> Response[Any]:
    return page("companies/new.html")


@post("/entreprises/ajout")
async def create(request: Request, access: SignedIn) -> Response[Any]:
    visit, now = Caller.of(request), clock.now()
    form = await Form.read(request, AddedCompany)
    if form.data:
        async with form.attempt(access):
            company = await company_of_pair(access, form.data.code, form.data.number, visit.network, now)
            third_party = form.data.third_party
            if not await link_company(access, access.account, company, now, third_party=third_party):
                raise Refused(ALREADY, "code")
    if form.errors or not form.data:
        return page("companies/new.html", form=form)
    return see(request, "welcome.show", code=form.data.code)


@get("/espace/{code:str}/administration", right=OWN)
async def administration(access: Member) -> Response[Any]:
    return page("companies/administration.html", asked=False)


@post("/espace/{code:str}/administration", right=OWN)
async def ask_administration(request: Request, access: Member) -> Response[Any]:
    form = await Form.attempted(request, access, Input, lambda _: ask_recovery_once(access, clock.now()))
    asked = not form.errors
    return page("companies/administration.html", form=form, asked=asked)


@get("/administration/{token:str}")
async def recovery(access: Visitor, token: FromPath[str]) -> Response[Any]:
    """The contact on file opens the link of the mail: nothing is done yet."""
    _, account, company = await company_of_recovery(access, token, clock.now())
    return page("companies/recovery.html", account=account, company=company, token=token, done=False)


@post("/administration/{token:str}", harmless=True)
async def recover(request: Request, access: Visitor, token: FromPath[str]) -> Response[Any]:
    _, account, company = await company_of_recovery(access, token, clock.now())
    form = await Form.attempted(
        request, access, Input, lambda _: give_administration(access, token, clock.now())
    )
    done = not form.errors
    return page(
        "companies/recovery.html", form=form, account=account, company=company, token=token, done=done
    )
