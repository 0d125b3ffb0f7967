#!/usr/bin/env bash
# Telling ical-generator that the calendar is in Europe/Paris makes its hours depend on the machine's own zone.
#
# Version: ical-generator 10.2.0 (npm).
# Guess:   a JavaScript Date is one instant, so with timezone "Europe/Paris" 08:00Z is written 09:00 in Paris (with
#          TZID), or stays 08:00Z.
# Seen:    DTSTART:20261203T080000 on a server in UTC, DTSTART:20261203T090000 on one in Paris: no Z, no TZID, a
#          floating time; X-WR-TIMEZONE:Europe/Paris makes readers take the first for 08:00 in Paris, an hour early.
#          DTSTAMP loses its Z too, which RFC 5545 forbids. Without the option all is UTC and right.
# Source:  README of the package, "Date, Time & Timezones": with a zone set, the given time is assumed to match it.
#          RFC 5545, 3.8.7.2: DTSTAMP is in UTC.
# So:      a service's scripts that publish sessions from a container (in UTC) announce every visit one or two hours
#          early; the option is left out, or Temporal/Luxon values are given.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-fund --no-audit --prefix "$dir" ical-generator@10.2.0
cat > "$dir/write.mjs" <<'JAVASCRIPT'
import ical from "ical-generator";

const calendar = ical(process.argv[2] === "paris" ? { timezone: "Europe/Paris" } : {});
calendar.createEvent({
  id: "visite-1@exemple.fr",
  stamp: new Date("2026-11-01T08:00:00Z"),
  start: new Date("2026-12-03T08:00:00Z"),
  end: new Date("2026-12-03T08:30:00Z"),
  summary: "Visite",
});
const kept = /^(DTSTART|DTSTAMP|X-WR-TIMEZONE|BEGIN:VTIMEZONE)/;
const lines = calendar.toString().split("\r\n").filter((line) => kept.test(line));
console.log(lines.sort().join(" "));
JAVASCRIPT
check() {
    local seen
    seen=$(TZ=$1 node "$dir/write.mjs" "$2")
    echo "server in $1, option $2: $seen"
    [[ $seen == "$3" ]] || { echo "changed: expected $3" >&2; exit 1; }
}
check UTC none "DTSTAMP:20261101T080000Z DTSTART:20261203T080000Z"
check UTC paris "DTSTAMP:20261101T080000 DTSTART:20261203T080000 X-WR-TIMEZONE:Europe/Paris"
check Europe/Paris paris "DTSTAMP:20261101T090000 DTSTART:20261203T090000 X-WR-TIMEZONE:Europe/Paris"
