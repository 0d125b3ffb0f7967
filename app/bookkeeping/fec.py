"""The « fichier des écritures comptables »: entries in eighteen columns (Livre des procédures fiscales,
article A47 A-1, VII and VIII). Tabs between fields, a line break after each record, ISO 8859-15, days as
20261231, amounts with a decimal comma. Pure.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from app.invoices.rules import BASIC, basic_letters
from db.models import Journal

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum",
    "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet",
    "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip
ENCODING = "iso8859-15"
# What that set of characters lacks: curly quotes and long dashes. It has œ and the euro sign.
PLAIN = {code: text for code, text in BASIC.items() if chr(code) in "’‘‐‒–—−"}
HEAD = ("\t".join(COLUMNS) + "\r\n").encode(ENCODING)


class Record(NamedTuple):
    """A line of an entry as it is stored."""

    journal: Journal
    exercise: int
    number: int
    booked_on: date
    account: str
    account_name: str
    aux: str
    aux_name: str
    piece: str
    piece_on: date
    label: str
    debit_cents: int
    credit_cents: int
    valid_on: date
    letter: str = ""
    lettered_on: date | None = None


def name_of_file(siren: str, until: date) -> str:
    """123456782FEC20261231.txt"""
    return f"{siren}FEC{until:%Y%m%d}.txt"


def lines_of(records: Iterable[Record], journals: Mapping[Journal, str]) -> bytes:
    return b"".join(_encoded(_fields(each, journals)) for each in records)


def _fields(each: Record, journals: Mapping[Journal, str]) -> tuple[str, ...]:
    """The letter of an entry stands on the member's account, which alone is settled."""
    is_lettered = bool(each.aux and each.lettered_on)
    return (
        each.journal, journals[Journal(each.journal)], number_words(each.exercise, each.number),
        _day(each.booked_on),
        each.account, each.account_name, each.aux, each.aux_name, each.piece, _day(each.piece_on), each.label,
        _euros(each.debit_cents), _euros(each.credit_cents), each.letter if is_lettered else "",
        _day(each.lettered_on) if each.lettered_on and is_lettered else "", _day(each.valid_on), "", "",
    )  # fmt: skip


def number_words(exercise: int, number: int) -> str:
    """2026000123: continuous within a journal and a financial year."""
    return f"{exercise}{number:06}"


def _encoded(fields: Iterable[str]) -> bytes:
    return ("\t".join(map(_plain, fields)) + "\r\n").encode(ENCODING)


def _plain(words: str) -> str:
    """On one line, in the letters of the file."""
    squeezed = " ".join(words.split()).translate(PLAIN)
    try:
        squeezed.encode(ENCODING)
    except UnicodeEncodeError:
        return basic_letters(squeezed)
    return squeezed


def _day(value: date) -> str:
    return f"{value:%Y%m%d}"


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"
