"""Reads of one company's requests, and of the employees that they may be about."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import and_, bindparam, func, or_
from sqlmodel import col, select

from app.access import MemberAccess, StaffAccess, of_company
from app.appointments.rules import Subject
from app.clock import Moment
from app.employees.declared import employee_name
from app.employees.listing import name_conditions
from app.employees.standings import HERE, OPEN_STATES, UNDATED
from app.follow_up.law import NOT_FOLLOWED, SIR
from app.follow_up.standing import Call
from app.text.search import folded
from app.web.paging import PAGE
from db.models import (
    Account,
    AppointmentRequest,
    CareCentre,
    Contract,
    Employee,
    Monitoring,
    RequestMessage,
    RequestMotive,
    RequestState,
    Slot,
    SlotState,
    Visit,
    VisitKind,
)
from db.types import Instant

NAMES = ("birth_name", "usual_name", "first_names", "sex")


# The appointment of a request: not one that was given back, withdrawn or missed.
ANSWERING = (SlotState.PROPOSED, SlotState.CONFIRMED, SlotState.DONE)


class RequestRow(NamedTuple):
    """A request as the list shows it. `starts_at`: of the appointment that answers it."""

    id: int
    motive: str
    state: str
    sent_at: datetime
    updated_at: datetime
    unread_at: datetime | None
    employee_id: int
    birth_name: str
    usual_name: str
    first_names: str
    sex: str
    starts_at: datetime | None

    @property
    def name(self) -> str:
        return employee_name(self)


_COMPANY = col(AppointmentRequest.company_id) == bindparam("company")
STATES = {
    "encours": list(OPEN_STATES),
    "finies": [RequestState.DONE, RequestState.REFUSED, RequestState.CANCELLED],
}


async def requests_of(
    access: MemberAccess, state: str, before: tuple[datetime, int] | None, *, unread: bool = False
) -> list[RequestRow]:
    """The latest first: a page of them, and one more if there are more."""
    given: dict[str, Any] = {"company": access.company.key}
    if before:
        given["at"], given["row"] = before
    statement = _requests(state, is_after=before is not None, unread=unread)
    return [RequestRow._make(row) for row in await access.table(statement, given)]


@cache
def _requests(state: str, *, is_after: bool, unread: bool) -> Any:
    request = AppointmentRequest
    columns = [getattr(request, name) for name in RequestRow._fields[:7]]
    columns += [getattr(Employee, name) for name in NAMES]
    # Of a page of them: grouped, all the requests of ten years would be read before they are cut.
    starts_at = (
        sqlalchemy.select(func.max(Slot.starts_at, type_=Instant))
        .where(
            col(Slot.request_id) == request.id,
            col(Slot.company_id) == request.company_id,
            col(Slot.state).in_(ANSWERING),
        )
        .correlate(request)
        .scalar_subquery()
    )
    statement = (
        sqlalchemy.select(*columns, starts_at)
        .select_from(request)
        .join(Employee, col(Employee.id) == request.employee_id)
        .where(_COMPANY, col(Employee.company_id) == bindparam("company"))
        .order_by(col(request.sent_at).desc(), col(request.id).desc())
        .limit(PAGE + 1)
    )
    if state in STATES:
        statement = statement.where(col(request.state).in_(STATES[state]))
    if unread:
        statement = statement.where(col(request.unread_at).is_not(None))
    if is_after:
        at = bindparam("at", type_=Instant)
        older = and_(col(request.sent_at) == at, col(request.id) < bindparam("row"))
        statement = statement.where(or_(col(request.sent_at) < at, older))
    return statement


class Answered(NamedTuple):
    """Somebody about whom the service answered. `number`: of such answers, up to one more than a page;
    `latest_at`: since when the latest waits.
    """

    id: int
    birth_name: str
    usual_name: str
    first_names: str
    sex: str
    number: int
    latest_at: datetime

    @property
    def name(self) -> str:
        return employee_name(self)


def _unread() -> Any:
    """The first few, with what is said of all."""
    request = AppointmentRequest
    unread = (
        sqlalchemy.select(*map(col, (request.id, request.sent_at, request.unread_at, request.employee_id)))
        .where(_COMPANY, col(request.unread_at).is_not(None))
        .order_by(col(request.sent_at).desc(), col(request.id).desc())
        .limit(PAGE + 1)
        .cte("unread")
    )
    number = sqlalchemy.select(func.count()).select_from(unread).scalar_subquery()
    latest_at = sqlalchemy.select(func.max(unread.c.unread_at, type_=Instant)).scalar_subquery()
    names = [getattr(Employee, name) for name in NAMES]
    return (
        sqlalchemy.select(unread.c.id, *names, number, latest_at)
        .select_from(unread)
        .join(Employee, col(Employee.id) == unread.c.employee_id)
        .where(col(Employee.company_id) == bindparam("company"))
        .order_by(unread.c.sent_at.desc(), unread.c.id.desc())
        .limit(bindparam("most"))
    )


_UNREAD = _unread()


async def unread_answers(access: MemberAccess, most: int) -> list[Answered]:
    """The latest first, so many of them."""
    given = {"company": access.company.key, "most": most}
    return [Answered(*row) for row in await access.table(_UNREAD, given)]


async def open_for(
    access: MemberAccess, motive: RequestMotive, ids: Sequence[int]
) -> list[AppointmentRequest]:
    """Requests of that motive still under way for these employees."""
    mine = access.select(AppointmentRequest).where(
        col(AppointmentRequest.employee_id).in_(ids),
        col(AppointmentRequest.motive) == motive,
        col(AppointmentRequest.state).in_(OPEN_STATES),
    )
    return list(await access.all(mine))


async def locked_request(access: MemberAccess | StaffAccess, request_id: int) -> AppointmentRequest:
    """One request, under a lock: of two who act on it at once, the second sees what the first did."""
    request = await access.get(AppointmentRequest, request_id)
    mine = access.select(AppointmentRequest).where(col(AppointmentRequest.id) == request.key)
    await access.first(mine.with_for_update().execution_options(populate_existing=True))
    return request


async def batch_of(access: MemberAccess, batch: str) -> list[AppointmentRequest]:
    mine = access.select(AppointmentRequest).where(col(AppointmentRequest.batch) == batch)
    return list(await access.all(mine))


# Reads around one request: what was said, by whom, where, and the appointment that answers it.


class RequestMessageRow(NamedTuple):
    """A message of the thread; `who` is "" for the service."""

    at: datetime
    text: str
    who: str


_of_request = col(Slot.request_id) == bindparam("request")
_THREAD = (
    select(RequestMessage, Account.first_name, Account.last_name)
    .join(Account, col(Account.id) == RequestMessage.account_id, isouter=True)
    .where(
        col(RequestMessage.company_id) == bindparam("company"),
        col(RequestMessage.request_id) == bindparam("request"),
    )
    .order_by(col(RequestMessage.at), col(RequestMessage.id))
)
_NAMED = select(Account).where(col(Account.id) == bindparam("account"))
_ANSWERING = (
    of_company(Slot)
    .where(_of_request, col(Slot.state).in_(ANSWERING))
    .order_by(col(Slot.starts_at).desc())
    .limit(1)
)
_IN_VAIN = of_company(Slot).where(_of_request, col(Slot.state).not_in(ANSWERING))


async def thread_of(access: MemberAccess, request_id: int) -> list[RequestMessageRow]:
    given = {"company": access.company.key, "request": request_id}
    return [
        RequestMessageRow(
            each.at, each.text, "" if each.from_service else f"{first or ''} {last or ''}".strip()
        )
        for each, first, last in await access.rows(_THREAD, given)
    ]


async def centres(access: MemberAccess) -> dict[str, str]:
    """The service's centres by name, under their number as a form sends it."""
    rows = sorted(await access.all(select(CareCentre)), key=lambda row: (folded(row.name), row.key))
    return {str(row.key): f"{row.name} ({row.town})" for row in rows}


