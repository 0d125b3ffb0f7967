#!/usr/bin/env bash
# camt053 reads a bank statement without the payer's words and without the amounts inside a grouped entry.
#
# Version: camt053 0.0.23.
# Guess:   whatever else a reader of statements leaves out, it gives the transfer's text, where payers write the number
#          of the invoice, and each amount of an entry in which the bank has put several transfers together.
# Seen:    the text (RmtInf/Ustrd) is nowhere in what is returned, and neither are the amounts of the two transfers of
#          60 and 40 euros (AmtDtls/TxAmt): both payers are named beside one sum of 100. Nothing is said of it.
# Source:  ISO 20022 camt.053.001.02: an Entry is a line of the account, a TransactionDetails each payment in it, with
#          an amount and a RemittanceInformation of its own, by which a payment is matched with what it settles.
# So:      payments cannot be matched with invoices by it: the text and the amounts are read from the XML itself.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check camt053==0.0.23
venv/bin/python - <<'PYTHON'
import camt053


def payment(name, amount, invoice):
    return (
        f"<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        f'<AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>'
        f"<RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties><RmtInf><Ustrd>FACTURE {invoice}</Ustrd></RmtInf></TxDtls>"
    )


def balance(code, amount):
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-27</Dt></Dt></Bal>"
    )


statement = (
    '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
    "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-28T06:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id>"
    "<CreDtTm>2026-11-28T06:00:00</CreDtTm><Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></Acct>"
    + balance("OPBD", "0.00") + balance("CLBD", "100.00")
    + '<Ntry><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
    "<BookgDt><Dt>2026-11-27</Dt></BookgDt><ValDt><Dt>2026-11-27</Dt></ValDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly>"
    "<Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>"
    + payment("BOULANGERIE", "60.00", "F2026-0001") + payment("GARAGE", "40.00", "F2026-0002")
    + "</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"
)
(entry,) = camt053.parse_statement(statement).entries
print("entry:", entry.amount, [detail.counterparty_name for detail in entry.details])
print("each payment:", {name: value for name, value in vars(entry.details[0]).items() if value})
whole = repr(camt053.parse_document(statement))
assert "100.00" in whole and [each.counterparty_name for each in entry.details] == ["BOULANGERIE", "GARAGE"]
for lost in ("F2026-0001", "60.00", "40.00"):
    print(f"{lost}: {'found' if lost in whole else 'nowhere'}")
    assert lost not in whole, f"changed: {lost} is told"
PYTHON
