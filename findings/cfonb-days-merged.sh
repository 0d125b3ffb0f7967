#!/usr/bin/env bash
# A CFONB120 file of two days, or of two banks, comes back as one statement with the first balance and the last.
#
# Version: python-cfonb 2.13 (PyPI), with the 120 characters of the CFONB's account statements.
# Guess:   each group 01 (opening) … 07 (closing) is a statement: two days give two, two accounts give two.
# Seen:    statements are kept by account number alone. Two days of an account are one statement that opens on the
#          first day and closes on the second; two accounts that have the same 11 characters at two banks are one
#          statement too, under the first bank's header. Movements are all there, one after the other.
# Source:  cfonb/parser/statement.py, StatementReader.parse(); the records' layout is in cfonb/parser/common.py.
# So:      one file may well hold the days since the last one was fetched. A portal starts a statement at each 01, keys the
#          account by bank, branch and number, and checks each day's balance: a missing day is seen only that way.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check python-cfonb==2.13
"$dir/venv/bin/python" - <<'PYTHON'
import io

from cfonb.parser.statement import StatementReader


def balance(kind, day, amount, bank="30006"):
    return f"{kind}{bank}    00001EUR2 12345678901  {day}{'':50}{amount}{'':16}"


def movement(day, label, bank="30006"):
    return f"04{bank}    00001EUR2 1234567890118{day}  {day}{label:31}  {'':7}  0000000001392{{{'':16}"


def read(*records):
    assert {len(record) for record in records} == {120}
    return StatementReader().parse(io.StringIO("\n".join(records) + "\n"))


OPENING, BETWEEN, CLOSING = "0000000010000{", "0000000011392{", "0000000012784{"
two_days = read(
    balance("01", "300126", OPENING), movement("310126", "VIR EXEMPLE"), balance("07", "310126", BETWEEN),
    balance("01", "310126", BETWEEN), movement("020226", "VIR ESSAI"), balance("07", "020226", CLOSING),
)  # fmt: skip
two_banks = read(
    balance("01", "300126", OPENING), movement("310126", "VIR EXEMPLE"), balance("07", "310126", BETWEEN),
    balance("01", "300126", OPENING, "20041"), movement("310126", "VIR ESSAI", "20041"),
    balance("07", "310126", BETWEEN, "20041"),
)  # fmt: skip
for name, found in (("two days", two_days), ("two banks", two_banks)):
    first = found[0]
    print(f"{name}: {len(found)} statement of bank {first.header['bank_code']}, {len(first.lines)} movements,")
    print("  from", first.header["prev_date"], first.header["prev_amount"], "to", first.footer["next_date"],
          first.footer["next_amount"])  # fmt: skip
assert len(two_days) == 1 and len(two_days[0].lines) == 2, "changed: a statement a day"
assert len(two_banks) == 1 and len(two_banks[0].lines) == 2, "changed: a statement an account"
PYTHON
