"""Reads of one company's planning: pages of slots, their counts, candidates for one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Select, bindparam, func, or_
from sqlmodel import col, select

from app.access import BIGGEST_ID, Access, AccountAccess, MemberAccess, StaffAccess
from app.clock import PARIS, day_of
from app.employees.declared import employee_name
from app.employees.listing import name_conditions
from app.employees.standings import OPEN_STATES
from app.errors import NotFound
from app.planning.rules import LIVE, Notice, midnight, notice_for
from app.rights import Right, rights_of
from app.sessions import is_alive
from app.text.names import person_name
from app.web.paging import PAGE
from db.models import (
    Account,
    AppointmentRequest,
    CareCentre,
    Company,
    Employee,
    Membership,
    Slot,
    SlotState,
    Visit,
    VisitKind,
    VisitNotice,
)
from db.types import Instant


@cache
def _to_confirm_at() -> Any:
    columns: list[Any] = [Company.code, Membership.roles, func.count(col(Slot.id))]
    return (
        sqlalchemy.select(*columns)
        .select_from(Membership)
        .join(Company, col(Company.id) == Membership.company_id)
        .join(Slot, col(Slot.company_id) == Membership.company_id)
        .where(
            col(Membership.account_id) == bindparam("account"),
            is_alive(bindparam("today", type_=sqlalchemy.Date)), col(Slot.company_id) == col(Company.id),
            FILTERS["confirmer"], col(Slot.starts_at) > bindparam("since", type_=Instant),
        )
        .group_by(col(Company.code), col(Membership.id))
    )  # fmt: skip


async def to_confirm_at(access: AccountAccess, today: date, now: datetime) -> dict[str, int]:
    """The number of appointments that wait for an answer in each company of this account, by code: only where
    it may answer.
    """
    rows = await access.table(_to_confirm_at(), {"account": access.account.key, "today": today, "since": now})
    return {code: number for code, roles, number in rows if Right.APPOINTMENTS in rights_of(roles)}


# One slot, the same everywhere: on pages, in convocations, in calendars. Columns, no entities.


class SlotRow(NamedTuple):
    """The columns of COLUMNS. An open slot has no employee: their columns are None."""

    id: int
    company_id: int
    code: str
    company: str
    starts_at: datetime
    minutes: int
    kind: str
    state: str
    sequence: int
    professional: str
    role: str
    reason: str
    fee_cents: int
    request_id: int | None
    answered_by: int | None
    answered_at: datetime | None
    confirmed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    employee_id: int | None
    birth_name: str | None
    usual_name: str | None
    first_names: str | None
    sex: str | None
    email: str | None
    exit_on: date | None
    centre_id: int
    centre: str
    address: str
    postcode: str
    town: str
    phone: str
    access: str
    is_accessible: bool
    arrived_at: datetime | None = None

    @property
    def starts(self) -> datetime:
        """The start in Paris, where the visit takes place."""
        return self.starts_at.astimezone(PARIS)

    @property
    def ends(self) -> datetime:
        return (self.starts_at + timedelta(minutes=self.minutes)).astimezone(PARIS)

    @property
    def name(self) -> str:
        """The name of the person called, or "" for an open slot."""
        names = (self.birth_name, self.usual_name, self.first_names, self.sex)
        return person_name(*(each or "" for each in names)) if self.employee_id else ""

    @property
    def is_gone(self) -> bool:
        """True when the person called will have left the company."""
        return self.exit_on is not None and self.exit_on < self.starts.date()

    @property
    def is_as_answered(self) -> bool:
        """True when the company's answer was the last change: since then, the service changed nothing."""
        return self.answered_at is not None and self.answered_at == self.updated_at

    @property
    def place(self) -> str:
        return f"{self.centre}, {self.address}, {self.postcode} {self.town}"

    def given_to(self, employee: Employee) -> "SlotRow":
        """The same, with the columns of this person."""
        columns = {name: getattr(employee, name) for name in OF_EMPLOYEE}
        return self._replace(employee_id=employee.key, **columns)


OF_EMPLOYEE = ("birth_name", "usual_name", "first_names", "sex", "email", "exit_on")


def _columns(model: Any, *names: str) -> list[Any]:
    return [getattr(model, name) for name in names]


COLUMNS: list[Any] = [
    *_columns(Slot, "id", "company_id"),
    *_columns(Company, "code", "name"),
    *_columns(
        Slot, "starts_at", "minutes", "kind", "state", "sequence", "professional", "role", "reason",
        "fee_cents", "request_id", "answered_by", "answered_at", "confirmed_at", "created_at", "updated_at",
    ),
    *_columns(Employee, "id", *OF_EMPLOYEE),
    *_columns(CareCentre, "id", "name", "address", "postcode", "town", "phone", "access", "is_accessible"),
    col(Slot.arrived_at),
]  # fmt: skip


