"""/espace/{code}/utilisateurs: who may act for the company, and what each may do there."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.forms import Form
from app.people import acceptance_routes, invitation_routes, parting_routes
from app.people.forms import Scope, typed_scope
from app.people.queries import open_invitations, people, person_of
from app.people.service import change_access
from app.places import row_number
from app.rights import ROLE_WORDS, Right, rights_of
from app.web import page, see

DONE = {
    "invitation": "L’invitation est partie par courriel.",
    "renvoi": "L’invitation est partie de nouveau. L’ancien lien ne vaut plus.",
    "annulation": "L’invitation est annulée. Son lien ne vaut plus.",
    "modification": "L’accès est modifié.",
    "retrait": "L’accès est retiré. La personne en est avertie par courriel.",
}


@get("/espace/{code:str}/utilisateurs", name="people.index")
async def index(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    apres: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    access.require(Right.PEOPLE)
    found, following = await people(access, clock.today(), row_number(apres))
    return page(
        "people/index.html",
        code=code,
        people=found,
        following=following,
        invitations=await open_invitations(access),
        now=clock.now(),
        notice=DONE.get(fait, ""),
    )


@get("/espace/{code:str}/utilisateurs/{membership_id:int}", name="people.edit")
async def edit(
    access: NamedDependency[MemberAccess], code: FromPath[str], membership_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.PEOPLE)
    person = await person_of(access, membership_id, clock.today())
    typed = typed_scope(person.roles, person.ends_on, third_party=person.third_party)
    form: Form[Scope] = Form(typed)
    return page("people/edit.html", form=form, code=code, person=person, roles=ROLE_WORDS)


@post("/espace/{code:str}/utilisateurs/{membership_id:int}", name="people.update")
async def update(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    membership_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.PEOPLE)
    person = await person_of(access, membership_id, clock.today())
    form = await Form.read(request, Scope)
    back = "people.index"
    if form.data:
        async with form.attempt(access):
            await change_access(access, membership_id, form.data, clock.now())
        if person.is_me and Right.PEOPLE not in rights_of([*form.data.roles]):
            # Who gave up administering may no longer see the list.
            back = "people.leaving"
    if form.errors:
        return page("people/edit.html", form=form, code=code, person=person, roles=ROLE_WORDS)
    return see(request, back, query={"fait": "modification"}, code=code)


VISITOR: list[Any] = [acceptance_routes.welcome, acceptance_routes.accept]
MEMBER: list[Any] = [
    index, edit, update,
    invitation_routes.invitation, invitation_routes.create, invitation_routes.show, invitation_routes.resend,
    invitation_routes.cancelling, invitation_routes.cancel,
    parting_routes.revoking, parting_routes.revoke, parting_routes.handing_over, parting_routes.transfer,
    parting_routes.leaving, parting_routes.leave,
]  # fmt: skip
