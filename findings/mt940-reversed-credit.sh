#!/usr/bin/env bash
# A credit that the bank takes back (mark RC of MT940) is read as money received.
#
# Version: mt-940 5.1.1 (PyPI, the newest release).
# Guess:   the library gives signed amounts (a debit D is negative), so RC, the reversal of a credit, is negative.
# Seen:    RC 139.20 is +139.20: counted as a second payment. The opening balance, the four movements and the closing
#          balance of the same statement then do not add up: the gap is twice the reversed amount.
# Source:  wolph/mt940 issue 130 and the change 131, merged in August 2026 and in no release yet; SWIFT field 61,
#          subfield 3: C, D, RC (a debit entry), RD (a credit entry).
# So:      a reader of statements takes the sign from the mark itself and refuses a statement whose movements do not
#          lead from its opening to its closing balance; else an invoice whose transfer was recalled stays "paid".
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check mt-940==5.1.1
"$dir/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

import mt940

STATEMENT = """:20:RELEVE
:25:30006/12345678901
:28C:1/1
:60F:C260101EUR1000,00
:61:2601020102C139,20NTRFNONREF//A1
:86:VIREMENT RECU EXEMPLE SARL
:61:2601030103RC139,20NTRFNONREF//A2
:86:ANNULATION VIREMENT EXEMPLE SARL
:61:2601040104D10,00NTRFNONREF//A3
:86:FRAIS
:61:2601050105RD10,00NTRFNONREF//A4
:86:ANNULATION FRAIS
:62F:C260105EUR1000,00
"""
transactions = mt940.parse(STATEMENT)
amounts = {each.data["status"]: each.data["amount"].amount for each in transactions}
opening = transactions.data["final_opening_balance"].amount.amount
closing = transactions.data["final_closing_balance"].amount.amount
print("amounts by mark:", {mark: str(amount) for mark, amount in amounts.items()})
print("opening", opening, "+ movements", sum(amounts.values()), "- closing", closing)
assert amounts["D"] == Decimal("-10.00") and amounts["RD"] == Decimal("10.00")
assert amounts["RC"] == Decimal("139.20"), "changed: the reversed credit has another sign"
assert opening + sum(amounts.values()) - closing == 2 * Decimal("139.20")
PYTHON
