"""Acts of the service on payments typed by hand: record one that its invoice explains, give money back, write
off what will not come, take back what was recorded by mistake. Each is in the history.
"""

from datetime import date, datetime

from sqlmodel import col, select

from app.access import StaffAccess
from app.bank.queries import statement_payments
from app.clock import Moment
from app.errors import Refused
from app.follow_up.law import add_months
from app.invoices.queries import coming_debit, row_of
from app.invoices.reminders import disputes_of, plan_of
from app.invoices.rules import LOSS
from app.invoices.staff import (
    WRITTEN_OFF,
    ReceivedPayment,
    record_loss,
    record_payment,
    record_refund,
    remove_payments,
)
from app.text.formats import amount, day
from db.models import Invoice, InvoiceKind, Payment

ADVANCE_MONTHS = 6  # a payment comes so long before its invoice at most
OF_STATEMENT = "Ce règlement vient d’un relevé de banque : il s’annule avec les autres du relevé."
GIVEN_BACK = (
    "Sans ce règlement, le remboursement enregistré dépasserait ce qui était dû à l’adhérent : annulez "
    "d’abord le remboursement."
)
EARLIER = "Une perte suit la facture : vérifiez le jour."
SAME_REASON = "Une perte de cette facture a déjà ce même motif : dites ce qui a changé depuis."
NOTHING_LEFT = "Il ne reste rien à payer de cette facture : il n’y a rien à passer en perte."
STILL_COMES = {
    "debit": "Un prélèvement de cette facture est annoncé : attendez ce que la banque en dit.",
    "plan": "Cette facture a un échéancier : rompez-le d’abord.",
    "dispute": "Cette facture est contestée : répondez d’abord.",
}


async def receive_payment(
    access: StaffAccess, invoice_id: int, received: ReceivedPayment, now: datetime, *, is_beyond: bool
) -> None:
    """Record a payment typed by hand. `is_beyond`: the clerk says that it is more than what is left to pay;
    unsaid, such a payment is refused.
    """
    invoice = await _locked(access, invoice_id)
    _check_day(invoice, received.paid_on)
    is_known = any(each.reference == received.reference for each in await _payments(access, invoice))
    row = await row_of(access, invoice)
    if row.lost_cents:
        raise Refused(WRITTEN_OFF, status_code=409)
    left = max(row.left_cents, 0)
    if received.cents > left and not is_known and not is_beyond:
        words = f"il reste {amount(left)} à payer" if left else "il ne reste rien à payer"
        raise Refused(f"Vérifiez le montant : {words}. S’il est juste, cochez la case.", "beyond")
    await record_payment(access, invoice_id, received, now)


async def give_back(access: StaffAccess, invoice_id: int, given: ReceivedPayment, now: datetime) -> None:
    """Record a refund typed by hand."""
    _check_day(await access.get(Invoice, invoice_id), given.paid_on)
    await record_refund(access, invoice_id, given, now)


async def write_off(access: StaffAccess, invoice_id: int, reason: str, lost_on: date, at: Moment) -> None:
    """Write off all that is left of an invoice, for that reason; taken back by `cancel_payment`. The same
    twice is once. `Refused` while something may still come of itself.
    """
    invoice = await _locked(access, invoice_id)
    row, before = await row_of(access, invoice), await _payments(access, invoice)
    is_same = any(each.method == LOSS and each.reference == reason for each in before)
    if is_same and row.left_cents <= 0:
        return
    if is_same:  # a bank took a payment back since
        raise Refused(SAME_REASON, "reason", status_code=409)
    if invoice.kind == InvoiceKind.CREDIT_NOTE or row.left_cents <= 0:
        raise Refused(NOTHING_LEFT, status_code=409)
    if lost_on < invoice.issued_on:
        raise Refused(EARLIER, "lost_on")
    if await coming_debit(access, invoice):
        raise Refused(STILL_COMES["debit"], status_code=409)
    if await plan_of(access, invoice, at.today):
        raise Refused(STILL_COMES["plan"], status_code=409)
    if any(not each.settled_at for each in await disputes_of(access, invoice)):
        raise Refused(STILL_COMES["dispute"], status_code=409)
    await record_loss(access, invoice, ReceivedPayment(row.left_cents, lost_on, LOSS, reason), at.now)


async def cancel_payment(access: StaffAccess, invoice_id: int, payment_id: int, now: datetime) -> None:
    """Take back a payment or a refund that was typed by hand; taken back twice, it is once."""
    invoice = await _locked(access, invoice_id)
    payments = await _payments(access, invoice)
    payment = next((each for each in payments if each.key == payment_id), None)
    if payment is None:
        return
    if await statement_payments(access, [payment]):
        raise Refused(OF_STATEMENT, status_code=409)
    is_received = payment.cents > 0 and payment.method != LOSS
    if is_received and any(each.method == LOSS for each in payments):
        raise Refused(WRITTEN_OFF, status_code=409)  # the loss is what this payment left
    is_refunded = is_received and any(each.cents < 0 for each in payments)
    if is_refunded and (await row_of(access, invoice)).left_cents + payment.cents > 0:
        raise Refused(GIVEN_BACK, status_code=409)
    await remove_payments(access, [payment], now)


async def _locked(access: StaffAccess, invoice_id: int) -> Invoice:
    """The invoice, held until the transaction ends: two clicks come one after the other."""
    invoice = await access.get(Invoice, invoice_id)
    await access.first(select(Invoice.number).where(col(Invoice.id) == invoice.key).with_for_update())
    return invoice


async def _payments(access: StaffAccess, invoice: Invoice) -> list[Payment]:
    mine = select(Payment).where(Payment.company_id == invoice.company_id, Payment.invoice_id == invoice.key)
    return list(await access.all(mine))


def _check_day(invoice: Invoice, paid_on: date) -> None:
    if paid_on < add_months(invoice.issued_on, -ADVANCE_MONTHS):
        raise Refused(
            f"Vérifiez l’année : ce jour précède de plus de six mois la facture ({day(invoice.issued_on)}).",
            "paid_on",
        )
