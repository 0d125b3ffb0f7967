"""Things that wait as their pages display them, and words of the times that may be proposed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from app.appointments.staff import motive_title
from app.clock import PARIS, day_of
from app.contact.forms import THEMES
from app.follow_up.words import VISITS
from app.inbox.rules import Deadline, deadline_of
from app.inbox.way import Way, written_place
from app.planning.views import hour
from app.text.counts import plural
from app.text.formats import long_day
from app.text.names import person_name
from app.waiting import ONE_OF, Thing
from db.models import InquiryTheme, Subject

# The page of a thing: its route, and the name of its number in the address.
PAGES = {
    Subject.REQUEST: ("inbox.show", "request_id"),
    Subject.INQUIRY: ("inbox.thread", "inquiry_id"),
    Subject.PUBLIC: ("inbox.public", "message_id"),
    Subject.CORRECTION: ("inbox.correction", "correction_id"),
    Subject.SLOT: ("inbox.slot", "slot_id"),
    Subject.DOCUMENT: ("inbox.deposit", "document_id"),
    Subject.HIRE: ("inbox.hire", "change_id"),
    Subject.DETAILS: ("inbox.details", "details_id"),
}


def service_title(motive: str) -> str:
    """The title of a request as the service says it: « à votre demande » is said to the employer."""
    return motive_title(motive).replace("à votre demande", "à la demande de l’employeur")


def time_words(starts_at: datetime, centre: str, professional: str) -> str:
    """Mardi 1er décembre à 9 h 00 – Centre de Saint-Brieuc, Dr Claire Abgrall"""
    words = f"{when_words(starts_at)} – {centre}, {professional}"
    return words[:1].upper() + words[1:]


def when_words(starts_at: datetime) -> str:
    starts = starts_at.astimezone(PARIS)
    return f"{long_day(starts.date())} à {hour(starts)}"


class ThingLine(NamedTuple):
    """A thing on the list. `kind`: in words; `query`: of its page, which leads back and on."""

    kind: str
    title: str
    who: str
    code: str
    company: str
    team: str
    since: datetime
    age: str
    deadline: Deadline
    is_late: bool
    taker: str
    is_mine: bool
    route: str
    params: dict[str, int]
    query: str


def thing_lines(things: Sequence[Thing], way: Way, me: int, today: date, promised: int) -> list[ThingLine]:
    return [thing_line(each, way, me, today, promised) for each in things]


def thing_line(thing: Thing, way: Way, me: int, today: date, promised: int) -> ThingLine:
    route, name = PAGES[Subject(thing.subject)]
    deadline = deadline_of(thing, promised)
    return ThingLine(
        kind=ONE_OF[thing.kind],
        title=title_of(thing),
        who=who_of(thing),
        code=thing.code,
        company=thing.company,
        team=thing.team or "",
        since=thing.since,
        age=age_words(thing.since, today),
        deadline=deadline,
        is_late=deadline.by < today,
        taker=thing.taker,
        is_mine=thing.taker_id == me,
        route=route,
        params={name: thing.id},
        query=way._replace(after=written_place(thing)).query,
    )


def title_of(thing: Thing) -> str:
    """The thing in words."""
    match thing.kind:
        case "publics":
            return THEMES[InquiryTheme(thing.words)]
        case "corrections":
            return "Correction d’une déclaration annuelle"
        case "fiches":
            return "Fiche de l’entreprise corrigée"
        case "creneaux":
            when = when_words(thing.at) if thing.at else ""
            return f"{VISITS[thing.words]}, {when}"
        case "embauches":
            return f"{VISITS[thing.words]} avant la prise de poste"
        case "messages" | "depots":
            return thing.words
    return service_title(thing.words)


def who_of(thing: Thing) -> str:
    """The person it is about, or its writer."""
    if thing.kind == "publics":
        return thing.birth_name
    if thing.kind in {"messages", "corrections", "depots", "fiches"}:
        return f"{thing.first_names or ''} {thing.birth_name or ''}".strip()
    if not thing.birth_name:
        return "Personne de nommé"
    return person_name(thing.birth_name, thing.usual_name, thing.first_names, thing.sex)


def age_words(since: datetime, today: date) -> str:
    """Aujourd’hui, hier, 3 jours."""
    days = (today - day_of(since)).days
    return {0: "aujourd’hui", 1: "hier"}.get(days, plural(days, "jour"))
