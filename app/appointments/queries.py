"""Reads of one company's requests, and of the employees that they may be about."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import and_, func, or_
from sqlmodel import col

from app.access import MemberAccess
from app.employees.declared import shown_name
from app.employees.queries import PAGE
from db.models import (
    AppointmentRequest,
    Employee,
    RequestMotive,
    RequestState,
    Slot,
    SlotState,
)
from db.types import Instant

OPEN_STATES = (RequestState.SENT, RequestState.TAKEN, RequestState.PLANNED)
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
        return shown_name(self.birth_name, self.usual_name, self.first_names, self.sex)


STATES = {
    "encours": list(OPEN_STATES),
    "finies": [RequestState.DONE, RequestState.REFUSED, RequestState.CANCELLED],
}


async def requests_of(
    access: MemberAccess, state: str, before: tuple[datetime, int] | None, *, unread: bool = False
) -> list[RequestRow]:
    """The latest first: a page of them, and one more if there are more."""
    request = AppointmentRequest
    live = (col(Slot.request_id) == request.id) & col(Slot.state).in_(ANSWERING)
    columns = [getattr(request, name) for name in RequestRow._fields[:7]]
    columns += [getattr(Employee, name) for name in NAMES]
    statement = (
        sqlalchemy.select(*columns, func.max(Slot.starts_at, type_=Instant))
        .select_from(request)
        .join(Employee, col(Employee.id) == request.employee_id)
        .outerjoin(Slot, live & (col(Slot.company_id) == request.company_id))
        .where(col(request.company_id) == access.company.key, col(Employee.company_id) == access.company.key)
        .group_by(*columns)
        .order_by(col(request.sent_at).desc(), col(request.id).desc())
        .limit(PAGE + 1)
    )
    if state in STATES:
        statement = statement.where(col(request.state).in_(STATES[state]))
    if unread:
        statement = statement.where(col(request.unread_at).is_not(None))
    if before:
        at, row_id = before
        older = and_(col(request.sent_at) == at, col(request.id) < row_id)
        statement = statement.where(or_(col(request.sent_at) < at, older))
    return [RequestRow._make(row) for row in await access.table(statement)]


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


async def held_request(access: MemberAccess, request_id: int) -> AppointmentRequest:
    """One request, under a lock: of two who act on it at once, the second sees what the first did."""
    request = await access.get(AppointmentRequest, request_id)
    mine = access.select(AppointmentRequest).where(col(AppointmentRequest.id) == request.key)
    await access.first(mine.with_for_update().execution_options(populate_existing=True))
    return request


async def batch_of(access: MemberAccess, batch: str) -> list[AppointmentRequest]:
    mine = access.select(AppointmentRequest).where(col(AppointmentRequest.batch) == batch)
    return list(await access.all(mine))