async def account_name(access: MemberAccess, account_id: int) -> str:
    account = await access.first(_NAMED, {"account": account_id})
    return account.full_name if account else ""


async def slot_of_request(access: MemberAccess, request_id: int) -> Slot | None:
    """The appointment that answers a request, the latest if there are several."""
    return await access.first(_ANSWERING, {"company": access.company.key, "request": request_id})


async def slots_in_vain(access: MemberAccess, request_id: int) -> Sequence[Slot]:
    """The appointments that answered a request and came to nothing."""
    return await access.all(_IN_VAIN, {"company": access.company.key, "request": request_id})


# Reads of the employees whom a request may be about.

MID_CAREER_FROM = 43  # the year of that birthday, as `rules.objection` counts


class Candidate(NamedTuple):
    """An employee as a list to choose from shows them."""

    id: int
    birth_name: str
    usual_name: str
    first_names: str
    sex: str
    birth_on: date
    job_title: str
    due_on: date
    sort_key: str
    due_kind: str
    exit_on: date | None

    @property
    def name(self) -> str:
        return employee_name(self)


async def people_for(
    access: MemberAccess, motive: RequestMotive, q: str, at: Moment, after: tuple[str, int] | None
) -> list[Candidate]:
    """Employees whom this may be asked for, by name: a page and one more. `rules.objection`
    checks the rest.
    """
    columns = [getattr(Employee, name) for name in Candidate._fields]
    statement = sqlalchemy.select(*columns).where(
        col(Employee.company_id) == access.company.key, *name_conditions(q), HERE, *_likely(motive, at.today)
    )
    place = sqlalchemy.tuple_(col(Employee.sort_key), col(Employee.id))
    if after:
        statement = statement.where(place > sqlalchemy.tuple_(*map(sqlalchemy.literal, after)))
    ordered = statement.order_by(Employee.sort_key, col(Employee.id)).limit(PAGE + 1)
    rows = await access.table(ordered.params(today=at.today, now=at.now))
    return [Candidate._make(row) for row in rows]


