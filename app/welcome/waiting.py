"""Answers and appointments that wait for somebody of the company: on its home page, each with its one next
act.

Nothing becomes read by being displayed: an answer of the service stays until somebody writes back or presses
« J’ai lu ». GET never writes, and a colleague's glance hides nothing. Revisit when read receipts are asked
for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlmodel import col

from app.access import MemberAccess
from app.appointments.queries import RequestRow, requests_of
from app.employees.standings import HERE, UNDATED
from app.planning.queries import FILTERS, Counts, SlotRow, counts_of, slot_rows
from app.rights import Right
from db.models import Employee, Slot, SlotState
from db.types import Instant

MANY = 100  # late visits are counted so far: beyond, the figure would not say more
FEW_OF_EACH = 5

_company = col(Employee.company_id) == bindparam("company")
_PRESENT = sqlalchemy.select(func.count()).select_from(Employee).where(_company, HERE)
_LATE = (
    sqlalchemy.select(col(Employee.id), col(Employee.usual_name), col(Employee.birth_name))
    .where(_company, UNDATED)
    .order_by(col(Employee.due_on), col(Employee.id))
    .limit(MANY)
)
_WEEK = slot_rows(
    col(Slot.company_id) == bindparam("company"),
    col(Slot.state) == SlotState.CONFIRMED,
    col(Slot.starts_at) >= bindparam("since", type_=Instant),
    col(Slot.starts_at) < bindparam("until", type_=Instant),
).limit(FEW_OF_EACH)
_TO_CONFIRM = slot_rows(
    col(Slot.company_id) == bindparam("company"),
    FILTERS["confirmer"],
    col(Slot.starts_at) > bindparam("since", type_=Instant),
).limit(FEW_OF_EACH)


class Late(NamedTuple):
    """Somebody whose visit is late, with neither a date nor a request."""

    employee_id: int
    usual_name: str
    birth_name: str

    @property
    def family(self) -> str:
        return self.usual_name or self.birth_name


@dataclass(frozen=True, slots=True)
class Waiting:
    """`late`: up to MANY of them. `week`: the next confirmed appointments; `answers`: what the service
    answered and nobody read yet. A few of each: `counts` says how many appointments there are.
    """

    present: int = 0
    late: Sequence[Late] = ()
    counts: Counts = field(default_factory=Counts)
    to_confirm: Sequence[SlotRow] = ()
    week: Sequence[SlotRow] = ()
    answers: Sequence[RequestRow] = ()

    @property
    def late_words(self) -> str:
        return f"plus de {MANY - 1}" if len(self.late) >= MANY else str(len(self.late))


async def waiting_of(access: MemberAccess, now: datetime, today: date) -> Waiting:
    company = {"company": access.company.key}
    ((present,),) = await access.table(_PRESENT, company | {"today": today})
    late = await access.table(_LATE, company | {"today": today, "now": now})
    week = await access.table(_WEEK, company | {"since": now, "until": now + timedelta(days=7)})
    # Only who may answer back is asked to, or can say that an answer was read.
    may = Right.APPOINTMENTS in access.rights
    to_confirm = await access.table(_TO_CONFIRM, company | {"since": now}) if may else ()
    return Waiting(
        present=present,
        late=[Late(*row) for row in late],
        counts=await counts_of(access, now),
        to_confirm=[SlotRow(*row) for row in to_confirm],
        week=[SlotRow(*row) for row in week],
        answers=await requests_of(access, "", None, unread=True) if may else (),
    )
