#!/usr/bin/env bash
# sepaxml's clean=True turns French quotes into "<<", keeps & and _, and leaves the mandate reference as it is.
#
# Version: sepaxml 2.7.0 (PyPI), pain.008.001.08.
# Guess:   with clean=True (the default) every text of the file holds only the characters that SEPA banks must take:
#          letters, digits, space and / - ? : ( ) . , ' +; validate=True would refuse the rest.
# Seen:    names and descriptions are transliterated to ASCII, no more: « and » become << and >>, n° becomes ndeg,
#          & and _ and % stay. The RUM, which identifies the mandate, is not cleaned at all: "RUM 2026/é_1" goes out.
#          The file passes the XML schema, which has no such rule.
# Source:  sepaxml/shared.py and sepaxml/debit.py: unidecode, then a cut at 70 or 140, of name and description only; the
#          list of characters is that of the German banks' guide 2.7, on xmldation's wiki, "DK/Charset".
# So:      a portal makes RUMs from that alphabet itself, cleans names with its own table (« → nothing, & → et, ° → o)
#          and tests the finished XML against the alphabet; a bank may refuse the whole file for one character.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check sepaxml==2.7.0
"$dir/venv/bin/python" - <<'PYTHON'
import re
from datetime import date
from html import unescape

from sepaxml import SepaDD

IBAN = "FR7630006000011234567890189"
batch = SepaDD(
    {
        "name": "SERVICE EXEMPLE", "IBAN": IBAN, "BIC": "AGRIFRPPXXX", "batch": True,
        "creditor_id": "FR72ZZZ123456", "currency": "EUR",
    },
    schema="pain.008.001.08",
    clean=True,
)  # fmt: skip
batch.add_payment(
    {
        "name": "Épicerie « L'Œuf » & Fils", "IBAN": IBAN, "amount": 13920, "type": "RCUR",
        "collection_date": date(2026, 12, 15), "mandate_id": "RUM 2026/é_1",
        "mandate_date": date(2026, 1, 15), "description": "Facture n° F_12, 100 % réglée",
    }
)  # fmt: skip
xml = batch.export(validate=True).decode()
seen = {tag: unescape(re.findall(f"<{tag}>([^<]*)</{tag}>", xml)[-1]) for tag in ("Nm", "Ustrd", "MndtId")}
for tag, text in seen.items():
    outside = "".join(sorted(set(re.sub(r"[A-Za-z0-9 /?:().,'+-]", "", text))))
    print(f"{tag}: {text!r}, outside the alphabet: {outside}")
assert seen["Nm"] == "Epicerie << L'OEuf >> & Fils", "changed: names are cleaned another way"
assert seen["Ustrd"] == "Facture ndeg F_12, 100 % reglee", "changed: descriptions are cleaned another way"
assert seen["MndtId"] == "RUM 2026/é_1", "changed: the mandate reference is cleaned"
PYTHON
