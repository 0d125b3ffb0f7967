"""/espace/{code}/compte: the company, for those who may correct it and for those who read it."""

from typing import Any

from litestar.di import NamedDependency
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.company_details.acts import (
    CONTACTS,
    EVERY_LABEL,
    changes,
    correct_details,
    form_values,
    proposed_values,
    stored_details,
    values_in_words,
    values_of,
    version_of,
)
from app.company_details.forms import NOMENCLATURES, Details, nomenclature_on
from app.company_details.queries import team_of
from app.rights import Right
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Member, Request, get, post

DONE = {
    "corrige": "Vos corrections sont enregistrées. Le service en est averti.",
    "identique": "Vous n’avez rien changé : rien n’a été enregistré.",
}


@get("/espace/{code:str}/compte", right=Right.VIEW)
async def show(access: Member, fait: NamedDependency[str] = "") -> Response[Any]:
    company = await access.company_row()
    stored = await stored_details(access, company)
    if Right.COMPANY in access.rights:
        typed = form_values(proposed_values(stored, clock.today())) | {"version": version_of(company)}
        return await _edit_page(access, Form(typed), notice=DONE.get(fait, ""))
    return page(
        "company_details/show.html",
        team=await team_of(access),
        facts=values_in_words(stored),
        labels=EVERY_LABEL,
    )


@post("/espace/{code:str}/compte", right=Right.COMPANY)
async def update(request: Request, access: Member) -> Response[Any]:
    form = await Form.read(request, Details)
    corrections = []
    if form.data:
        async with form.attempt(access):
            corrections = await correct_details(access, form.data, clock.now(), clock.today())
    if form.errors:
        return await _edit_page(access, form)
    done = "corrige" if corrections else "identique"
    return see(request, "company_details.show", query={"fait": done})


async def _edit_page(access: MemberAccess, form: Form[Details], notice: str = "") -> Page:
    """The form; after a 409, with what is stored now beside what was typed, and the version to go on from."""
    both = []
    if form.data and form.status_code == 409:
        company = await access.company_row()
        stored = await stored_details(access, company)
        both = changes(proposed_values(stored, clock.today()), values_of(form.data))
        form.typed["version"] = version_of(company)
    return page(
        "company_details/edit.html",
        form=form,
        notice=notice,
        team=await team_of(access),
        both=both,
        contacts=CONTACTS,
        nomenclatures=NOMENCLATURES,
        nomenclature=form["naf_version"] or nomenclature_on(clock.today()),
    )


MEMBER: list[Any] = [show, update]
