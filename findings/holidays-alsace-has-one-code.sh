#!/usr/bin/env bash
# Good Friday is a holiday in Moselle under its number, 57; under those of the two départements of Alsace, an error.
#
# Version: holidays 0.109 (PyPI).
# Guess:   a département is asked for by its number, as on every address: 57 Moselle, 67 Bas-Rhin, 68 Haut-Rhin, 22.
# Seen:    57 is known, and 971 to 976 overseas. 67 and 68 raise NotImplementedError, and so does each département
#          without days of its own, 22 among them. Alsace is "6AE", the code of ISO 3166-2 for the collectivity that
#          took the place of both in 2021; postcodes and INSEE still begin with 67 and 68.
# Source:  holidays/countries/france.py: France.subdivisions.
# So:      a calendar by postcode needs a table from the number of the département to the library's code, the two of
#          Alsace to one, and every other to none; without it the first member of Strasbourg stops the planning.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check holidays==0.109
"$dir/venv/bin/python" - <<'PYTHON'
from datetime import date

import holidays

GOOD_FRIDAY = date(2026, 4, 3)
seen = {}
for code in ("57", "67", "68", "6AE", "22"):
    try:
        seen[code] = GOOD_FRIDAY in holidays.France(subdiv=code, years=2026)
    except NotImplementedError as error:
        seen[code] = str(error)
    print(f"{code}: {seen[code]}")
assert seen["57"] is True and seen["6AE"] is True
for code in ("67", "68", "22"):
    assert seen[code] == f"Entity `FR` does not have subdivision {code}", f"changed: {code} is known"
PYTHON
