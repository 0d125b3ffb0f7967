"""/service/prelevements/mandats: mandates of the members, suspended, put in force again, revoked."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.debits import staff
from app.debits.acts import iban_of
from app.debits.forms import Notice, Suspension
from app.debits.paper import pdf_answer, pdf_of_mandate
from app.debits.queries import mandates_page
from app.debits.rules import SCHEMES, STATES, lapses_on
from app.employees.forms import Nothing
from app.errors import NotFound
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post
from db.models import Company, Mandate, MandateState

ALL = "/service/prelevements/mandats"
ONE = f"{ALL}/{{mandate_id:int}}"
RIGHT = StaffRight.BILLING
CHOICES = {"": "Tous"} | {
    str(state): words.capitalize() for state, (words, _) in STATES.items() if state != MandateState.DRAFT
}
DONE = {
    "suspendu": "Le mandat est suspendu : l’adhérent en est averti.",
    "retabli": "Le mandat est rétabli : l’adhérent en est averti.",
    "preavis": "Le préavis est noté : l’adhérent en est averti.",
    "revoque": "Le mandat est révoqué : l’adhérent en est averti.",
}


@get(ALL, right=RIGHT)
async def mandates(
    access: Staff, etat: FromQuery[str] = "", adherent: FromQuery[str] = "", apres: FromQuery[str] = ""
) -> Response[Any]:
    state, code = etat if etat in CHOICES else "", adherent.strip()[:9]
    rows, place = await mandates_page(access, state, code, row_number(apres))
    return page(
        "debits/mandates.html", rows=rows, place=place, state=state, code=code, choices=CHOICES, states=STATES
    )


@get(ONE, right=RIGHT)
async def of_member(
    access: Staff, mandate_id: FromPath[int], fait: NamedDependency[str] = ""
) -> Response[Any]:
    found, _ = await _found(access, mandate_id)
    form: Form[Any] = Form({"notice_days": str(found.notice_days or "")})
    return await _page(access, mandate_id, form, DONE.get(fait, ""))


async def _page(access: StaffAccess, mandate_id: int, form: Form[Any], notice: str = "") -> Page:
    found, company = await _found(access, mandate_id)
    return page(
        "debits/of_member.html", form=form, notice=notice, found=found, member=company, states=STATES,
        schemes=SCHEMES, lapses=lapses_on(found), notice_words=staff.notice_of(access, found),
        usual=access.portal.settings.service_debit_notice_days,
    )  # fmt: skip


async def _found(access: StaffAccess, mandate_id: int) -> tuple[Mandate, Company]:
    found = await access.get(Mandate, mandate_id)
    if found.signed_at is None:
        raise NotFound
    company = await access.get(Company, found.company_id)
    access.reads(company)
    return found, company


@get(f"{ONE}/pdf", right=RIGHT)
async def copy(access: Staff, mandate_id: FromPath[int]) -> Response[Any]:
    found, company = await _found(access, mandate_id)
    account = iban_of(access, found)
    return pdf_answer(found, await pdf_of_mandate(found, company, account, access.portal.settings))


@get(f"{ONE}/suspension", right=RIGHT)
async def suspending(request: Request, access: Staff, mandate_id: FromPath[int]) -> Response[Any]:
    return see(request, "debits.of_member", mandate_id=mandate_id)


@post(f"{ONE}/suspension", right=RIGHT)
async def suspend(request: Request, access: Staff, mandate_id: FromPath[int]) -> Response[Any]:
    found, _ = await _found(access, mandate_id)
    form = await Form.attempted(
        request, access, Suspension, lambda data: staff.suspend_mandate(access, found, data.why, clock.now())
    )
    return await _after(request, access, form, mandate_id, "suspendu")


@get(f"{ONE}/reprise", right=RIGHT)
async def resuming(request: Request, access: Staff, mandate_id: FromPath[int]) -> Response[Any]:
    return see(request, "debits.of_member", mandate_id=mandate_id)


@post(f"{ONE}/reprise", right=RIGHT)
async def resume(request: Request, access: Staff, mandate_id: FromPath[int]) -> Response[Any]:
    found, _ = await _found(access, mandate_id)
    form = await Form.attempted(
        request, access, Nothing, lambda _: staff.resume_mandate(access, found, clock.now())
    )
    return await _after(request, access, form, mandate_id, "retabli")


@get(f"{ONE}/preavis", right=RIGHT)
async def agreeing(request: Request, access: Staff, mandate_id: FromPath[int]) -> Response[Any]:
    return see(request, "debits.of_member", mandate_id=mandate_id)


@post(f"{ONE}/preavis", right=RIGHT)
async def agree(request: Request, access: Staff, mandate_id: FromPath[int]) -> Response[Any]:
    found, _ = await _found(access, mandate_id)

    async def act(data: Notice) -> None:
        days = int(data.notice_days) if data.notice_days else None
        await staff.agree_notice(access, found, days, clock.now())

    form = await Form.attempted(request, access, Notice, act)
    return await _after(request, access, form, mandate_id, "preavis")


@get(f"{ONE}/revocation", right=RIGHT)
async def ending(access: Staff, mandate_id: FromPath[int]) -> Response[Any]:
    found, company = await _found(access, mandate_id)
    return page("debits/ending.html", found=found, member=company)


@post(f"{ONE}/revocation", right=RIGHT)
async def end(request: Request, access: Staff, mandate_id: FromPath[int]) -> Response[Any]:
    found, _ = await _found(access, mandate_id)
    form = await Form.attempted(
        request, access, Nothing, lambda _: staff.end_mandate(access, found, clock.now())
    )
    return await _after(request, access, form, mandate_id, "revoque")


async def _after(
    request: Request, access: StaffAccess, form: Form[Any], mandate_id: int, done: str
) -> Response[Any]:
    if form.errors:
        return await _page(access, mandate_id, form)
    return see(request, "debits.of_member", query={"fait": done}, mandate_id=mandate_id)


STAFF: list[Any] = [
    mandates, of_member, copy, suspending, suspend, resuming, resume, agreeing, agree, ending, end
]  # fmt: skip
