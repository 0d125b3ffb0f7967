"""Acts on centres and professionals: named, changed, away, gone. Their sessions and appointments follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from app import clock
from app.access import StaffAccess
from app.clinic.forms import NewProfessional
from app.clinic.queries import SessionRow, absences_of, sessions_of, slots_of
from app.clinic.rules import Absence
from app.clinic.staff import Change, cancel_sessions, change_session
from app.errors import Refused
from app.planning.proposals import notify_moves
from app.planning.rules import midnight
from app.planning.staff import move_slot
from app.text.counts import plural
from app.text.formats import day as day_words
from db.models import (
    AuditKind,
    CareCentre,
    CareTeam,
    ClinicSession,
    Professional,
    ProfessionalAbsence,
    Slot,
    SlotState,
)

LIVE = (SlotState.PROPOSED, SlotState.CONFIRMED)
MOST_DAYS = 366
ONE_DAY = timedelta(days=1)


async def add_centre(access: StaffAccess, name: str, address: str, postcode: str, town: str) -> CareCentre:
    if await access.first(select(CareCentre).where(col(CareCentre.name) == name)):
        raise Refused("Un centre porte déjà ce nom.", "name")
    centre = access.add(CareCentre(name=name, address=address, postcode=postcode, town=town))
    await access.flush()
    access.record(AuditKind.CENTRE_CHANGED, clock.now(), access.account.key, None, name, centre.key)
    return centre


async def change_centre(
    access: StaffAccess, centre_id: int, values: dict[str, object], now: datetime
) -> None:
    """Other words for a place. Its last day, `closed_on`, comes after its last session."""
    centre = await access.get(CareCentre, centre_id)
    same = select(CareCentre).where(col(CareCentre.name) == values["name"], col(CareCentre.id) != centre_id)
    if await access.first(same):
        raise Refused("Un centre porte déjà ce nom.", "name")
    closed_on = values["closed_on"]
    if isinstance(closed_on, date):
        later = select(ClinicSession).where(
            col(ClinicSession.centre_id) == centre_id, col(ClinicSession.cancelled_at).is_(None),
            col(ClinicSession.starts_at) >= midnight(closed_on + ONE_DAY),
        )  # fmt: skip
        if number := len(await access.all(later)):
            raise Refused(
                f"{plural(number, 'vacation encore ouverte', 'vacations encore ouvertes')} après ce jour : "
                "déplacez-les ou annulez-les d’abord.", "closed_on",
            )  # fmt: skip
    for name, value in values.items():
        setattr(centre, name, value)
    access.record(AuditKind.CENTRE_CHANGED, now, access.account.key, None, centre.name, centre.key)


async def save_team(
    access: StaffAccess, team_id: int | None, values: dict[str, Any], now: datetime
) -> CareTeam:
    """A new team, or another state of one: what its companies read on their pages."""
    same = select(CareTeam).where(col(CareTeam.name) == values["name"], col(CareTeam.id) != (team_id or 0))
    if await access.first(same):
        raise Refused("Une équipe porte déjà ce nom.", "name")
    team = await access.get(CareTeam, team_id) if team_id else access.add(CareTeam(name=values["name"]))
    for name, value in values.items():
        setattr(team, name, value)
    await access.flush()
    access.record(AuditKind.TEAM_CHANGED, now, access.account.key, None, team.name, team.key)
    return team


async def add_professional(
    access: StaffAccess, name: str, role: str, now: datetime | None = None, languages: str = ""
) -> Professional:
    if await access.first(select(Professional).where(col(Professional.name) == name)):
        raise Refused("Cette personne est déjà dans la liste.", "name")
    professional = access.add(Professional(name=name, role=role, languages=languages))
    await access.flush()
    _trace(access, professional, now or clock.now())
    return professional


async def change_professional(
    access: StaffAccess, professional_id: int, entry: NewProfessional, now: datetime
) -> None:
    """Another spelling, another function: appointments to come are written so."""
    access, name, role = access.whole(), entry.name, entry.role
    professional = await access.get(Professional, professional_id)
    same = select(Professional).where(col(Professional.name) == name, col(Professional.id) != professional_id)
    if await access.first(same):
        raise Refused("Cette personne est déjà dans la liste.", "name")
    theirs = update(Slot).where(
        col(Slot.professional) == professional.name, col(Slot.state).in_(LIVE), col(Slot.starts_at) > now
    )
    await access.change(theirs.values(professional=name, role=role))
    professional.name, professional.role, professional.languages = name, role, entry.languages
    _trace(access, professional, now)


@dataclass(frozen=True, slots=True)
class Coming:
    """Sessions of somebody that are to come, and all their appointments, of these sessions or not."""

    sessions: list[SessionRow]
    appointments: list[int]

    @property
    def words(self) -> str:
        """« 1 vacation et 2 rendez-vous », "" for nothing."""
        counts = [
            plural(len(self.sessions), "vacation") if self.sessions else "",
            plural(len(self.appointments), "rendez-vous", "rendez-vous") if self.appointments else "",
        ]
        return " et ".join(filter(None, counts))


async def coming_of(
    access: StaffAccess, professional: Professional, since: datetime, until: datetime | None = None
) -> Coming:
    """Those that start in between, `until` left out."""
    sessions = await sessions_of(access, professional.key, since, until)
    slots = await slots_of(access, professional.name, since, until)
    return Coming(sessions, [slot_id for slot_id, _ in slots])


async def add_absence(
    access: StaffAccess, professional_id: int, days: Absence, now: datetime, *, cancels: bool = False
) -> None:
    """Days off. Sessions and appointments to come on these days are cancelled with `cancels`, else it is
    `Refused`.
    """
    professional = await access.get(Professional, professional_id)
    first, last = days
    if last < first:
        raise Refused("Le dernier jour vient après le premier.", "last_on")
    if (last - first).days > MOST_DAYS:
        raise Refused("Une absence dure un an au plus.", "last_on")
    if any(start <= last and first <= end for start, end in await absences_of(access, professional_id)):
        raise Refused("Une absence est déjà inscrite sur ces jours.", "first_on")
    access = access.whole()
    coming = await coming_of(access, professional, max(midnight(first), now), midnight(last + ONE_DAY))
    if coming.words and not cancels:
        raise Refused(
            f"Déjà prévu ces jours-là : {coming.words}. "
            "Déplacez ce qui peut l’être, ou cochez la case pour tout annuler.", "cancels", 409,
        )  # fmt: skip
    await cancel_sessions(access, [each.id for each in coming.sessions], coming.appointments, now)
    access.add(ProfessionalAbsence(professional_id=professional_id, first_on=first, last_on=last))
    _trace(access, professional, now, f" : absence du {day_words(first)} au {day_words(last)}")


async def remove_absence(access: StaffAccess, professional_id: int, absence_id: int, now: datetime) -> None:
    absence = await access.get(ProfessionalAbsence, absence_id)
    professional = await access.get(Professional, professional_id)
    if absence.professional_id == professional_id:
        await access.delete(absence)
        _trace(access, professional, now, " : absence retirée")


async def leave(
    access: StaffAccess, professional_id: int, last_on: date, heir_id: int | None, now: datetime
) -> None:
    """Somebody leaves the service after that day. What is to come goes to the `heir`, else it is cancelled;
    everybody called is notified. All of it, or `Refused` and nothing.
    """
    professional = await access.get(Professional, professional_id)
    if last_on < clock.day_of(now) - timedelta(days=MOST_DAYS):
        raise Refused("Ce départ est trop ancien.", "last_on")
    heir = await access.get(Professional, heir_id) if heir_id else None
    if heir and (heir.key == professional_id or heir.left_on):
        raise Refused("Choisissez quelqu’un d’autre, qui travaille ici.", "heir")
    after = max(midnight(last_on + ONE_DAY), now)
    access = access.whole()
    if heir:
        await _hand_over(access, professional, heir, after, now)
    else:
        coming = await coming_of(access, professional, after)
        await cancel_sessions(access, [each.id for each in coming.sessions], coming.appointments, now)
    professional.left_on = last_on
    _trace(access, professional, now, f" : départ le {day_words(last_on)}")


async def _hand_over(
    access: StaffAccess, professional: Professional, heir: Professional, after: datetime, now: datetime
) -> None:
    """Sessions go with their appointments, then the appointments of no session."""
    for each in await sessions_of(access, professional.key, after):
        await change_session(access, each.id, Change.of(each, professional_id=heir.key), now)
    apart = await slots_of(access, professional.name, after)
    for slot_id, starts_at in apart:
        await move_slot(access, slot_id, starts_at, now, professional=heir.name, role=heir.role)
    await notify_moves(access, [slot_id for slot_id, _ in apart], now)


async def come_back(access: StaffAccess, professional_id: int, now: datetime) -> None:
    """A departure that was written by mistake, or somebody who works here again."""
    professional = await access.get(Professional, professional_id)
    professional.left_on = None
    _trace(access, professional, now, " : de retour")


async def absence_rows(
    access: StaffAccess, professional_id: int, since: date
) -> Sequence[ProfessionalAbsence]:
    """Days off that are not over, the nearest first."""
    theirs = select(ProfessionalAbsence).where(
        col(ProfessionalAbsence.professional_id) == professional_id, col(ProfessionalAbsence.last_on) >= since
    )
    return await access.all(theirs.order_by(col(ProfessionalAbsence.first_on)))


def _trace(access: StaffAccess, professional: Professional, now: datetime, what: str = "") -> None:
    access.record(
        AuditKind.PROFESSIONAL_CHANGED, now, access.account.key, None, f"{professional.name}{what}"[:200],
        professional.key,
    )  # fmt: skip
