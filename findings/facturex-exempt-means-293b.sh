#!/usr/bin/env bash
# An invoice exempt from VAT as care is (article 261) is wrong, says facturex, until it claims article 293 B.
#
# Version: facturex 0.6.4 (PyPI), validate().
# Guess:   a checker made for France asks an invoice without VAT for its reason (BT-120), and takes any article that is
#          given; the mention of small businesses is for those.
# Seen:    "Exonération de TVA, art. 261-4-1° du CGI", as reason and as note, is an error, FR-TVA-293B: "TVA non
#          applicable, art. 293 B du CGI" has to be there. So it is with category AE, where the buyer owes the VAT.
#          Adding the false mention makes both invoices right.
# Source:  facturex/validation/france.py, check(): every line without VAT, and nothing else, calls for 293 B; CGI, art. 261
#          (what is exempt, whoever does it) and 293 B (the franchise of small businesses).
# So:      a service whose medical acts are exempt, or that bills abroad, does not take a checker's "règles France" for the
#          law. The reason of an exemption is data of the service, and a test looks that 293 B is nowhere.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check facturex==0.6.4
"$dir/venv/bin/python" - <<'PYTHON'
from facturex import Invoice, VatBreakdown, validate

OWN = {"E": "Exonération de TVA, art. 261-4-1° du CGI", "AE": "Autoliquidation"}


def errors(category, reason):
    invoice = Invoice.exemple()
    for line in invoice.lines:
        line.vat_category, line.vat_rate = category, "0"
    invoice.notes = [reason]
    invoice.vat_breakdown = [
        VatBreakdown(category=category, rate="0", taxable_amount="2070.00", vat_amount="0", exemption_reason=reason)
    ]
    found = [each.rule for each in validate(invoice).errors]
    print(f"{category}, {reason}: {found or 'right'}")
    return found


for category, reason in OWN.items():
    assert errors(category, reason) == ["FR-TVA-293B"], "changed: other reasons than 293 B are known"
    assert errors(category, "TVA non applicable, art. 293 B du CGI") == []
PYTHON
