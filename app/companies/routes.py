"""/espace: the private space, and how one goes from a company to another."""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import AccountAccess, MemberAccess
from app.companies.landing import landing_path
from app.companies.queries import SORTS, membership_at, my_companies, page_of
from app.companies.sections import SECTIONS, section_of
from app.companies.todo import todos_of
from app.companies.waiting_queries import waits_at
from app.errors import NotFound
from app.rights import rights_of
from app.web import leave, page, see


@get("/espace", name="companies.home")
async def home(request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]) -> Response[Any]:
    """Where bookmarks and the brand lead; a sign-in goes straight to where this leads."""
    return leave(request, await landing_path(request, access, access.account.key))


@get("/entreprises", name="companies.index")
async def index(
    access: NamedDependency[AccountAccess],
    q: FromQuery[str] = "",
    tri: FromQuery[str] = "code",
    apres: FromQuery[str] = "",
) -> Response[Any]:
    companies = await my_companies(access, clock.today())
    sort = tri if tri in SORTS else "code"
    shown, following = page_of(companies, q[:80], sort, apres[:300])
    return page(
        "companies/index.html",
        "partials/companies/list.html",
        companies=shown,
        waiting=await waits_at(access, [each.code for each in shown], clock.today(), clock.now()),
        following=following,
        q=q[:80],
        sort=sort,
        total=len(companies),
    )


@get("/espace/{code:str}", name="companies.show")
async def show(
    access: NamedDependency[MemberAccess], code: FromPath[str], raison: FromQuery[str] = ""
) -> Response[Any]:
    refused = section_of(raison)
    notice = ""
    if raison and refused.right not in access.rights:
        notice = f"Vous n’avez pas accès à « {refused.title} » pour cette entreprise : voici son accueil."
    listed = [each for each in SECTIONS if each.words and each.right in access.rights]
    todos = await todos_of(access, clock.now(), clock.today())
    return page("companies/show.html", company=access.company, listed=listed, notice=notice, todos=todos)


@get("/espace/{code:str}/changer", name="companies.switch")
async def switch(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    vers: FromQuery[str] = "",
    rubrique: FromQuery[str] = "",
) -> Response[Any]:
    """The same section elsewhere; its welcome page, with a word, where this person has no right to it."""
    vers = vers[:9] or code
    membership = await membership_at(access, vers, clock.today())
    if membership is None:
        raise NotFound
    section = section_of(rubrique)
    if section.right in rights_of(membership.roles):
        return see(request, section.name, code=vers)
    return see(request, "companies.show", code=vers, query={"raison": section.key})
