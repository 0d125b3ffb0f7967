"""Acts on people due: a time proposed to one, the waiting list, and its refill."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import col, delete, select

from app import clock
from app.access import StaffAccess, VisitorAccess
from app.clinic.queries import FreeTime, free_times_ahead
from app.clinic.rules import receives
from app.clinic.staff import propose_time
from app.due.queries import needs_of
from app.due.rules import FAR, NOTHING, Needs, distance, is_understood
from app.errors import Refused
from app.planning.rules import LIVE
from app.portal import Portal
from db.kinds import VisitKind
from db.models import Account, CareCentre, Company, Employee, Slot, WaitingPerson

NOTICE = timedelta(days=3)  # before a time that is proposed by itself, so that the employer can answer
MOST = 50  # people of the waiting list served in one turn
LOOKED_AT = 1000  # of them read at once
TRIES = 5  # times of somebody that others may have taken meanwhile


async def add_waiting(
    access: StaffAccess, employee_id: int, kind: VisitKind, centre_id: int | None, now: datetime
) -> None:
    """Put somebody at the end of the waiting list. Twice is once."""
    employee = await access.get(Employee, employee_id)
    if centre_id:
        await access.get(CareCentre, centre_id)
    if await _is_called(access, employee_id, kind):
        raise Refused("Cette personne a déjà un rendez-vous pour cette visite.", status_code=409)
    same = select(WaitingPerson).where(
        col(WaitingPerson.employee_id) == employee_id, col(WaitingPerson.kind) == kind
    )
    if already := await access.first(same):
        already.centre_id = centre_id
        return
    access.add(
        WaitingPerson(
            company_id=employee.company_id, employee_id=employee_id, kind=kind, centre_id=centre_id,
            account_id=access.account.key, added_at=now,
        )
    )  # fmt: skip


async def remove_waiting(access: StaffAccess, waiting_id: int) -> None:
    await access.delete(await access.get(WaitingPerson, waiting_id))


async def _is_called(access: StaffAccess, employee_id: int, kind: str) -> bool:
    theirs = select(Slot).where(
        col(Slot.employee_id) == employee_id, col(Slot.kind) == kind, col(Slot.state).in_(LIVE)
    )
    return await access.first(theirs.limit(1)) is not None


class WaitingRow(NamedTuple):
    waiting: WaitingPerson
    employee: Employee
    company: Company


async def waiting_people(access: StaffAccess, most: int = 200) -> list[WaitingRow]:
    """Those who wait, in order of arrival."""
    statement = (
        select(WaitingPerson, Employee, Company)
        .join(Employee, col(Employee.id) == WaitingPerson.employee_id)
        .join(Company, col(Company.id) == WaitingPerson.company_id)
        .order_by(col(WaitingPerson.id))
        .limit(most)
    )
    return [WaitingRow(*row) for row in await access.rows(statement)]


async def refill(portal: Portal, now: datetime) -> int:
    """Propose the times that are free to those who wait, in order. How many were. One process at a time."""
    async with portal.database.transaction(write=False) as session:
        anybody = await VisitorAccess(portal, session).first(select(WaitingPerson).limit(1))
    if anybody is None:
        return 0
    async with portal.database.transaction(write=True) as session:
        if not await VisitorAccess(portal, session).alone("waiting"):
            return 0
        nobody = StaffAccess(portal, session, await session.get_one(Account, anybody.account_id))
        await _forget_served(nobody, now)
        return await _serve_all(nobody, now)


async def _forget_served(access: StaffAccess, now: datetime) -> None:
    """Off the list: those who were called meanwhile, who left, whose company did."""
    today, waiting = clock.day_of(now), WaitingPerson
    called = select(Slot.id).where(
        col(Slot.employee_id) == waiting.employee_id,
        col(Slot.kind) == waiting.kind,
        col(Slot.state).in_(LIVE),
    )
    left = select(Employee.id).where(col(Employee.exit_on) < today)
    closed = select(Company.id).where(col(Company.closed_at).is_not(None))
    await access.change(
        delete(waiting).where(
            called.exists() | col(waiting.employee_id).in_(left) | col(waiting.company_id).in_(closed)
        )
    )


class _Waiter(NamedTuple):
    id: int
    kind: str
    centre_id: int | None
    employee_id: int
    company_id: int
    account_id: int
    exit_on: date | None
    postcode: str


_WAITERS: Any = (
    sqlalchemy.select(
        *(getattr(WaitingPerson, name) for name in _Waiter._fields[:6]), col(Employee.exit_on),
        col(Company.postcode),
    )
    .join(Employee, col(Employee.id) == WaitingPerson.employee_id)
    .join(Company, col(Company.id) == WaitingPerson.company_id)
    .where(col(WaitingPerson.id) > bindparam("after"))
    .order_by(col(WaitingPerson.id))
    .limit(LOOKED_AT)
)  # fmt: skip


async def _serve_all(access: StaffAccess, now: datetime) -> int:
    """Go through the whole list, until MOST were proposed a time. Where nothing fits somebody, nothing fits
    those who are alike either: they are not looked at again.
    """
    free = await free_times_ahead(access, now + NOTICE)
    choosy = frozenset[int]().union(*(each.companies or () for each in free))
    hopeless: set[tuple[object, ...]] = set()
    proposed, after = 0, 0
    while free and (rows := [_Waiter(*row) for row in await access.table(_WAITERS, {"after": after})]):
        after, needs = rows[-1].id, await needs_of(access, [each.employee_id for each in rows])
        for each in rows:
            company, need = each.company_id if each.company_id in choosy else 0, needs.get(each.employee_id)
            alike = (each.kind, each.centre_id, each.postcode, each.exit_on, company, need)
            if alike in hopeless:
                continue
            times = _times_for(free, each, need or NOTHING)
            if not times:
                hopeless.add(alike)
            elif time := await _serve(access, each, times, now):
                free = [other for other in free if not _overlap(other, time)]
                proposed += 1
                if proposed == MOST:
                    return proposed
    return proposed


def _times_for(free: Sequence[FreeTime], waiter: _Waiter, needs: Needs) -> list[FreeTime]:
    """The times that they could come to, the nearest centres first. Nobody looks at these proposals: whoever
    needs an interpreter waits for a professional who speaks the language, or for somebody who finds one.
    """

    def fits(time: FreeTime) -> bool:
        session = time.session
        is_near = distance(waiter.postcode, session.postcode) != FAR
        return (
            receives(session.kinds, waiter.kind)
            and time.is_for(waiter.company_id)
            and (session.centre_id == waiter.centre_id if waiter.centre_id else is_near)
            and (waiter.exit_on is None or session.starts.date() <= waiter.exit_on)
            and (session.is_accessible or not needs.access)
            and is_understood(session.languages, needs)
        )

    return near_first([each for each in free if fits(each)], waiter.postcode)


def _overlap(one: FreeTime, other: FreeTime) -> bool:
    """True when the same professional would see two people at once."""
    first, second = sorted((one, other), key=lambda time: time.starts_at)
    ends = first.starts_at + timedelta(minutes=first.session.minutes)
    return first.session.professional == second.session.professional and second.starts_at < ends


async def _serve(
    access: StaffAccess, waiter: _Waiter, times: Sequence[FreeTime], now: datetime
) -> FreeTime | None:
    """Propose the first of these times that can be, in the name of whoever put them on the list."""
    author = await access.session_.get_one(Account, waiter.account_id)
    access = StaffAccess(access.portal, access.session_, author)
    employee = await access.get(Employee, waiter.employee_id)
    for time in times[:TRIES]:
        try:
            async with access.savepoint():
                kind = VisitKind(waiter.kind)
                await propose_time(access, time.session, time.starts_at, employee, kind, now)
        except Refused:
            continue
        await access.change(delete(WaitingPerson).where(col(WaitingPerson.id) == waiter.id))
        return time
    return None


def near_first(times: Sequence[FreeTime], postcode: str) -> list[FreeTime]:
    """The same times, those of the nearest centres first; each centre's by hour."""
    return sorted(times, key=lambda time: (distance(postcode, time.session.postcode), time.starts_at))
