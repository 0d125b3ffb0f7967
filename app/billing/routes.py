"""/service/factures/…: an invoice with its payments, its paper, a payment recorded by hand, a credit note."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.bank.queries import statement_payments
from app.billing.forms import METHODS, NewCreditNote, NewLoss, NewPayment, NewRefund
from app.billing.staff import cancel_payment, give_back, receive_payment, write_off
from app.errors import NotFound, Refused
from app.invoices.life_cycle import state_words, tone
from app.invoices.paper import file_name, paper_of, pdf_of
from app.invoices.parties import printed_of
from app.invoices.queries import coming_debit, notes_of, payments_of, row_of
from app.invoices.reminders import disputes_of, plan_of, reminders_of
from app.invoices.rules import BilledLine, declared_by, shares_of
from app.invoices.staff import ReceivedPayment, issue_credit_note
from app.invoices.steps import flow_of
from app.invoices.views import items_of, line_of
from app.staff_rights import StaffRight
from app.text.fields import Input, once_token
from app.text.formats import amount
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from db.models import Company, Invoice, InvoiceKind, Payment

ONE = "/service/factures/{invoice_id:int}"
PAYMENT = f"{ONE}/reglements/{{payment_id:int}}/annulation"
RIGHT = StaffRight.BILLING
DONE = {
    "regle": "Le règlement est enregistré.",
    "avoir": "L’avoir est émis : son adhérent le reçoit.",
    "annule": "C’est annulé : la facture est comme avant, et l’historique de l’adhérent le dit.",
    "rendu": "Le remboursement est enregistré.",
    "perte": "La facture est passée en perte : elle n’est plus relancée.",
}
AHEAD = "Un règlement à venir n’est pas encore reçu."
NOT_LOST = "Une perte à venir n’en est pas encore une."
NOT_GIVEN = "Un remboursement à venir n’est pas encore fait."


@get(ONE, right=RIGHT)
async def show(access: Staff, invoice_id: FromPath[int], fait: NamedDependency[str] = "") -> Response[Any]:
    return await _invoice_page(access, invoice_id, "billing/show.html", notice=DONE.get(fait, ""))


@get(f"{ONE}/pdf", right=RIGHT)
async def paper(access: Staff, invoice_id: FromPath[int]) -> Response[Any]:
    invoice = await access.get(Invoice, invoice_id)
    company, settings = await access.get(Company, invoice.company_id), access.portal.settings
    access.reads(company)
    row, payments = await row_of(access, invoice), await payments_of(access, invoice)
    content = await pdf_of(
        paper_of(company, invoice, row, payments=payments, settings=settings, today=clock.today())
    )
    name = file_name(invoice.number, is_note=invoice.kind == InvoiceKind.CREDIT_NOTE)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


@get(f"{ONE}/reglement", right=RIGHT)
async def paying(access: Staff, invoice_id: FromPath[int]) -> Response[Any]:
    typed = {"paid_on": clock.today().isoformat(), "method": "chèque"}
    return await _invoice_page(access, invoice_id, "billing/paying.html", Form(typed))


@post(f"{ONE}/reglement", right=RIGHT)
async def pay(request: Request, access: Staff, invoice_id: FromPath[int]) -> Response[Any]:
    async def record(data: NewPayment) -> None:
        if data.day > clock.today():
            raise Refused(AHEAD, "paid_on")
        received = ReceivedPayment(data.cents, data.day, data.method, data.reference)
        await receive_payment(access, invoice_id, received, clock.now(), is_beyond=data.beyond)

    form = await Form.attempted(request, access, NewPayment, record)
    if form.errors:
        return await _invoice_page(access, invoice_id, "billing/paying.html", form)
    return see(request, "billing.show", query={"fait": "regle"}, invoice_id=invoice_id)


@get(f"{ONE}/remboursement", right=RIGHT)
async def refunding(access: Staff, invoice_id: FromPath[int]) -> Response[Any]:
    typed = {"paid_on": clock.today().isoformat()}
    return await _invoice_page(access, invoice_id, "billing/refunding.html", Form(typed))


@post(f"{ONE}/remboursement", right=RIGHT)
async def refund(request: Request, access: Staff, invoice_id: FromPath[int]) -> Response[Any]:
    async def record(data: NewRefund) -> None:
        if data.day > clock.today():
            raise Refused(NOT_GIVEN, "paid_on")
        given = ReceivedPayment(data.cents, data.day, "remboursement", data.reference)
        await give_back(access, invoice_id, given, clock.now())

    form = await Form.attempted(request, access, NewRefund, record)
    if form.errors:
        return await _invoice_page(access, invoice_id, "billing/refunding.html", form)
    return see(request, "billing.show", query={"fait": "rendu"}, invoice_id=invoice_id)


@get(f"{ONE}/perte", right=RIGHT)
async def losing(access: Staff, invoice_id: FromPath[int]) -> Response[Any]:
    typed = {"lost_on": clock.today().isoformat()}
    return await _invoice_page(access, invoice_id, "billing/losing.html", Form(typed))


@post(f"{ONE}/perte", right=RIGHT)
async def lose(request: Request, access: Staff, invoice_id: FromPath[int]) -> Response[Any]:
    async def record(data: NewLoss) -> None:
        if data.day > clock.today():
            raise Refused(NOT_LOST, "lost_on")
        await write_off(access, invoice_id, data.reason, data.day, clock.moment())

    form = await Form.attempted(request, access, NewLoss, record)
    if form.errors:
        return await _invoice_page(access, invoice_id, "billing/losing.html", form)
    return see(request, "billing.show", query={"fait": "perte"}, invoice_id=invoice_id)


@get(PAYMENT, right=RIGHT)
async def cancelling(access: Staff, invoice_id: FromPath[int], payment_id: FromPath[int]) -> Response[Any]:
    return await _cancelling_page(access, invoice_id, payment_id)


@post(PAYMENT, right=RIGHT)
async def cancel(
    request: Request, access: Staff, invoice_id: FromPath[int], payment_id: FromPath[int]
) -> Response[Any]:
    form = await Form.attempted(
        request, access, Input, lambda _: cancel_payment(access, invoice_id, payment_id, clock.now())
    )
    if form.errors:
        return await _cancelling_page(access, invoice_id, payment_id, form)
    return see(request, "billing.show", query={"fait": "annule"}, invoice_id=invoice_id)


@get(f"{ONE}/avoir", right=RIGHT)
async def crediting(access: Staff, invoice_id: FromPath[int]) -> Response[Any]:
    return await _invoice_page(access, invoice_id, "billing/crediting.html", Form({"token": once_token()}))


@post(f"{ONE}/avoir", right=RIGHT)
async def credit(request: Request, access: Staff, invoice_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, NewCreditNote,
        lambda data: issue_credit_note(
            access, invoice_id, "", BilledLine(data.label, 1, -data.cents, data.vat_points), clock.now(),
            receipt=data.receipt,
        ),
    )  # fmt: skip
    if form.errors:
        return await _invoice_page(access, invoice_id, "billing/crediting.html", form)
    return see(request, "billing.show", query={"fait": "avoir"}, invoice_id=invoice_id)


async def _cancelling_page(
    access: StaffAccess, invoice_id: int, payment_id: int, form: Form[Any] | None = None
) -> Page:
    payments = await payments_of(access, await access.get(Invoice, invoice_id))
    payment = next((each for each in payments if each.id == payment_id), None)
    if payment is None:
        raise NotFound
    return await _invoice_page(access, invoice_id, "billing/cancelling.html", form, payment=payment)


async def _invoice_page(
    access: StaffAccess, invoice_id: int, template: str, form: Form[Any] | None = None, notice: str = "",
    payment: Payment | None = None,
) -> Page:  # fmt: skip
    invoice, today = await access.get(Invoice, invoice_id), clock.today()
    company, row = await access.get(Company, invoice.company_id), await row_of(access, invoice)
    access.reads(company)
    settled = await access.get(Invoice, invoice.settles_id) if invoice.settles_id else None
    is_note = invoice.kind == InvoiceKind.CREDIT_NOTE
    payments, shares = await payments_of(access, invoice), shares_of(invoice.lines)
    banked, flow = await statement_payments(access, payments), await flow_of(access, invoice)
    return page(
        template, form=form, payment=payment,
        debit=await coming_debit(access, invoice), banked={reference for _, reference in banked},
        invoice=invoice, member=company, line=line_of(row, today), is_note=is_note,
        word="Avoir" if is_note else "Facture", items=items_of(invoice.lines), settles=settled,
        payments=[(each, amount(each.cents)) for each in payments],
        notes=[line_of(each, today) for each in await notes_of(access, invoice)],
        vats=[(each.words, amount(each.vat_cents)) for each in shares],
        rates={str(each.points): f"{each.words} : {amount(each.net_cents)} HT" for each in shares},
        printed=printed_of(invoice, company, access.portal.settings), methods=METHODS, notice=notice,
        left=amount(row.left_cents) if row.left_cents > 0 else "",
        owed=amount(-row.left_cents) if row.left_cents < 0 else "", receipt=declared_by(invoice.receipt),
        way=(state_words(flow), tone(flow)) if flow else ("pas envoyée", ""),
        reminders=await reminders_of(access, invoice), plan=await plan_of(access, invoice, today),
        disputes=await disputes_of(access, invoice),
    )  # fmt: skip


STAFF: list[Any] = [
    show, paper, paying, pay, refunding, refund, losing, lose, cancelling, cancel, crediting, credit
]  # fmt: skip
