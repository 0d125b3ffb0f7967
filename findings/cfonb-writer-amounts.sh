#!/usr/bin/env bash
# python-cfonb writes a statement line of 139 € as 1.39 €, and of 139.20 € as 13.92 €.
#
# Version: python-cfonb 2.13 (PyPI), writer and reader of CFONB120 bank statements.
# Guess:   add(…, amount=139) is 139.00 € with the two decimals that the record announces.
# Seen:    the digits of str(amount) are written as they are, without a point: 139 becomes "139" cents, 139.2 becomes
#          "1392" cents; only amounts with exactly two decimals, 139.25, are right. The library's own reader gives the
#          wrong amounts back. Its other writer, write_amount(), pads, and writes 139.20 as 139.19.
# Source:  the package's own tests (test_number_format expects '12C' for 123 and '1234E' for 123.45); the record
#          layout is in the CFONB's "relevé de compte 120 caractères", named in cfonb/parser/common.py.
# So:      test statements made with it prove nothing; a portal counts in whole cents, writes records itself and
#          checks the sums of the 01 and 07 balances with the 04 movements.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check python-cfonb==2.13
"$dir/venv/bin/python" - <<'PYTHON'
import io
from datetime import date

from cfonb.parser.common import parse_amount, write_amount
from cfonb.parser.statement import StatementReader
from cfonb.writer.statement import Statement

day, account = date(2026, 1, 31), ("30006", "00001", "EUR", "12345678901")
bank, desk, currency, number = account
statement = Statement().header(*account, day, 1000.25)
given = (139, 139.20, 139.25)
for amount in given:
    statement.add(bank, "0001", desk, currency, number, day, "COTISATION", amount, "F2026")
lines = StatementReader().parse(io.StringIO(statement.render()))[0].lines
read = {amount: str(line["amount"]) for amount, line in zip(given, lines, strict=True)}
padded = str(parse_amount(write_amount(139.20, 2), 2))
print("written with Statement.add, then read:", read)
print("139.2 written with write_amount, then read:", padded)
assert read == {139: "1.39", 139.2: "13.92", 139.25: "139.25"}, "changed: amounts are written another way"
assert padded == "139.19", "changed: write_amount keeps the cent"
PYTHON
