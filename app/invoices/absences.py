"""The invoice of absences: each of its lines names an appointment that was missed, or given back too late."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import col

from app.access import StaffAccess
from app.clock import day_of
from app.errors import Refused
from app.invoices.rules import BilledLine
from app.invoices.staff import Entry, issue_invoice
from app.text.formats import moment
from db.models import AbsenceBilling, CareCentre, Invoice, InvoiceKind, Slot, SlotState

BILLABLE = (SlotState.ABSENT, SlotState.DECLINED)


async def invoice_absences(
    access: StaffAccess, slot_ids: Sequence[int], number: str, days: tuple[date, date], cents: int | None,
    now: datetime,
) -> Invoice:  # fmt: skip
    """`days`: of the invoice and of its term; `cents`: before tax, for each appointment, None for the fee
    that was said for it. `Refused` unless all of them were missed at one company.
    """
    asked = access.select(Slot).where(col(Slot.id).in_(slot_ids), col(Slot.state).in_(BILLABLE))
    slots = await access.all(asked.order_by(col(Slot.starts_at), col(Slot.id)))
    fees = {each.key: each.fee_cents if cents is None else cents for each in slots}
    is_whole = len(slots) == len(set(slot_ids)) and all(fees.values())
    if not is_whole or len({each.company_id for each in slots}) != 1:
        raise Refused("Une facture d’absence porte sur des rendez-vous non honorés d’une même entreprise.")
    title = "Absence non excusée à une visite" if len(slots) == 1 else "Absences non excusées à des visites"
    centres = access.select(CareCentre).where(col(CareCentre.id).in_({each.centre_id for each in slots}))
    names = {each.key: each.name for each in await access.all(centres)}
    lines = [
        BilledLine(
            missed_words(each.starts_at, names[each.centre_id], is_late=each.state != SlotState.ABSENT),
            1, fees[each.key],
        )
        for each in slots
    ]  # fmt: skip
    missed = [day_of(each.starts_at) for each in slots]
    entry = Entry(number, InvoiceKind.ABSENCE, title, *days, period=(missed[0], missed[-1]))
    invoice = await issue_invoice(access, slots[0].company_id, entry, lines, now)
    for each in slots:  # Twice, the base takes one.
        access.add(
            AbsenceBilling(
                company_id=each.company_id, slot_id=each.key, invoice_id=invoice.key,
                account_id=access.account.key, at=now,
            )
        )  # fmt: skip
    return invoice


def missed_words(starts_at: datetime, centre: str, *, is_late: bool = False) -> str:
    """The appointment on a line of an invoice, without the name of anybody nor the kind of visit: accounts
    pass from hand to hand. `is_late`: given back too late.
    """
    return f"Rendez-vous du {moment(starts_at)}, {centre}, {'rendu trop tard' if is_late else 'non honoré'}"
