#!/usr/bin/env bash
# num2words writes the invoice of 580 € "cinq euros et quatre-vingts centimes", and the same 580.0 in full.
#
# Version: num2words 0.5.14 (PyPI).
# Guess:   an amount of 580 in euros is "cinq cent quatre-vingts euros", whatever its Python type.
# Seen:    to="currency" takes an int for cents and a float, a Decimal or a text for euros: 580 is 5,80 €, 580.0 and
#          "580" are 580 €. So a sum that happens to be whole, where a library gives ints, is divided by a hundred.
#          A million is "un million euros" without its "d’", which no letter or cheque may say in French.
# Source:  num2words/currency.py: parse_currency_parts() divides by 100 when isinstance(value, int).
# So:      the sum "arrêtée à" of an invoice is handed over as a Decimal made from the cents, and whole millions are
#          written by hand.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check num2words==0.5.14
"$dir/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

from num2words import num2words

seen = {}
for amount in (580, 580.0, "580", Decimal("580"), Decimal("1000000")):
    seen[repr(amount)] = num2words(amount, lang="fr", to="currency", currency="EUR")
    print(f"{amount!r}: {seen[repr(amount)]}")
assert seen["580"] == "cinq euros et quatre-vingts centimes", "changed: an int is an amount of euros"
assert seen["580.0"] == seen["'580'"] == "cinq cent quatre-vingts euros et zéro centimes"
assert seen["Decimal('580')"] == seen["580.0"]
assert seen["Decimal('1000000')"] == "un million euros et zéro centimes", "changed: the d’ is there"
PYTHON
