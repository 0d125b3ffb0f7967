"""Acts of the service on its own time: people and places, sessions, a time proposed, a day marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlmodel import col, select

from app.access import StaffAccess
from app.clinic.queries import SessionRow, booked_at, session_row
from app.clinic.rules import LONGEST, MOST_WEEKS, SHORTEST, days_of_pattern, instant_of, receives
from app.errors import Refused
from app.planning.staff import Opening, assign_slot, mark_absent, mark_done, publish_slots, withdraw_slot
from db.kinds import VisitKind
from db.models import CareCentre, ClinicSession, Employee, Professional, SlotState

TAKEN = "Ce créneau vient d’être pris : choisissez-en un autre."
CANCELLED = "Cette vacation est annulée."


@dataclass(frozen=True, slots=True)
class Pattern:
    """The sessions to make: the same hours on the same weekday of `weeks` weeks from `first` on."""

    centre_id: int
    professional_id: int
    first: date
    opens: time
    closes: time
    weeks: int = 1
    minutes: int = 30
    kinds: tuple[VisitKind, ...] = ()


async def add_centre(access: StaffAccess, name: str, address: str, postcode: str, town: str) -> CareCentre:
    if await access.first(select(CareCentre).where(col(CareCentre.name) == name)):
        raise Refused("Un centre porte déjà ce nom.", "name")
    centre = access.add(CareCentre(name=name, address=address, postcode=postcode, town=town))
    await access.flush()
    return centre


async def add_professional(access: StaffAccess, name: str, role: str) -> Professional:
    if await access.first(select(Professional).where(col(Professional.name) == name)):
        raise Refused("Cette personne est déjà dans la liste.", "name")
    professional = access.add(Professional(name=name, role=role))
    await access.flush()
    return professional


async def make_sessions(access: StaffAccess, pattern: Pattern, now: datetime) -> list[ClinicSession]:
    """The sessions of this pattern, bank holidays left out; all of them, or `Refused` and none."""
    _check(pattern)
    await access.get(CareCentre, pattern.centre_id)
    professional = await access.get(Professional, pattern.professional_id)
    made = []
    for day in days_of_pattern(pattern.first, pattern.weeks):
        starts, ends = instant_of(day, pattern.opens), instant_of(day, pattern.closes)
        if starts <= now:
            raise Refused("Une vacation ne commence pas dans le passé.", "first")
        if professional.left_on and professional.left_on < day:
            raise Refused(f"{professional.name} ne travaille plus ici à cette date.", "professional")
        await _check_alone(access, professional, starts, ends)
        made.append(
            access.add(
                ClinicSession(
                    centre_id=pattern.centre_id, professional_id=professional.key, starts_at=starts,
                    ends_at=ends, minutes=pattern.minutes, kinds=" ".join(pattern.kinds), created_at=now,
                )
            )
        )  # fmt: skip
    if not made:
        raise Refused("Ces jours sont tous fériés ou chômés : choisissez-en un autre.", "first")
    await access.flush()
    return made


def _check(pattern: Pattern) -> None:
    if pattern.closes <= pattern.opens:
        raise Refused("La fin vient après le début.", "closes")
    if not SHORTEST <= pattern.minutes <= LONGEST:
        raise Refused(f"Une visite dure de {SHORTEST} à {LONGEST} minutes.", "minutes")
    if not 1 <= pattern.weeks <= MOST_WEEKS:
        raise Refused(f"De 1 à {MOST_WEEKS} semaines.", "weeks")


async def _check_alone(
    access: StaffAccess, professional: Professional, starts: datetime, ends: datetime
) -> None:
    """Nobody receives at two places at once."""
    other = select(ClinicSession).where(
        col(ClinicSession.professional_id) == professional.key, col(ClinicSession.cancelled_at).is_(None),
        col(ClinicSession.starts_at) < ends, col(ClinicSession.ends_at) > starts,
    )  # fmt: skip
    if await access.first(other.limit(1)):
        raise Refused(f"{professional.name} reçoit déjà le {starts:%d/%m/%Y} à cette heure.", "first", 409)


async def cancel_session(access: StaffAccess, session_id: int, now: datetime) -> int:
    """Cancel it whole: everybody called is notified and their requests wait again. How many they were."""
    session = await access.get(ClinicSession, session_id)
    if session.cancelled_at:
        raise Refused(CANCELLED)
    if session.starts_at <= now:
        raise Refused("Cette vacation a commencé : marquez chaque rendez-vous.")
    living = [
        each
        for each in await booked_at(access, await session_row(access, session_id))
        if each.state in {SlotState.PROPOSED, SlotState.CONFIRMED}
    ]
    for each in living:
        await withdraw_slot(access, each.id, now)
    session.cancelled_at = now
    return len(living)


async def propose_time(
    access: StaffAccess, session: SessionRow, starts_at: datetime, employee: Employee, kind: VisitKind,
    now: datetime, request_id: int | None = None,
) -> int:  # fmt: skip
    """Propose this time of the pool to this employee: the slot made of it. The employer confirms it.

    `Refused` (409) when a colleague was first: the database lets a professional see one person at a time.
    """
    if session.cancelled_at:
        raise Refused(CANCELLED)
    if starts_at not in session.times or not receives(session.kinds, kind):
        raise Refused("Ce créneau n’est pas de cette vacation : rechargez la page.")
    opening = Opening(
        starts_at=starts_at,
        kind=kind,
        centre_id=session.centre_id,
        professional=session.professional,
        role=session.role,
        minutes=session.minutes,
    )
    try:
        (slot,) = await publish_slots(access, employee.company_id, [opening], now)
    except Refused as refused:
        raise Refused(TAKEN if refused.status_code == 409 else refused.message, "creneau", 409) from None
    slot.session_id = session.id
    await access.flush()
    await assign_slot(access, slot.key, employee.key, now, request_id)
    return slot.key


@dataclass(frozen=True, slots=True)
class DayMark:
    """The outcome of one appointment: `DONE`, `ABSENT`, or absent and excused."""

    slot_id: int
    state: SlotState
    is_excused: bool = False


async def mark_day(access: StaffAccess, marks: Sequence[DayMark], now: datetime) -> int:
    """Mark these appointments, all or none. Those that have their mark already stay as they are."""
    for each in marks:
        if each.state == SlotState.DONE:
            await mark_done(access, each.slot_id, now)
        else:
            await mark_absent(access, each.slot_id, now, excused=each.is_excused)
    return len(marks)
