"""Reads of where the next visits of employees stand, by the rule of `follow_up.standing`.

A page reads the appointments and requests of its twenty-five people in one statement, and the rule chooses
among them. `UNDATED` is the part of the rule that a filter or a count among 10 000 needs, in SQL: a test
holds the two to the same answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import sqlalchemy
from sqlalchemy import and_, bindparam, literal, or_
from sqlmodel import col

from app.access import AccountAccess, MemberAccess
from app.clock import Moment
from app.follow_up.standing import Call, OpenRequest, Standing, standing_of
from app.sessions import is_alive
from db.models import (
    AppointmentRequest,
    CareCentre,
    Employee,
    Membership,
    RequestState,
    Slot,
    SlotState,
    VisitMonth,
)
from db.types import Instant

OPEN_STATES = (RequestState.SENT, RequestState.TAKEN, RequestState.PLANNED)
_today = bindparam("today", type_=sqlalchemy.Date)
_now = bindparam("now", type_=Instant)


class FollowedRow(Protocol):
    """Columns of an employee that the rule needs: a row of a list, or the entity."""

    @property
    def id(self) -> int | None: ...
    @property
    def due_on(self) -> date: ...
    @property
    def due_kind(self) -> str: ...
    @property
    def exit_on(self) -> date | None: ...


def _inline(column: Any, words: Iterable[str]) -> Any:
    """Words of ours written into the SQL: SQLite reads a partial index only where it sees them."""
    return column.in_([sqlalchemy.literal_column(f"'{word}'") for word in words])


def _exists(model: Any, *conditions: Any) -> Any:
    return sqlalchemy.select(col(model.id)).where(*conditions).correlate(Employee).exists()


_theirs = (col(Slot.employee_id) == Employee.id) & (col(Slot.company_id) == Employee.company_id)
_living = _inline(col(Slot.state), (SlotState.PROPOSED, SlotState.CONFIRMED))
_coming = or_(
    col(Slot.state) == SlotState.CONFIRMED,
    and_(col(Slot.state) == SlotState.PROPOSED, col(Slot.starts_at) > _now),
)
_open = _inline(col(AppointmentRequest.state), OPEN_STATES)
_asked = and_(
    col(AppointmentRequest.employee_id) == Employee.id,
    col(AppointmentRequest.company_id) == Employee.company_id,
    _open,
)
HERE = or_(col(Employee.exit_on).is_(None), col(Employee.exit_on) >= _today)
# Late, with neither a date nor a request for that visit; `today` and `now` are given.
UNDATED = and_(
    col(Employee.due_on) < _today,
    HERE,
    ~_exists(Slot, _theirs, _coming, col(Slot.kind) == Employee.due_kind),
    ~_exists(AppointmentRequest, _asked, col(AppointmentRequest.kind) == Employee.due_kind),
)


def calls_and_requests(ours: Callable[[Any], Any]) -> Any:
    """(employee, visit): what makes a late visit no longer `UNDATED`, each pair once; read from the living
    appointments and open requests, however many people are late. `ours`: the condition on their company.
    """
    calls = sqlalchemy.select(col(Slot.employee_id), col(Slot.kind), col(Slot.company_id)).where(
        ours(col(Slot.company_id)), col(Slot.employee_id).is_not(None), _living, _coming
    )
    request = AppointmentRequest
    requests = sqlalchemy.select(col(request.employee_id), col(request.kind), col(request.company_id)).where(
        ours(col(request.company_id)), _open
    )
    return sqlalchemy.union(calls, requests)


# An appointment to come, whichever the visit.
CALLED = and_(HERE, _exists(Slot, _theirs, _living, col(Slot.starts_at) > _now))


def _plain(column: Any) -> Any:
    """The company is checked, not searched by: a few employees are, and SQLite would read all the company."""
    return col(column) + 0


_mine: Any = bindparam("company")
_ids: Any = bindparam("ids", expanding=True)


def _appointments() -> Any:
    named = (col(Slot.employee_id), literal(1), col(Slot.id), col(Slot.kind), col(Slot.state))
    return (
        sqlalchemy.select(*named, col(Slot.starts_at), col(CareCentre.name))
        .join(CareCentre, col(CareCentre.id) == Slot.centre_id)
        .where(col(Slot.employee_id).in_(_ids), _plain(Slot.company_id) == _mine, _living)
    )


def _requests() -> Any:
    request = AppointmentRequest
    named = (col(request.employee_id), literal(0), col(request.id), col(request.kind), col(request.state))
    return sqlalchemy.select(*named, col(request.sent_at), literal("")).where(
        col(request.employee_id).in_(_ids), _plain(request.company_id) == _mine, _open
    )


_UNDER_WAY = sqlalchemy.union_all(_appointments(), _requests())


async def under_way(access: MemberAccess, ids: Sequence[int]) -> dict[int, list[Call | OpenRequest]]:
    """Living appointments and open requests by employee, in one statement; nothing for those without."""
    if not ids:
        return {}
    given, found = {"company": access.company.key, "ids": list(ids)}, dict[int, list[Call | OpenRequest]]()
    for employee_id, is_call, number, kind, state, at, place in await access.table(_UNDER_WAY, given):
        is_confirmed = state == SlotState.CONFIRMED
        one = Call(number, kind, is_confirmed, at, place) if is_call else OpenRequest(number, kind, at)
        found.setdefault(employee_id, []).append(one)
    return found


async def standings_of(
    access: MemberAccess, people: Sequence[FollowedRow], at: Moment
) -> Mapping[int, Standing]:
    """By employee, for each of these."""
    ids = [each.id for each in people if each.id]
    found = await under_way(access, ids)
    return {
        each.id: standing_of(
            each.due_on, each.due_kind, found.get(each.id, ()), at,
            is_here=each.exit_on is None or each.exit_on >= at.today,
        )
        for each in people
        if each.id
    }  # fmt: skip


_company_of, _due_on = col(Employee.company_id), col(Employee.due_on)
_theirs_too = sqlalchemy.select(col(Membership.company_id)).where(
    col(Membership.account_id) == bindparam("account"), is_alive(_today)
)


def _at_theirs(company: Any) -> Any:
    return company.in_(_theirs_too)


def _undated_at() -> Any:
    """Of each company, those whose deadline has passed (a kept count by month, those of this month, those who
    are to leave), less those for whom something is under way.
    """
    one: Any = sqlalchemy.literal_column("1")
    of_month = (_due_on >= bindparam("month", type_=sqlalchemy.Date), _due_on < _today)
    called = calls_and_requests(_at_theirs).subquery("called")
    same = and_(
        col(Employee.id) == called.c.employee_id,
        _company_of == called.c.company_id,
        col(Employee.due_kind) == called.c.kind,
    )
    numbers = sqlalchemy.union_all(
        sqlalchemy.select(col(VisitMonth.company_id), col(VisitMonth.people)).where(
            _at_theirs(col(VisitMonth.company_id)),
            col(VisitMonth.month) < bindparam("month", type_=sqlalchemy.Date),
        ),
        sqlalchemy.select(_company_of, one).where(
            _at_theirs(_company_of), *of_month, col(Employee.exit_on).is_(None)
        ),
        sqlalchemy.select(_company_of, sqlalchemy.case((_due_on < _today, one), else_=0)).where(
            _at_theirs(_company_of), col(Employee.exit_on) >= _today
        ),
        sqlalchemy.select(_company_of, -one)
        .select_from(called)
        .join(Employee, same)
        .where(_due_on < _today, HERE),
    ).subquery("numbers")
    late = sqlalchemy.func.sum(numbers.c.people)
    return sqlalchemy.select(numbers.c.company_id, late).group_by(numbers.c.company_id).having(late > 0)


_UNDATED_AT = _undated_at()


async def undated_at(access: AccountAccess, at: Moment) -> dict[int, int]:
    """The number of late visits without a date in each company of this account, by its number: in one
    statement whatever their number.
    """
    given = {
        "account": access.account.key,
        "today": at.today,
        "month": at.today.replace(day=1),
        "now": at.now,
    }
    return dict(await access.table(_UNDATED_AT, given))
