"""/invitation/{token}: the person invited opens the link of the mail, and says yes."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import VisitorAccess
from app.forms import Form
from app.passwords import MINIMUM
from app.people.acceptance_service import Invited, accept_as_new, accept_with_account, invited_by_link
from app.people.forms import Acceptance, NewMember
from app.rights import ROLE_WORDS, Role
from app.sign_in.service import SignedIn
from app.visit import Visit
from app.web import leave, page, path_to


@get("/invitation/{token:str}", name="people.welcome")
async def welcome(access: NamedDependency[VisitorAccess], token: FromPath[str]) -> Response[Any]:
    """Mail scanners open links: showing the form uses nothing up."""
    return _welcome(await invited_by_link(access, token, clock.now()), token)


@post("/invitation/{token:str}", name="people.accept", harmless=True)
async def accept(
    request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess], token: FromPath[str]
) -> Response[Any]:
    invited = await invited_by_link(access, token, clock.now())
    accepted = _accepted_with_account if invited.has_account else _accepted_as_new
    form, signed_in = await accepted(request, access, invited)
    if signed_in is None:
        form.typed.pop("password", None)
        form.typed.pop("new_password", None)
        return _welcome(invited, token, form)
    cookies = Visit.of(request).session_cookies(signed_in.opened)
    return leave(request, path_to(request, "companies.show", code=invited.company_code), cookies=cookies)


async def _accepted_with_account(
    request: Request[Any, Any, Any], access: VisitorAccess, invited: Invited
) -> tuple[Form[Any], SignedIn | None]:
    visit, signed_in = Visit.of(request), None
    form = await Form.read(request, Acceptance)
    if form.data:
        async with form.attempt(access):
            signed_in = await accept_with_account(
                access, invited, form.data.password, visit.origin, clock.now()
            )
    return form, None if form.errors else signed_in


async def _accepted_as_new(
    request: Request[Any, Any, Any], access: VisitorAccess, invited: Invited
) -> tuple[Form[Any], SignedIn | None]:
    visit, signed_in = Visit.of(request), None
    form = await Form.read(request, NewMember)
    if form.data:
        async with form.attempt(access):
            signed_in = await accept_as_new(access, invited, form.data, visit.origin, clock.now())
    return form, None if form.errors else signed_in


def _welcome(invited: Invited, token: str, form: Form[Any] | None = None) -> Response[Any]:
    roles = [ROLE_WORDS[role] for role in Role if role in invited.roles]
    return page("people/welcome.html", form=form, invited=invited, roles=roles, token=token, minimum=MINIMUM)
