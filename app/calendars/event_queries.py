"""The slots that a calendar tells of. Names are left out here, wherever they may not be told."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col

from app.access import BIGGEST_ID, MemberAccess
from app.calendars.access import FeedAccess
from app.errors import NotFound
from app.planning.slot_queries import SlotRow, slot_rows
from db.models import Slot, SlotState

MOST = 2_000
PAST = timedelta(days=90)


async def told_slots(access: FeedAccess, now: datetime) -> list[SlotRow]:
    """From 90 days ago on, the 2 000 nearest the present, by time. What was called off is told too, so that
    calendars take it away; an open slot only while it waits for somebody.
    """
    starts_at = col(Slot.starts_at)
    recent = await _nearest(access, starts_at.desc(), starts_at >= now - PAST, starts_at < now)
    coming = await _nearest(access, starts_at.asc(), starts_at >= now)
    nearest = sorted(recent + coming, key=lambda row: (abs(row.starts_at - now), row.id))[:MOST]
    return _nameless(sorted(nearest, key=lambda row: (row.starts_at, row.id)), access.named_ids)


async def told_slot(access: MemberAccess, slot_id: int, *, with_names: bool) -> SlotRow:
    if not 0 < slot_id <= BIGGEST_ID:
        raise NotFound
    mine = col(Slot.company_id) == access.company.key
    rows = await access.table(slot_rows(mine, col(Slot.id) == slot_id))
    if not rows:
        raise NotFound
    (row,) = _nameless([SlotRow(*rows[0])], {access.company.key} if with_names else ())
    return row


async def _nearest(access: FeedAccess, order: Any, *when: Any) -> list[SlotRow]:
    taken = col(Slot.employee_id).is_not(None) | (col(Slot.state) == SlotState.PROPOSED)
    chosen = access.select(Slot).where(taken, *when).order_by(order, col(Slot.id)).limit(MOST)
    rows = await access.table(slot_rows(col(Slot.id).in_(chosen.with_only_columns(col(Slot.id)))))
    return [SlotRow(*row) for row in rows]


def _nameless(rows: list[SlotRow], named_ids: Collection[int]) -> list[SlotRow]:
    """Without what says who is called, in the companies that are not among these."""
    return [row if row.company_id in named_ids else _without_name(row) for row in rows]


def _without_name(row: SlotRow) -> SlotRow:
    return row._replace(birth_name=None, usual_name=None, first_names=None, sex=None, email=None)
