#!/usr/bin/env bash
# An invitation from a French Outlook is read one hour late by ics.py, although the file defines its own zone.
#
# Version: ics 0.7.3 (the last release on PyPI).
# Guess:   DTSTART names "Romance Standard Time", and the VTIMEZONE of that name is in the same file: the reader uses
#          it, or refuses the file.
# Seen:    09:00 in Paris becomes 09:00 UTC, without error or warning: the zones of the file are read, but after its
#          events. Only names that the machine knows work: renamed Europe/Paris, the same rules give 09:00+01:00.
# Source:  RFC 5545, 3.2.19: names of zones are free, and a TZID points to the VTIMEZONE of the same calendar.
#          ics/parsers/parser.py goes by name (parse_vevent before parse_vtimezone); iso_to_arrow() falls back on UTC.
# So:      a portal that reads the calendars of doctors or rooms must try each library on Outlook's zone names; a
#          portal that writes them uses Europe/Paris as the name, never one of its own, even with a VTIMEZONE.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check ics==0.7.3
"$dir/venv/bin/python" - <<'PYTHON'
import ics

LINES = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Exemple//FR
BEGIN:VTIMEZONE
TZID:{zone}
BEGIN:STANDARD
DTSTART:16010101T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:visite-1@exemple.fr
DTSTAMP:20261101T080000Z
DTSTART;TZID={zone}:20261203T090000
DTEND;TZID={zone}:20261203T093000
SUMMARY:Visite
END:VEVENT
END:VCALENDAR
"""
read = {}
for zone in ("Europe/Paris", "Romance Standard Time"):
    calendar = ics.Calendar(LINES.format(zone=zone).replace("\n", "\r\n"))
    read[zone] = next(iter(calendar.events)).begin.isoformat()
    print(f"TZID={zone}: {read[zone]}")
assert read["Europe/Paris"] == "2026-12-03T09:00:00+01:00"
assert read["Romance Standard Time"] == "2026-12-03T09:00:00+00:00", "changed: the zone of the file is used"
PYTHON
