"""Reads of one company's planning: pages of slots, their counts, who may take one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, func, or_
from sqlmodel import col, select

from app.access import MemberAccess, StaffAccess
from app.appointments.queries import OPEN_STATES
from app.clock import PARIS
from app.employees.declared import shown_name
from app.employees.queries import PAGE
from app.employees.searching import named
from app.planning.rules import LIVE, midnight
from app.planning.slot_queries import SlotRow, slot_rows
from db.models import Account, AppointmentRequest, Employee, Slot, SlotState, VisitKind
from db.types import Instant

FILTERS: dict[str, Any] = {
    "": col(Slot.state).in_(LIVE),
    "confirmer": (col(Slot.state) == SlotState.PROPOSED) & col(Slot.employee_id).is_not(None),
    "libres": (col(Slot.state) == SlotState.PROPOSED) & col(Slot.employee_id).is_(None),
    "confirmes": col(Slot.state) == SlotState.CONFIRMED,
    "rendus": col(Slot.state).in_([SlotState.DECLINED, SlotState.CANCELLED]),
}
_company = col(Slot.company_id) == bindparam("company")
_since = col(Slot.starts_at) >= bindparam("since", type_=Instant)
_until = col(Slot.starts_at) < bindparam("until", type_=Instant)
_after = sqlalchemy.tuple_(col(Slot.starts_at), col(Slot.id)) > sqlalchemy.tuple_(
    bindparam("place", type_=Instant), bindparam("row")
)
_PAGES = {key: slot_rows(_company, each, _after).limit(PAGE + 1) for key, each in FILTERS.items()}
_BETWEEN = slot_rows(_company, col(Slot.state).in_(LIVE), _since, _until)
_ONE = slot_rows(_company, col(Slot.id) == bindparam("slot"))


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits for an answer, and the first day of it. `week`: confirmed within the seven days to come."""

    to_confirm: int = 0
    open: int = 0
    confirmed: int = 0
    week: int = 0
    first_to_confirm: date | None = None
    first_open: date | None = None


def _counts() -> Any:
    proposed = col(Slot.state) == SlotState.PROPOSED
    named = col(Slot.employee_id).is_not(None)
    confirmed = col(Slot.state) == SlotState.CONFIRMED
    soon = col(Slot.starts_at) < bindparam("soon", type_=Instant)
    counted = (proposed & named, proposed & ~named, confirmed, confirmed & soon)
    columns: list[Any] = [func.count(sqlalchemy.case((each, 1))) for each in counted]
    columns += [func.min(sqlalchemy.case((each, Slot.starts_at)), type_=Instant) for each in counted[:2]]
    return sqlalchemy.select(*columns).where(_company, col(Slot.state).in_(LIVE), _since)


_COUNTS = _counts()


async def slots_after(access: MemberAccess, state: str, place: tuple[datetime, int]) -> list[SlotRow]:
    """A page of slots that start after this place, and one more if there are more."""
    at, row_id = place
    given = {"company": access.company.key, "place": at, "row": row_id}
    return [SlotRow(*row) for row in await access.table(_PAGES[state], given)]


async def slots_between(access: MemberAccess, first: date, end: date) -> list[SlotRow]:
    """Living slots of these days in Paris, `end` left out."""
    given = {"company": access.company.key, "since": midnight(first), "until": midnight(end)}
    return [SlotRow(*row) for row in await access.table(_BETWEEN, given)]


async def counts_of(access: MemberAccess, now: datetime) -> Counts:
    given = {"company": access.company.key, "since": now, "soon": now + timedelta(days=7)}
    (row,) = await access.table(_COUNTS, given)
    days = [each.astimezone(PARIS).date() if each else None for each in row[4:]]
    return Counts(*row[:4], *days)


async def slot_row(access: MemberAccess, slot_id: int) -> SlotRow:
    """One slot as it is told; NotFound for another company's."""
    slot = await access.get(Slot, slot_id)
    (row,) = await access.table(_ONE, {"company": access.company.key, "slot": slot.key})
    return SlotRow(*row)


async def answerers(access: MemberAccess, rows: Sequence[SlotRow]) -> dict[int, str]:
    """The names of who answered, by account."""
    ids = {row.answered_by for row in rows if row.answered_by}
    if not ids:
        return {}
    found = await access.all(select(Account).where(col(Account.id).in_(ids)))
    return {each.key: each.full_name for each in found}


class Candidate(NamedTuple):
    """Somebody who may take a slot. `is_asked`: because a request for that visit is open."""

    id: int
    birth_name: str
    usual_name: str
    first_names: str
    sex: str
    birth_on: date
    job_title: str
    due_on: date
    due_kind: str

    @property
    def name(self) -> str:
        return shown_name(self.birth_name, self.usual_name, self.first_names, self.sex)


async def candidates_for(
    access: MemberAccess, slot: SlotRow, q: str, after: tuple[date, int] | None, only: int | None = None
) -> list[Candidate]:
    """Who may take this slot, the most urgent first: a page of them, and one more if there are more.

    The visit is their next one, or was asked for them, and no such appointment waits. `only`: this person.
    """
    kind, day = VisitKind(slot.kind), slot.starts.date()
    here = or_(col(Employee.exit_on).is_(None), col(Employee.exit_on) >= day)
    statement = sqlalchemy.select(*(getattr(Employee, name) for name in Candidate._fields)).where(
        col(Employee.company_id) == access.company.key, *named(q), here,
        or_(col(Employee.due_kind) == kind, col(Employee.id).in_(_asked_for(access, kind))),
        col(Employee.id).not_in(_called(access, kind)),
    )  # fmt: skip
    if only:
        statement = statement.where(col(Employee.id) == only)
    place = sqlalchemy.tuple_(col(Employee.due_on), col(Employee.id))
    if after:
        statement = statement.where(place > sqlalchemy.tuple_(*map(sqlalchemy.literal, after)))
    statement = statement.order_by(col(Employee.due_on), col(Employee.id)).limit(PAGE + 1)
    return [Candidate(*row) for row in await access.table(statement)]


def _asked_for(access: MemberAccess, kind: VisitKind) -> Any:
    """Employees for whom that visit was asked."""
    return select(AppointmentRequest.employee_id).where(
        AppointmentRequest.company_id == access.company.key,
        AppointmentRequest.kind == kind,
        col(AppointmentRequest.state).in_(OPEN_STATES),
    )


def _called(access: MemberAccess, kind: VisitKind) -> Any:
    """Employees who already have such an appointment."""
    return select(Slot.employee_id).where(
        Slot.company_id == access.company.key, Slot.kind == kind, col(Slot.state).in_(LIVE),
        col(Slot.employee_id).is_not(None),
    )  # fmt: skip


async def open_request_of(
    access: MemberAccess | StaffAccess, employee_id: int, kind: str
) -> AppointmentRequest | None:
    """The request that an appointment of that kind answers, the oldest."""
    mine = access.select(AppointmentRequest).where(
        AppointmentRequest.employee_id == employee_id,
        AppointmentRequest.kind == kind,
        col(AppointmentRequest.state).in_(OPEN_STATES),
    )
    return await access.first(mine.order_by(col(AppointmentRequest.id)).limit(1))
