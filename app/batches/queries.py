"""Reads of what may be called together, and of the lines of a batch."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.batches.rules import Place
from app.clinic.queries import SessionRow, booked_times, reserved_to, sessions_numbered
from app.clinic.rules import free_times
from app.clock import PARIS, day_of
from app.text.names import person_name
from db.models import (
    BatchLine,
    BatchState,
    CareTeam,
    Company,
    ConvocationBatch,
    Employee,
    LineState,
    Slot,
)

SHOWN = 100  # lines of a page
NAMES = ("birth_name", "usual_name", "first_names", "sex")


async def places_of(access: StaffAccess, sessions: Sequence[int], now: datetime) -> list[Place]:
    """These sessions, if they have not begun, with their free times."""
    rows = [
        each
        for each in await sessions_numbered(access, sessions)
        if each.starts_at > now and not each.cancelled_at
    ]
    booked = await booked_times(access, rows)
    reserved = await reserved_to(access, rows, day_of(now))
    return [
        Place(
            each.id, each.postcode, each.kinds, bool(each.is_accessible),
            tuple(free_times(each.times, each.minutes, booked.get(each.professional, ()))),
            frozenset(reserved[each.id]) if each.id in reserved else None, each.languages,
        )
        for each in rows
    ]  # fmt: skip


class LineRow(NamedTuple):
    """A line as its page shows it."""

    id: int
    state: str
    kind: str
    due_on: date
    starts_at: datetime | None
    session_id: int | None
    reason: str
    note: str
    code: str
    company: str
    birth_name: str
    usual_name: str
    first_names: str
    sex: str

    @property
    def name(self) -> str:
        return person_name(self.birth_name, self.usual_name, self.first_names, self.sex)

    @property
    def starts(self) -> datetime | None:
        return self.starts_at.astimezone(PARIS) if self.starts_at else None


def _line_rows(*conditions: Any) -> Any:
    return (
        sqlalchemy.select(
            *(getattr(BatchLine, name) for name in LineRow._fields[:8]), col(Company.code), col(Company.name),
            *(getattr(Employee, name) for name in NAMES),
        )
        .select_from(BatchLine)
        .join(Company, col(Company.id) == BatchLine.company_id)
        .join(Employee, col(Employee.id) == BatchLine.employee_id)
        .where(col(BatchLine.batch_id) == bindparam("batch"), *conditions)
        .limit(SHOWN)
        .offset(bindparam("skipped"))
    )  # fmt: skip


_IN_SESSION = _line_rows(col(BatchLine.session_id) == bindparam("session")).order_by(
    col(BatchLine.starts_at), col(BatchLine.id)
)
_WITHOUT = _line_rows(col(BatchLine.reason) == bindparam("reason"), col(BatchLine.reason) != "").order_by(
    col(BatchLine.due_on), col(BatchLine.id)
)


async def lines_of_session(
    access: StaffAccess, batch_id: int, session_id: int, skipped: int
) -> list[LineRow]:
    given = {"batch": batch_id, "session": session_id, "skipped": skipped}
    return [LineRow(*row) for row in await access.table(_IN_SESSION, given)]


async def lines_with_reason(access: StaffAccess, batch_id: int, reason: str, skipped: int) -> list[LineRow]:
    given = {"batch": batch_id, "reason": reason, "skipped": skipped}
    return [LineRow(*row) for row in await access.table(_WITHOUT, given)]


_COUNTS = (
    sqlalchemy.select(col(BatchLine.state), col(BatchLine.session_id), col(BatchLine.reason), func.count())
    .where(col(BatchLine.batch_id) == bindparam("batch"))
    .group_by(col(BatchLine.state), col(BatchLine.session_id), col(BatchLine.reason))
)


class Tally(NamedTuple):
    """Numbers of lines: by state, by session those that have a time, by reason those that have none."""

    states: dict[str, int]
    sessions: dict[int, int]
    reasons: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.states.values())


async def tally_of(access: Access, batch_id: int) -> Tally:
    tally = Tally(defaultdict(int), defaultdict(int), defaultdict(int))
    for state, session_id, reason, number in await access.table(_COUNTS, {"batch": batch_id}):
        tally.states[state] += number
        if reason:
            tally.reasons[reason] += number
        elif session_id:
            tally.sessions[session_id] += number
    return tally


class BatchRow(NamedTuple):
    """A batch, the name of its team, "" for all, and the numbers of its lines by state."""

    batch: ConvocationBatch
    team: str
    states: Mapping[str, int]


async def batches(access: StaffAccess) -> list[BatchRow]:
    """The latest first."""
    statement = (
        select(ConvocationBatch, CareTeam.name)
        .join(CareTeam, col(CareTeam.id) == ConvocationBatch.team_id, isouter=True)
        .order_by(col(ConvocationBatch.id).desc())
        .limit(SHOWN)
    )
    rows = await access.rows(statement)
    states: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    counts = (
        sqlalchemy.select(col(BatchLine.batch_id), col(BatchLine.state), func.count())
        .where(col(BatchLine.batch_id).in_([batch.key for batch, _ in rows]))
        .group_by(col(BatchLine.batch_id), col(BatchLine.state))
    )
    for batch_id, state, number in await access.table(counts):
        states[batch_id][state] = number
    return [BatchRow(batch, team or "", states[batch.key]) for batch, team in rows]


_UNDER_WAY = sqlalchemy.select(col(ConvocationBatch.id)).where(
    col(ConvocationBatch.state).in_((BatchState.RUNNING, BatchState.UNDOING))
)
_ANSWERED = (
    sqlalchemy.select(func.count())
    .select_from(BatchLine)
    .join(Slot, col(Slot.id) == BatchLine.slot_id)
    .where(
        col(BatchLine.batch_id) == bindparam("batch"), col(BatchLine.state) == LineState.PROPOSED,
        (col(Slot.state) != "proposed") | (col(Slot.employee_id) != col(BatchLine.employee_id)),
    )
)  # fmt: skip


async def is_any_under_way(access: Access) -> bool:
    return bool(await access.table(_UNDER_WAY, {}))


async def answered_of(access: StaffAccess, batch_id: int) -> int:
    """The number of its appointments that somebody answered, or that changed since."""
    ((number,),) = await access.table(_ANSWERED, {"batch": batch_id})
    return int(number)


def session_numbers(batch: ConvocationBatch) -> list[int]:
    return [int(each) for each in batch.sessions.split()]


async def session_rows_of(access: StaffAccess, batch: ConvocationBatch) -> list[SessionRow]:
    return await sessions_numbered(access, session_numbers(batch))
