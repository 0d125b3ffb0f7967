#!/usr/bin/env bash
# A calendar that ics.py only read and wrote again declares the "GEORGIAN" calendar scale.
#
# Version: ics 0.7.3 (the last release on PyPI).
# Guess:   a calendar without CALSCALE (the property is optional, GREGORIAN by default) comes back without it, or with
#          CALSCALE:GREGORIAN.
# Seen:    CALSCALE:GEORGIAN, a misspelling that becomes part of every calendar passed through the library. icalendar
#          carries it on; recurring-ical-events, which expands a calendar, refuses the file.
# Source:  ics-py issue 302 (repaired in 0.8, of which only pre-releases exist); RFC 5545, 3.7.1.
# So:      a portal that merges or relays feeds must look at what its library wrote, not only at what it reads back,
#          and a reader of members' calendars will meet this word and should treat it as GREGORIAN.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check ics==0.7.3 icalendar==7.3.2 recurring-ical-events==3.8.2
"$dir/venv/bin/python" - <<'PYTHON'
import icalendar
import ics
import recurring_ical_events

FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Exemple//FR
BEGIN:VEVENT
UID:visite-1@exemple.fr
DTSTAMP:20261101T080000Z
DTSTART:20261203T080000Z
DTEND:20261203T083000Z
SUMMARY:Visite
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
written = ics.Calendar(FEED).serialize()
scale = [line for line in written.splitlines() if line.startswith("CALSCALE")]
print("written:", scale)
print("kept by icalendar:", icalendar.Calendar.from_ical(written)["CALSCALE"])
try:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(written)).between((2026, 12, 1), (2026, 12, 31))
    outcome = f"{len(found)} event"
except Exception as error:
    outcome = f"{type(error).__name__}: {error}"
print("recurring-ical-events:", outcome)
assert scale == ["CALSCALE:GEORGIAN"], "changed: the scale is no longer misspelled"
assert outcome.startswith("InvalidCalendar"), "changed: the misspelled scale is accepted"
PYTHON
