#!/usr/bin/env bash
# Babel puts Friday 1 January 2027 in week 1 for "fr" and in week 53 for "fr_FR".
#
# Version: Babel 2.18.0 (PyPI).
# Guess:   "fr" is France unless told otherwise: the same names, the same formats, so the same weeks (ISO 8601).
# Seen:    how many days make a first week is data of a country, not of a language. Without a country Babel takes the
#          world's: one day is enough. "fr" gives "semaine 1" and year 2027, "fr_FR" week 53 of 2026; all of 2027 is then
#          one week ahead of every calendar on the wall. Of 2026 only the last days differ, so tests pass all year.
# Source:  python-babel/babel issue 485 (the same with Russian), which quotes CLDR: minDays 1 for 001, 4 for FR;
#          UTS 35 part 4, Week Data.
# So:      plannings by week say "fr_FR", or date.isocalendar(), and a test looks at 1 January 2027.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check babel==2.18.0
"$dir/venv/bin/python" - <<'PYTHON'
from datetime import date, timedelta

from babel.dates import format_date


def weeks(locale, year):
    """Days of the year on which Babel's week is not the ISO week."""
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(364)]
    return sum(format_date(day, "w", locale=locale) != str(day.isocalendar().week) for day in days)


first = date(2027, 1, 1)
told = {locale: format_date(first, "EEEE d MMMM: 'semaine' w 'de' YYYY", locale=locale) for locale in ("fr", "fr_FR")}
wrong = {(locale, year): weeks(locale, year) for locale in told for year in (2026, 2027)}
print(told)
print("days in another week than ISO's:", wrong)
assert told["fr_FR"].endswith("semaine 53 de 2026")
assert told["fr"].endswith("semaine 1 de 2027"), "changed: the language alone counts ISO weeks"
assert wrong["fr_FR", 2026] == wrong["fr_FR", 2027] == 0
assert wrong["fr", 2026] == 3 and wrong["fr", 2027] == 364
PYTHON
