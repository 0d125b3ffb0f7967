"""How access ends or changes hands: taken back, handed over, given up."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.fields import Input
from app.forms import Form
from app.people.queries import administrators, person_of
from app.people.service import hand_over, leave_company, revoke_access
from app.rights import ROLE_WORDS, WORKING_ROLES, Right, Role
from app.web import page, see

DONE = {
    "modification": "Votre rôle est modifié.",
    "administration": "L’administration est transmise. La personne en est avertie par courriel.",
}


@get("/espace/{code:str}/utilisateurs/{membership_id:int}/retrait", name="people.revoking")
async def revoking(
    access: NamedDependency[MemberAccess], code: FromPath[str], membership_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.PEOPLE)
    person = await person_of(access, membership_id, clock.today())
    return page("people/revoking.html", code=code, person=person)


@post("/espace/{code:str}/utilisateurs/{membership_id:int}/retrait", name="people.revoke")
async def revoke(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    membership_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.PEOPLE)
    person = await person_of(access, membership_id, clock.today())
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await revoke_access(access, membership_id, clock.now())
    if form.errors:
        return page("people/revoking.html", form=form, code=code, person=person)
    return see(request, "people.index", query={"fait": "retrait"}, code=code)


@get("/espace/{code:str}/utilisateurs/{membership_id:int}/administration", name="people.handing_over")
async def handing_over(
    access: NamedDependency[MemberAccess], code: FromPath[str], membership_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.PEOPLE)
    person = await person_of(access, membership_id, clock.today())
    return page("people/handing_over.html", code=code, person=person, kept=WORKING_ROLES)


@post("/espace/{code:str}/utilisateurs/{membership_id:int}/administration", name="people.hand_over")
async def transfer(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    membership_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.PEOPLE)
    person = await person_of(access, membership_id, clock.today())
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await hand_over(access, membership_id, clock.now())
    if form.errors:
        return page("people/handing_over.html", form=form, code=code, person=person, kept=WORKING_ROLES)
    return see(request, "people.leaving", query={"fait": "administration"}, code=code)


@get("/espace/{code:str}/utilisateurs/depart", name="people.leaving")
async def leaving(
    access: NamedDependency[MemberAccess], code: FromPath[str], fait: NamedDependency[str] = ""
) -> Response[Any]:
    """One's own access, for everybody: what it allows, whom to ask for more, and how to give it up."""
    return await _my_access(access, notice=DONE.get(fait, ""))


@post("/espace/{code:str}/utilisateurs/depart", name="people.leave")
async def leave(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await leave_company(access, clock.now())
    if form.errors:
        return await _my_access(access, form)
    return see(request, "companies.index")


async def _my_access(
    access: MemberAccess, form: Form[Input] | None = None, notice: str = ""
) -> Response[Any]:
    mine = await person_of(access, access.membership.key, clock.today())
    return page(
        "people/leaving.html",
        form=form,
        code=access.company.code,
        mine=mine,
        roles=[ROLE_WORDS[role] for role in Role if role in mine.roles],
        administrators=await administrators(access, clock.today()),
        notice=notice,
    )
