#!/usr/bin/env bash
# An IBAN that begins with FR may be of a bank outside SEPA: "in_sepa_zone" says yes all the same.
#
# Version: schwifty 2026.10.1 (PyPI).
# Guess:   the SEPA flag of an IBAN tells whether the account can be debited by SEPA direct debit; overseas accounts
#          outside SEPA have another country code, or the library, which knows the bank, says no.
# Seen:    the IBAN of a bank in Nouméa begins with FR. schwifty finds its BIC, SOGENCNN, whose country is NC, and still
#          says in_sepa_zone: the flag is that of the two letters. sepaxml accepts the pair, and its pain.008 passes the
#          XML schema.
# Source:  rabobank.nl, payments to New Caledonia (not a SEPA country, IBAN of 27 characters that begins with FR) and to
#          Réunion (SEPA, the same IBAN); xmldation's wiki, "IBAN & BIC relation": FR goes with BICs of NC, PF, WF too.
# So:      a direct-debit mandate is checked on the country of the BIC found from the bank code, not on the first two
#          letters of the IBAN; else the debit is only refused after it was sent, one member at a time.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check schwifty==2026.10.1 sepaxml==2.7.0
"$dir/venv/bin/python" - <<'PYTHON'
from datetime import date

from schwifty import IBAN
from sepaxml import SepaDD

CREDITOR = IBAN.generate("FR", bank_code="30006", branch_code="00001", account_code="12345678901")
batch = SepaDD(
    {
        "name": "SERVICE EXEMPLE", "IBAN": str(CREDITOR), "BIC": str(CREDITOR.bic), "batch": True,
        "creditor_id": "FR72ZZZ123456", "currency": "EUR",
    },
    schema="pain.008.001.08",
)  # fmt: skip
seen = {}
for bank in ("30006", "18319"):
    iban = IBAN.generate("FR", bank_code=bank, branch_code="00001", account_code="12345678901")
    seen[bank] = (iban.country_code, iban.bic.country_code, iban.in_sepa_zone)
    print(f"{iban.formatted}  {iban.bank_name}, BIC {iban.bic}: in_sepa_zone={iban.in_sepa_zone}")
    batch.add_payment(
        {
            "name": "ADHERENT", "IBAN": str(iban), "BIC": str(iban.bic), "amount": 13920, "type": "RCUR",
            "collection_date": date(2026, 12, 15), "mandate_id": f"RUM-{bank}",
            "mandate_date": date(2026, 1, 15), "description": "Cotisation",
        }
    )  # fmt: skip
xml = batch.export(validate=True).decode()
print("pain.008 valid, with", xml.count("<DrctDbtTxInf>"), "debits")
assert seen["30006"] == ("FR", "FR", True)
assert seen["18319"] == ("FR", "NC", True), "changed: New Caledonia is told apart"
assert xml.count("<DrctDbtTxInf>") == 2
PYTHON
