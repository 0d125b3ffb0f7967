#!/usr/bin/env bash
# A payment QR code in UTF-8 for "Santé au Travail" is read "Sant矇 au Travail" by zbar: the name is wrong.
#
# Version: zbar-tools 0.23.92-7+deb12u1 (Debian 12), segno 1.6.6 (PyPI).
# Guess:   the code says its encoding: field 3 is "1", UTF-8, as EPC069-12 has it. So do readers that know no payments.
# Seen:    zbar decodes before anybody reads a field, by guessing among encodings, and not UTF-8 first: é alone is taken
#          for Big5, and a typographic apostrophe beside it makes the whole name Shift-JIS. The beneficiary's
#          name, which banks compare with the account's, is no longer it. ZXing guesses UTF-8 (see epc-qr-oe-ligature).
#          Without a letter outside ASCII nothing is left to guess: both read the same.
# Source:  zbar, zbar/qrcode/qrdectxt.c (a list of encodings, tried one after the other); EPC217-08, the Latin set of
#          SEPA: a-z A-Z 0-9 / - ? : ( ) . , ' + and the space.
# So:      the name goes into the code in SEPA's basic letters ("Sante"); a test reads the page with both readers.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
command -v zbarimg >/dev/null || { echo "needs zbarimg: apt-get install zbar-tools" >&2; exit 1; }
zbarimg --version
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check segno==1.6.6
venv/bin/python - <<'PYTHON'
import subprocess

import segno

READ = ["zbarimg", "--quiet", "--raw", "-S*.disable", "-Sqrcode.enable", "code.png"]


def scanned(name):
    words = f"BCD\n002\n1\nSCT\nAGRIFRPP\n{name}\nFR7630006000011234567890189\nEUR50.00\n\nRF40F202600123"
    segno.make_qr(words, error="m", mode="byte", encoding="utf-8", boost_error=False).save(
        "code.png", kind="png", scale=6, border=4
    )
    read = subprocess.run(READ, capture_output=True, check=True).stdout.decode().split("\n")[5]
    print(f"{name}: {read}")
    return read


assert scanned("Santé au Travail") == "Sant矇 au Travail", "changed: é is no longer taken for Big5"
assert scanned("Santé au travail d’Armor") == "Santﾃｩ au travail d窶僊rmor", "changed: no longer Shift-JIS"
assert scanned("Sante au travail d'Armor") == "Sante au travail d'Armor"
PYTHON
