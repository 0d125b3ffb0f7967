"""Reads of what is over: visits that took place, appointments missed, convocations that left."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy
from sqlmodel import col

from app.access import MemberAccess
from app.employees.declared import shown_name
from app.employees.queries import PAGE
from app.planning.slot_queries import SlotRow, slot_rows
from db.models import Employee, Slot, SlotState, Visit, VisitNotice

LATELY = timedelta(days=365)
NOTICES = {
    "summons": "Convocation",
    "changed": "Nouvelle date",
    "cancelled": "Annulation",
    "reminder_7": "Rappel, 7 jours avant",
    "reminder_2": "Rappel, 2 jours avant",
}


class PastVisit(NamedTuple):
    id: int
    done_on: date
    kind: str
    professional: str
    place: str
    notice: str
    employee_id: int
    birth_name: str
    usual_name: str
    first_names: str
    sex: str

    @property
    def name(self) -> str:
        return shown_name(self.birth_name, self.usual_name, self.first_names, self.sex)


async def visits_before(access: MemberAccess, place: tuple[date, int] | None) -> list[PastVisit]:
    """The latest first: a page of them, and one more if there are more."""
    columns = [getattr(Visit, name) for name in PastVisit._fields[:7]]
    columns += [getattr(Employee, name) for name in PastVisit._fields[7:]]
    at = sqlalchemy.tuple_(col(Visit.done_on), col(Visit.id))
    statement = (
        sqlalchemy.select(*columns)
        .select_from(Visit)
        .join(Employee, col(Employee.id) == Visit.employee_id)
        .where(col(Visit.company_id) == access.company.key, col(Employee.company_id) == access.company.key)
        .order_by(col(Visit.done_on).desc(), col(Visit.id).desc())
        .limit(PAGE + 1)
    )
    if place:
        statement = statement.where(at < sqlalchemy.tuple_(*map(sqlalchemy.literal, place)))
    return [PastVisit(*row) for row in await access.table(statement)]


async def absences_of(access: MemberAccess, now: datetime) -> list[SlotRow]:
    """Appointments of the last year that nobody came to, or that were given back too late to be free."""
    missed = (col(Slot.state) == SlotState.ABSENT) | (col(Slot.fee_cents) > 0)
    lately = (col(Slot.starts_at) > now - LATELY) & (col(Slot.starts_at) <= now)
    statement = slot_rows(col(Slot.company_id) == access.company.key, missed, lately)
    return [SlotRow(*row) for row in await access.table(statement)]


class Told(NamedTuple):
    words: str
    recipient: str
    to_employee: bool
    sent_at: datetime


async def told_of(access: MemberAccess, slot_id: int) -> list[Told]:
    """What left about a slot, to whom, in order."""
    mine = access.select(VisitNotice).where(VisitNotice.slot_id == slot_id)
    rows = await access.all(mine.order_by(col(VisitNotice.id)))
    return [Told(NOTICES[each.kind], each.recipient, each.to_employee, each.sent_at) for each in rows]