def slot_rows(*conditions: Any) -> Select[Any]:
    """Slots as `SlotRow`, by time. The caller gives the company, or the companies: no other is read."""
    theirs = (col(Employee.id) == Slot.employee_id) & (col(Employee.company_id) == Slot.company_id)
    return (
        sqlalchemy.select(*COLUMNS)
        .select_from(Slot)
        .join(Company, col(Company.id) == Slot.company_id)
        .join(CareCentre, col(CareCentre.id) == Slot.centre_id)
        .outerjoin(Employee, theirs)
        .where(*conditions)
        .order_by(col(Slot.starts_at), col(Slot.id))
    )


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
_ACCOUNTS = select(Account).where(col(Account.id).in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Counts:
    """Slots that wait for an answer, and the first day of them. `week`: confirmed within the seven days to
    come.
    """

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
    days = [day_of(each) if each else None for each in row[4:]]
    return Counts(*row[:4], *days)


async def slot_row(access: MemberAccess, slot_id: int) -> SlotRow:
    """One slot; NotFound for another company's."""
    is_number = 0 < slot_id <= BIGGEST_ID
    rows = await access.table(_ONE, {"company": access.company.key, "slot": slot_id}) if is_number else ()
    if not rows:
        raise NotFound
    return SlotRow(*rows[0])


async def answerers(access: MemberAccess, rows: Sequence[SlotRow]) -> dict[int, str]:
    """Names of the people who answered, by account."""
    ids, me = {row.answered_by for row in rows if row.answered_by}, access.account
    others = list(ids - {me.key})
    found = await access.all(_ACCOUNTS, {"ids": others}) if others else ()
    return ({me.key: me.full_name} if me.key in ids else {}) | {each.key: each.full_name for each in found}


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
    exit_on: date | None

    @property
    def name(self) -> str:
        return employee_name(self)


async def candidates_for(
    access: MemberAccess, slot: SlotRow, q: str, after: tuple[date, int] | None, only: int | None = None
) -> list[Candidate]:
    """Employees who may take this slot, the most urgent first: a page of them, and one more if there are
    more.

    The visit is their next one, or was asked for them, and no such appointment waits. `only`: this person.
    """
    kind, day = VisitKind(slot.kind), slot.starts.date()
    here = or_(col(Employee.exit_on).is_(None), col(Employee.exit_on) >= day)
    statement = sqlalchemy.select(*(getattr(Employee, name) for name in Candidate._fields)).where(
        col(Employee.company_id) == access.company.key, *name_conditions(q), here,
        or_(col(Employee.due_kind) == kind, col(Employee.id).in_(_ids_with_request(access, kind))),
        col(Employee.id).not_in(_ids_with_appointment(access, kind)),
    )  # fmt: skip
    if only:
        statement = statement.where(col(Employee.id) == only)
    place = sqlalchemy.tuple_(col(Employee.due_on), col(Employee.id))
    if after:
        statement = statement.where(place > sqlalchemy.tuple_(*map(sqlalchemy.literal, after)))
    statement = statement.order_by(col(Employee.due_on), col(Employee.id)).limit(PAGE + 1)
    return [Candidate(*row) for row in await access.table(statement)]


def _ids_with_request(access: MemberAccess, kind: VisitKind) -> Any:
    """Employees with a request for that visit."""
    return select(AppointmentRequest.employee_id).where(
        AppointmentRequest.company_id == access.company.key,
        AppointmentRequest.kind == kind,
        col(AppointmentRequest.state).in_(OPEN_STATES),
    )


def _ids_with_appointment(access: MemberAccess, kind: VisitKind) -> Any:
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


# Reads of what is over: visits that took place, appointments missed, convocations that left.

LATELY = timedelta(days=365)


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
        return employee_name(self)


_VISITS = (
    sqlalchemy.select(
        *(getattr(Visit, name) for name in PastVisit._fields[:7]),
        *(getattr(Employee, name) for name in PastVisit._fields[7:]),
    )
    .select_from(Visit)
    .join(Employee, col(Employee.id) == Visit.employee_id)
    .where(col(Visit.company_id) == bindparam("company"), col(Employee.company_id) == bindparam("company"))
    .order_by(col(Visit.done_on).desc(), col(Visit.id).desc())
    .limit(PAGE + 1)
)
_VISITS_BEFORE = _VISITS.where(
    sqlalchemy.tuple_(col(Visit.done_on), col(Visit.id))
    < sqlalchemy.tuple_(bindparam("day", type_=sqlalchemy.Date), bindparam("row"))
)
_missed = (col(Slot.state) == SlotState.ABSENT) | (col(Slot.fee_cents) > 0)
_lately = col(Slot.starts_at).between(bindparam("since", type_=Instant), bindparam("until", type_=Instant))
_ABSENCES = slot_rows(_company, _missed, _lately)
_NOTICES = select(VisitNotice).where(  # found by the slot: SQLite would read all the company's
    col(VisitNotice.company_id) + 0 == bindparam("company"), VisitNotice.slot_id == bindparam("slot")
).order_by(col(VisitNotice.id))  # fmt: skip


async def visits_before(access: MemberAccess, place: tuple[date, int] | None) -> list[PastVisit]:
    """The latest first: a page of them, and one more if there are more."""
    day, row_id = place or (None, None)
    given = {"company": access.company.key, "day": day, "row": row_id}
    return [PastVisit(*row) for row in await access.table(_VISITS_BEFORE if place else _VISITS, given)]


async def absences_of(access: MemberAccess, now: datetime) -> list[SlotRow]:
    """Appointments of the last year that nobody came to, or that were given back too late to be free."""
    given = {"company": access.company.key, "since": now - LATELY, "until": now}
    return [SlotRow(*row) for row in await access.table(_ABSENCES, given)]


async def notices_of(access: MemberAccess, slot_id: int) -> Sequence[VisitNotice]:
    """Mails that left about a slot, in order."""
    return await access.all(_NOTICES, {"company": access.company.key, "slot": slot_id})


def notice_of(access: Access, row: SlotRow, now: datetime) -> Notice:
    """The cost of giving it back now: nothing as long as nobody confirmed it."""
    settings = access.portal.settings
    notice = notice_for(row.starts_at, now, settings.service_notice_days, settings.service_absence_fee_cents)
    return notice if row.state == SlotState.CONFIRMED else replace(notice, is_free=True, is_bound=False)
