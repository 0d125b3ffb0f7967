"""Acts on people due: a time proposed to one, the waiting list, and its refill."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import col, select

from app import clock
from app.access import StaffAccess, VisitorAccess
from app.clinic.queries import FreeTime, free_times_for
from app.clinic.staff import propose_time
from app.due.rules import FAR, distance
from app.errors import Refused
from app.planning.rules import LIVE
from app.portal import Portal
from db.kinds import VisitKind
from db.models import Account, CareCentre, Company, Employee, Slot, WaitingPerson

NOTICE = timedelta(days=3)  # before a time that is proposed by itself, so that the employer can answer
MOST = 50  # people of the waiting list looked at in one turn
MOST_TIMES = 500


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
        proposed = 0
        nobody = StaffAccess(portal, session, await session.get_one(Account, anybody.account_id))
        for row in await waiting_people(nobody, MOST):
            author = await session.get_one(Account, row.waiting.account_id)
            proposed += await _serve(StaffAccess(portal, session, author), row, now)
    return proposed


async def _serve(access: StaffAccess, row: WaitingRow, now: datetime) -> bool:
    """Propose the first time that fits; off the list too when they were called meanwhile, or left."""
    waiting, employee = row.waiting, row.employee
    is_gone = employee.exit_on is not None and employee.exit_on < clock.day_of(now)
    if is_gone or await _is_called(access, employee.key, waiting.kind):
        await access.delete(waiting)
        return False
    times = await free_times_for(access, waiting.kind, now + NOTICE, MOST_TIMES, employee.company_id)
    for time in near_first(times, row.company.postcode):
        if waiting.centre_id not in {None, time.session.centre_id}:
            continue
        if distance(row.company.postcode, time.session.postcode) == FAR and not waiting.centre_id:
            continue
        try:
            async with access.savepoint():
                kind = VisitKind(waiting.kind)
                await propose_time(access, time.session, time.starts_at, employee, kind, now)
        except Refused:
            continue
        await access.delete(waiting)
        return True
    return False


def near_first(times: Sequence[FreeTime], postcode: str) -> list[FreeTime]:
    """The same times, those of the nearest centres first; each centre's by hour."""
    return sorted(times, key=lambda time: (distance(postcode, time.session.postcode), time.starts_at))
