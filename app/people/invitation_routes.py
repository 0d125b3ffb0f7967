"""Invitations: sent, sent again, taken back."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.fields import Input
from app.forms import Form
from app.people.forms import NewInvitation
from app.people.invitation_service import cancel_invitation, invite, send_again
from app.people.queries import invitation_of_company, role_words
from app.rights import ROLE_WORDS, Right
from app.web import page, see


@get("/espace/{code:str}/utilisateurs/invitation", name="people.invitation")
async def invitation(access: NamedDependency[MemberAccess], code: FromPath[str]) -> Response[Any]:
    access.require(Right.PEOPLE)
    return page("people/invitation.html", code=code, roles=ROLE_WORDS)


@post("/espace/{code:str}/utilisateurs/invitation", name="people.invite")
async def create(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    access.require(Right.PEOPLE)
    form = await Form.read(request, NewInvitation)
    if form.data:
        async with form.attempt(access):
            await invite(access, form.data, clock.now())
    if form.errors:
        return page("people/invitation.html", form=form, code=code, roles=ROLE_WORDS)
    return see(request, "people.index", query={"fait": "invitation"}, code=code)


@get("/espace/{code:str}/utilisateurs/invitations/{invitation_id:int}", name="people.sending_again")
async def show(
    access: NamedDependency[MemberAccess], code: FromPath[str], invitation_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.PEOPLE)
    return await _invitation(access, invitation_id, "people/sending_again.html")


@post("/espace/{code:str}/utilisateurs/invitations/{invitation_id:int}", name="people.send_again")
async def resend(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    invitation_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.PEOPLE)
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await send_again(access, invitation_id, clock.now())
    if form.errors:
        return await _invitation(access, invitation_id, "people/sending_again.html", form)
    return see(request, "people.index", query={"fait": "renvoi"}, code=code)


@get("/espace/{code:str}/utilisateurs/invitations/{invitation_id:int}/annulation", name="people.cancelling")
async def cancelling(
    access: NamedDependency[MemberAccess], code: FromPath[str], invitation_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.PEOPLE)
    return await _invitation(access, invitation_id, "people/cancelling.html")


@post("/espace/{code:str}/utilisateurs/invitations/{invitation_id:int}/annulation", name="people.cancel")
async def cancel(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    invitation_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.PEOPLE)
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await cancel_invitation(access, invitation_id, clock.now())
    if form.errors:
        return await _invitation(access, invitation_id, "people/cancelling.html", form)
    return see(request, "people.index", query={"fait": "annulation"}, code=code)


async def _invitation(
    access: MemberAccess, invitation_id: int, template: str, form: Form[Input] | None = None
) -> Response[Any]:
    found = await invitation_of_company(access, invitation_id)
    words = role_words(found.roles)
    return page(template, form=form, code=access.company.code, invitation=found, words=words, now=clock.now())
