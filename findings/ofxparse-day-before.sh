#!/usr/bin/env bash
# A transfer that a bank in Paris posted on 1 January falls in December once ofxparse has read it.
#
# Version: ofxparse 0.21 (PyPI).
# Guess:   DTPOSTED 20260102000000[+1:CET] is read as 2 January 2026: as an aware moment, or as that local day.
# Seen:    the hour of the zone is taken away and the zone forgotten: a naive 2026-01-01 23:00. Of a transfer posted on
#          1 January the date falls in 2025. 20260102 alone is read as 2 January. The amount, with the French comma that
#          OFX allows, is right.
# Source:  ofxparse/ofxparse.py, parseOfxDateTime(); the form YYYYMMDDHHMMSS.XXX[offset:name] is in the OFX
#          specification's section on dates, quoted in csingley/ofxtools change 59.
# So:      a portal that matches payments by day takes the first eight digits of DTPOSTED; with the library, every
#          payment of such a bank is a day early, and the accounts of December hold payments of January.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check ofxparse==0.21
"$dir/venv/bin/python" -W ignore - <<'PYTHON'
import io
from datetime import datetime
from decimal import Decimal

from ofxparse import OfxParser

HEAD = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
    "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
)
BODY = """<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260105<LANGUAGE>FRA</SONRS>
</SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>30006<BRANCHID>00001<ACCTID>12345678901<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260101<DTEND>20260131<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{posted}<TRNAMT>139,20
<FITID>A1<NAME>EXEMPLE SARL</STMTTRN></BANKTRANLIST>
<LEDGERBAL><BALAMT>139,20<DTASOF>20260105</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
seen = {}
for posted in ("20260102", "20260102000000[+1:CET]", "20260101000000.000[+1:CET]"):
    read = OfxParser.parse(io.BytesIO((HEAD + BODY.format(posted=posted)).encode("cp1252")))
    transfer = read.account.statement.transactions[0]
    seen[posted] = transfer.date
    print(f"{posted}: {transfer.date!r}, {transfer.amount}")
    assert transfer.amount == Decimal("139.20")
assert seen["20260102"] == datetime(2026, 1, 2)
assert seen["20260102000000[+1:CET]"] == datetime(2026, 1, 1, 23), "changed: the day of the bank is kept"
assert seen["20260101000000.000[+1:CET]"] == datetime(2025, 12, 31, 23), "changed: the day of the bank is kept"
PYTHON
