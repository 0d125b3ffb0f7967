"""Slots as an iCalendar object (RFC 5545, RFC 5546, RFC 7986). Pure: rows in, bytes out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.clock import PARIS
from app.follow_up.words import VISITS
from app.planning.queries import SlotRow
from app.settings import Settings
from app.text.formats import of
from db.models import SlotState

if TYPE_CHECKING:
    from icalendar import Calendar, Event, Timezone, vCalAddress

MEDIA_TYPE = "text/calendar"  # its charset is added to every text
REFRESH = timedelta(hours=4)
# Part of each version: to be raised when the same slots are written another way.
WRITING = 2
STATUSES = {
    SlotState.PROPOSED: "TENTATIVE",
    SlotState.DECLINED: "CANCELLED",
    SlotState.CANCELLED: "CANCELLED",
}
OPEN_SLOT = "Créneau à attribuer"


@dataclass(frozen=True, slots=True)
class Source:
    """The publisher. `domain` ends the identifiers of events and must not change."""

    domain: str
    url: str
    name: str
    email: str


def source_of(settings: Settings) -> Source:
    domain = urlsplit(settings.base_url).hostname or "portail"
    return Source(domain, settings.base_url, settings.service_name, settings.service_email)


def calendar_of(
    rows: Sequence[SlotRow], source: Source, *, with_names: bool, name: str, now: datetime
) -> bytes:
    """One event a slot. `name`: of the calendar to follow; "" for a file that is opened once. `now` dates a
    calendar without any slot: the others are dated by theirs, so that the same slots are the same bytes.
    """
    calendar = _calendar(source, "PUBLISH")
    calendar.add("last-modified", max((row.updated_at for row in rows), default=now))
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", PARIS.key)
        calendar.add("refresh-interval", REFRESH, {"value": "DURATION"})
        calendar.add("x-published-ttl", "PT4H")
    calendar.add_component(zone())
    for row in rows:
        calendar.add_component(_event(row, source, with_names=with_names))
    written: bytes = calendar.to_ical()
    return written


def invitation_of(row: SlotRow, source: Source, attendee: str, *, with_names: bool) -> tuple[str, bytes]:
    """The method, REQUEST or CANCEL, and what tells one person's calendar of one appointment. Of a later
    `sequence`, it takes the place of what was sent before; no answer is asked for.

    Its identifier is this person's: when another takes the slot, one is called off and the other called.
    """
    from icalendar import vCalAddress, vText  # noqa: PLC0415 - as in `_calendar`

    method = "CANCEL" if STATUSES.get(SlotState(row.state)) == "CANCELLED" else "REQUEST"
    calendar, event = _calendar(source, method), _event(row, source, with_names=with_names)
    event["uid"] = vText(f"creneau-{row.id}-{row.employee_id}@{source.domain}")
    address = vCalAddress(f"mailto:{attendee}")
    address.params.update({"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    event.add("attendee", address, encode=False)
    if "class" not in event:
        event.add("class", "PRIVATE")
    calendar.add_component(zone())
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return method, written


def version_of(rows: Sequence[SlotRow], source: Source, *, with_names: bool, name: str) -> str:
    """A text that changes whenever `calendar_of` would write something else, for a fortieth of the time."""
    contents = repr((WRITING, source, with_names, name, [tuple(row) for row in rows]))
    return hashlib.blake2b(contents.encode(), digest_size=16).hexdigest()


def _calendar(source: Source, method: str) -> "Calendar":
    from icalendar import Calendar  # noqa: PLC0415 - 80 modules, when a calendar is first written

    calendar = Calendar()
    calendar.add("prodid", f"-//{source.domain}//Portail adhérents//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(row: SlotRow, source: Source, *, with_names: bool) -> "Event":
    who = row.name.strip() if with_names and row.birth_name else ""
    kind = VISITS.get(row.kind, "Visite")
    status = STATUSES.get(SlotState(row.state), "CONFIRMED")
    starts, ends = _moments(row)
    from icalendar import Event  # noqa: PLC0415 - as in `_calendar`

    event = Event()
    event.add("uid", f"creneau-{row.id}@{source.domain}")
    event.add("sequence", row.sequence)
    event.add("dtstamp", row.updated_at)
    event.add("last-modified", row.updated_at)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", _summary(row, who, kind, status))
    event.add("location", row.place)
    event.add("description", _description(row, kind))
    event.add("status", status)
    event.add("organizer", _organizer(source), encode=False)
    event.add("url", source.url)
    # A visit that is called off takes nobody's time.
    event.add("transp", "TRANSPARENT" if status == "CANCELLED" else "OPAQUE")
    if who:
        event.add("class", "PRIVATE")
    return event


def _summary(row: SlotRow, who: str, kind: str, status: str) -> str:
    """Many calendars show no status: what is called off, or waits for an answer, says so in its title."""
    title = OPEN_SLOT if row.employee_id is None else f"Visite {of(who)}" if who else kind
    is_asked = status == "TENTATIVE" and row.employee_id is not None
    prefix = "Annulé : " if status == "CANCELLED" else "À confirmer : " if is_asked else ""
    return prefix + title


def _organizer(source: Source) -> "vCalAddress":
    from icalendar import vCalAddress  # noqa: PLC0415 - as in `_calendar`

    organizer = vCalAddress(f"mailto:{source.email}")
    organizer.params["CN"] = source.name
    return organizer


def _description(row: SlotRow, kind: str) -> str:
    professional = f"{row.professional}, {row.role}" if row.role else row.professional
    lines = [kind, f"{row.code} - {row.company}", professional, row.access]
    return "\n".join(line for line in lines if line)


def _moments(row: SlotRow) -> tuple[datetime, datetime]:
    """The start and the end: in Paris, as people read them; in UTC in the hour that comes twice, where a
    local time is ambiguous.
    """
    starts, ends = row.starts, row.ends
    if _comes_twice(starts) or _comes_twice(ends):
        return starts.astimezone(UTC), ends.astimezone(UTC)
    return starts, ends


def _comes_twice(local: datetime) -> bool:
    return local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()


@cache
def zone() -> "Timezone":
    """Since 1996, by rules that every calendar reads: Outlook leaves aside a list of dates."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard  # noqa: PLC0415 - as in `_calendar`

    made = Timezone()
    made.add("tzid", PARIS.key)
    summer, winter = timedelta(hours=2), timedelta(hours=1)
    for change, name, since, before, after in (
        (TimezoneStandard(), "CET", datetime(1996, 10, 27, 3), summer, winter),  # noqa: DTZ001 - local
        (TimezoneDaylight(), "CEST", datetime(1996, 3, 31, 2), winter, summer),  # noqa: DTZ001 - local
    ):
        change.add("dtstart", since)
        change.add("rrule", {"freq": "yearly", "bymonth": since.month, "byday": "-1su"})
        change.add("tzoffsetfrom", before)
        change.add("tzoffsetto", after)
        change.add("tzname", name)
        made.add_component(change)
    return made
