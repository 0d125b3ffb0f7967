"""State of an invoice, amount left to pay, and the code that a bank reads. Pure functions, money in cents.

The code for the bank follows EPC069-12 (European Payments Council, version 3.1), the reference ISO 11649.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum import iso11649

from db.models import InvoiceKind

VAT_PERCENT = 20
VAT_WORDS = f"TVA {VAT_PERCENT} %"
BIGGEST_CENTS = 2**31 - 1  # cents, in the tables; far below what a credit transfer carries
LONGEST_CODE = 331  # bytes, in EPC069-12: what the largest code that it allows can hold
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
KIND_WORDS = {
    InvoiceKind.CONTRIBUTION: "Cotisation",
    InvoiceKind.ENTRY: "Droit d’entrée",
    InvoiceKind.ABSENCE: "Absence non excusée",
    InvoiceKind.CREDIT_NOTE: "Avoir",
}


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line of an invoice: `quantity` times `unit_cents`, before tax."""

    label: str
    quantity: int
    unit_cents: int

    @property
    def net_cents(self) -> int:
        return self.quantity * self.unit_cents


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts in cents: before tax, tax, and the sum to pay."""

    net_cents: int
    vat_cents: int
    total_cents: int


def amounts_of(lines: Iterable[BilledLine]) -> Amounts:
    """The tax is of the sum, to the nearest cent, as invoices in France are made."""
    net = sum(each.net_cents for each in lines)
    vat = vat_of(net)
    return Amounts(net, vat, net + vat)


def vat_of(net_cents: int) -> int:
    """A half cent goes away from zero, so that a credit note takes back exactly what was invoiced."""
    rounded = (abs(net_cents) * VAT_PERCENT + 50) // 100
    return rounded if net_cents >= 0 else -rounded


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

    Version 002: the BIC may be empty. UTF-8 is 1. The purpose is left empty. A name is cut at 70 characters,
    or earlier where their bytes would pass the 331 of the whole.
    """
    if not 1 <= cents <= 99_999_999_999:
        raise ValueError(f"{cents} cents cannot be transferred")
    amount = f"EUR{cents // 100}.{cents % 100:02}"
    before, after = f"BCD\n002\n1\nSCT\n{bic}\n", f"\n{iban}\n{amount}\n\n{reference}"
    left = LONGEST_CODE - len(f"{before}{after}".encode())
    return f"{before}{name[:70].encode()[:left].decode(errors='ignore').strip()}{after}"
