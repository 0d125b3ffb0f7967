#!/usr/bin/env bash
# ical.js takes the second 02:30 of the night when clocks go back, and an hour before the gap in spring.
#
# Version: ical.js 2.2.1 (npm), first written to parse for Mozilla's calendar.
# Guess:   RFC 5545 decides: a local time that comes twice is the first one (summer time); a local time that does not
#          exist keeps the offset from before the gap, so 02:30 is 03:30 summer time.
# Seen:    with the VTIMEZONE of Paris in the file, 02:30 on 25 October 2026 is 01:30Z, the second one, and 02:30 on
#          29 March 2026 is 00:30Z, which is 01:30 in Paris: one hour wrong each time. 01:30 and 03:00 are right.
# Source:  RFC 5545, 3.3.5, form 3 (examples with New York, 2007).
# So:      night visits, on-call shifts and "until 03:00" limits are written in UTC on those two nights; a local time
#          with a TZID is not one instant for every reader.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-fund --no-audit --prefix "$dir" ical.js@2.2.1
cat > "$dir/read.mjs" <<'JAVASCRIPT'
import assert from "node:assert";
import ICAL from "ical.js";

const half = (kind, start, month, from, to) =>
  `BEGIN:${kind}\nDTSTART:${start}\nRRULE:FREQ=YEARLY;BYMONTH=${month};BYDAY=-1SU\n` +
  `TZOFFSETFROM:${from}\nTZOFFSETTO:${to}\nEND:${kind}\n`;
const calendar = (local) =>
  ("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Exemple//FR\nBEGIN:VTIMEZONE\nTZID:Europe/Paris\n" +
    half("STANDARD", "19961027T030000", 10, "+0200", "+0100") +
    half("DAYLIGHT", "19960331T020000", 3, "+0100", "+0200") +
    "END:VTIMEZONE\nBEGIN:VEVENT\nUID:nuit@exemple.fr\nDTSTAMP:20260101T000000Z\n" +
    `DTSTART;TZID=Europe/Paris:${local}\nSUMMARY:Visite de nuit\nEND:VEVENT\nEND:VCALENDAR\n`).replaceAll("\n", "\r\n");

const seen = {};
for (const local of ["20261025T013000", "20261025T023000", "20261025T030000", "20260329T023000"]) {
  const event = new ICAL.Component(ICAL.parse(calendar(local))).getFirstSubcomponent("vevent");
  seen[local] = new ICAL.Event(event).startDate.toJSDate().toISOString().slice(0, 16);
  console.log(`${local} in Paris is read as ${seen[local]}Z`);
}
assert.equal(seen["20261025T013000"], "2026-10-24T23:30");
assert.equal(seen["20261025T030000"], "2026-10-25T02:00");
assert.equal(seen["20261025T023000"], "2026-10-25T01:30", "changed: the doubled hour is no longer the second one");
assert.equal(seen["20260329T023000"], "2026-03-29T00:30", "changed: the missing hour is read another way");
JAVASCRIPT
node "$dir/read.mjs"
