"""Reads of missed appointments that nobody billed yet."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy
from sqlmodel import col

from app.access import StaffAccess
from app.invoices.absences import BILLABLE
from app.planning.queries import SlotRow, slot_rows
from app.planning.rules import midnight
from db.models import AbsenceBilling, Slot, SlotState

MOST = 100  # appointments on one page, and of one act
FIRST_OF = timedelta(days=365)  # a first absence is the only one of a year


class Missed(NamedTuple):
    """An appointment to bill. `is_first`: the only one of its company in a year."""

    row: SlotRow
    is_first: bool

    @property
    def is_late(self) -> bool:
        return self.row.state == SlotState.DECLINED


_BILLED = sqlalchemy.select(col(AbsenceBilling.id)).where(
    col(AbsenceBilling.slot_id) == col(Slot.id), col(AbsenceBilling.company_id) == col(Slot.company_id)
)


async def missed_between(access: StaffAccess, since: date, until: date) -> tuple[list[Missed], bool]:
    """Appointments of these days that owe a fee, by day, and whether there are more."""
    statement = slot_rows(
        col(Slot.fee_cents) > 0, col(Slot.state).in_(BILLABLE), ~_BILLED.exists(),
        col(Slot.starts_at) >= midnight(since), col(Slot.starts_at) < midnight(until + timedelta(days=1)),
    ).limit(MOST + 1)  # fmt: skip
    rows = [SlotRow(*row) for row in await access.table(statement)]
    shown = rows[:MOST]
    earlier = await _fees_of(access, {each.company_id for each in shown}, midnight(since) - FIRST_OF)
    found = [Missed(each, _is_first(each, earlier[each.company_id])) for each in shown]
    return found, len(rows) > MOST


def _is_first(row: SlotRow, times: list[datetime]) -> bool:
    return not any(row.starts_at - FIRST_OF <= each < row.starts_at for each in times)


async def _fees_of(
    access: StaffAccess, companies: Collection[int], since: datetime
) -> dict[int, list[datetime]]:
    statement = sqlalchemy.select(col(Slot.company_id), col(Slot.starts_at)).where(
        col(Slot.company_id).in_(sorted(companies)), col(Slot.fee_cents) > 0,
        col(Slot.state).in_(BILLABLE), col(Slot.starts_at) >= since,
    )  # fmt: skip
    found: dict[int, list[datetime]] = defaultdict(list)
    for company, starts_at in await access.table(statement):
        found[company].append(starts_at)
    return found


async def count_free(access: StaffAccess, since: date, until: date) -> int:
    """Absences of these days that owe nothing: excused, or never confirmed."""
    statement = sqlalchemy.select(sqlalchemy.func.count(col(Slot.id))).where(
        col(Slot.fee_cents) == 0, col(Slot.state) == SlotState.ABSENT,
        col(Slot.starts_at) >= midnight(since), col(Slot.starts_at) < midnight(until + timedelta(days=1)),
    )  # fmt: skip
    ((number,),) = await access.table(statement)
    return int(number)
