#!/usr/bin/env bash
# iso20022.js reads a transfer of 139.20 € as 13919.999999999998 cents, and a returned one as no reversal.
#
# Version: iso20022.js 0.0.15 (npm), CashManagementEndOfDayReport on camt.053.001.02.
# Guess:   amounts are given in cents so that nobody has to count with floats: whole numbers. A flag of the bank's is true
#          when the statement says true.
# Seen:    139.20 times 100 is left as floats make it: a sum that is compared with 13920, the invoice, is not equal; cut to
#          whole cents it is 13919, a BigInt refuses it. 580.10 is right by chance. RvslInd is read as a boolean and
#          then compared with the text "true": reversal is false for every entry of every statement.
# Source:  iso20022.js/dist/index.mjs: parseAmountToMinorUnits(), parseEntry(); ISO 20022, RvslInd (true: the entry takes
#          an earlier one back).
# So:      amounts are rounded where they are read, before they meet an invoice; a rejected direct debit is known by its
#          return reason and its sign, not by this flag. A test has 139.20, 64.10 and 19.99, not 100.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-fund --no-audit --prefix "$dir" iso20022.js@0.0.15
cat > "$dir/read.mjs" <<'JAVASCRIPT'
import assert from "node:assert";
import { CashManagementEndOfDayReport } from "iso20022.js";

const entry = (amount, side, reversal = "") =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd>${reversal}<Sts>BOOK</Sts>` +
  "<BookgDt><Dt>2026-12-03</Dt></BookgDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd>" +
  "</Fmly></Domn></BkTxCd></Ntry>";
const balance = (kind) =>
  `<Bal><Tp><CdOrPrtry><Cd>${kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>` +
  "<Dt><Dt>2026-12-03</Dt></Dt></Bal>";
const made = "<CreDtTm>2026-12-03T20:00:00</CreDtTm>";
const [statement] = CashManagementEndOfDayReport.fromXML(
  '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>' +
    `<GrpHdr><MsgId>M1</MsgId>${made}</GrpHdr><Stmt><Id>S1</Id>${made}` +
    "<Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id><Svcr><FinInstnId><BIC>AGRIFRPP</BIC></FinInstnId></Svcr>" +
    `</Acct>${balance("OPBD")}${balance("CLBD")}` +
    entry("139.20", "CRDT") + entry("580.10", "CRDT") + entry("19.99", "CRDT") +
    entry("19.99", "DBIT", "<RvslInd>true</RvslInd>") +
    "</Stmt></BkToCstmrStmt></Document>",
).statements;
for (const each of statement.entries)
  console.log(each.amount, each.creditDebitIndicator, "reversal:", each.reversal);
assert.deepEqual(
  statement.entries.map((each) => each.amount),
  [13919.999999999998, 58010, 1998.9999999999998, 1998.9999999999998],
  "changed: cents are whole",
);
assert.equal(statement.entries[3].reversal, false, "changed: a reversal is seen");
JAVASCRIPT
node "$dir/read.mjs"
