"""/service/prelevements/retours: what banks refuse, read from their files, looked at, recorded."""

import asyncio
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.debits.queries import STANDING, debits_referenced, past_returns
from app.debits.refusals import Row, apply_return, keep_return
from app.debits.returns import MOST_BYTES, Refusal, WrongReturn, read_returns, reason_words
from app.employees.forms import Nothing
from app.errors import Refused
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from app.web.uploads import DRAINED, Limit, read_file_form
from db.models import DebitReturn, DebitState

ALL = "/service/prelevements/retours"
ONE = f"{ALL}/{{return_id:int}}"
RIGHT = StaffRight.BILLING
WHOLE = "Un fichier de la banque concerne toutes les équipes, et votre compte une partie d’entre elles."
ADVICE = "demandez à la banque les refus seuls (pain.002 ou camt.054)"
DONE = {
    "deja": "Ce fichier était déjà là : rien n’a changé.",
    "refus": "Les refus sont enregistrés : leurs factures sont à payer, et les adhérents prévenus.",
}
ROW_STATES = {
    DebitState.FILED: ("à enregistrer", "wait"), DebitState.COLLECTED: ("à enregistrer", "wait"),
    DebitState.REFUSED: ("enregistré", "ok"), DebitState.PLANNED: ("pas encore à la banque", "bad"),
    DebitState.DROPPED: ("n’était pas dans le fichier", "bad"),
}  # fmt: skip
UNKNOWN = ("inconnu du portail", "bad")


async def may_send(access: StaffAccess, **_: Any) -> None:
    """Refusals are of members of all teams."""
    access.require(RIGHT)
    access.require_everything(WHOLE)


@get(ALL, right=RIGHT)
async def returns(access: Staff) -> Response[Any]:
    return await _returns_page(access, Form())


async def _returns_page(access: StaffAccess, form: Form[Any]) -> Page:
    await may_send(access)
    return page("debits/returns.html", form=form, files=await past_returns(access))


@post(ALL, right=RIGHT, request_max_body_size=DRAINED, opt={"file": may_send})
async def send(request: Request, access: Staff) -> Response[Any]:
    refusals: list[Refusal] = []
    async with access.paused():
        upload, form = await read_file_form(request, Limit(MOST_BYTES, ADVICE))
        if form.data:
            iban = access.portal.settings.service_iban
            try:
                refusals = await asyncio.to_thread(read_returns, upload.content, iban)
            except WrongReturn as wrong:
                form.refuse(Refused(str(wrong), "fichier"))
    kept, at = None, clock.now()
    if refusals and not form.errors:
        async with form.attempt(access):
            kept = await keep_return(access, upload.name, upload.content, refusals, at)
    if kept is None:
        return await _returns_page(access, form)
    query = {} if kept.created_at == at else {"fait": "deja"}
    return see(request, "debits.answer", query=query, return_id=kept.key)


@get(ONE, right=RIGHT)
async def answer(access: Staff, return_id: FromPath[int], fait: NamedDependency[str] = "") -> Response[Any]:
    return await _answer_page(access, return_id, Form(), DONE.get(fait, ""))


async def _answer_page(access: StaffAccess, return_id: int, form: Form[Any], notice: str = "") -> Page:
    await may_send(access)
    found = await access.get(DebitReturn, return_id)
    rows = [Row._make(each) for each in found.rows]
    debits = await debits_referenced(access, [each.reference for each in rows])
    shown = []
    for each in rows:
        debit = debits.get(each.reference)
        state = ROW_STATES[DebitState(debit.state)] if debit else UNKNOWN
        shown.append((each, debit, reason_words(each.code), state))
    waiting = {each.key: each.cents for _, each, *_ in shown if each and each.state in STANDING}
    return page(
        "debits/answer.html", form=form, notice=notice, found=found, rows=shown,
        waiting=len(waiting), cents=sum(waiting.values()),
    )  # fmt: skip


@post(ONE, right=RIGHT)
async def apply(request: Request, access: Staff, return_id: FromPath[int]) -> Response[Any]:
    await may_send(access)
    form = await Form.attempted(
        request, access, Nothing, lambda _: apply_return(access, return_id, clock.now())
    )
    if form.errors:
        return await _answer_page(access, return_id, form)
    return see(request, "debits.answer", query={"fait": "refus"}, return_id=return_id)


STAFF: list[Any] = [returns, send, answer, apply]
