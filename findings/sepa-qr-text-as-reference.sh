#!/usr/bin/env bash
# "Facture 12", given to sepa-qr as the remittance, is put where only an RF reference may be.
#
# Version: sepa-qr 0.0.2 (npm).
# Guess:   remittance is the transfer's free text, as in its README's "Invoice 123456789", and information a note of the
#          payee's to whoever pays; an amount of 139.20 is written with its cents.
# Seen:    the code has 11 lines where EPC069-12 has 12: remittance is on line 10, the structured reference, information on
#          line 11, which is the free text, and line 12 is never there. A banking application looks for an RF number in
#          "Facture 12", and sends the note as the words of the transfer. 139.2 is EUR139.2, which is allowed.
# Source:  EPC069-12, 5 (line 10 AT-05 structured, 11 AT-05 unstructured, at most one of them; 12 the note); ISO 11649;
#          sepa-qr/index.js.
# So:      the words by which a payment finds its invoice are passed as "information", or the lines are made by hand and
#          counted. A test scans the code and looks for the number of the invoice on line 11, and nothing on line 10.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-fund --no-audit --prefix "$dir" sepa-qr@0.0.2
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check zxing-cpp==3.1.1 pillow
node -e '
const invoice = { name: "Service", iban: "FR7630006000011234567890189", amount: 139.2 };
require("sepa-qr")({ ...invoice, remittance: "Facture 12", information: "Merci" })
  .pipe(require("fs").createWriteStream("code.png"));'
venv/bin/python - <<'PYTHON'
import zxingcpp
from PIL import Image

lines = zxingcpp.read_barcodes(Image.open("code.png").convert("L"))[0].text.split("\n")
for number, line in enumerate(lines, 1):
    print(number, line)
assert lines[7] == "EUR139.2"
assert lines[9:] == ["Facture 12", "Merci"], "changed: free text is on its own line"
PYTHON
