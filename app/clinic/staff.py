"""Acts of the service on its own time: sessions opened, changed, cancelled; a time proposed; a day marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlmodel import col, delete, select

from app.access import StaffAccess
from app.clinic.queries import (
    SessionRow,
    absences_of,
    booked_at,
    day_rows,
    reserved_to,
    session_row,
    sessions_left,
)
from app.clinic.rules import (
    AWAY,
    FREE,
    LONGEST,
    MOST_WEEKS,
    SHORTEST,
    WEEKEND,
    day_off,
    days_of_pattern,
    holiday_on,
    instant_of,
    receives,
)
from app.clock import PARIS, day_of
from app.errors import Refused
from app.planning.proposals import notify_moves, notify_proposals, rows_numbered, withdraw_all
from app.planning.queries import SlotRow
from app.planning.rules import LIVE
from app.planning.staff import (
    Opening,
    assign_slot,
    mark_absent,
    mark_arrived,
    mark_done,
    move_slot,
    publish_slots,
)
from app.planning.views import hour
from app.text.formats import long_day
from db.kinds import VisitKind
from db.models import (
    AuditKind,
    CareCentre,
    ClinicSession,
    Company,
    Employee,
    Professional,
    SessionCompany,
)

TAKEN = "Ce créneau vient d’être pris : choisissez-en un autre."
CANCELLED = "Cette vacation est annulée."
CAME, MISSED, EXCUSED, HERE = MARKS = ("venu", "absent", "excuse", "arrive")  # outcomes of an appointment
CHANGED = ("centre_id", "professional_id", "starts_at", "ends_at", "minutes", "kinds", "room")


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
    room: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """Sessions that were opened, and the days of the pattern left out, each with its reason."""

    sessions: list[ClinicSession]
    skipped: list[tuple[date, str]]


async def make_sessions(access: StaffAccess, pattern: Pattern, now: datetime) -> Made:
    """The sessions of this pattern but on bank holidays and days off: all of them, or `Refused` and none."""
    _check_hours(pattern.opens, pattern.closes, pattern.minutes)
    if not 1 <= pattern.weeks <= MOST_WEEKS:
        raise Refused(f"De 1 à {MOST_WEEKS} semaines.", "weeks")
    centre = await access.get(CareCentre, pattern.centre_id)
    professional = await access.get(Professional, pattern.professional_id)
    absences = await absences_of(access, professional.key)
    made = Made([], [])
    for day in days_of_pattern(pattern.first, pattern.weeks):
        if reason := day_off(day, centre.postcode, absences):
            made.skipped.append((day, reason))
            continue
        session = ClinicSession(
            centre_id=centre.key, professional_id=professional.key, minutes=pattern.minutes,
            starts_at=instant_of(day, pattern.opens), ends_at=instant_of(day, pattern.closes),
            kinds=" ".join(pattern.kinds), room=pattern.room, created_at=now,
        )  # fmt: skip
        await _check_place(access, session, centre, professional, now)
        made.sessions.append(access.add(session))
    if not made.sessions:
        raise Refused(_nothing_left(made.skipped), "first")
    await access.flush()
    for session in made.sessions:
        _trace(access, session, professional, now)
    return made


def _nothing_left(skipped: Sequence[tuple[date, str]]) -> str:
    if all(reason == AWAY for _, reason in skipped):
        return "Ce professionnel est absent ces jours-là : choisissez-en d’autres."
    return "Ces jours sont tous fériés ou chômés : choisissez-en un autre."


def _check_hours(opens: time, closes: time, minutes: int) -> None:
    if closes <= opens:
        raise Refused("La fin vient après le début.", "closes")
    if not SHORTEST <= minutes <= LONGEST:
        raise Refused(f"Une visite dure de {SHORTEST} à {LONGEST} minutes.", "minutes")


async def _check_place(
    access: StaffAccess, session: ClinicSession, centre: CareCentre, professional: Professional, now: datetime
) -> None:
    """Check that it may be held: in the future, at a place that is open, by somebody who works here and is
    nowhere else, in a room that nobody has.
    """
    day = day_of(session.starts_at)
    if session.starts_at <= now:
        raise Refused("Une vacation ne commence pas dans le passé.", "first")
    if professional.left_on and professional.left_on < day:
        raise Refused(f"{professional.name} ne travaille plus ici à cette date.", "professional")
    if centre.closed_on and centre.closed_on < day:
        raise Refused(f"{centre.name} est fermé à cette date.", "centre")
    meanwhile = [
        col(ClinicSession.cancelled_at).is_(None), col(ClinicSession.starts_at) < session.ends_at,
        col(ClinicSession.ends_at) > session.starts_at, col(ClinicSession.id) != (session.id or 0),
    ]  # fmt: skip
    theirs = select(ClinicSession).where(*meanwhile, col(ClinicSession.professional_id) == professional.key)
    if await access.first(theirs.limit(1)):
        raise Refused(f"{professional.name} reçoit déjà le {day:%d/%m/%Y} à cette heure.", "first", 409)
    room = select(ClinicSession).where(
        *meanwhile, col(ClinicSession.centre_id) == centre.key, col(ClinicSession.room) == session.room
    )
    is_taken = bool(session.room) and await access.first(room.limit(1)) is not None
    if is_taken:
        raise Refused(f"La salle {session.room} est déjà prise le {day:%d/%m/%Y} à cette heure.", "room", 409)


@dataclass(frozen=True, slots=True)
class Change:
    """A session as it is to be: each value, changed or not."""

    centre_id: int
    professional_id: int
    day: date
    opens: time
    closes: time
    minutes: int
    kinds: str
    room: str

    @classmethod
    def of(cls, row: SessionRow, **changed: Any) -> "Change":
        """The session as it is, but for what changed."""
        values: dict[str, Any] = {
            "centre_id": row.centre_id, "professional_id": row.professional_id, "day": row.starts.date(),
            "opens": row.starts.time(), "closes": row.ends.time(), "minutes": row.minutes,
            "kinds": row.kinds, "room": row.room,
        }  # fmt: skip
        return cls(**values | changed)


async def change_session(access: StaffAccess, session_id: int, change: Change, now: datetime) -> int:
    """Change it, or move it whole: its appointments keep their place in it, and everybody called is notified.
    How many were. All of it, or `Refused` and nothing.
    """
    session, before = await _open_session(access, session_id, now)
    access = access.whole()  # it is shared by teams: everybody called in it moves
    _check_hours(change.opens, change.closes, change.minutes)
    centre = await access.get(CareCentre, change.centre_id)
    professional = await access.get(Professional, change.professional_id)
    starts_at, ends_at = instant_of(change.day, change.opens), instant_of(change.day, change.closes)
    await _check_day(access, change.day, centre, professional)
    booked = await _living(access, before)
    shift = starts_at - before.starts_at
    for each in booked:
        if each.starts_at + shift < starts_at or each.ends + shift > ends_at:
            raise Refused(
                f"Le rendez-vous de {hour(each.starts)} ({each.name}) n’y tiendrait plus.", "closes"
            )
    wanted = ClinicSession(
        id=session.key, centre_id=centre.key, professional_id=professional.key, starts_at=starts_at,
        ends_at=ends_at, minutes=change.minutes, kinds=change.kinds, room=change.room,
    )  # fmt: skip
    await _check_place(access, wanted, centre, professional, now)
    for name in CHANGED:
        setattr(session, name, getattr(wanted, name))
    await access.flush()
    _trace(access, session, professional, now)
    if not (shift or centre.key != before.centre_id or professional.key != before.professional_id):
        return 0
    elsewhere = {"centre_id": centre.key, "professional": professional.name, "role": professional.role}
    # In the order in which none lands on a neighbour that has not left yet.
    for each in reversed(booked) if shift.total_seconds() > 0 else booked:
        await move_slot(access, each.id, each.starts_at + shift, now, **elsewhere)
    await notify_moves(access, [each.id for each in booked], now)
    return len(booked)


async def _check_day(access: StaffAccess, day: date, centre: CareCentre, professional: Professional) -> None:
    reason = day_off(day, centre.postcode, await absences_of(access, professional.key))
    words = {
        FREE: f"est férié à {centre.town} ({holiday_on(day, centre.postcode)})",
        WEEKEND: "tombe un week-end",
        AWAY: f"est un jour d’absence de {professional.name}",
    }
    if reason:
        raise Refused(f"Le {long_day(day)} {words[reason]} : rien n’a été déplacé.", "first")


async def _open_session(
    access: StaffAccess, session_id: int, now: datetime
) -> tuple[ClinicSession, SessionRow]:
    """A session that has not begun and goes on."""
    session = await access.get(ClinicSession, session_id)
    if session.cancelled_at:
        raise Refused(CANCELLED)
    if session.starts_at <= now:
        raise Refused("Cette vacation a commencé : marquez chaque rendez-vous.")
    return session, await session_row(access, session_id)


async def _living(access: StaffAccess, row: SessionRow) -> list[SlotRow]:
    """Its appointments that are to come, by time."""
    return [each for each in await booked_at(access, row) if each.state in LIVE]


def _trace(access: StaffAccess, session: ClinicSession, professional: Professional, now: datetime) -> None:
    starts = session.starts_at.astimezone(PARIS)
    about = f"{professional.name}, {long_day(starts.date())} à {hour(starts)}"
    access.record(AuditKind.SESSION_CHANGED, now, access.account.key, None, about[:200], session.id)


async def reserve_session(
    access: StaffAccess, session_id: int, codes: Sequence[str], until: date | None, now: datetime
) -> None:
    """Keep its times for these companies alone until that day, included; no codes: give them back to all."""
    session, row = await _open_session(access, session_id, now)
    if codes and (until is None or not day_of(now) <= until <= row.starts.date()):
        raise Refused("La réservation tient jusqu’à un jour entre aujourd’hui et la vacation.", "until")
    found = list(await access.all(select(Company).where(col(Company.code).in_(codes)))) if codes else []
    if missing := sorted(set(codes) - {each.code for each in found}):
        raise Refused(f"Aucun adhérent n’a le code {', '.join(missing)}.", "codes")
    await access.change(delete(SessionCompany).where(col(SessionCompany.session_id) == session_id))
    for each in found:
        access.add(SessionCompany(session_id=session_id, company_id=each.key))
    session.reserved_until = until if found else None
    _trace(access, session, await access.get(Professional, session.professional_id), now)


async def cancel_session(access: StaffAccess, session_id: int, now: datetime) -> int:
    """Cancel it whole: everybody called is notified and their requests wait again. How many they were."""
    return await cancel_sessions(access, [session_id], (), now)


async def cancel_sessions(
    access: StaffAccess, numbers: Sequence[int], others: Sequence[int], now: datetime
) -> int:
    """Cancel these sessions, and withdraw with their appointments the `others`, of whatever session: each
    company is mailed once for all of them. How many appointments they were.
    """
    access = access.whole()  # a session is shared by teams: everybody called in it is
    living: dict[int, SlotRow] = {}
    for number in numbers:
        session, row = await _open_session(access, number, now)
        living |= {each.id: each for each in await _living(access, row)}
        _trace(access, session, await access.get(Professional, session.professional_id), now)
        session.cancelled_at = now
    living |= {each.id: each for each in await rows_numbered(access, others)}
    await withdraw_all(access, list(living.values()), now)
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
    company = employee.company_id
    if company not in (await reserved_to(access, [session], day_of(now))).get(session.id, {company}):
        raise Refused("Cette vacation est réservée à d’autres adhérents.", "creneau", 409)
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
    (row,) = await rows_numbered(access, [slot.key])
    if not row.request_id:
        await notify_proposals(access, [row], now)
    return slot.key


@dataclass(frozen=True, slots=True)
class DayMark:
    """The outcome of one appointment, one of MARKS or "". `next_on`: the earlier date of the next visit."""

    slot_id: int
    word: str
    next_on: date | None = None


async def mark_day(access: StaffAccess, marks: Sequence[DayMark], now: datetime) -> int:
    """Mark these appointments, all or none. Those that have their mark already stay as they are."""
    for each in marks:
        if each.next_on and (each.word != CAME or each.next_on <= day_of(now)):
            raise Refused(
                "La date de la prochaine visite va avec « venu », et vient après aujourd’hui.",
                f"next_{each.slot_id}",
            )
        if each.word == CAME:
            await mark_done(access, each.slot_id, now, each.next_on)
        elif each.word == HERE:
            await mark_arrived(access, each.slot_id, now)
        else:
            await mark_absent(access, each.slot_id, now, excused=each.word == EXCUSED)
    return len(marks)


async def excuse_day(access: StaffAccess, centre_id: int, day: date, now: datetime) -> int:
    """The centre receives nobody on that day, for snow or anything else: every appointment that has no
    outcome is off, at no cost, everybody is notified, and nothing more is proposed there. How many were.
    """
    centre = await access.get(CareCentre, centre_id)
    access = access.whole()  # the door of the centre is shut for all teams
    living = {each.id: each for each in await day_rows(access, centre_id, day) if each.state in LIVE}
    sessions = await sessions_left(access, centre_id, day, now)
    for each in sessions:
        living |= {slot.id: slot for slot in await _living(access, each)}
        (await access.get(ClinicSession, each.id)).cancelled_at = now
    await withdraw_all(access, list(living.values()), now)
    about = f"{centre.name}, {long_day(day)} : journée excusée"
    access.record(AuditKind.CENTRE_CHANGED, now, access.account.key, None, about[:200], centre.key)
    return len(living)
