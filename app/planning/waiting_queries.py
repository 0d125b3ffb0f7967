"""What waits for somebody of the company: on its home page, each with its one next act."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy
from sqlalchemy import bindparam, func, or_
from sqlmodel import col

from app.access import MemberAccess
from app.appointments.queries import RequestRow, requests_of
from app.planning.queries import Counts, counts_of
from app.planning.slot_queries import SlotRow, slot_rows
from app.rights import Right
from db.models import Employee, Slot, SlotState
from db.types import Instant

MANY = 100  # overdue visits are counted so far: beyond, the figure would not say more
FEW = 5

_today = bindparam("today", type_=sqlalchemy.Date)
_LATE = sqlalchemy.select(func.count()).select_from(
    sqlalchemy.select(col(Employee.id))
    .where(
        col(Employee.company_id) == bindparam("company"),
        col(Employee.due_on) < _today,
        or_(col(Employee.exit_on).is_(None), col(Employee.exit_on) >= _today),
    )
    .limit(MANY)
    .subquery()
)
_WEEK = slot_rows(
    col(Slot.company_id) == bindparam("company"),
    col(Slot.state) == SlotState.CONFIRMED,
    col(Slot.starts_at) >= bindparam("since", type_=Instant),
    col(Slot.starts_at) < bindparam("until", type_=Instant),
).limit(FEW)


@dataclass(frozen=True, slots=True)
class Waiting:
    """`week`: the next confirmed appointments; `answers`: what the service answered and nobody read yet.

    A few of each: `more_answers` says that there are others, `counts.week` how many appointments.
    """

    counts: Counts = field(default_factory=Counts)
    overdue: int = 0
    week: list[SlotRow] = field(default_factory=list)
    answers: list[RequestRow] = field(default_factory=list)
    more_answers: bool = False

    @property
    def overdue_words(self) -> str:
        return f"plus de {MANY - 1}" if self.overdue >= MANY else str(self.overdue)


async def waiting_of(access: MemberAccess, now: datetime, today: date) -> Waiting:
    company = {"company": access.company.key}
    ((overdue,),) = await access.table(_LATE, company | {"today": today})
    week = await access.table(_WEEK, company | {"since": now, "until": now + timedelta(days=7)})
    # Only who may answer back can say that an answer was read.
    may = Right.APPOINTMENTS in access.rights
    answers = await requests_of(access, "", None, unread=True) if may else []
    counts = await counts_of(access, now)
    found = [SlotRow(*row) for row in week]
    return Waiting(counts, overdue, found, answers[:FEW], more_answers=len(answers) > FEW)
