"""Reminders of confirmed appointments, 7 and 2 days before: each once, whatever happens to the process."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy
from sqlalchemy import func
from sqlmodel import col

from app.access import Access, VisitorAccess
from app.planning.convocations import send_reminder
from app.planning.queries import SlotRow, slot_rows
from app.portal import Portal
from db.models import NoticeKind, Slot, SlotState, VisitNotice
from db.types import Instant

BEFORE = {NoticeKind.REMINDER_7: timedelta(days=7), NoticeKind.REMINDER_2: timedelta(days=2)}
EVE = timedelta(days=1)


async def remind_of_visits(portal: Portal, now: datetime) -> int:
    """Queue the reminders that are due, with the rows that say so. How many."""
    sent = 0
    for kind in BEFORE:
        async with portal.database.transaction(write=True) as session:
            access = VisitorAccess(portal, session)
            if not await access.alone("visits"):
                return sent
            for row in await _due(access, kind, now):
                await send_reminder(access, row, kind, now)
                sent += 1
    return sent


def reminder_at(starts_at: datetime, last_at: datetime, now: datetime) -> NoticeKind | None:
    """The reminder due now. None when a convocation, a change of date or the reminder itself left on the eve
    of that day or later: once is enough.

    When both are due, because nothing could be sent for days, only the last is.
    """
    for kind in (NoticeKind.REMINDER_2, NoticeKind.REMINDER_7):
        due_at = starts_at - BEFORE[kind]
        if due_at <= now < starts_at:
            return kind if last_at < due_at - EVE else None
    return None


async def _due(access: Access, kind: NoticeKind, now: datetime) -> list[SlotRow]:
    """Confirmed appointments of people who will still be there."""
    at = col(Slot.starts_at)
    statement = slot_rows(col(Slot.state) == SlotState.CONFIRMED, at > now, at <= now + BEFORE[kind])
    rows = [SlotRow(*row) for row in await access.table(statement)]
    last = await _last_notices(access, [row.id for row in rows])
    due = []
    for row in rows:
        last_at = last.get((row.id, row.employee_id)) or row.confirmed_at or row.updated_at
        if not row.is_gone and reminder_at(row.starts_at, last_at, now) == kind:
            due.append(row)
    return due


async def _last_notices(access: Access, slots: Sequence[int]) -> dict[tuple[int, int | None], datetime]:
    """The instant of the last mail about each appointment, by slot and employee."""
    who = (col(VisitNotice.slot_id), col(VisitNotice.employee_id))
    sent = sqlalchemy.select(*who, func.max(VisitNotice.sent_at, type_=Instant))
    rows = await access.table(sent.where(who[0].in_(slots)).group_by(*who))
    return {(slot, employee): at for slot, employee, at in rows}
