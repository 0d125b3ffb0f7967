"""What two independent readers find in the same calendar, in the same words."""

from datetime import UTC, datetime
from typing import NamedTuple

import icalendar
import vobject

from app.planning.ics import Source, calendar_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOURCE = Source("portail.example", "https://portail.example", "Santé; travail", "service@ours.example")


class Read(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    status: str
    sequence: int
    summary: str
    location: str
    description: str
    stamped_at: datetime


def by_icalendar(content: bytes) -> dict[str, Read]:
    calendar = icalendar.Calendar.from_ical(content)
    assert not calendar.errors
    found = {}
    for event in calendar.walk("VEVENT"):
        assert not event.errors
        times = [event[name].dt.astimezone(UTC) for name in ("DTSTART", "DTEND", "DTSTAMP")]
        words = [str(event[name]) for name in ("SUMMARY", "LOCATION", "DESCRIPTION")]
        found[str(event["UID"])] = Read(
            *times[:2], str(event["STATUS"]), int(event["SEQUENCE"]), *words, times[2]
        )
    return found


def by_vobject(content: bytes) -> dict[str, Read]:
    calendar = vobject.readOne(content.decode())
    found = {}
    for event in calendar.contents.get("vevent", []):
        times = [getattr(event, name).value.astimezone(UTC) for name in ("dtstart", "dtend", "dtstamp")]
        words = [getattr(event, name).value for name in ("summary", "location", "description")]
        found[event.uid.value] = Read(
            *times[:2], event.status.value, int(event.sequence.value), *words, times[2]
        )
    return found


def read(content: bytes) -> dict[str, Read]:
    """By both, which must agree, from what is well written."""
    assert content.endswith(b"END:VCALENDAR\r\n")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
    first = by_icalendar(content)
    assert first == by_vobject(content)
    return first


def written(*rows, with_names=False, name="Rendez-vous", now=NOW) -> bytes:
    return calendar_of(rows, SOURCE, with_names=with_names, name=name, now=now)
