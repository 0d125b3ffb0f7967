"""Amounts, VAT and state of an invoice, and the code that a bank reads. Pure functions, money in cents.

The page, the paper and the electronic file take their amounts from here. VAT is of the sum of the lines of
each rate, to the nearest cent, as EN 16931 asks (BR-CO-17): a line has none of its own. A credit note's may
be a cent off, which the rule allows, when the credit notes of one invoice would not add up to it.

The code for the bank follows EPC069-12 (European Payments Council, version 3.1), the reference ISO 11649.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from stdnum import iso11649

from app.text.vat import USUAL_POINTS, percent
from db.models import InvoiceKind

BIGGEST_CENTS = 2**31 - 1  # cents, in the tables; far below what a credit transfer carries
LONGEST_NAME = 70  # characters of the beneficiary's, in EPC069-12
# What SEPA's basic letters lack and no accent explains.
BASIC = str.maketrans(
    {
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "&": "+",
        "°": "o",
    }
    | dict.fromkeys("’‘", "'")
    | dict.fromkeys("‐‒–—−", "-")
)
NOT_BASIC = re.compile(r"[^A-Za-z0-9/?:().,'+-]+")
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9/-]{0,20}")


class InvoiceState(StrEnum):
    TO_PAY = "a_payer"
    PARTIAL = "partielle"
    PAID = "payee"
    LATE = "en_retard"
    CREDIT = "avoir"


STATE_WORDS = {
    InvoiceState.TO_PAY: "à payer",
    InvoiceState.PARTIAL: "partiellement payée",
    InvoiceState.PAID: "payée",
    InvoiceState.LATE: "en retard",
    InvoiceState.CREDIT: "avoir",
}
CREDITED = "soldée par un avoir"
LOST = "passée en perte"
LOSS = "perte"  # the way of a payment that never comes: what is written off, with its reason as reference
KIND_WORDS = {
    InvoiceKind.CONTRIBUTION: "Cotisation",
    InvoiceKind.ENTRY: "Droit d’entrée",
    InvoiceKind.ABSENCE: "Absence non excusée",
    InvoiceKind.INDEMNITY: "Indemnité de recouvrement",
    InvoiceKind.CREDIT_NOTE: "Avoir",
}

BY_HAND = "once:"  # begins the receipt of a document that bills no declaration; the rest says what it is of


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line of an invoice: `quantity` times `unit_cents`, before tax. `vat_points`: its rate, None for the
    one of the tariff or of the service. `vat_gap`: cents that the tax of its rate has more than its rounded
    amount, at most one, so that the tax of an invoice's credit notes adds up to its own.
    """

    label: str
    quantity: int
    unit_cents: int
    vat_points: int | None = None
    vat_gap: int = 0

    @property
    def net_cents(self) -> int:
        return self.quantity * self.unit_cents


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts in cents: before tax, tax, and the sum to pay."""

    net_cents: int
    vat_cents: int
    total_cents: int


class VatShare(NamedTuple):
    """The part of an invoice at one rate. `points`: 2000 is 20 %, 0 is exempt."""

    points: int
    net_cents: int
    vat_cents: int

    @property
    def words(self) -> str:
        return f"TVA {percent(self.points)}" if self.points else "Exonéré de TVA"


def stored_line(line: BilledLine) -> dict[str, Any]:
    """A line as invoices keep it."""
    stored = {
        "label": line.label, "quantity": line.quantity, "unit_cents": line.unit_cents,
        "net_cents": line.net_cents, "vat_points": points_of({"vat_points": line.vat_points}),
    }  # fmt: skip
    return stored | ({"vat_gap": line.vat_gap} if line.vat_gap else {})


def points_of(line: Mapping[str, Any]) -> int:
    """The rate of a stored line; those of before lines had theirs bore 20 %."""
    points = line.get("vat_points")
    return USUAL_POINTS if points is None else int(points)


def shares_of(lines: Iterable[Mapping[str, Any]]) -> list[VatShare]:
    """The tax of stored lines by rate, the highest first."""
    sums: dict[int, tuple[int, int]] = {}
    for each in lines:
        net, gap = sums.get(points_of(each), (0, 0))
        sums[points_of(each)] = net + each["net_cents"], gap + each.get("vat_gap", 0)
    return [
        VatShare(points, net, vat_of(net, points) + gap)
        for points, (net, gap) in sorted(sums.items(), reverse=True)
    ]


def amounts_of(lines: Iterable[Mapping[str, Any]]) -> Amounts:
    """The sums of stored lines."""
    shares = shares_of(lines)
    net, vat = sum(each.net_cents for each in shares), sum(each.vat_cents for each in shares)
    return Amounts(net, vat, net + vat)


def vat_of(net_cents: int, points: int) -> int:
    """A half cent goes away from zero, so that a credit note takes back exactly what was invoiced."""
    rounded = (abs(net_cents) * points + 5_000) // 10_000
    return rounded if net_cents >= 0 else -rounded


def declared_by(receipt: str | None) -> str:
    """The number of the declaration's receipt that an invoice bills, "" for none: the receipt of a credit
    note made by hand, or of an indemnity, only says what it is of.
    """
    return "" if not receipt or receipt.startswith(BY_HAND) else receipt


def left_of(kind: str, total_cents: int, settled_cents: int, *, is_used: bool = False) -> int:
    """The amount left to pay; below zero, the amount that the company may claim.

    `settled_cents`: payments, and credit notes that settle it. `is_used`: a credit note that settles an
    invoice is worth nothing more by itself.
    """
    return 0 if kind == InvoiceKind.CREDIT_NOTE and is_used else total_cents - settled_cents


def state_of(kind: str, left_cents: int, settled_cents: int, due_on: date, today: date) -> InvoiceState:
    """The day on which it is due is not late yet; what is late is late even when partly paid."""
    if kind == InvoiceKind.CREDIT_NOTE:
        return InvoiceState.CREDIT
    if left_cents <= 0:
        return InvoiceState.PAID
    if due_on < today:
        return InvoiceState.LATE
    return InvoiceState.PARTIAL if settled_cents > 0 else InvoiceState.TO_PAY


def reference_of(number: str) -> str:
    """The reference to quote when paying: the invoice's number with its check digits (ISO
    11649, 25 at most).
    """
    bare = re.sub(r"[^A-Z0-9]", "", number.upper())
    if not 0 < len(bare) <= 21:
        raise ValueError(f"« {number} » gives no reference")
    return str(iso11649.format(f"RF{_check_digits(bare)}{bare}").replace(" ", ""))


def _check_digits(bare: str) -> str:
    """ISO 7064 mod 97-10 of the number followed by RF00, letters counted from A = 10."""
    digits = "".join(str(int(each, 36)) for each in f"{bare}RF00")
    return f"{98 - int(digits) % 97:02}"


def in_groups(code: str) -> str:
    """FR76 3000 6000 0112 3456 7890 189: as an IBAN or a reference is read."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def epc_payload(name: str, iban: str, bic: str, cents: int, reference: str) -> str:
    """The text that a banking application reads from the code: beneficiary, amount, reference.

    Version 002: the BIC may be empty. UTF-8 is 1, though all of it is ASCII: a reader that is no bank's
    guesses the encoding before it has seen that field, and some guess wrong. The purpose is left empty.
    """
    if not 1 <= cents <= 99_999_999_999:
        raise ValueError(f"{cents} cents cannot be transferred")
    amount = f"EUR{cents // 100}.{cents % 100:02}"
    beneficiary = basic_letters(name)[:LONGEST_NAME].strip()
    return f"BCD\n002\n1\nSCT\n{bic}\n{beneficiary}\n{iban}\n{amount}\n\n{reference}"


def basic_letters(words: str) -> str:
    """Sante au travail d'Armor: the letters that every bank of SEPA takes, which are ASCII."""
    bare = unicodedata.normalize("NFKD", words.translate(BASIC))
    letters = "".join(each for each in bare if not unicodedata.combining(each))
    return " ".join(NOT_BASIC.sub(" ", letters).split())
