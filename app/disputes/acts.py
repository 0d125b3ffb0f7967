"""The contest of an invoice by its employer: a thread about it, and reminders stop."""

from datetime import datetime

from app.access import MemberAccess
from app.contact.acts import send_inquiry
from app.contact.forms import NewInquiry
from app.disputes.forms import NewDispute
from app.disputes.queries import is_contested
from app.errors import Refused
from db.models import InquiryTheme, Invoice, InvoiceDispute, InvoiceKind

ALREADY = "Cette facture est déjà contestée : le service va répondre."


async def contest(access: MemberAccess, invoice: Invoice, data: NewDispute, now: datetime) -> int:
    """The number of the thread."""
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        raise Refused("Un avoir ne se conteste pas : écrivez au service.")
    if await is_contested(access, invoice):
        raise Refused(ALREADY, status_code=409)
    written = NewInquiry(
        token=data.token, theme=InquiryTheme.CONTRIBUTION, subject=f"Facture {invoice.number} contestée",
        facture=invoice.key, text=data.text,
    )  # fmt: skip
    inquiry = await send_inquiry(access, written, None, now)
    access.add(
        InvoiceDispute(
            company_id=access.company.key, invoice_id=invoice.key, inquiry_id=inquiry.key, opened_at=now
        )
    )
    await access.flush()  # Two at once: the base takes one.
    return inquiry.key
