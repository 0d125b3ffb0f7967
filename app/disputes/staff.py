"""The answer of the service to a contest: a credit note, or the invoice upheld; with words in the thread."""

from datetime import datetime

from sqlmodel import col, select

from app.access import StaffAccess
from app.contact.staff import answer_inquiry, close_inquiry
from app.disputes.forms import CREDIT, Settlement
from app.errors import Refused
from app.invoices.rules import BY_HAND, BilledLine
from app.invoices.staff import issue_credit_note
from app.text.values import read_euros
from db.models import AuditKind, Invoice, InvoiceDispute

SETTLED = "Cette contestation a déjà sa réponse."


async def settle(access: StaffAccess, dispute_id: int, data: Settlement, now: datetime) -> None:
    """Answer in the thread and end it; reminders go on if something is left to pay."""
    dispute = await access.get(InvoiceDispute, dispute_id)
    held = select(InvoiceDispute).where(
        col(InvoiceDispute.id) == dispute.key, col(InvoiceDispute.settled_at).is_(None)
    )
    if await access.first(held.with_for_update()) is None:
        raise Refused(SETTLED, status_code=409)
    invoice = await access.get(Invoice, dispute.invoice_id)
    if data.acte == CREDIT:
        cents = read_euros(data.amount) if data.amount else 0
        if not cents:
            raise Refused("Écrivez le montant repris, hors taxes.", "amount")
        line = BilledLine("Facture contestée", 1, -cents)
        receipt = f"{BY_HAND}dispute-{dispute.key}"
        dispute.credit_id = (await issue_credit_note(access, invoice.key, "", line, now, receipt=receipt)).key
    dispute.settled_at, dispute.settled_by = now, access.account.key
    await answer_inquiry(access, dispute.inquiry_id, data.text, now)
    await close_inquiry(access, dispute.inquiry_id, now)
    about = f"{invoice.number} : {'avoir' if dispute.credit_id else 'facture maintenue'}"
    access.record(AuditKind.DISPUTE_SETTLED, now, access.account.key, invoice.company_id, about, invoice.key)
