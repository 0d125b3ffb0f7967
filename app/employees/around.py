"""All else that the portal holds about one employee, for their sheet: appointments, requests, documents.

These areas know the employees, who do not know them: the reads are here, their words in `follow_up.words`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import col

from app.access import MemberAccess
from app.clock import Moment
from app.documents.kinds import KIND_WORDS
from app.documents.queries import DocumentRow, documents_about
from app.employees.standings import OPEN_STATES, standings_of
from app.follow_up.standing import Standing
from app.follow_up.words import MOTIVE_TITLES, REQUEST_STATES, SLOT_TAGS, VISITS
from app.web.paging import PAGE
from db.models import (
    AppointmentRequest,
    CareCentre,
    DocumentKind,
    Employee,
    RequestMotive,
    RequestState,
    Slot,
    SlotState,
    VisitKind,
)


class Appointment(NamedTuple):
    """A slot that calls or called this person; one that took place is a visit, told apart."""

    id: int
    starts_at: datetime
    kind: str
    state: str
    professional: str
    place: str

    @property
    def visit(self) -> str:
        return VISITS[VisitKind(self.kind)]

    @property
    def tag(self) -> tuple[str, str]:
        return SLOT_TAGS[SlotState(self.state)]


class RequestAbout(NamedTuple):
    """A request about this person."""

    id: int
    motive: str
    state: str
    sent_at: datetime

    @property
    def title(self) -> str:
        return MOTIVE_TITLES[RequestMotive(self.motive)]

    @property
    def tag(self) -> tuple[str, str]:
        state = RequestState(self.state)
        is_known = state == RequestState.DONE and self.motive == RequestMotive.ACCIDENT
        kinds = {RequestState.DONE: "ok", RequestState.REFUSED: "bad"} | dict.fromkeys(OPEN_STATES, "wait")
        return "prise en compte" if is_known else REQUEST_STATES[state], kinds.get(state, "")


@dataclass(frozen=True, slots=True)
class Around:
    """A page of each at most, the latest first. `documents`: each with the words of its kind."""

    standing: Standing
    appointments: Sequence[Appointment]
    requests: Sequence[RequestAbout]
    documents: Sequence[tuple[DocumentRow, str]]


_APPOINTMENTS = (
    sqlalchemy.select(*(getattr(Slot, name) for name in Appointment._fields[:5]), col(CareCentre.name))
    .select_from(Slot)
    .join(CareCentre, col(CareCentre.id) == Slot.centre_id)
    .where(
        col(Slot.company_id) == bindparam("company"), col(Slot.employee_id) == bindparam("employee"),
        col(Slot.state) != SlotState.DONE,
    )
    .order_by(col(Slot.starts_at).desc(), col(Slot.id).desc())
    .limit(PAGE)
)  # fmt: skip
_request = AppointmentRequest
_REQUESTS = (
    sqlalchemy.select(*(getattr(_request, name) for name in RequestAbout._fields))
    .where(
        col(_request.company_id) == bindparam("company"), col(_request.employee_id) == bindparam("employee")
    )
    .order_by(col(_request.sent_at).desc(), col(_request.id).desc())
    .limit(PAGE)
)


async def around(access: MemberAccess, employee: Employee, at: Moment) -> Around:
    """Four statements, whatever there is."""
    standings = await standings_of(access, [employee], at)
    documents = await documents_about(access, employee.key)
    return Around(
        standings[employee.key],
        await _appointments(access, employee.key),
        await _requests(access, employee.key),
        [(each, KIND_WORDS[DocumentKind(each.kind)]) for each in documents],
    )


async def _appointments(access: MemberAccess, employee_id: int) -> list[Appointment]:
    given = {"company": access.company.key, "employee": employee_id}
    return [Appointment(*row) for row in await access.table(_APPOINTMENTS, given)]


async def _requests(access: MemberAccess, employee_id: int) -> list[RequestAbout]:
    given = {"company": access.company.key, "employee": employee_id}
    return [RequestAbout(*row) for row in await access.table(_REQUESTS, given)]
