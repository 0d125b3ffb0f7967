"""CFONB120, the banks' statement in records of 120 characters: 01 opens, 04 moves, 05 adds words, 07 closes.

Source: CFONB, « Relevé de compte sur support informatique ». The sign of an amount is in its last character,
punched over the digit: { and A to I are +0 to +9, } and J to R −0 to −9; in the French letters of ISO 646,
{ and } are é and è. The record says how many of its digits are decimals. Amounts become cents.
"""

import re
from collections.abc import Iterator
from datetime import date

from app.bank.rules import (
    LONGEST_LABEL,
    LONGEST_PAYER,
    LONGEST_REFERENCE,
    Block,
    Movement,
    Other,
    WrongStatement,
    is_account,
)

SIZE = 120
SIGNED = {
    letter: (sign, str(digit))
    for sign, letters in ((1, "{ABCDEFGHI"), (-1, "}JKLMNOPQR"))
    for digit, letter in enumerate(letters)
} | {"é": (1, "0"), "è": (-1, "0")}
EBCDIC = "cp500"
BREAKS = re.compile(r"\r\n|[\r\n\x85\x1a\x00]")
AGAIN = "téléchargez de nouveau le relevé auprès de la banque, sans l’ouvrir dans un tableur"
CUT = f"Ce relevé est coupé : il s’arrête avant le solde de fin. Pour réparer, {AGAIN}."
ODD = f"L’enregistrement {{place}} de ce relevé n’a pas la forme d’un CFONB120 : {AGAIN}."
CURRENCY = "Ce relevé est en {currency} : le portail ne tient que des euros."
NAMED_BY = ("NPY", "NPO", "NBE")  # who paid, as banks write it


def is_cfonb(content: bytes) -> bool:
    start = content.lstrip(b"\xef\xbb\xbf\r\n ")[:2]
    return start in {b"01", b"\xf0\xf1"}


def read_cfonb(content: bytes, iban: str) -> list[Block | Other]:
    """Blocks of this account, and the others, in the order of the file; `WrongStatement` when it is cut or is
    something else.
    """
    blocks: list[Block | Other] = []
    current: Block | Other | None = None
    records = list(_records(content))
    for place, record in enumerate(records, 1):
        try:
            current = _read(record, current, blocks, iban)
        except (ValueError, KeyError) as error:
            if isinstance(error, WrongStatement):
                raise
            words = CUT if place == len(records) else ODD.format(place=place)
            raise WrongStatement(words) from None
    if current:
        raise WrongStatement(CUT)
    return blocks


def _read(
    record: str, current: Block | Other | None, blocks: list[Block | Other], iban: str
) -> Block | Other | None:
    """The block that goes on after this record; one that it closes is in `blocks`."""
    kind = record[:2]
    if kind == "01" and current is None:
        if not is_account(_account(record), iban):
            return Other(_account(record))
        on, cents = _day(record[34:40]), _cents(record)
        return Block(_account(record), on, cents, on, cents, [])
    is_same = current is not None and _account(record) == current.account
    if isinstance(current, Other) and (kind == "05" or (is_same and kind in {"04", "07"})):
        current.lines += kind == "04"
        if kind == "07":
            blocks.append(current)
            return None
    elif kind == "04" and isinstance(current, Block) and is_same:
        current.movements.append(_movement(record))
    elif kind == "05" and isinstance(current, Block) and current.movements:
        current.movements[-1] = _with_words(current.movements[-1], record[45:48], record[48:118])
    elif kind == "07" and isinstance(current, Block) and is_same:
        current.until, current.closing_cents = _day(record[34:40]), _cents(record)
        blocks.append(current)
        return None
    elif kind in {"01", "07"}:
        raise WrongStatement(CUT)
    else:
        raise ValueError(kind)
    return current


def _records(content: bytes) -> Iterator[str]:
    """Records with or without line breaks; the spaces at the end of a line may be gone."""
    text = _text(content)
    if not BREAKS.search(text.strip("\r\n\x85\x1a\x00 ")):
        text = text.strip("\r\n\x85\x1a\x00")
        lines = [text[at : at + SIZE] for at in range(0, len(text), SIZE)]
    else:
        lines = BREAKS.split(text)
    for each in lines:
        if each.strip():
            yield each.ljust(SIZE)


def _text(content: bytes) -> str:
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content.lstrip()[:2] == b"\xf0\xf1":
        return content.decode(EBCDIC)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _account(record: str) -> str:
    return record[2:7] + record[11:16] + record[21:32]


def _day(digits: str) -> date:
    if not re.fullmatch(r"\d{6}", digits, re.ASCII):
        raise ValueError(digits)
    return date(2000 + int(digits[4:]), int(digits[2:4]), int(digits[:2]))


def _cents(record: str) -> int:
    if (currency := record[16:19]) not in {"EUR", "   "}:
        raise WrongStatement(CURRENCY.format(currency=currency))
    digits, decimals = record[90:103], int(record[19] if record[19].strip() else "2")
    sign, last = SIGNED[record[103]]
    if not re.fullmatch(r"\d{13}", digits, re.ASCII):
        raise ValueError(digits)
    whole = int(digits + last)
    cents, rest = divmod(whole * 100, int(f"1{'0' * decimals}"))
    if rest:
        raise ValueError(record[19])  # less than a cent
    return sign * cents


def _movement(record: str) -> Movement:
    own = record[104:120].strip() or record[81:88].strip().strip("0")
    on, cents, label = _day(record[34:40]), _cents(record), _squeezed(record[48:80])
    return Movement(on, cents, label, own=own[:LONGEST_REFERENCE])


def _with_words(movement: Movement, kind: str, words: str) -> Movement:
    words = _squeezed(words)
    if kind in NAMED_BY and not movement.payer:
        return movement._replace(payer=words[:LONGEST_PAYER])
    return movement._replace(label=f"{movement.label} {words}".strip()[:LONGEST_LABEL])


def _squeezed(words: str) -> str:
    return " ".join(words.split())
