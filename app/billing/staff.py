"""Acts of the service on payments typed by hand: record one that its invoice explains, give money back, take
back what was recorded by mistake. Each is in the history.
"""

from datetime import date, datetime

from sqlmodel import col, select

from app.access import StaffAccess
from app.bank.queries import statement_payments
from app.errors import Refused
from app.follow_up.law import add_months
from app.invoices.queries import row_of
from app.invoices.staff import ReceivedPayment, record_payment, record_refund, remove_payments
from app.text.formats import amount, day
from db.models import Invoice, Payment

ADVANCE_MONTHS = 6  # a payment comes so long before its invoice at most
OF_STATEMENT = "Ce règlement vient d’un relevé de banque : il s’annule avec les autres du relevé."
GIVEN_BACK = (
    "Sans ce règlement, le remboursement enregistré dépasserait ce qui était dû à l’adhérent : annulez "
    "d’abord le remboursement."
)


async def receive_payment(
    access: StaffAccess, invoice_id: int, received: ReceivedPayment, now: datetime, *, is_beyond: bool
) -> None:
    """Record a payment typed by hand. `is_beyond`: the clerk says that it is more than what is left to pay;
    unsaid, such a payment is refused.
    """
    invoice = await _locked(access, invoice_id)
    _check_day(invoice, received.paid_on)
    is_known = any(each.reference == received.reference for each in await _payments(access, invoice))
    left = max((await row_of(access, invoice)).left_cents, 0)
    if received.cents > left and not is_known and not is_beyond:
        words = f"il reste {amount(left)} à payer" if left else "il ne reste rien à payer"
        raise Refused(f"Vérifiez le montant : {words}. S’il est juste, cochez la case.", "beyond")
    await record_payment(access, invoice_id, received, now)


async def give_back(access: StaffAccess, invoice_id: int, given: ReceivedPayment, now: datetime) -> None:
    """Record a refund typed by hand."""
    _check_day(await access.get(Invoice, invoice_id), given.paid_on)
    await record_refund(access, invoice_id, given, now)


async def cancel_payment(access: StaffAccess, invoice_id: int, payment_id: int, now: datetime) -> None:
    """Take back a payment or a refund that was typed by hand; taken back twice, it is once."""
    invoice = await _locked(access, invoice_id)
    payments = await _payments(access, invoice)
    payment = next((each for each in payments if each.key == payment_id), None)
    if payment is None:
        return
    if await statement_payments(access, [payment]):
        raise Refused(OF_STATEMENT, status_code=409)
    is_refunded = payment.cents > 0 and any(each.cents < 0 for each in payments)
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
