#!/usr/bin/env bash
# Babel's parse_date reads a birth date typed 29/11/90 as 29 November 2090.
#
# Version: Babel 2.18.0 (PyPI).
# Guess:   two-digit years have a pivot, as strptime's (69 to 99 are 19xx) and as spreadsheets': 90 is 1990.
# Seen:    2000 is added to every year of two digits. Four digits are right, and Babel writes four itself
#          (format_date short: 29/11/1990), so a round trip in a test never meets it; only what people type does.
# Source:  babel/dates.py, parse_date(), its last lines: 2000 is added whenever the year has two digits; its
#          documentation shows 04 read as 2004 and no other case.
# So:      a form that reads French dates with it takes somebody of 36 for somebody not born yet: refused at best, counted
#          as under 18 at worst. Two digits are refused, or have a pivot per field (birth, entry, end).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check babel==2.18.0
"$dir/venv/bin/python" - <<'PYTHON'
from datetime import date, datetime

from babel.dates import format_date, parse_date

seen = {typed: parse_date(typed, locale="fr") for typed in ("29/11/90", "29/11/69", "29/11/1990")}
for typed, day in seen.items():
    print(f"{typed}: {day}")
print("strptime:", datetime.strptime("29/11/90", "%d/%m/%y").date())
print("Babel itself writes:", format_date(date(1990, 11, 29), "short", locale="fr"))
assert seen["29/11/1990"] == date(1990, 11, 29)
assert seen["29/11/90"] == date(2090, 11, 29), "changed: there is a pivot"
assert seen["29/11/69"] == date(2069, 11, 29), "changed: there is a pivot"
PYTHON
