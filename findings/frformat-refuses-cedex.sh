#!/usr/bin/env bash
# "22023 Saint-Brieuc Cedex 1", where a prefecture gets its letters, has no French postcode, says frformat.
#
# Version: frformat 0.5.0 (PyPI), the formats by which files for data.gouv.fr are checked.
# Guess:   a code of five digits to which La Poste delivers is a postcode; a whole list of them, that of La Poste itself,
#          can only be better than \d{5}.
# Seen:    the list is the one that goes with INSEE's communes: 22000 and 98000 (Monaco) are in it, no code of a CEDEX is:
#          22023, 35042 and 92055 (La Défense) are "not valid". Options such as ignore_extra_whitespace change nothing.
# Source:  frformat/formats/code_postal.py (source: datanova.laposte.fr, laposte_hexasmal); INSEE, Sirene, where
#          codeCedexEtablissement is a field beside codePostalEtablissement.
# So:      town halls, hospitals, banks and head offices have such addresses: a list as a rule refuses the biggest
#          employers at their own addresses. Five digits are asked for; the list only proposes a commune.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check frformat==0.5.0
"$dir/venv/bin/python" - <<'PYTHON'
from frformat import CodePostal, Options

postcode, lenient = CodePostal(), CodePostal(Options(ignore_extra_whitespace=True))
seen = {code: postcode.is_valid(code) for code in ("22000", "35000", "98000", "22023", "35042", "92055")}
print(seen)
assert seen["22000"] and seen["35000"] and seen["98000"]
for cedex in ("22023", "35042", "92055"):
    assert not seen[cedex] and not lenient.is_valid(cedex), "changed: codes of CEDEX are known"
PYTHON
