"""Reads of what was done about an invoice that is not paid, for its page on both sides."""

from datetime import date
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access import Access
from db.models import DunningLetter, Invoice, Reminder


class ReminderLine(NamedTuple):
    """A reminder that stands. `fee_id`, `fee_number`: of the indemnity invoiced with it, if any."""

    on_day: date
    subject: str
    left_cents: int
    recipients: list[str]
    is_posted: bool
    fee_id: int | None
    fee_number: str | None

    @property
    def means(self) -> str:
        ways = ["par courriel"] * bool(self.recipients) + ["par courrier"] * self.is_posted
        return " et ".join(ways)


_fee = aliased(Invoice)
_REMINDERS: Any = (
    sqlalchemy.select(
        col(Reminder.on_day), col(DunningLetter.subject), col(Reminder.left_cents),
        col(DunningLetter.recipients), col(DunningLetter.is_posted), col(_fee.id), col(_fee.number),
    )
    .join(DunningLetter, col(DunningLetter.id) == Reminder.letter_id)
    .outerjoin(_fee, col(_fee.id) == Reminder.fee_id)
    .order_by(col(Reminder.on_day), col(Reminder.id))
)  # fmt: skip


async def reminders_of(access: Access, invoice: Invoice) -> list[ReminderLine]:
    """Reminders of an invoice that the reader's door gave, in order."""
    mine = _REMINDERS.where(
        col(Reminder.company_id) == invoice.company_id, col(DunningLetter.company_id) == invoice.company_id,
        col(Reminder.invoice_id) == invoice.key, col(Reminder.undone_at).is_(None),
    )  # fmt: skip
    return [ReminderLine(*row) for row in await access.table(mine)]
