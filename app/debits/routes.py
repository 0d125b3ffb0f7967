"""/espace/…/factures/prelevement: the member's mandate, begun with its account and signed by a code."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.debits import acts
from app.debits.forms import NewMandate, Signature
from app.debits.paper import pdf_answer, pdf_of_mandate
from app.debits.queries import draft_of, living_of, mandates_of
from app.debits.rules import SCHEMES, STATES, is_usable, lapses_on
from app.employees.forms import Nothing
from app.errors import NotFound
from app.rights import Right
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Member, Request, get, post
from db.models import Mandate, MandateState, Scheme

MANDATE = "/espace/{code:str}/factures/prelevement"
RIGHT = Right.INVOICES
DONE = {
    "signe": "Le mandat est signé : vous serez prévenu de chaque prélèvement.",
    "revoque": "Le mandat est révoqué : plus rien ne sera prélevé.",
    "code": "Un nouveau code est parti. Le précédent ne vaut plus.",
}


@get(MANDATE, right=RIGHT)
async def mandate(access: Member, fait: NamedDependency[str] = "") -> Response[Any]:
    form = Form[Any]({"scheme": Scheme.CORE.value, "holder": access.company.name})
    return await _mandate_page(access, form, DONE.get(fait, ""))


async def _mandate_page(access: MemberAccess, form: Form[Any], notice: str = "") -> Page:
    living, all_of = (
        await living_of(access, access.company.key),
        await mandates_of(access, access.company.key),
    )
    past = [each for each in all_of if each.state == MandateState.REVOKED]
    return page(
        "debits/mandate.html", form=form, notice=notice, living=living, past=past,
        draft=await draft_of(access), schemes=SCHEMES, states=STATES,
        lapses=lapses_on(living) if living else None,
        is_lapsed=living is not None and living.state == MandateState.ACTIVE
        and not is_usable(living, clock.today()),
        is_open=access.portal.settings.takes_debits,
        ics=access.portal.settings.service_creditor_id,
    )  # fmt: skip


@post(MANDATE, right=RIGHT)
async def begin(request: Request, access: Member) -> Response[Any]:
    form = await Form.attempted(
        request, access, NewMandate, lambda data: acts.begin_mandate(access, data, clock.now())
    )
    if form.errors:
        return await _mandate_page(access, form)
    return see(request, "debits.signing", code=access.company.code)


@get(f"{MANDATE}/signature", right=RIGHT)
async def signing(access: Member, fait: NamedDependency[str] = "") -> Response[Any]:
    return await _signing_page(access, Form(), DONE.get(fait, ""))


@post(f"{MANDATE}/signature", right=RIGHT)
async def sign(request: Request, access: Member) -> Response[Any]:
    form = await Form.attempted(
        request, access, Signature, lambda data: acts.sign_mandate(access, data.code, clock.moment())
    )
    if form.errors:
        form.typed["code"] = ""
        return await _signing_page(access, form)
    return see(request, "debits.mandate", query={"fait": "signe"}, code=access.company.code)


async def _signing_page(access: MemberAccess, form: Form[Any], notice: str = "") -> Page:
    draft = await draft_of(access)
    is_mine = draft is not None and draft.account_id == access.account.key
    return page(
        "debits/signing.html", form=form, notice=notice, draft=draft if is_mine else None,
        email=access.account.email,
    )  # fmt: skip


@get(f"{MANDATE}/code", right=RIGHT)
async def resending(request: Request, access: Member) -> Response[Any]:
    return see(request, "debits.signing", code=access.company.code)


@post(f"{MANDATE}/code", right=RIGHT)
async def resend(request: Request, access: Member) -> Response[Any]:
    form = await Form.attempted(request, access, Nothing, lambda _: acts.send_code(access, clock.now()))
    if form.errors:
        return await _signing_page(access, form)
    return see(request, "debits.signing", query={"fait": "code"}, code=access.company.code)


@get(f"{MANDATE}/revocation", right=RIGHT)
async def revoking(access: Member) -> Response[Any]:
    return await _revoking_page(access, Form())


@post(f"{MANDATE}/revocation", right=RIGHT)
async def revoke(request: Request, access: Member) -> Response[Any]:
    form = await Form.attempted(request, access, Nothing, lambda _: acts.revoke_mandate(access, clock.now()))
    if form.errors:
        return await _revoking_page(access, form)
    return see(request, "debits.mandate", query={"fait": "revoque"}, code=access.company.code)


async def _revoking_page(access: MemberAccess, form: Form[Any]) -> Page:
    return page("debits/revoking.html", form=form, living=await living_of(access, access.company.key))


@get(f"{MANDATE}/{{mandate_id:int}}/pdf", right=RIGHT)
async def paper(access: Member, mandate_id: FromPath[int]) -> Response[Any]:
    found = await access.get(Mandate, mandate_id)
    if found.signed_at is None:
        raise NotFound
    account = acts.iban_of(access, found)
    content = await pdf_of_mandate(found, await access.company_row(), account, access.portal.settings)
    return pdf_answer(found, content)


MEMBER: list[Any] = [mandate, begin, signing, sign, resending, resend, revoking, revoke, paper]
