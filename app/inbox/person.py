"""The person whom a thing is about, with their company, their visits and the times that fit them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.access import StaffAccess
from app.clinic.queries import free_times_for
from app.employees.declared import employee_name
from app.follow_up.words import SLOT_TAGS, VISITS
from app.inbox.queries import appointments_of, own_slots, past_visits
from app.inbox.staff import OWN_SLOT
from app.inbox.views import time_words
from db.kinds import NEVER, VisitKind
from db.models import Account, CareTeam, Company, Employee, SlotState, Visit


class Appointment(NamedTuple):
    """An appointment to come. `tag`: its state, and the colour of it."""

    kind: str
    when: str
    tag: tuple[str, str]


class Around(NamedTuple):
    """`writer`: the person of the company who asked, none for a thing that nobody wrote. `due`: which visit
    comes next, "" for none.
    """

    employee: Employee | None
    name: str
    due: str
    past: Sequence[Visit]
    coming: Sequence[Appointment]
    member: Company
    team: CareTeam | None
    writer: Account | None


async def person_around(
    access: StaffAccess, employee: Employee, now: datetime, account_id: int | None = None
) -> Around:
    """Everything about a person that one page shows."""
    company = await company_around(access, employee.company_id, account_id)
    coming = [
        Appointment(
            VISITS[row.kind], time_words(row.starts_at, row.centre, row.professional),
            SLOT_TAGS[SlotState(row.state)],
        )
        for row in await appointments_of(access, employee, now)
    ]  # fmt: skip
    return company._replace(
        employee=employee,
        name=employee_name(employee),
        due=VISITS[employee.due_kind] if employee.due_kind and employee.due_on != NEVER else "",
        past=await past_visits(access, employee),
        coming=coming,
    )


async def company_around(access: StaffAccess, company_id: int, account_id: int | None = None) -> Around:
    """The same of a thing about nobody."""
    member = await access.get(Company, company_id)
    return Around(
        employee=None, name="", due="", past=(), coming=(), member=member,
        team=await access.get(CareTeam, member.team_id) if member.team_id else None,
        writer=await access.get(Account, account_id) if account_id else None,
    )  # fmt: skip


class Time(NamedTuple):
    """A time that may be proposed. `key`: its value in a form; `is_own`: published for that company alone."""

    key: str
    words: str
    is_own: bool


async def times_for(access: StaffAccess, employee: Employee, kind: VisitKind, now: datetime) -> list[Time]:
    """The company's own slots for that visit, then the nearest free times of the pool."""
    own = await own_slots(access, employee.company_id, kind, now)
    free = await free_times_for(access, kind, now, company_id=employee.company_id)
    return [
        *(Time(f"{OWN_SLOT}{r.id}", time_words(r.starts, r.centre, r.professional), True) for r in own),
        *(
            Time(each.key, time_words(each.starts_at, each.session.centre, each.session.professional), False)
            for each in free
        ),
    ]