def _likely(motive: RequestMotive, today: date) -> list[Any]:
    followed = col(Employee.contract).not_in([Contract(each) for each in NOT_FOLLOWED])
    if motive == RequestMotive.OVERDUE:
        return [followed, UNDATED]
    if motive == RequestMotive.MID_CAREER:
        old = col(Employee.birth_on) < date(today.year - MID_CAREER_FROM + 1, 1, 1)
        return [followed, old, ~_mid_career().exists()]
    return [followed]


def _mid_career() -> Any:
    return sqlalchemy.select(col(Visit.employee_id), col(Visit.done_on)).where(
        col(Visit.company_id) == Employee.company_id, col(Visit.employee_id) == Employee.id,
        col(Visit.kind) == VisitKind.MID_CAREER,
    )  # fmt: skip


async def mid_careers(access: MemberAccess, people: Sequence[Employee]) -> dict[int, date]:
    """Days of their mid-career visits, by employee, for those who had one."""
    mine = [col(Employee.company_id) == access.company.key, col(Employee.id).in_(each.key for each in people)]
    found: dict[int, Any] = dict(await access.table(_mid_career().where(*mine)))
    return found


def subject_of(
    employee: Employee, *, is_exposed: bool, call: Call | None = None, seen_on: date | None = None
) -> Subject:
    return Subject(
        birth_on=employee.birth_on, entry_on=employee.entry_on, exit_on=employee.exit_on,
        contract=Contract(employee.contract), monitoring=Monitoring(employee.monitoring),
        due_on=employee.due_on, is_exposed=is_exposed or employee.monitoring == SIR, call=call,
        seen_on=seen_on,
    )  # fmt: skip
