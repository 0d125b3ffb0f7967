"""Reads of the service's sessions, of their free times, and of one day at one centre."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlmodel import col, select

from app.access import BIGGEST_ID, StaffAccess
from app.clinic.rules import AROUND, Absence, Taken, free_times, receives, times_of
from app.clock import PARIS, day_of
from app.errors import NotFound
from app.planning.queries import SlotRow, slot_rows
from app.planning.rules import midnight
from db.models import (
    CareCentre,
    CareTeam,
    ClinicSession,
    Company,
    DroppedPaper,
    Professional,
    ProfessionalAbsence,
    SessionCompany,
    Slot,
    SlotState,
)
from db.numbers import is_digits

AHEAD = timedelta(days=60)  # how far a free time is looked for
MOST_TIMES = 30  # free times proposed at once
# Beyond, those of everybody are read: a long list of names is a statement that the base has never seen.
FEW_NAMES = 20
SESSIONS_LOOKED_AT = 100  # at once, for the nearest free times
BOOKED = (SlotState.PROPOSED, SlotState.CONFIRMED, SlotState.DONE, SlotState.ABSENT)


class SessionRow(NamedTuple):
    """A session with its place and its professional."""

    id: int
    starts_at: datetime
    ends_at: datetime
    minutes: int
    kinds: str
    cancelled_at: datetime | None
    centre_id: int
    centre: str
    town: str
    professional_id: int
    professional: str
    role: str
    room: str
    postcode: str
    is_accessible: bool
    reserved_until: date | None
    languages: str

    @property
    def starts(self) -> datetime:
        return self.starts_at.astimezone(PARIS)

    @property
    def ends(self) -> datetime:
        return self.ends_at.astimezone(PARIS)

    @property
    def times(self) -> list[datetime]:
        return times_of(self.starts_at, self.ends_at, self.minutes)


_SESSIONS: list[Any] = [
    *(getattr(ClinicSession, name) for name in SessionRow._fields[:6]),
    col(CareCentre.id), col(CareCentre.name), col(CareCentre.town),
    col(Professional.id), col(Professional.name), col(Professional.role),
    col(ClinicSession.room), col(CareCentre.postcode), col(CareCentre.is_accessible),
    col(ClinicSession.reserved_until), col(Professional.languages),
]  # fmt: skip


def _sessions(*conditions: Any) -> Any:
    return (
        sqlalchemy.select(*_SESSIONS)
        .select_from(ClinicSession)
        .join(CareCentre, col(CareCentre.id) == ClinicSession.centre_id)
        .join(Professional, col(Professional.id) == ClinicSession.professional_id)
        .where(*conditions)
        .order_by(col(ClinicSession.starts_at), col(CareCentre.name), col(ClinicSession.id))
    )


async def sessions_between(
    access: StaffAccess, since: datetime, until: datetime, centre_id: int = 0, professional_id: int = 0
) -> list[SessionRow]:
    """Sessions that go on and start in between, `until` left out; of one centre or professional, or all."""
    conditions = [
        col(ClinicSession.starts_at) >= since, col(ClinicSession.starts_at) < until,
        col(ClinicSession.cancelled_at).is_(None),
    ]  # fmt: skip
    if centre_id:
        conditions.append(col(ClinicSession.centre_id) == centre_id)
    if professional_id:
        conditions.append(col(ClinicSession.professional_id) == professional_id)
    return [SessionRow(*row) for row in await access.table(_sessions(*conditions))]


async def sessions_left(access: StaffAccess, centre_id: int, day: date, now: datetime) -> list[SessionRow]:
    """Sessions of that centre on that day in Paris that go on and are not over."""
    until = midnight(day + timedelta(days=1))
    rows = await sessions_between(access, midnight(day), until, centre_id)
    return [each for each in rows if each.ends_at > now]


async def sessions_of(
    access: StaffAccess, professional_id: int, since: datetime, until: datetime | None = None
) -> list[SessionRow]:
    """Sessions of one professional that go on, by time."""
    conditions = [
        col(ClinicSession.professional_id) == professional_id, col(ClinicSession.starts_at) >= since,
        col(ClinicSession.cancelled_at).is_(None),
    ]  # fmt: skip
    if until:
        conditions.append(col(ClinicSession.starts_at) < until)
    return [SessionRow(*row) for row in await access.table(_sessions(*conditions))]


async def slots_of(
    access: StaffAccess, professional: str, since: datetime, until: datetime | None = None
) -> list[tuple[int, datetime]]:
    """Living appointments with somebody, of whatever session: number and start, by time."""
    conditions = [
        col(Slot.professional) == professional, col(Slot.starts_at) >= since,
        col(Slot.state).in_((SlotState.PROPOSED, SlotState.CONFIRMED)),
    ]  # fmt: skip
    if until:
        conditions.append(col(Slot.starts_at) < until)
    statement = sqlalchemy.select(col(Slot.id), col(Slot.starts_at)).where(*conditions)
    return [(slot_id, at) for slot_id, at in await access.table(statement.order_by(col(Slot.starts_at)))]


async def absences_of(access: StaffAccess, professional_id: int) -> list[Absence]:
    """Days off of a professional, the first and the last of each."""
    theirs = sqlalchemy.select(col(ProfessionalAbsence.first_on), col(ProfessionalAbsence.last_on)).where(
        col(ProfessionalAbsence.professional_id) == professional_id
    )
    return [(first, last) for first, last in await access.table(theirs)]


async def sessions_numbered(access: StaffAccess, numbers: Collection[int]) -> list[SessionRow]:
    """These sessions, cancelled ones too, by time."""
    if not numbers:
        return []
    found = await access.table(_sessions(col(ClinicSession.id).in_(list(numbers))))
    return [SessionRow(*row) for row in found]


async def session_row(access: StaffAccess, session_id: int) -> SessionRow:
    is_number = 0 < session_id <= BIGGEST_ID
    rows = await access.table(_sessions(col(ClinicSession.id) == session_id)) if is_number else ()
    if not rows:
        raise NotFound
    return SessionRow(*rows[0])


_BOOKED = (
    sqlalchemy.select(col(Slot.professional), col(Slot.starts_at), col(Slot.minutes))
    .where(
        col(Slot.state).in_(BOOKED), col(Slot.starts_at) > bindparam("first"),
        col(Slot.starts_at) < bindparam("last"),
    )
    .order_by(col(Slot.starts_at))
)  # fmt: skip
_BOOKED_OF = _BOOKED.where(col(Slot.professional).in_(bindparam("names", expanding=True)))


async def booked_times(access: StaffAccess, sessions: Sequence[SessionRow]) -> dict[str, list[Taken]]:
    """Appointments of the professionals of these sessions around them, by name, then by time: of whatever
    session they are.
    """
    if not sessions:
        return {}
    names = sorted({each.professional for each in sessions})
    first, last = min(each.starts_at for each in sessions), max(each.ends_at for each in sessions)
    given: dict[str, Any] = {"first": first - AROUND, "last": last}
    statement = _BOOKED
    if len(names) <= FEW_NAMES:
        statement, given = _BOOKED_OF, given | {"names": names}
    found: dict[str, list[Taken]] = defaultdict(list)
    # Whoever's they are: nobody is named, and an hour is taken or not.
    for name, starts_at, minutes in await access.whole().table(statement, given):
        found[name].append((starts_at, minutes))
    return found


async def reserved_to(
    access: StaffAccess, sessions: Sequence[SessionRow], today: date
) -> dict[int, set[int]]:
    """Companies that sessions are reserved to, by session; those of the pool have no entry."""
    held = [each.id for each in sessions if each.reserved_until and each.reserved_until >= today]
    if not held:
        return {}
    statement = sqlalchemy.select(col(SessionCompany.session_id), col(SessionCompany.company_id)).where(
        col(SessionCompany.session_id).in_(held)
    )
    found: dict[int, set[int]] = {session_id: set() for session_id in held}
    for session_id, company_id in await access.table(statement):
        found[session_id].add(company_id)
    return found


async def reserved_companies(access: StaffAccess, session_id: int) -> list[Company]:
    """Companies that this session is or was reserved to, by code."""
    statement = (
        select(Company)
        .join(SessionCompany, col(SessionCompany.company_id) == col(Company.id))
        .where(col(SessionCompany.session_id) == session_id)
    )
    return list(await access.all(statement.order_by(Company.code)))


class FreeTime(NamedTuple):
    """A time that may be proposed. `companies`: those that its session is reserved to, None for all."""

    session: SessionRow
    starts_at: datetime
    companies: frozenset[int] | None = None

    @property
    def key(self) -> str:
        """The value of a form that chooses it."""
        return f"{self.session.id}-{int(self.starts_at.timestamp())}"

    def order(self) -> tuple[datetime, str]:
        return self.starts_at, self.session.centre

    def is_for(self, company_id: int) -> bool:
        return self.companies is None or company_id in self.companies


async def free_times_ahead(access: StaffAccess, now: datetime, kind: str = "") -> list[FreeTime]:
    """Times of the weeks to come that are free, for this visit or for any, the nearest first."""
    sessions = await _sessions_for(access, now, now + AHEAD, kind)
    return await _free_times_of(access, sessions, day_of(now))


async def _sessions_for(access: StaffAccess, since: datetime, until: datetime, kind: str) -> list[SessionRow]:
    rows = await sessions_between(access, since, until)
    sessions = [each for each in rows if not kind or receives(each.kinds, kind)]
    return sorted(sessions, key=lambda each: (each.starts_at, each.centre))


async def _free_times_of(access: StaffAccess, sessions: Sequence[SessionRow], today: date) -> list[FreeTime]:
    reserved = await reserved_to(access, sessions, today)
    booked = await booked_times(access, sessions)
    found = [
        FreeTime(each, start, frozenset(reserved[each.id]) if each.id in reserved else None)
        for each in sessions
        for start in free_times(each.times, each.minutes, booked.get(each.professional, ()))
    ]
    return sorted(found, key=FreeTime.order)


async def free_times_for(
    access: StaffAccess, kind: str, now: datetime, most: int = MOST_TIMES, company_id: int = 0
) -> list[FreeTime]:
    """Times that somebody of the company may be proposed for this visit in the weeks to come, the nearest
    first. `company_id`: 0 for one of no reserved session.

    A day is read, then two, then four, until there are enough: a large service opens thousands of times. Of
    a day with hundreds of sessions, those are left out that begin after the times already found.
    """
    found: list[FreeTime] = []
    since, span = now, timedelta(days=1)
    while since < now + AHEAD and len(found) < most:
        until = min(since + span, now + AHEAD)
        sessions = await _sessions_for(access, since, until, kind)
        for start in range(0, len(sessions), SESSIONS_LOOKED_AT):
            some = sessions[start : start + SESSIONS_LOOKED_AT]
            if len(found) >= most and found[most - 1].order() <= (some[0].starts_at, some[0].centre):
                break
            free = await _free_times_of(access, some, day_of(now))
            found = sorted([*found, *(each for each in free if each.is_for(company_id))], key=FreeTime.order)
        since, span = until, 2 * span
    return found[:most]


async def booked_at(access: StaffAccess, session: SessionRow) -> list[SlotRow]:
    """The appointments of one session, by time."""
    statement = slot_rows(col(Slot.session_id) == session.id, col(Slot.state).in_(BOOKED))
    return [SlotRow(*row) for row in await access.table(statement)]


async def day_rows(access: StaffAccess, centre_id: int, day: date) -> list[SlotRow]:
    """All the appointments of somebody at that centre on that day in Paris, by time."""
    statement = slot_rows(
        col(Slot.centre_id) == centre_id, col(Slot.state).in_(BOOKED), col(Slot.employee_id).is_not(None),
        col(Slot.starts_at) >= midnight(day), col(Slot.starts_at) < midnight(day + timedelta(days=1)),
    )  # fmt: skip
    return [SlotRow(*row) for row in await access.table(statement)]


MOST_LOOKED_AT, AHEAD_OF_SHEETS = 500, timedelta(days=31)


async def coming_sheets(access: StaffAccess, since: date, most: int) -> list[tuple[date, int]]:
    """The next days, from that one, on which a centre receives somebody, each with the centre."""
    starts = col(Slot.starts_at)
    statement = (
        sqlalchemy.select(starts, col(Slot.centre_id))
        .where(
            col(Slot.state).in_(BOOKED), col(Slot.employee_id).is_not(None), starts >= midnight(since),
            starts < midnight(since + AHEAD_OF_SHEETS),
        )
        .order_by(starts)
        .limit(MOST_LOOKED_AT)
    )  # fmt: skip
    found = {(day_of(at), centre): None for at, centre in await access.table(statement)}
    return list(found)[:most]


async def centres(access: StaffAccess, today: date | None = None) -> list[CareCentre]:
    """All of them, or those that are open on that day, by name."""
    statement = select(CareCentre).order_by(CareCentre.name)
    if today:
        closed_on = col(CareCentre.closed_on)
        statement = statement.where(closed_on.is_(None) | (closed_on >= today))
    return list(await access.all(statement))


async def professionals(access: StaffAccess, today: date) -> list[Professional]:
    """Those who work here on that day, by name."""
    here = col(Professional.left_on).is_(None) | (col(Professional.left_on) >= today)
    return list(await access.all(select(Professional).where(here).order_by(Professional.name)))


async def everybody(access: StaffAccess) -> list[Professional]:
    """Those who work here first, then those who left, by name."""
    by_name = select(Professional).order_by(col(Professional.left_on).is_not(None), col(Professional.name))
    return list(await access.all(by_name))


async def chosen_time(access: StaffAccess, key: str) -> tuple[SessionRow, datetime]:
    """The session and the start that a FreeTime.key names. NotFound for what this portal did not write."""
    session, _, seconds = key.partition("-")
    if not (is_digits(session) and is_digits(seconds)) or len(key) > 24:
        raise NotFound
    return await session_row(access, int(session)), datetime.fromtimestamp(int(seconds[:11]), UTC)


async def papers_of(access: StaffAccess, centre_id: int, day: date) -> list[DroppedPaper]:
    """Papers dropped on that day's sheet that nobody has shared yet, by name."""
    theirs = select(DroppedPaper).where(
        col(DroppedPaper.centre_id) == centre_id, col(DroppedPaper.day) == day
    )
    return list(await access.all(theirs.order_by(col(DroppedPaper.file_name), col(DroppedPaper.id))))


async def papers_waiting(access: StaffAccess, centre_id: int, day: date) -> int:
    statement = (
        sqlalchemy.select(func.count())
        .select_from(DroppedPaper)
        .where(col(DroppedPaper.centre_id) == centre_id, col(DroppedPaper.day) == day)
    )
    ((number,),) = await access.table(statement)
    return int(number)


_TEAMS = select(col(CareTeam.id), CareTeam.name).order_by(CareTeam.name, col(CareTeam.id))


async def team_names(access: StaffAccess) -> dict[str, str]:
    """Names of all the teams, by number as a form writes it."""
    return {str(number): name for number, name in await access.rows(_TEAMS, {})}


async def teams_followed(access: StaffAccess) -> list[tuple[CareTeam, int]]:
    """Each team with the number of companies that it follows, by name."""
    followed = func.count(col(Company.id))
    statement = (
        select(CareTeam, followed)
        .outerjoin(Company, col(Company.team_id) == col(CareTeam.id))
        .group_by(col(CareTeam.id))
        .order_by(CareTeam.name)
    )
    return [(team, number) for team, number in await access.rows(statement)]
