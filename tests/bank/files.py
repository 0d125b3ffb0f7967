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
