#!/usr/bin/env bash
# A quantity of 12345.25 is written 12345.2 in the Factur-X invoice, and a million as 1e+06.
#
# Version: factur-x 7.8 (PyPI), generate_cii_xml at level en16931.
# Guess:   int and float are accepted, so they are written in full: prices and amounts get their two decimals, a
#          quantity keeps its own digits.
# Seen:    a quantity given as a number is formatted with six significant digits: 123456.78 becomes 123457, and the
#          invoice passes the XML schema and goes out, its line no longer price times quantity. 1234567 becomes
#          1.23457e+06, which the schema refuses. Given as text, "12345.25", it is kept. A Decimal is refused.
# Source:  facturx/generate_xml.py, preprocess_data_dict(): f"{round(value, prec):g}" for fields of format qty and
#          percent; EN 16931, BT-129.
# So:      quantities and rates are handed over as text made from a Decimal; a test compares line total, price and
#          quantity in the finished XML (the schema compares nothing).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check factur-x==7.8
"$dir/venv/bin/python" - <<'PYTHON'
import re
from datetime import date

from facturx import generate_cii_xml


def party(name, siren, vat):
    return {
        "name": name, "legal_identifier": siren, "legal_identifier_schemeid": "0002", "vat_identifier": vat,
        "einvoicing_addr": siren, "einvoicing_addr_schemeid": "0225",
        "addr_l1": "1 rue Exemple", "postcode": "22000", "city": "Saint-Brieuc", "country_code": "FR",
    }  # fmt: skip


def written(quantity):
    line = {
        "BT-126": "1", "BT-153": "Heures de formation", "BT-129": quantity, "BT-130": "HUR", "BT-146": 1,
        "BT-131": 1392, "BT-151": "S", "BT-152": 20,
    }  # fmt: skip
    invoice = {
        "BT-1": "F2026-12", "BT-2": date(2026, 1, 31), "BT-3": "380", "BT-5": "EUR", "BT-9": date(2026, 3, 2),
        "BT-72": date(2026, 1, 31), "BT-81": "30", "BT-84": "FR7630006000011234567890189",
        "BG-4": party("SERVICE EXEMPLE", "732829320", "FR44732829320"),
        "BG-7": party("ADHERENT", "404833048", "FR83404833048"),
        "BT-106": 1392, "BT-109": 1392, "BT-110": 278.4, "BT-112": 1670.4, "BT-115": 1670.4,
        "BG-23": [{"BT-116": 1392, "BT-117": 278.4, "BT-118": "S", "BT-119": 20}], "BG-25": [line],
    }  # fmt: skip
    try:
        xml = generate_cii_xml(invoice, level="en16931", check_xsd=True, check_schematron=False).decode()
    except Exception as error:
        return "1.23457e+06 refused" if "1.23457e+06" in str(error) else f"refused: {error}"
    return re.search(r"<ram:BilledQuantity[^>]*>([^<]*)", xml)[1]


seen = {quantity: written(quantity) for quantity in (1234.5, 12345.25, 123456.78, 1234567, "12345.25")}
for quantity, text in seen.items():
    print(f"{quantity!r}: {text}")
assert seen[1234.5] == "1234.5" and seen["12345.25"] == "12345.25"
assert seen[12345.25] == "12345.2", "changed: long quantities keep their digits"
assert seen[123456.78] == "123457", "changed: long quantities keep their digits"
assert "refused" in seen[1234567], "changed: large quantities are written in full"
PYTHON
