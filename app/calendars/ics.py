"""Slots as an iCalendar object (RFC 5545, RFC 7986). Pure: rows in, bytes out."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from app.clock import PARIS
from app.employees.questions import VISITS
from app.planning.slot_queries import SlotRow
from db.models import SlotState

MEDIA_TYPE = "text/calendar"  # its charset is added to every text
REFRESH = timedelta(hours=4)
# Part of each version: to be raised when the same slots are written another way.
WRITING = 1
STATUSES = {
    SlotState.PROPOSED: "TENTATIVE",
    SlotState.DECLINED: "CANCELLED",
    SlotState.CANCELLED: "CANCELLED",
}
OPEN_SLOT = "Créneau à attribuer"


def calendar_of(rows: Sequence[SlotRow], *, domain: str, with_names: bool, name: str, now: datetime) -> bytes:
    """One event a slot. `domain` ends their identifiers and must not change. `name`: of the calendar to
    follow; "" for a file that is opened once. `now` dates a calendar without any slot: the others are dated
    by theirs, so that the same slots are the same bytes.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{domain}//Portail adhérents//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("last-modified", max((row.updated_at for row in rows), default=now))
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", PARIS.key)
        calendar.add("refresh-interval", REFRESH, {"value": "DURATION"})
        calendar.add("x-published-ttl", "PT4H")
    calendar.add_component(ZONE)
    for row in rows:
        calendar.add_component(_event(row, domain, with_names=with_names))
    written: bytes = calendar.to_ical()
    return written


def version_of(rows: Sequence[SlotRow], *, with_names: bool, name: str) -> str:
    """What changes whenever `calendar_of` would write something else, for a fortieth of the time it takes."""
    told = repr((WRITING, with_names, name, [tuple(row) for row in rows]))
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def _event(row: SlotRow, domain: str, *, with_names: bool) -> Event:
    who = row.name.strip() if with_names and row.birth_name else ""
    kind = VISITS.get(row.kind, "Visite")
    status = STATUSES.get(SlotState(row.state), "CONFIRMED")
    starts, ends = _moments(row)
    event = Event()
    event.add("uid", f"creneau-{row.id}@{domain}")
    event.add("sequence", row.sequence)
    event.add("dtstamp", row.updated_at)
    event.add("last-modified", row.updated_at)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", _summary(row, who, kind, status))
    event.add("location", row.place)
    event.add("description", _description(row, kind))
    event.add("status", status)
    # A visit that is called off takes nobody's time.
    event.add("transp", "TRANSPARENT" if status == "CANCELLED" else "OPAQUE")
    if who:
        event.add("class", "PRIVATE")
    return event


def _summary(row: SlotRow, who: str, kind: str, status: str) -> str:
    """Many calendars show no status: what is called off says so in its title."""
    title = OPEN_SLOT if row.employee_id is None else f"Visite de {who}" if who else kind
    return f"Annulé : {title}" if status == "CANCELLED" else title


def _description(row: SlotRow, kind: str) -> str:
    professional = f"{row.professional}, {row.role}" if row.role else row.professional
    lines = [kind, f"{row.code} - {row.company}", professional, row.access]
    return "\n".join(line for line in lines if line)


def _moments(row: SlotRow) -> tuple[datetime, datetime]:
    """In Paris, as people read them; in UTC in the hour that comes twice: a local time cannot tell which."""
    starts, ends = row.starts, row.ends
    if _comes_twice(starts) or _comes_twice(ends):
        return starts.astimezone(UTC), ends.astimezone(UTC)
    return starts, ends


def _comes_twice(local: datetime) -> bool:
    return local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()


def _zone() -> Timezone:
    """Since 1996, by rules that every calendar reads: Outlook leaves aside a list of dates."""
    zone = Timezone()
    zone.add("tzid", PARIS.key)
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
        zone.add_component(change)
    return zone


ZONE = _zone()
