"""Acts of the direction on periods."""

from datetime import datetime

from sqlmodel import col, select

from app.access import StaffAccess
from app.errors import Refused
from app.retention.queries import periods
from app.retention.rules import Line, duration_in_months
from db.models import AuditKind, RetentionPeriod


async def change_period(access: StaffAccess, line: Line, months: int, now: datetime) -> None:
    """From the next night on. The history says from what to what."""
    before = (await periods(access))[line.key]
    if months == before:
        raise Refused("C’est déjà la durée en vigueur.", "months")
    row = await access.first(select(RetentionPeriod).where(col(RetentionPeriod.line) == line.key))
    if row is None:
        access.add(
            RetentionPeriod(line=line.key, months=months, account_id=access.account.key, changed_at=now)
        )
    else:
        row.months, row.account_id, row.changed_at = months, access.account.key, now
    about = f"{line.title} : {duration_in_months(before)} → {duration_in_months(months)}"
    access.record(AuditKind.RETENTION_CHANGED, now, access.account.key, about=about)
