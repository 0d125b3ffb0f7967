#!/usr/bin/env bash
# "02 96 00 00 01 poste 12" is parsed without complaint, as the number 2 96 00 00 01 76783 12.
#
# Version: phonenumbers 9.0.43 (PyPI).
# Guess:   "poste", the French word for an extension, is understood like "ext", or ends the number, or raises.
# Seen:    letters are keys of a telephone: p-o-s-t-e is 7-6-7-8-3. parse() returns 2960000017678312, extension None;
#          only is_valid_number says no, and the right ten digits are gone. "p. 12" gives 29600000112. "(standard)" after
#          a number is dialled as well. "ext 12", "x12", "#12" and "int. 12" are extensions.
# Source:  phonenumbers/phonenumberutil.py: _ALPHA_MAPPINGS, and the words of _create_extn_pattern(): English, Spanish
#          ("extensión", "anexo"), Russian, and a few signs.
# So:      an import of members turns "poste" and "p." into "ext" before parse(), and shows what was typed when a number
#          is not valid; keeping parse()'s digits "to be safe" makes a number that rings nowhere.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check phonenumbers==9.0.43
"$dir/venv/bin/python" - <<'PYTHON'
import phonenumbers

seen = {}
for typed in ("02 96 00 00 01 ext 12", "02 96 00 00 01 poste 12", "02 96 00 00 01 p. 12", "02 96 00 00 01 (standard)"):
    number = phonenumbers.parse(typed, "FR")
    seen[typed.split("01 ")[1]] = number.national_number, number.extension
    valid = phonenumbers.is_valid_number(number)
    print(f"{typed}: {number.national_number}, extension {number.extension}, valid {valid}")
assert seen["ext 12"] == (296000001, "12")
assert seen["poste 12"] == (2960000017678312, None), "changed: poste is understood or refused"
assert seen["p. 12"] == (29600000112, None), "changed: p. is understood or refused"
assert seen["(standard)"] == (29600000178263273, None), "changed: words are left out or refused"
PYTHON
