"""Reads of people due over all members, in the order of deadlines, which an index keeps."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import func
from sqlmodel import col

from app.access import Access, StaffAccess
from app.appointments.rules import RETURN_WITHIN
from app.clinic.queries import SessionRow, reserved_to
from app.due.rules import NOTHING, Due, Needs, department
from app.planning.rules import LIVE
from app.text.names import person_name
from db.models import (
    AppointmentRequest,
    Company,
    Employee,
    RequestMotive,
    RequestState,
    Slot,
)

MOST = 5000  # people of one batch, the most urgent
PAGE = 50
MOST_EXPORTED = 50_000
HIRED = timedelta(days=31)  # how long a hire whose visit comes first stays on its list
NAMES = ("birth_name", "usual_name", "first_names", "sex")


class DueRow(NamedTuple):
    """Somebody whose visit is due. `request_id`: the request of a return, else None."""

    id: int
    birth_name: str
    usual_name: str
    first_names: str
    sex: str
    due_on: date
    due_kind: str
    entry_on: date
    last_visit_on: date | None
    exit_on: date | None
    company_id: int
    code: str
    company: str
    town: str
    postcode: str
    request_id: int | None = None

    @property
    def name(self) -> str:
        return person_name(self.birth_name, self.usual_name, self.first_names, self.sex)


_COLUMNS: list[Any] = [
    *(getattr(Employee, name) for name in DueRow._fields[:10]),
    *(getattr(Company, name) for name in ("id", "code", "name", "town", "postcode")),
]


def called_already() -> Any:
    """An appointment of the same kind that waits or is confirmed."""
    return (
        sqlalchemy.select(col(Slot.id))
        .where(
            col(Slot.employee_id) == col(Employee.id), col(Slot.kind) == col(Employee.due_kind),
            col(Slot.state).in_(LIVE),
        )
        .exists()
    )  # fmt: skip


def _followed(today: date) -> list[Any]:
    """Conditions on the person and the company: both still there, and nobody called yet."""
    return [
        col(Employee.due_kind) != "", col(Company.closed_at).is_(None),
        col(Employee.exit_on).is_(None) | (col(Employee.exit_on) >= today), ~called_already(),
    ]  # fmt: skip


def _due_rows(columns: Sequence[Any], *conditions: Any) -> Any:
    return (
        sqlalchemy.select(*columns)
        .select_from(Employee)
        .join(Company, col(Company.id) == Employee.company_id)
        .where(*conditions)
        .order_by(col(Employee.due_on), col(Employee.id))
    )


async def people_due(
    access: StaffAccess, team_id: int | None, due_before: date, kinds: Collection[str], today: date
) -> list[Due]:
    """Those whose visit is due before that day and who have no appointment for it, the most urgent first."""
    columns = [
        col(Employee.id), col(Employee.company_id), col(Company.postcode), col(Employee.due_on),
        col(Employee.due_kind), col(Employee.exit_on),
    ]  # fmt: skip
    statement = _due_rows(columns, col(Employee.due_on) < due_before, *_followed(today)).limit(MOST)
    if team_id:
        statement = statement.where(col(Company.team_id) == team_id)
    if kinds:
        statement = statement.where(col(Employee.due_kind).in_(list(kinds)))
    rows = await access.table(statement)
    needs = await needs_of(access, [row[0] for row in rows])
    return [Due._make((*row, needs.get(row[0], NOTHING))) for row in rows]


async def needs_of(access: StaffAccess, employees: Collection[int]) -> dict[int, Needs]:
    """Needs of a visit of these employees as employers named them: the last word, by employee."""
    asked = AppointmentRequest
    statement = (
        sqlalchemy.select(col(asked.employee_id), col(asked.needs_access), col(asked.interpreter))
        .where(
            col(asked.employee_id).in_(list(employees)),
            col(asked.needs_access).is_(True) | (col(asked.interpreter) != ""),
        )
        .order_by(col(asked.id))
    )
    return {
        employee_id: Needs(bool(needs_access), interpreter)
        for employee_id, needs_access, interpreter in await access.table(statement)
    }


# Lists over all members.

Place = tuple[date, int]


async def list_rows(
    access: StaffAccess, which: str, today: date, month: date, team_id: int = 0,
    after: Place | None = None, most: int = PAGE + 1,
) -> list[DueRow]:  # fmt: skip
    """A page of that list, the oldest deadline first, and one more if there are more."""
    if which == "reprises":
        return await _returns(access, team_id, after, most)
    conditions = _of_list(which, today, month)
    if team_id:
        conditions.append(col(Company.team_id) == team_id)
    if after:
        conditions += [col(Employee.due_on) >= after[0], _place() > sqlalchemy.tuple_(*map(_literal, after))]
    statement = _due_rows(_COLUMNS, *conditions, *_followed(today)).limit(most)
    return [DueRow(*row) for row in await access.table(statement)]


def _place() -> Any:
    return sqlalchemy.tuple_(col(Employee.due_on), col(Employee.id))


def _literal(value: Any) -> Any:
    return sqlalchemy.literal(value)


def _of_list(which: str, today: date, month: date) -> list[Any]:
    due_on = col(Employee.due_on)
    if which == "mois":
        return [due_on >= month, due_on < next_month(month)]
    if which == "embauches":
        return [
            due_on >= today - HIRED, due_on < today + 2 * HIRED, due_on < col(Employee.entry_on),
            col(Employee.last_visit_on).is_(None),
        ]  # fmt: skip
    return [due_on < today]


def next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


async def _returns(access: StaffAccess, team_id: int, after: Place | None, most: int) -> list[DueRow]:
    """Visits of return that are asked for and have no appointment, by the day of the return."""
    asked = AppointmentRequest
    columns: list[Any] = [*_COLUMNS, col(asked.back_on), col(asked.id)]
    conditions = [
        col(asked.motive) == RequestMotive.RETURN,
        col(asked.state).in_((RequestState.SENT, RequestState.TAKEN)),
        col(asked.back_on).is_not(None),
    ]
    if team_id:
        conditions.append(col(Company.team_id) == team_id)
    if after:
        place = sqlalchemy.tuple_(col(asked.back_on), col(asked.id))
        conditions.append(place > sqlalchemy.tuple_(_literal(after[0] - RETURN_WITHIN), _literal(after[1])))
    statement = (
        sqlalchemy.select(*columns)
        .select_from(asked)
        .join(Employee, col(Employee.id) == asked.employee_id)
        .join(Company, col(Company.id) == asked.company_id)
        .where(*conditions)
        .order_by(col(asked.back_on), col(asked.id))
        .limit(most)
    )
    return [
        DueRow(*row)._replace(due_on=back_on + RETURN_WITHIN, due_kind="reprise", request_id=number)
        for *row, back_on, number in await access.table(statement)
    ]


async def row_of(access: StaffAccess, employee_id: int) -> DueRow | None:
    rows = await access.table(_due_rows(_COLUMNS, col(Employee.id) == employee_id))
    return DueRow(*rows[0]) if rows else None


async def due_by_day(access: Access, first: date, until: date) -> dict[date, int]:
    """Numbers of visits due each day, read in the index alone; `until` left out."""
    due_on = col(Employee.due_on)
    statement = (
        sqlalchemy.select(due_on, func.count())
        .where(due_on >= first, due_on < until, col(Employee.due_kind) != "")
        .group_by(due_on)
    )
    return {day: number for day, number in await access.table(statement)}  # noqa: C416


MOST_COUNTED = 1000


async def number_late(access: Access, today: date) -> int:
    """The number of people on the list of those who are late, as far as MOST_COUNTED and one more."""
    late = _due_rows([col(Employee.id)], *_of_list("retard", today, today), *_followed(today))
    counted = sqlalchemy.select(func.count()).select_from(late.limit(MOST_COUNTED + 1).subquery())
    ((number,),) = await access.table(counted)
    return int(number)


# Who fits a free time.

AHEAD = timedelta(days=180)  # due by then: nobody is called earlier
LOOKED_AT = 400


async def candidates_of(
    access: StaffAccess, session: SessionRow, postcode: str, day: date, today: date
) -> tuple[list[DueRow], set[int]]:
    """People due whom the session receives, of its département; and the companies that come to it already,
    whose people come first.
    """
    coming = sqlalchemy.select(col(Slot.company_id)).where(
        col(Slot.session_id) == session.id, col(Slot.state).in_(LIVE)
    )
    companies = {company for (company,) in await access.table(coming.distinct())}
    usual = [col(Employee.due_on) < day + AHEAD, *_followed(day)]
    if session.reserved_until and session.id in (held := await reserved_to(access, [session], today)):
        usual.append(col(Employee.company_id).in_(held[session.id]))
    if session.kinds:
        usual.append(col(Employee.due_kind).in_(session.kinds.split()))
    theirs = _due_rows(_COLUMNS, col(Employee.company_id).in_(companies), *usual).limit(LOOKED_AT)
    code = col(Company.postcode)
    near = [code.startswith(department(postcode)) | (code == "")] if postcode else []
    others = _due_rows(_COLUMNS, *near, *usual).limit(LOOKED_AT)
    found = {row[0]: DueRow(*row) for row in await access.table(others)}
    if companies:
        found |= {row[0]: DueRow(*row) for row in await access.table(theirs)}
    return list(found.values()), companies
