"""Reads of one member for the service: a few rows of each thing, and how many; each leads on to its page.

As many statements whatever the size of the member, each of them along an index of one company.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Date, bindparam, func, or_
from sqlmodel import col, select

from app.access import StaffAccess
from app.appointments.queries import NAMES
from app.errors import NotFound
from app.follow_up.words import MOTIVE_TITLES
from app.invoices.queries import InvoiceRow, Totals, invoices_of, totals_at
from app.people.queries import open_invitations
from app.planning.queries import SlotRow, slot_rows
from app.planning.rules import LIVE
from app.security.throttle import seconds_to_wait
from app.staff_rights import StaffRight
from app.text.names import person_name
from db.models import (
    Account,
    AnnualDeclaration,
    AppointmentRequest,
    AuditEvent,
    CareTeam,
    Company,
    Document,
    DocumentKind,
    Employee,
    Inquiry,
    Invitation,
    Membership,
    RequestState,
    Slot,
    Throttle,
    Visit,
)
from db.types import Instant

FEW = 5  # rows of each thing on a member's page
MOST_PEOPLE, MOST_SITES = 50, 50

_company: Any = bindparam("company")
_today = bindparam("today", type_=Date)
_OF_CODE = select(Company).where(col(Company.code) == bindparam("code"))


async def member_of(access: StaffAccess, code: str) -> Company:
    """The member or site of that code, or `NotFound`. A page about it leaves its trace."""
    found = await access.first(_OF_CODE, {"code": code})
    if found is None:
        raise NotFound
    if not access.writes:
        access.reads(found)
    return found


async def person_of(access: StaffAccess, account_id: int) -> Account:
    """Account of somebody with access, or `NotFound`. A page about them leaves the same trace."""
    found = await access.get(Account, account_id)
    if not access.writes:
        access.reads(found)
    return found


_SITES = (
    select(Company)
    .where(col(Company.member_code) == bindparam("member"), col(Company.code) != bindparam("code"))
    .order_by(func.length(Company.code), col(Company.code))
    .limit(MOST_SITES + 1)
)
_TEAM: Any = select(CareTeam).where(col(CareTeam.id) == bindparam("team"))
_PRESENT = (col(Employee.entry_on) <= _today) & or_(
    col(Employee.exit_on).is_(None), col(Employee.exit_on) >= _today
)
_FOLLOWED = (
    sqlalchemy.select(col(Employee.monitoring), func.count())
    .where(col(Employee.company_id) == _company, _PRESENT)
    .group_by(col(Employee.monitoring))
)
_LATE = (
    sqlalchemy.select(func.count())
    .select_from(Employee)
    .where(col(Employee.company_id) == _company, _PRESENT, col(Employee.due_on) < _today)
)
_OPEN_REQUESTS = (
    sqlalchemy.select(
        col(AppointmentRequest.id), col(AppointmentRequest.sent_at), col(AppointmentRequest.motive),
        col(AppointmentRequest.state), *(getattr(Employee, name) for name in NAMES),
    )
    .join(Employee, col(Employee.id) == AppointmentRequest.employee_id)
    .where(
        col(AppointmentRequest.company_id) == _company,
        col(AppointmentRequest.state).in_((RequestState.SENT, RequestState.TAKEN, RequestState.PLANNED)),
    )
    .order_by(col(AppointmentRequest.sent_at).desc(), col(AppointmentRequest.id).desc())
    .limit(FEW + 1)
)  # fmt: skip
_COMING = slot_rows(
    col(Slot.company_id) == _company, col(Slot.state).in_(LIVE), col(Slot.employee_id).is_not(None),
    col(Slot.starts_at) > bindparam("now", type_=Instant),
)  # fmt: skip
_NEXT = _COMING.limit(FEW + 1)
_THREADS = (
    sqlalchemy.select(col(Inquiry.id), col(Inquiry.updated_at), col(Inquiry.subject), col(Inquiry.state))
    .where(col(Inquiry.company_id) == _company)
    .order_by(col(Inquiry.updated_at).desc(), col(Inquiry.id).desc())
    .limit(FEW + 1)
)
_DECLARATIONS = (
    sqlalchemy.select(
        col(AnnualDeclaration.year), col(AnnualDeclaration.submitted_at), col(AnnualDeclaration.headcount),
        col(AnnualDeclaration.total_cents), col(AnnualDeclaration.number),
    )
    .where(col(AnnualDeclaration.company_id) == _company)
    .order_by(col(AnnualDeclaration.year).desc())
    .limit(FEW)
)  # fmt: skip
_DOCUMENTS = (
    sqlalchemy.select(
        col(Document.id), col(Document.created_at), col(Document.title), col(Document.kind),
        col(Document.from_service),
    )
    .where(
        col(Document.company_id) == _company, col(Document.withdrawn_at).is_(None),
        or_(bindparam("medical", type_=sqlalchemy.Boolean), col(Document.kind) != DocumentKind.APTITUDE),
    )
    .order_by(col(Document.created_at).desc(), col(Document.id).desc())
    .limit(FEW + 1)
)  # fmt: skip
_HISTORY = (
    sqlalchemy.select(
        col(AuditEvent.at),
        col(AuditEvent.kind),
        col(AuditEvent.about),
        col(Account.first_name),
        col(Account.last_name),
    )
    .select_from(AuditEvent)
    .outerjoin(Account, col(Account.id) == AuditEvent.account_id)
    .where(col(AuditEvent.company_id) == _company)
    .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
    .limit(bindparam("most"))
)


class RequestLine(NamedTuple):
    id: int
    sent_at: datetime
    motive: str
    state: str
    name: str


class HistoryEvent(NamedTuple):
    """`who`: "" when the portal itself did it."""

    at: datetime
    kind: str
    about: str
    who: str


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """All that a member's page shows. `followed`: employees present by kind of follow-up; `late`: of them,
    those whose visit is late. Lists hold one row more than FEW when there are more.
    """

    sites: Sequence[Company]
    team: CareTeam | None
    followed: dict[str, int]
    late: int
    people: list["PersonLine"]
    invited: Sequence[Invitation]
    requests: list[RequestLine]
    slots: list[SlotRow]
    threads: Sequence[tuple[Any, ...]]
    declarations: Sequence[tuple[Any, ...]]
    invoices: list[InvoiceRow]
    totals: Totals
    documents: Sequence[tuple[Any, ...]]
    history: list[HistoryEvent]


async def facts_of(access: StaffAccess, company: Company, now: datetime, today: date) -> MemberFacts:
    mine, key = {"company": company.key}, company.key
    documents = mine | {"medical": StaffRight.MEDICAL in access.rights}
    return MemberFacts(
        sites=await access.all(_SITES, {"member": company.member_code, "code": company.code}),
        team=await access.first(_TEAM, {"team": company.team_id or 0}),
        followed=dict(await access.table(_FOLLOWED, mine | {"today": today})),
        late=(await access.table(_LATE, mine | {"today": today}))[0][0],
        people=await people_of(access, key, now, today),
        invited=await open_invitations(access, key),
        requests=[_request_line(*row) for row in await access.table(_OPEN_REQUESTS, mine)],
        slots=[SlotRow(*row) for row in await access.table(_NEXT, mine | {"now": now})],
        threads=await access.table(_THREADS, mine),
        declarations=await access.table(_DECLARATIONS, mine),
        invoices=await invoices_of(access, key, "", today, FEW + 1),
        totals=await totals_at(access, key, today),
        documents=await access.table(_DOCUMENTS, documents),
        history=await history_of(access, key, FEW * 2),
    )  # fmt: skip


def _request_line(row_id: int, sent_at: datetime, motive: str, state: str, *names: str) -> RequestLine:
    return RequestLine(row_id, sent_at, motive, state, person_name(*names))


async def history_of(access: StaffAccess, company_id: int, most: int) -> list[HistoryEvent]:
    """The latest acts, of the member and of the service."""
    rows = await access.table(_HISTORY, {"company": company_id, "most": most})
    return [
        HistoryEvent(at, kind, MOTIVE_TITLES.hidden_in(about), f"{first or ''} {last or ''}".strip())
        for at, kind, about, first, last in rows
    ]


async def coming_slots(access: StaffAccess, company_id: int, now: datetime) -> list[SlotRow]:
    """Every appointment to come that somebody of this member has."""
    return [SlotRow(*row) for row in await access.table(_COMING, {"company": company_id, "now": now})]


# People with access, and what their access stands at.


class PersonLine(NamedTuple):
    """`state`: words on the access, and the colour of them. `blocked_for`: seconds left of too many wrong
    passwords, 0 for none.
    """

    membership_id: int
    account_id: int
    name: str
    email: str
    roles: list[str]
    third_party: bool
    ends_on: date | None
    has_ended: bool
    never_signed_in: bool
    last_signed_in_at: datetime | None
    blocked_for: int


_PEOPLE = (
    sqlalchemy.select(
        col(Membership.id), col(Membership.roles), col(Membership.third_party), col(Membership.ends_on),
        col(Account.id), col(Account.first_name), col(Account.last_name), col(Account.email),
        col(Account.first_signed_in_at), col(Account.last_signed_in_at),
    )
    .select_from(Membership)
    .join(Account, col(Account.id) == Membership.account_id)
    .where(col(Membership.company_id) == _company)
    .order_by(col(Membership.id))
    .limit(MOST_PEOPLE)
)  # fmt: skip
_GUESSES = sqlalchemy.select(col(Throttle.bucket), col(Throttle.guesses)).where(
    col(Throttle.bucket).in_(bindparam("buckets", expanding=True))
)


async def people_of(access: StaffAccess, company_id: int, now: datetime, today: date) -> list[PersonLine]:
    rows = await access.table(_PEOPLE, {"company": company_id})
    waits = await blocked_for(access, [row[7] for row in rows], now)
    return [
        PersonLine(
            membership_id=row_id, account_id=account_id, name=f"{first} {last}".strip(), email=email,
            roles=roles, third_party=third_party, ends_on=ends_on,
            has_ended=ends_on is not None and ends_on < today, never_signed_in=first_at is None,
            last_signed_in_at=last_at, blocked_for=waits.get(email, 0),
        )
        for row_id, roles, third_party, ends_on, account_id, first, last, email, first_at, last_at in rows
    ]  # fmt: skip


async def blocked_for(access: StaffAccess, emails: list[str], now: datetime) -> dict[str, int]:
    """Seconds during which a wrong password too many keeps each of these addresses out; none for the rest."""
    buckets = {access.portal.keys.bucket("account", each): each for each in emails}
    if not buckets:
        return {}
    rows = await access.table(_GUESSES, {"buckets": list(buckets)})
    waits = {buckets[name]: seconds_to_wait(name, guesses, now.timestamp()) for name, guesses in rows}
    return {email: int(wait) for email, wait in waits.items() if wait > 0}


class Place(NamedTuple):
    """A company that a person acts for."""

    membership_id: int
    code: str
    name: str
    roles: list[str]
    third_party: bool
    ends_on: date | None


_PLACES = (
    sqlalchemy.select(
        col(Membership.id), col(Company.code), col(Company.name), col(Membership.roles),
        col(Membership.third_party), col(Membership.ends_on),
    )
    .join(Company, col(Company.id) == Membership.company_id)
    .where(col(Membership.account_id) == bindparam("account"))
    .order_by(col(Company.code))
    .limit(200)
)  # fmt: skip


async def places_of(access: StaffAccess, account_id: int) -> list[Place]:
    """The companies that somebody acts for, by code."""
    return [Place(*row) for row in await access.table(_PLACES, {"account": account_id})]


# One employee, for whoever answers the telephone.


_VISITS = (
    select(Visit)
    .where(col(Visit.company_id) == _company, col(Visit.employee_id) == bindparam("employee"))
    .order_by(col(Visit.done_on).desc(), col(Visit.id).desc())
    .limit(FEW * 2)
)
_THEIR_SLOTS = slot_rows(
    col(Slot.company_id) == _company, col(Slot.employee_id) == bindparam("employee"),
    col(Slot.state).in_(LIVE),
).limit(FEW)  # fmt: skip
_THEIR_REQUESTS = (
    select(AppointmentRequest)
    .where(
        col(AppointmentRequest.company_id) == _company,
        col(AppointmentRequest.employee_id) == bindparam("employee"),
    )
    .order_by(col(AppointmentRequest.sent_at).desc(), col(AppointmentRequest.id).desc())
    .limit(FEW)
)


@dataclass(frozen=True, slots=True)
class EmployeeFacts:
    visits: Sequence[Visit]
    slots: list[SlotRow]
    requests: Sequence[AppointmentRequest]


async def facts_of_employee(access: StaffAccess, employee: Employee) -> EmployeeFacts:
    mine = {"company": employee.company_id, "employee": employee.key}
    return EmployeeFacts(
        visits=await access.all(_VISITS, mine),
        slots=[SlotRow(*row) for row in await access.table(_THEIR_SLOTS, mine)],
        requests=await access.all(_THEIR_REQUESTS, mine),
    )
