"""Reminders of confirmed appointments, 7 and 2 days before: each once, whatever happens to the process."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from app.access import Access, VisitorAccess
from app.planning.notice_service import remind
from app.planning.slot_queries import SlotRow, slot_rows
from app.portal import Portal
from db.models import NoticeKind, Slot, SlotState, VisitNotice

BEFORE = {NoticeKind.REMINDER_7: timedelta(days=7), NoticeKind.REMINDER_2: timedelta(days=2)}


async def remind_of_visits(portal: Portal, now: datetime) -> int:
    """Queue the reminders that are due, with the rows that say so. How many."""
    sent = 0
    for kind in BEFORE:
        async with portal.database.transaction(write=True) as session:
            access = VisitorAccess(portal, session)
            for row in await _due(access, kind, now):
                await remind(access, row, kind, now)
                sent += 1
    return sent


def reminder_at(starts_at: datetime, confirmed_at: datetime, now: datetime) -> NoticeKind | None:
    """Which reminder is due now. None when the convocation itself left after that day: once is enough.

    When both are due, because nothing could be sent for days, only the last is.
    """
    for kind in (NoticeKind.REMINDER_2, NoticeKind.REMINDER_7):
        due_at = starts_at - BEFORE[kind]
        if due_at <= now < starts_at:
            return kind if confirmed_at < due_at else None
    return None


async def _due(access: Access, kind: NoticeKind, now: datetime) -> list[SlotRow]:
    told = select(VisitNotice.slot_id).where(
        VisitNotice.company_id == Slot.company_id, VisitNotice.slot_id == Slot.id,
        VisitNotice.employee_id == Slot.employee_id, VisitNotice.kind == kind,
        VisitNotice.sequence == Slot.sequence,
    )  # fmt: skip
    statement = slot_rows(
        col(Slot.state) == SlotState.CONFIRMED,
        col(Slot.starts_at) > now,
        col(Slot.starts_at) <= now + BEFORE[kind],
        ~told.exists(),
    )
    rows = [SlotRow(*row) for row in await access.table(statement)]
    return [
        row for row in rows if reminder_at(row.starts_at, row.confirmed_at or row.updated_at, now) == kind
    ]
