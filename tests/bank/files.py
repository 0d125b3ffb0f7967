"""Files of a bank, built record by record: what the reader must find again."""

from datetime import date

from tests.invoices.steps import IBAN

DAY = date(2026, 3, 2)
OTHER = "1234567890" + "12345678901"[:11]


def signed(cents, plus="{ABCDEFGHI", minus="}JKLMNOPQR"):
    digits = f"{abs(cents):014}"
    return digits[:-1] + (plus if cents >= 0 else minus)[int(digits[-1])]


def record(kind, account, on, cents, middle, end="", decimals="2"):
    bank, branch, number = account[:5], account[5:10], account[10:21]
    start = f"{kind}{bank}    {branch}EUR{decimals} {number}"
    return f"{start:<34}{on:%d%m%y}{middle:<50}{signed(cents)}{end:<16}"


def movement(cents, label, own="", on=DAY, account=IBAN[4:25], **words):
    """A movement, and its complements: NPY for who pays, LCC for what they say."""
    first = record("04", account, on, cents, f"  {on:%d%m%y}{label:<31.31}", own)
    more = [
        f"05{account[:5]}    {account[5:10]}EUR2 {account[10:21]}05{on:%d%m%y}     {kind}{text:<70.70}  "
        for kind, text in words.items()
    ]
    return cents, [first, *more]


def block(*movements, opening=100_000, since=DAY, until=DAY, account=IBAN[4:25], closing=None):
    total = opening + sum(cents for cents, _ in movements) if closing is None else closing
    records = [each for _, rows in movements for each in rows]
    return [
        record("01", account, since, opening, ""), *records, record("07", account, until, total, "")
    ]  # fmt: skip


def cfonb(*movements, end="\r\n", encoding="latin-1", **more):
    records = block(*movements, **more)
    assert {len(each) for each in records} == {120}
    return (end.join(records) + end).encode(encoding)


def xml_entry(amount, words="VIR", payer="", version="02", sign="CRDT", details=""):
    name = f"<Nm>{payer}</Nm>" if version == "02" else f"<Pty><Nm>{payer}</Nm></Pty>"
    sts = "<Sts>BOOK</Sts>" if version == "02" else "<Sts><Cd>BOOK</Cd></Sts>"
    usual = (
        f"<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        f"<RltdPties><Dbtr>{name}</Dbtr></RltdPties><RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls>"
    )
    return (
        f"<Ntry><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{sts}"
        f"<BookgDt><Dt>{DAY}</Dt></BookgDt><NtryDtls>{details or usual}</NtryDtls></Ntry>"
    )


def xml(*entries, version="02", closing=None):
    """A statement that opens with 1 000 €. `closing`: in euros, else as the entries make it."""
    amounts = [each.partition("'EUR'>")[2].partition("<")[0] for each in entries]
    signs = [-1 if "DBIT" in each else 1 for each in entries]
    if closing is None:
        moved = sum(sign * float(each.replace(",", ".")) for sign, each in zip(signs, amounts, strict=True))
        closing = f"{1000 + moved:.2f}"
    bounds = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{DAY}</Dt></Dt></Bal>"
        for kind, amount in (("OPBD", "1000.00"), ("CLBD", closing))
    )
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    return (
        f"<Document xmlns='{space}'><BkToCstmrStmt><Stmt><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{bounds}"
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()
