#!/usr/bin/env bash
# A line of Martinique typed as it is dialled, 0596 39 12 34, is kept as a mainland number and called valid.
#
# Version: phonenumbers 9.0.43 (PyPI).
# Guess:   with region FR the overseas numbers are either all recognised (one national plan, dialled alike) or all
#          invalid, as those of Réunion and Guadeloupe are.
# Seen:    0262…, 0590…, 0692… and 0696… are invalid for FR, but 0596… is valid: +33596391234, which the library's own
#          geocoder places in Fort de France. In Martinique's region the line is +596596391234.
# Source:  the library's own metadata and geocoder, whose answers for each region the script prints.
# So:      a form that refuses overseas mobiles of French people ("numéro incomplet") is wrong, and one that relies on
#          is_valid_number keeps an E.164 that is not the line's own. The prefix decides the region before parse():
#          0262 0692 0693 RE, 0269 0639 YT, 0590 0690 GP, 0594 0694 GF, 0596 0696 MQ.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check phonenumbers==9.0.43
"$dir/venv/bin/python" - <<'PYTHON'
import phonenumbers
from phonenumbers import geocoder

TYPED = {
    "0596 39 12 34": "MQ", "0262 20 12 34": "RE", "0590 81 12 34": "GP",
    "0692 12 34 56": "RE", "0696 20 12 34": "MQ",
}  # fmt: skip
seen = {}
for typed, home in TYPED.items():
    for region in ("FR", home):
        number = phonenumbers.parse(typed, region)
        kept = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        seen[typed, region] = kept, phonenumbers.is_valid_number(number)
        place = geocoder.description_for_number(number, "fr")
        print(f"{typed} as {region}: {kept}, valid {seen[typed, region][1]} {place}")
assert seen["0596 39 12 34", "FR"] == ("+33596391234", True), "changed: Martinique is told apart"
assert seen["0596 39 12 34", "MQ"] == ("+596596391234", True)
for typed, home in TYPED.items():
    assert seen[typed, home][1]
    assert typed.startswith("0596") or not seen[typed, "FR"][1], f"changed: {typed} is valid for FR"
PYTHON
