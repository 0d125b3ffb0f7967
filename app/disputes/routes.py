"""…/factures/…/contestation, of the employer; /service/contestations, of the service."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import MemberAccess, StaffAccess
from app.disputes.acts import contest
from app.disputes.forms import CREDIT, UPHOLD, NewDispute, Settlement
from app.disputes.queries import messages_of, open_disputes
from app.disputes.staff import settle
from app.errors import NotFound
from app.invoices.queries import row_of
from app.rights import Right
from app.staff_rights import StaffRight
from app.text.fields import once_token
from app.text.formats import amount
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Member, Request, Staff, get, post
from db.models import Company, Inquiry, Invoice, InvoiceDispute, InvoiceKind

NEW = "/espace/{code:str}/factures/{invoice_id:int}/contestation"
ALL = "/service/contestations"
ONE = f"{ALL}/{{dispute_id:int}}"


@get(NEW, right=Right.INVOICES)
async def new(access: Member, invoice_id: FromPath[int]) -> Response[Any]:
    return await _new_page(access, invoice_id, Form({"token": once_token()}))


async def _new_page(access: MemberAccess, invoice_id: int, form: Form[Any]) -> Page:
    invoice = await access.get(Invoice, invoice_id)
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        raise NotFound
    return page("disputes/new.html", form=form, invoice=invoice, total=amount(invoice.total_cents))


@post(NEW, right=Right.INVOICES)
async def create(request: Request, access: Member, invoice_id: FromPath[int]) -> Response[Any]:
    invoice, made = await access.get(Invoice, invoice_id), list[int]()

    async def write(data: NewDispute) -> None:
        made.append(await contest(access, invoice, data, clock.now()))

    form = await Form.attempted(request, access, NewDispute, write)
    if form.errors:
        return await _new_page(access, invoice_id, form)
    return see(request, "contact.show", code=access.company.code, inquiry_id=made[0])


@get(ALL, right=StaffRight.BILLING)
async def index(access: Staff) -> Response[Any]:
    return page("disputes/index.html", rows=await open_disputes(access))


@get(ONE, right=StaffRight.BILLING)
async def show(access: Staff, dispute_id: FromPath[int]) -> Response[Any]:
    return await _dispute_page(access, dispute_id)


async def _dispute_page(access: StaffAccess, dispute_id: int, form: Form[Any] | None = None) -> Page:
    dispute = await access.get(InvoiceDispute, dispute_id)
    invoice, company = (
        await access.get(Invoice, dispute.invoice_id), await access.get(Company, dispute.company_id)
    )  # fmt: skip
    access.reads(company)
    row, inquiry = await row_of(access, invoice), await access.get(Inquiry, dispute.inquiry_id)
    typed = {"amount": f"{invoice.net_cents // 100},{invoice.net_cents % 100:02}"}
    return page(
        "disputes/show.html", form=form or Form(typed), dispute=dispute, invoice=invoice, member=company,
        inquiry=inquiry, messages=await messages_of(access, inquiry), credit=CREDIT, uphold=UPHOLD,
        left=amount(max(row.left_cents, 0)), net=amount(invoice.net_cents),
        may_read=StaffRight.INBOX in access.rights,
    )  # fmt: skip


@post(ONE, right=StaffRight.BILLING)
async def answer(request: Request, access: Staff, dispute_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Settlement, lambda data: settle(access, dispute_id, data, clock.now())
    )
    if form.errors:
        return await _dispute_page(access, dispute_id, form)
    return see(request, "disputes.show", dispute_id=dispute_id)


MEMBER: list[Any] = [new, create]
STAFF: list[Any] = [index, show, answer]
