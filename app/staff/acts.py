"""Acts of the service's people."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, text
from sqlmodel import col, func, select

from app.access import StaffAccess
from app.planning.rules import midnight
from db.models import Account, AuditEvent, AuditKind, CareCentre, Company, OutboxMail, Slot
from db.types import Instant


async def undelivered_mail(access: StaffAccess) -> list[OutboxMail]:
    """Letters that no relay took for a day, and those that are being tried again."""
    waiting = access.select(OutboxMail).where(
        col(OutboxMail.sent_at).is_(None), col(OutboxMail.last_error) != ""
    )
    return list(
        await access.all(waiting.order_by(col(OutboxMail.created_at).desc(), col(OutboxMail.id)).limit(100))
    )


async def returned_mail(access: StaffAccess) -> list[OutboxMail]:
    """Letters that left and that a server sent back, the latest first."""
    returned = access.select(OutboxMail).where(col(OutboxMail.bounced_at).is_not(None))
    newest = returned.order_by(col(OutboxMail.bounced_at).desc(), col(OutboxMail.id).desc())
    return list(await access.all(newest.limit(100)))


async def send_mail_again(access: StaffAccess, mail_id: int, now: datetime) -> None:
    """Send a mail at once, and for a day again. One that is leaving at this moment is left to its sender: two
    would leave.
    """
    mail = await access.get(OutboxMail, mail_id)
    if mail.sent_at is None and not mail.taken_by:
        mail.due_at = mail.waits_since = mail.created_at = now
        mail.failed_at, mail.attempts = None, 0
        access.mail_is_queued()


async def alerts(access: StaffAccess) -> list[AuditEvent]:
    statement = access.select(AuditEvent).where(AuditEvent.kind == AuditKind.GUESSING_ALERT)
    return list(await access.all(statement.order_by(col(AuditEvent.at).desc(), col(AuditEvent.id)).limit(10)))


class Sheet(NamedTuple):
    """A centre with appointments today."""

    centre_id: int
    name: str
    number: int


_SHEETS = (
    sqlalchemy.select(col(CareCentre.id), col(CareCentre.name), func.count(col(Slot.id)))
    .join(Slot, col(Slot.centre_id) == CareCentre.id)
    .where(
        col(Slot.starts_at) >= bindparam("since", type_=Instant),
        col(Slot.starts_at) < bindparam("until", type_=Instant), col(Slot.employee_id).is_not(None),
        text("slot.state IN ('proposed', 'confirmed', 'done', 'absent')"),
    )
    .group_by(col(CareCentre.id), col(CareCentre.name))
    .order_by(col(CareCentre.name))
)  # fmt: skip


async def sheets_of(access: StaffAccess, today: date) -> list[Sheet]:
    """Centres where somebody is expected today, by name."""
    given = {"since": midnight(today), "until": midnight(today + timedelta(days=1))}
    return [Sheet(*row) for row in await access.table(_SHEETS, given)]


async def figures(access: StaffAccess) -> dict[str, int]:
    counted = {
        "companies": select(func.count()).select_from(Company),
        "accounts": select(func.count()).select_from(Account),
        "opened": select(func.count())
        .select_from(Account)
        .where(col(Account.first_signed_in_at).is_not(None)),
    }
    return {name: (await access.first(statement)) or 0 for name, statement in counted.items()}
