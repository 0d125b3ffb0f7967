"""/service/plateforme: the electronic invoices on their way; the way of one, and what to do about it."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.employees.forms import Nothing
from app.invoices.life_cycle import state_words, tone
from app.invoices.parties import printed_of
from app.invoices.steps import flow_of, life_of
from app.invoices.views import delivery_of
from app.platform.forms import DELIVERED, SEND, SEND_AGAIN, Act
from app.platform.queries import FILTERS, PAGE, flows_listed, paid_flows, tallies
from app.platform.staff import hurry, note_delivered, send_again
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post
from db.models import Company, FlowState, Invoice, InvoiceKind, PlatformFlow

RIGHT = StaffRight.BILLING
ALL = "/service/plateforme"
ONE = "/service/factures/{invoice_id:int}/plateforme"
DONE = {
    "parti": "C’est noté : l’envoi se fait dans la minute.",
    "fait": "C’est noté : cette facture ne vous attend plus.",
}


@get(ALL, right=RIGHT)
async def index(
    access: Staff, etat: FromQuery[str] = "", apres: FromQuery[str] = "", fait: NamedDependency[str] = ""
) -> Response[Any]:
    """The number of each state; the list of one, the most urgent by default."""
    return await _index_page(access, Form(), etat, apres, DONE.get(fait, ""))


@post(ALL, right=RIGHT)
async def retry(request: Request, access: Staff) -> Response[Any]:
    form = await Form.attempted(request, access, Nothing, lambda _: hurry(access, clock.now()))
    if form.errors:
        return await _index_page(access, form, "", "", "")
    return see(request, "platform.index", query={"etat": "attente", "fait": "parti"})


async def _index_page(access: StaffAccess, form: Form[Any], state: str, after: str, notice: str) -> Page:
    numbers = await tallies(access)
    usual = next((key for key, number in numbers.items() if number), next(iter(FILTERS)))
    key = state if state in FILTERS else usual
    rows = await flows_listed(access, key, row_number(after))
    return page(
        "platform/index.html", form=form, notice=notice, is_on=bool(access.portal.settings.platform_url),
        since=access.portal.settings.platform_since, numbers=numbers, key=key, after=after,
        filters={each: words for each, (words, _) in FILTERS.items()},
        lines=[(each[0], *each[1:], state_words(each[0]), tone(each[0])) for each in rows[:PAGE]],
        following=rows[PAGE - 1][0].key if len(rows) > PAGE else "",
    )  # fmt: skip


@get(ONE, right=RIGHT)
async def show(access: Staff, invoice_id: FromPath[int], fait: NamedDependency[str] = "") -> Response[Any]:
    return await _show_page(access, invoice_id, Form(), DONE.get(fait, ""))


@post(ONE, right=RIGHT)
async def act(request: Request, access: Staff, invoice_id: FromPath[int]) -> Response[Any]:
    async def do(data: Act) -> None:
        work = note_delivered if data.act == DELIVERED else send_again
        await work(access, invoice_id, clock.now())

    form = await Form.attempted(request, access, Act, do)
    if form.errors:
        return await _show_page(access, invoice_id, form, "")
    done = "fait" if form["act"] == DELIVERED else "parti"
    return see(request, "platform.show", query={"fait": done}, invoice_id=invoice_id)


async def _show_page(access: StaffAccess, invoice_id: int, form: Form[Any], notice: str) -> Page:
    invoice = await access.get(Invoice, invoice_id)
    company, flow = await access.get(Company, invoice.company_id), await flow_of(access, invoice)
    access.reads(company)
    printed, paid = printed_of(invoice, company, access.portal.settings), await paid_flows(access, invoice_id)
    return page(
        "platform/show.html", form=form, notice=notice, invoice=invoice, member=company, flow=flow,
        word="Avoir" if invoice.kind == InvoiceKind.CREDIT_NOTE else "Facture",
        state=(state_words(flow).capitalize(), tone(flow)) if flow else ("Pas envoyée", ""),
        steps=await life_of(access, invoice), delivery=delivery_of(company, printed.buyer.siren),
        news=[(each, state_words(each), tone(each)) for each in paid], button=_button(access, flow, paid),
    )  # fmt: skip


def _button(access: StaffAccess, flow: PlatformFlow | None, paid: list[PlatformFlow]) -> str:
    """The one act that there is, or ""."""
    if flow and flow.state == FlowState.ASIDE and flow.reason == "public":
        return DELIVERED
    if not access.portal.settings.platform_url:
        return ""
    if flow is None or flow.state in {FlowState.ASIDE, FlowState.DONE}:
        return SEND
    is_stuck = any(each.state in {FlowState.REFUSED, FlowState.GIVEN_UP} for each in [flow, *paid])
    return SEND_AGAIN if is_stuck else ""


STAFF: list[Any] = [index, retry, show, act]
