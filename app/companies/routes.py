"""/espace: the private space."""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import AccountAccess, MemberAccess
from app.companies.queries import my_companies
from app.doors import FEW
from app.drafts import draft_of
from app.visit import Visit
from app.web import leave, page, path_to


@get("/espace", name="companies.home")
async def home(request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]) -> Response[Any]:
    """Where a person lands: what they were typing, else their company, else the list of theirs."""
    if await draft_of(access, clock.now()):
        return leave(request, path_to(request, "account.draft"))
    companies = await my_companies(access, most=FEW + 1)
    viewer = Visit.of(request).viewer
    if not companies and viewer and viewer.is_staff:
        return leave(request, path_to(request, "staff.index"))
    if not companies or len(companies) > FEW:
        return leave(request, path_to(request, "companies.index"))
    return leave(request, path_to(request, "companies.show", code=companies[0].code))


@get("/entreprises", name="companies.index")
async def index(access: NamedDependency[AccountAccess]) -> Response[Any]:
    return page("companies/index.html", companies=await my_companies(access))


@get("/espace/{code:str}", name="companies.show")
async def show(access: NamedDependency[MemberAccess], code: FromPath[str]) -> Response[Any]:
    return page("companies/show.html", company=access.company, account=access.account)
