#!/usr/bin/env bash
# "03/12/2026 à 9 h 30", as French letters write an appointment, is read by dateparser as a moment of tomorrow.
#
# Version: dateparser 1.5.0, language "fr".
# Guess:   a library with a French vocabulary reads the French way to write an hour, with its spaces, or gives None.
# Seen:    9h30 without spaces is right. With the spaces that the rules of typography ask for, "h" is the unit of a
#          duration, and date and minutes are left out: 9 hours from now, or 9 hours ago by default. The same
#          hour after a month in letters gives None. "lundi en huit", Monday of next week, is the 8th of this month.
# Source:  Lexique des règles typographiques en usage à l'Imprimerie nationale (heures: 9 h 30); Académie française,
#          "lundi en huit" (le lundi de la semaine suivante).
# So:      dates of appointments are never read from the text of a letter or of a mail, only from typed fields.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dateparser==1.5.0
venv/bin/python - <<'PYTHON'
from datetime import datetime

import dateparser

now = datetime(2026, 11, 29, 15, 45)
future = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future"}
seen = {
    "03/12/2026 à 9h30": "2026-12-03 09:30:00",
    "03/12/2026 à 9 h 30": "2026-11-30 00:45:00",
    "3 décembre 2026 à 9h30": "2026-12-03 09:30:00",
    "3 décembre 2026 à 9 h 30": "None",
    "lundi en huit": "2026-11-08 00:00:00",
}
for words, expected in seen.items():
    read = str(dateparser.parse(words, languages=["fr"], settings=future))
    print(f"{words:26} -> {read}")
    assert read == expected, f"changed: expected {expected}"
PYTHON
