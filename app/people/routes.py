"""/espace/{code}/utilisateurs: the people who act for the company, and the roles of each."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.people import acts
from app.people.acts import OpenInvitation
from app.people.forms import Acceptance, NewInvitation, NewMember, Scope, scope_fields
from app.people.queries import (
    administrators,
    invitation_of_company,
    open_invitations,
    people,
    person_of,
    role_words,
)
from app.rights import OWN, ROLE_WORDS, WORKING_ROLES, Right, Role, rights_of
from app.security.passwords import MINIMUM
from app.text.fields import Input
from app.web.caller import Caller
from app.web.forms import Form
from app.web.pages import leave, page, path_to, see
from app.web.paging import row_number
from app.web.signatures import Member, Request, Visitor, get, post

PARTED = {
    "modification": "Votre rôle est modifié.",
    "administration": "L’administration est transmise. La personne en est avertie par courriel.",
}


@get("/espace/{code:str}/utilisateurs/{membership_id:int}/retrait", right=Right.PEOPLE)
async def revoking(access: Member, membership_id: FromPath[int]) -> Response[Any]:
    person = await person_of(access, membership_id, clock.today())
    return page("people/revoking.html", person=person)


@post("/espace/{code:str}/utilisateurs/{membership_id:int}/retrait", right=Right.PEOPLE)
async def revoke(request: Request, access: Member, membership_id: FromPath[int]) -> Response[Any]:
    person = await person_of(access, membership_id, clock.today())
    form = await Form.attempted(
        request, access, Input, lambda _: acts.revoke_access(access, membership_id, clock.now())
    )
    if form.errors:
        return page("people/revoking.html", form=form, person=person)
    return see(request, "people.index", query={"fait": "retrait"})


@get("/espace/{code:str}/utilisateurs/{membership_id:int}/administration", right=Right.PEOPLE)
async def handing_over(access: Member, membership_id: FromPath[int]) -> Response[Any]:
    person = await person_of(access, membership_id, clock.today())
    return page("people/handing_over.html", person=person, kept=WORKING_ROLES)


@post("/espace/{code:str}/utilisateurs/{membership_id:int}/administration", right=Right.PEOPLE)
async def hand_over(request: Request, access: Member, membership_id: FromPath[int]) -> Response[Any]:
    person = await person_of(access, membership_id, clock.today())
    form = await Form.attempted(
        request, access, Input, lambda _: acts.hand_over(access, membership_id, clock.now())
    )
    if form.errors:
        return page("people/handing_over.html", form=form, person=person, kept=WORKING_ROLES)
    return see(request, "people.leaving", query={"fait": "administration"})


@get("/espace/{code:str}/utilisateurs/depart", right=OWN)
async def leaving(access: Member, fait: NamedDependency[str] = "") -> Response[Any]:
    """One's own access, for everybody: its rights, the people who can extend it, and the way
    to give it up.
    """
    return await _leaving_page(access, notice=PARTED.get(fait, ""))


@post("/espace/{code:str}/utilisateurs/depart", right=OWN)
async def leave_company(request: Request, access: Member) -> Response[Any]:
    form = await Form.attempted(request, access, Input, lambda _: acts.leave_company(access, clock.now()))
    if form.errors:
        return await _leaving_page(access, form)
    return see(request, "welcome.index")


async def _leaving_page(
    access: MemberAccess, form: Form[Input] | None = None, notice: str = ""
) -> Response[Any]:
    mine = await person_of(access, access.membership.key, clock.today())
    return page(
        "people/leaving.html",
        form=form,
        mine=mine,
        roles=[ROLE_WORDS[role] for role in Role if role in mine.roles],
        administrators=await administrators(access, clock.today()),
        notice=notice,
    )


# Invitations: sent, sent again, taken back.


@get("/espace/{code:str}/utilisateurs/invitation", right=Right.PEOPLE)
async def invitation(access: Member) -> Response[Any]:
    return page("people/invitation.html", roles=ROLE_WORDS)


@post("/espace/{code:str}/utilisateurs/invitation", right=Right.PEOPLE)
async def invite(request: Request, access: Member) -> Response[Any]:
    form = await Form.attempted(
        request, access, NewInvitation, lambda data: acts.invite(access, data, clock.now())
    )
    if form.errors:
        return page("people/invitation.html", form=form, roles=ROLE_WORDS)
    return see(request, "people.index", query={"fait": "invitation"})


@get("/espace/{code:str}/utilisateurs/invitations/{invitation_id:int}", right=Right.PEOPLE)
async def sending_again(access: Member, invitation_id: FromPath[int]) -> Response[Any]:
    return await _invitation_page(access, invitation_id, "people/sending_again.html")


@post("/espace/{code:str}/utilisateurs/invitations/{invitation_id:int}", right=Right.PEOPLE)
async def send_again(request: Request, access: Member, invitation_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Input, lambda _: acts.send_again(access, invitation_id, clock.now())
    )
    if form.errors:
        return await _invitation_page(access, invitation_id, "people/sending_again.html", form)
    return see(request, "people.index", query={"fait": "renvoi"})


@get("/espace/{code:str}/utilisateurs/invitations/{invitation_id:int}/annulation", right=Right.PEOPLE)
async def cancelling(access: Member, invitation_id: FromPath[int]) -> Response[Any]:
    return await _invitation_page(access, invitation_id, "people/cancelling.html")


@post("/espace/{code:str}/utilisateurs/invitations/{invitation_id:int}/annulation", right=Right.PEOPLE)
async def cancel(request: Request, access: Member, invitation_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Input, lambda _: acts.cancel_invitation(access, invitation_id, clock.now())
    )
    if form.errors:
        return await _invitation_page(access, invitation_id, "people/cancelling.html", form)
    return see(request, "people.index", query={"fait": "annulation"})


async def _invitation_page(
    access: MemberAccess, invitation_id: int, template: str, form: Form[Input] | None = None
) -> Response[Any]:
    found = await invitation_of_company(access, invitation_id)
    words = role_words(found.roles)
    return page(template, form=form, invitation=found, words=words)


# /invitation/{token}: the person invited opens the link of the mail, and says yes.


@get("/invitation/{token:str}")
async def accepting(access: Visitor, token: FromPath[str]) -> Response[Any]:
    """Mail scanners open links: showing the form uses nothing up."""
    return _accepting_page(await acts.invitation_of_link(access, token, clock.now()), token)


@post("/invitation/{token:str}", harmless=True)
async def accept(request: Request, access: Visitor, token: FromPath[str]) -> Response[Any]:
    visit, invited = Caller.of(request), await acts.invitation_of_link(access, token, clock.now())
    form: Form[Any] = await Form.read(request, Acceptance if invited.has_account else NewMember)
    opened = None
    if form.data:
        async with form.attempt(access):
            opened = await acts.accept(access, invited, form.data, visit.origin, clock.now())
    if form.errors or opened is None:
        form.typed |= {"password": "", "new_password": ""}
        return _accepting_page(invited, token, form)
    path = path_to(request, "welcome.show", code=invited.company_code)
    return leave(request, path, cookies=visit.session_cookies(opened))


def _accepting_page(invited: OpenInvitation, token: str, form: Form[Any] | None = None) -> Response[Any]:
    roles = [ROLE_WORDS[role] for role in Role if role in invited.roles]
    return page(
        "people/accepting.html", form=form, invited=invited, roles=roles, token=token, minimum=MINIMUM
    )


DONE = {
    "invitation": "L’invitation est partie par courriel.",
    "renvoi": "L’invitation est partie de nouveau. L’ancien lien ne vaut plus.",
    "annulation": "L’invitation est annulée. Son lien ne vaut plus.",
    "modification": "L’accès est modifié.",
    "retrait": "L’accès est retiré. La personne en est avertie par courriel.",
}


@get("/espace/{code:str}/utilisateurs", right=Right.PEOPLE)
async def index(access: Member, apres: FromQuery[str] = "", fait: NamedDependency[str] = "") -> Response[Any]:
    rows, following = await people(access, clock.today(), row_number(apres))
    return page(
        "people/index.html",
        people=rows,
        following=following,
        invitations=await open_invitations(access, access.company.key),
        notice=DONE.get(fait, ""),
    )


@get("/espace/{code:str}/utilisateurs/{membership_id:int}", right=Right.PEOPLE)
async def edit(access: Member, membership_id: FromPath[int]) -> Response[Any]:
    person = await person_of(access, membership_id, clock.today())
    typed = scope_fields(person.roles, person.ends_on, third_party=person.third_party)
    form: Form[Scope] = Form(typed)
    return page("people/edit.html", form=form, person=person, roles=ROLE_WORDS)


@post("/espace/{code:str}/utilisateurs/{membership_id:int}", right=Right.PEOPLE)
async def update(request: Request, access: Member, membership_id: FromPath[int]) -> Response[Any]:
    person = await person_of(access, membership_id, clock.today())
    form = await Form.read(request, Scope)
    back = "people.index"
    if form.data:
        async with form.attempt(access):
            await acts.change_access(access, membership_id, form.data, clock.now())
        if person.is_me and Right.PEOPLE not in rights_of([*form.data.roles]):
            # A person who gave up administering may no longer see the list.
            back = "people.leaving"
    if form.errors:
        return page("people/edit.html", form=form, person=person, roles=ROLE_WORDS)
    return see(request, back, query={"fait": "modification"})


VISITOR: list[Any] = [accepting, accept]
MEMBER: list[Any] = [
    index, edit, update,
    invitation, invite, sending_again, send_again,
    cancelling, cancel,
    revoking, revoke, handing_over, hand_over,
    leaving, leave_company,
]  # fmt: skip
