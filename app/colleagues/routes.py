"""/service/equipe: who works here, and with what rights; /service/consultations: what they opened."""

from typing import Any
from urllib.parse import urlencode

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.colleagues import staff
from app.colleagues.forms import CENTRE, ROLE_FIELDS, TEAM, NewColleague, Scope, scope_fields
from app.colleagues.queries import Filters, Place, colleague, colleagues, places, readers, reads_of
from app.history.forms import cursor, day_filter, place_of
from app.staff_rights import STAFF_ROLE_WORDS, StaffRight
from app.text.fields import Input
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post

ONE = "/service/equipe/{staff_id:int}"
DONE = {
    "invitation": "L’invitation est partie par courriel.",
    "renvoi": "Un autre mot de passe provisoire est parti par courriel.",
    "modification": "Le rôle est modifié. La personne en est avertie par courriel.",
    "depart": "La personne ne travaille plus au service : ses connexions sont terminées.",
    "perdu": "C’est noté. Une autre personne de la direction doit le confirmer.",
    "rendu": "L’accès est rendu : la personne installera un autre second facteur.",
}
KINDS = {"company": "Adhérent", "employee": "Salarié", "document": "Document", "account": "Compte"}


@get("/service/equipe", right=StaffRight.TEAM)
async def index(access: Staff, fait: NamedDependency[str] = "") -> Response[Any]:
    return page(
        "colleagues/index.html", people=await colleagues(access), me=access.account.key,
        notice=DONE.get(fait, ""),
    )  # fmt: skip


@get("/service/equipe/invitation", right=StaffRight.TEAM)
async def invitation(access: Staff) -> Response[Any]:
    return await _scope_page(access, Form(), "colleagues/invitation.html")


@post("/service/equipe/invitation", right=StaffRight.TEAM)
async def invite(request: Request, access: Staff) -> Response[Any]:
    form = await Form.attempted(
        request, access, NewColleague, lambda data: staff.invite(access, data, clock.now())
    )
    if form.errors:
        return await _scope_page(access, form, "colleagues/invitation.html")
    return see(request, "colleagues.index", query={"fait": "invitation"})


@get(ONE, right=StaffRight.TEAM)
async def edit(access: Staff, staff_id: FromPath[int]) -> Response[Any]:
    found = await colleague(access, staff_id)
    typed = scope_fields(found.member.roles, found.member.teams, found.member.centres)
    return await _scope_page(access, Form(typed), "colleagues/edit.html", person=found)


@post(ONE, right=StaffRight.TEAM)
async def update(request: Request, access: Staff, staff_id: FromPath[int]) -> Response[Any]:
    found = await colleague(access, staff_id)
    form = await Form.attempted(
        request, access, Scope, lambda data: staff.change(access, staff_id, data, clock.now())
    )
    if form.errors:
        return await _scope_page(access, form, "colleagues/edit.html", person=found)
    return see(request, "colleagues.index", query={"fait": "modification"})


async def _scope_page(access: StaffAccess, form: Form[Any], template: str, **more: Any) -> Page:
    teams, centres = await places(access)
    return page(
        template, form=form, me=access.account.key,
        roles=[(ROLE_FIELDS[role], *words) for role, words in STAFF_ROLE_WORDS.items()],
        teams=[(f"{TEAM}{key}", name) for key, name in teams.items()],
        centres=[(f"{CENTRE}{key}", name) for key, name in centres.items()], **more,
    )  # fmt: skip


# Three acts that ask once more: the access again, the second factor, the end.


@get(f"{ONE}/acces", right=StaffRight.TEAM)
async def sending_again(access: Staff, staff_id: FromPath[int]) -> Response[Any]:
    return page("colleagues/sending_again.html", person=await colleague(access, staff_id))


@post(f"{ONE}/acces", right=StaffRight.TEAM)
async def send_again(request: Request, access: Staff, staff_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Input, lambda _: staff.send_access_again(access, staff_id, clock.now())
    )
    if form.errors:
        return page("colleagues/sending_again.html", form=form, person=await colleague(access, staff_id))
    return see(request, "colleagues.index", query={"fait": "renvoi"})


@get(f"{ONE}/second-facteur", right=StaffRight.TEAM)
async def giving_factor_back(access: Staff, staff_id: FromPath[int]) -> Response[Any]:
    return page("colleagues/factor.html", person=await colleague(access, staff_id), me=access.account.key)


@post(f"{ONE}/second-facteur", right=StaffRight.TEAM)
async def give_factor_back(request: Request, access: Staff, staff_id: FromPath[int]) -> Response[Any]:
    person, is_done = await colleague(access, staff_id), False
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            is_done = await staff.give_factor_back(access, staff_id, clock.now())
    if form.errors:
        return page("colleagues/factor.html", form=form, person=person, me=access.account.key)
    return see(request, "colleagues.index", query={"fait": "rendu" if is_done else "perdu"})


@get(f"{ONE}/depart", right=StaffRight.TEAM)
async def leaving(access: Staff, staff_id: FromPath[int]) -> Response[Any]:
    return page("colleagues/leaving.html", person=await colleague(access, staff_id), me=access.account.key)


@post(f"{ONE}/depart", right=StaffRight.TEAM)
async def leave(request: Request, access: Staff, staff_id: FromPath[int]) -> Response[Any]:
    person = await colleague(access, staff_id)
    form = await Form.attempted(request, access, Input, lambda _: staff.leave(access, staff_id, clock.now()))
    if form.errors:
        return page("colleagues/leaving.html", form=form, person=person, me=access.account.key)
    if person.account.key == access.account.key:
        return see(request, "sign_in.email")
    return see(request, "colleagues.index", query={"fait": "depart"})


@get("/service/consultations", right=StaffRight.READS)
async def reads(
    access: Staff,
    personne: FromQuery[str] = "",
    nature: FromQuery[str] = "",
    code: FromQuery[str] = "",
    du: FromQuery[str] = "",
    au: FromQuery[str] = "",
    avant: FromQuery[str] = "",
) -> Response[Any]:
    typed = {"personne": personne, "nature": nature, "code": code.strip()[:9]}
    typed |= {"du": du.strip()[:20], "au": au.strip()[:20]}
    given = {name: value for name, value in typed.items() if value}
    form: Form[Any] = Form(typed)
    since, until, form.errors = day_filter(typed)
    after = place_of(avant)
    filters = Filters(
        person=row_number(personne) or None, kind=nature if nature in KINDS else "", code=typed["code"],
        since=since, until=until, before=Place(*after) if after else None,
    )  # fmt: skip
    lines, older = await reads_of(access, filters)
    return page(
        "colleagues/reads.html", typed=form, lines=lines, kinds=KINDS, people=await readers(access),
        is_filtered=bool(given), path_of=urlencode(given),
        older=urlencode(given | {"avant": cursor(older)}) if older else "",
    )  # fmt: skip


STAFF = [
    index, invitation, invite, edit, update, sending_again, send_again, giving_factor_back, give_factor_back,
    leaving, leave, reads,
]  # fmt: skip
