#!/usr/bin/env bash
# A service billed for a period, without a delivery date, becomes an invoice that its own XML schema refuses.
#
# Version: factur-x 7.8 (PyPI), generate_cii_xml at level en16931.
# Guess:   a contribution has a billing period (BT-73, BT-74) and no day of delivery (BT-72); one of the two is enough.
# Seen:    the delivery block is always written. With nothing in it, lxml's objectify marks it xsi:nil="true", and the
#          schema answers that the element is not nillable; with check_xsd=False it goes out. A delivery address (BG-13)
#          fills the block as well as a date does.
# Source:  facturx/generate_xml.py, generate_cii_xml(): ApplicableHeaderTradeDelivery; EN 16931, BG-13 and BG-14.
# So:      each invoice names where the service goes to, the member's address; the schema is checked in tests too, since
#          7 ms of it at each drawing would say nothing new.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check factur-x==7.8
"$dir/venv/bin/python" - <<'PYTHON'
from datetime import date

from facturx import generate_cii_xml

PLACE = {"addr_l1": "1 rue Exemple", "postcode": "22000", "city": "Saint-Brieuc", "country_code": "FR"}


def party(name, siren, vat):
    return PLACE | {
        "name": name, "legal_identifier": siren, "legal_identifier_schemeid": "0002", "vat_identifier": vat,
    }  # fmt: skip


def written(**more):
    line = {
        "BT-126": "1", "BT-153": "Cotisation 2026", "BT-129": "1", "BT-130": "C62", "BT-146": "100.00",
        "BT-131": "100.00", "BT-151": "S", "BT-152": "20.00",
    }  # fmt: skip
    invoice = {
        "BT-1": "F2026-12", "BT-2": date(2026, 2, 2), "BT-3": "380", "BT-5": "EUR", "BT-9": date(2026, 3, 15),
        "BT-73": date(2026, 1, 1), "BT-74": date(2026, 12, 31),
        "BG-4": party("SERVICE EXEMPLE", "732829320", "FR44732829320"),
        "BG-7": party("ADHERENT", "404833048", "FR83404833048"),
        "BT-106": "100.00", "BT-109": "100.00", "BT-110": "20.00", "BT-112": "120.00", "BT-115": "120.00",
        "BG-23": [{"BT-116": "100.00", "BT-117": "20.00", "BT-118": "S", "BT-119": "20.00"}], "BG-25": [line],
    } | more  # fmt: skip
    xml = generate_cii_xml(dict(invoice), level="en16931", check_xsd=False, check_schematron=False).decode()
    nil = "xsi:nil" in xml
    try:
        generate_cii_xml(dict(invoice), level="en16931", check_xsd=True, check_schematron=False)
    except Exception as error:
        return nil, "not 'nillable'" in str(error)
    return nil, False


alone = written()
dated = written(**{"BT-72": date(2026, 12, 31)})
placed = written(**{"BG-13": PLACE | {"name": "ADHERENT"}})
for words, (nil, refused) in (("a period alone", alone), ("with a date", dated), ("with a place", placed)):
    print(f"{words}: {'nil' if nil else 'filled'}, {'refused' if refused else 'accepted'} by the schema")
assert alone == (True, True), "changed: a period alone is enough"
assert dated == placed == (False, False)
PYTHON
