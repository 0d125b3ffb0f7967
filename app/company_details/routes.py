"""/espace/{code}/compte: the company, for those who may correct it and for those who read it."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.company_details.corrections import (
    CONTACTS,
    EVERY_LABEL,
    as_typed,
    changes,
    in_words,
    proposed,
    values_of,
)
from app.company_details.forms import Details
from app.company_details.naf import NOMENCLATURES, in_force
from app.company_details.queries import team_of
from app.company_details.service import correct_details, stored_details, version_of
from app.forms import Form
from app.rights import Right
from app.web import Page, page, see

DONE = {
    "corrige": "Vos corrections sont enregistrées. Le service en est averti.",
    "identique": "Vous n’avez rien changé : rien n’a été enregistré.",
}


@get("/espace/{code:str}/compte", name="company_details.show")
async def show(
    access: NamedDependency[MemberAccess], code: FromPath[str], fait: NamedDependency[str] = ""
) -> Response[Any]:
    access.require(Right.VIEW)
    company = await access.company_row()
    stored = await stored_details(access, company)
    if Right.COMPANY in access.rights:
        typed = as_typed(proposed(stored, clock.today())) | {"version": version_of(company)}
        return await _editor(access, Form(typed), notice=DONE.get(fait, ""))
    return page(
        "company_details/show.html",
        company=access.company,
        team=await team_of(access),
        facts=in_words(stored),
        labels=EVERY_LABEL,
    )


@post("/espace/{code:str}/compte", name="company_details.update")
async def update(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    access.require(Right.COMPANY)
    form = await Form.read(request, Details)
    found = []
    if form.data:
        async with form.attempt(access):
            found = await correct_details(access, form.data, clock.now(), clock.today())
    if form.errors:
        return await _editor(access, form)
    done = "corrige" if found else "identique"
    return see(request, "company_details.show", query={"fait": done}, code=access.company.code)


async def _editor(access: MemberAccess, form: Form[Details], notice: str = "") -> Page:
    """The form; after a 409, with what is stored now beside what was typed, and the version to go on from."""
    both = []
    if form.data and form.status_code == 409:
        company = await access.company_row()
        stored = await stored_details(access, company)
        both = changes(proposed(stored, clock.today()), values_of(form.data))
        form.typed["version"] = version_of(company)
    return page(
        "company_details/edit.html",
        form=form,
        notice=notice,
        company=access.company,
        team=await team_of(access),
        both=both,
        contacts=CONTACTS,
        nomenclatures=NOMENCLATURES,
        nomenclature=form["naf_version"] or in_force(clock.today()),
    )


MEMBER: list[Any] = [show, update]
