"""The invoice of absences: each of its lines names the appointment that nobody came to."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import col

from app.access import StaffAccess
from app.clock import day_of
from app.errors import Refused
from app.invoices.rules import BilledLine
from app.invoices.staff import Entry, issue_invoice
from app.text.formats import moment
from db.models import Invoice, InvoiceKind, Slot, SlotState


async def invoice_absences(
    access: StaffAccess, slot_ids: Sequence[int], number: str, days: tuple[date, date], cents: int,
    now: datetime,
) -> Invoice:  # fmt: skip
    """`days`: of the invoice and of its term; `cents`: before tax, for each appointment. `Refused` unless all
    of them were missed at one company.
    """
    asked = access.select(Slot).where(col(Slot.id).in_(slot_ids), col(Slot.state) == SlotState.ABSENT)
    slots = await access.all(asked.order_by(col(Slot.starts_at), col(Slot.id)))
    if len(slots) != len(set(slot_ids)) or len({each.company_id for each in slots}) != 1:
        raise Refused("Une facture d’absence porte sur des rendez-vous non honorés d’une même entreprise.")
    title = "Absence non excusée à une visite" if len(slots) == 1 else "Absences non excusées à des visites"
    lines = [BilledLine(missed_words(each.starts_at), 1, cents) for each in slots]
    missed = [day_of(each.starts_at) for each in slots]
    entry = Entry(number, InvoiceKind.ABSENCE, title, *days, period=(missed[0], missed[-1]))
    return await issue_invoice(access, slots[0].company_id, entry, lines, now)


def missed_words(starts_at: datetime) -> str:
    """The appointment on a line of an invoice, without the name of anybody: accounts pass from hand to
    hand.
    """
    return f"Rendez-vous du {moment(starts_at)}, non honoré"
