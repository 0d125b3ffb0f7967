#!/usr/bin/env bash
# "Facture n° 12", reduced to the letters that banks take, becomes "Facture ndeg 12" in the payer's statement.
#
# Version: text-unidecode 1.3, Unidecode 1.4.0, anyascii 0.3.3, python-slugify 8.0.4 (PyPI).
# Guess:   the French "n°" loses its sign, "n 12", or becomes "no 12", as typed in place of it.
# Seen:    all four read the ring as a degree of temperature: "deg". A slug is "facture-ndeg-12". The sign made for the
#          purpose, "№", is "No" for anyascii and "No. " for Unidecode, nothing for text-unidecode. In "1ᵉʳ" the small
#          e is "[?]" for text-unidecode: square brackets are not of SEPA's letters either, and the bank refuses them.
# Source:  the tables of each package (text_unidecode/data.bin, unidecode/x000.py, anyascii/_data/000): U+00B0 is "deg".
# So:      a label of a transfer or of a direct debit is reduced by a table of one's own, where "n°" is "no" before
#          anything else is.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check \
  text-unidecode==1.3 Unidecode==1.4.0 anyascii==0.3.3 python-slugify==8.0.4
"$dir/venv/bin/python" - <<'PYTHON'
import anyascii
import slugify
import text_unidecode
import unidecode

KINDS = {
    "text-unidecode": text_unidecode.unidecode, "Unidecode": unidecode.unidecode, "anyascii": anyascii.anyascii,
    "python-slugify": slugify.slugify,
}
seen = {}
for label in ("Facture n° 12", "Facture № 12", "1ᵉʳ avis"):
    for name, reduced in KINDS.items():
        seen[name, label] = reduced(label)
        print(f"{label} by {name}: {seen[name, label]}")
for name in ("text-unidecode", "Unidecode", "anyascii"):
    assert seen[name, "Facture n° 12"] == "Facture ndeg 12", f"changed: {name} knows the French n°"
assert seen["python-slugify", "Facture n° 12"] == "facture-ndeg-12", "changed: a slug knows the French n°"
assert seen["text-unidecode", "Facture № 12"] == "Facture  12", "changed: № is read"
assert seen["text-unidecode", "1ᵉʳ avis"] == "1[?]r avis", "changed: no more brackets"
PYTHON
