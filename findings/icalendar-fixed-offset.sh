#!/usr/bin/env bash
# icalendar writes 2026-12-03T09:00+01:00 in a zone that nothing defines, then reads it back without any zone.
#
# Version: icalendar 7.3.2.
# Guess:   a moment with a fixed offset, as JSON and databases give it, is written in UTC (080000Z): iCalendar has no
#          form with an offset. Or it raises.
# Seen:    DTSTART;TZID="UTC+01:00":20261203T090000. add_missing_timezones() adds nothing and raises nothing;
#          get_missing_tzids() then names the zone. icalendar itself reads the event as a naive 09:00, so the instant
#          is lost.
# Source:  RFC 5545, 3.3.5 (a UTC offset must not be used in a time) and 3.2.19 (a TZID needs its VTIMEZONE);
#          collective/icalendar issue 239, where the answer was that offsets are not supported.
# So:      a portal turns every moment into UTC or into Europe/Paris before it builds an event, and a test parses the
#          feed and asks for get_missing_tzids() == set().
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check icalendar==7.3.2
"$dir/venv/bin/python" - <<'PYTHON'
from datetime import UTC, datetime

from icalendar import Calendar, Event

event = Event()
event.add("uid", "visite-1@exemple.fr")
event.add("dtstamp", datetime(2026, 11, 1, 8, tzinfo=UTC))
event.add("dtstart", datetime.fromisoformat("2026-12-03T09:00:00+01:00"))
calendar = Calendar()
calendar.add("version", "2.0")
calendar.add("prodid", "-//Exemple//FR")
calendar.add_component(event)
calendar.add_missing_timezones()

text = calendar.to_ical().decode()
written = next(line for line in text.splitlines() if line.startswith("DTSTART"))
read = Calendar.from_ical(text).events[0].start
print("written:", written)
print("missing zones:", calendar.get_missing_tzids(), "- VTIMEZONE written:", "BEGIN:VTIMEZONE" in text)
print("read back:", repr(read))
assert written == 'DTSTART;TZID="UTC+01:00":20261203T090000', "changed: written another way"
assert "BEGIN:VTIMEZONE" not in text, "changed: the zone is now defined"
assert read == datetime(2026, 12, 3, 9) and read.tzinfo is None, "changed: the offset survives"
PYTHON
