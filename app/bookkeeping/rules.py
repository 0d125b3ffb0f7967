"""Entries of invoices, credit notes, payments, refunds, losses: which account, which side. Pure, in cents.

Sources: plan comptable général (règlement ANC 2014-03) for the accounts, article A47 A-1 of the Livre des
procédures fiscales for what an entry says. An entry of the past never changes: what is dated within days that
are closed is booked on the first open day, and keeps its own day as its document's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from app.invoices.rules import VatShare
from db.models import InvoiceKind, Journal


class Use(NamedTuple):
    """An account of the settings. `starts`: how its number may begin, in the plan comptable général."""

    label: str
    account_name: str
    usual: str
    starts: tuple[str, ...]


USES = {
    "customers": Use("Adhérents", "Adhérents", "411000", ("41",)),
    "contribution": Use("Cotisations", "Cotisations", "706000", ("70", "75")),
    "entry": Use("Droits d’entrée", "Droits d’entrée", "706100", ("70", "75")),
    "absence": Use("Absences facturées", "Absences facturées", "708000", ("70", "75")),
    "indemnity": Use("Indemnités de recouvrement", "Indemnités de recouvrement", "758000", ("70", "75")),
    "credit_notes": Use("Avoirs", "Avoirs sur cotisations", "706900", ("70", "75")),
    "vat": Use("TVA collectée", "TVA collectée", "445710", ("4457",)),
    "bank": Use("Banque (virements, prélèvements)", "Banque", "512000", ("51",)),
    "cheques": Use("Chèques", "Chèques à encaisser", "511200", ("51",)),
    "cash": Use("Espèces", "Caisse", "530000", ("53",)),
    "losses": Use("Factures passées en perte", "Pertes sur créances irrécouvrables", "654000", ("654",)),
}
USUAL = {name: use.usual for name, use in USES.items()}
JOURNALS = {Journal.SALES: "Ventes", Journal.BANK: "Banque", Journal.CASH: "Caisse"}
JOURNALS |= {Journal.MISCELLANEOUS: "Opérations diverses"}
SALES_OF = {
    InvoiceKind.CONTRIBUTION: "contribution", InvoiceKind.ENTRY: "entry", InvoiceKind.ABSENCE: "absence",
    InvoiceKind.INDEMNITY: "indemnity", InvoiceKind.CREDIT_NOTE: "credit_notes",
}  # fmt: skip
CASH, CHEQUE = "espèces", "chèque"  # ways to pay that are no transfer


@dataclass(frozen=True, slots=True)
class Accounts:
    """Numbers by use; an account that serves two bears the name of the first."""

    numbers: Mapping[str, str]

    def of(self, use: str) -> tuple[str, str]:
        number = self.numbers.get(use) or USUAL[use]
        first = next(each for each in USES if (self.numbers.get(each) or USUAL[each]) == number)
        return number, USES[first].account_name


class Amount(NamedTuple):
    """One account of an entry: above zero it is debited, below credited."""

    account: str
    name: str
    cents: int
    aux: str = ""
    aux_name: str = ""


class Draft(NamedTuple):
    """An entry before it has its number. `on`: the day of its document; `about`: the invoice that it is of,
    or that it settles.
    """

    journal: Journal
    on: date
    piece: str
    label: str
    amounts: Sequence[Amount]
    about: int | None = None


class Member(NamedTuple):
    code: str
    name: str


def sale_of(
    kind: InvoiceKind, number: str, on: date, total_cents: int, shares: Iterable[VatShare], member: Member,
    accounts: Accounts,
) -> Draft:  # fmt: skip
    """The entry of an invoice, or of a credit note, whose amounts are below zero."""
    shares = list(shares)
    net = sum(each.net_cents for each in shares)
    amounts = [
        Amount(*accounts.of("customers"), total_cents, *member),
        Amount(*accounts.of(SALES_OF[kind]), -net),
        *(Amount(*accounts.of("vat"), -each.vat_cents) for each in shares),
    ]
    word = "Avoir" if kind == InvoiceKind.CREDIT_NOTE else "Facture"
    return Draft(Journal.SALES, on, number, f"{word} {number}", [each for each in amounts if each.cents])


def cash_of(
    cents: int, on: date, method: str, reference: str, number: str, member: Member, accounts: Accounts
) -> Draft:
    """The entry of a payment of the invoice `number`, or of a refund, which is below zero."""
    use = {CASH: "cash", CHEQUE: "cheques"}.get(method, "bank")
    amounts = [Amount(*accounts.of(use), cents), Amount(*accounts.of("customers"), -cents, *member)]
    words = f"Règlement {number}, {method}".rstrip(", ") if cents > 0 else f"Remboursement {number}"
    return Draft(Journal.CASH if use == "cash" else Journal.BANK, on, reference or number, words, amounts)


def loss_of(
    cents: int, on: date, reason: str, number: str, vat_cents: int, member: Member, accounts: Accounts
) -> Draft:
    """The entry of what is written off of the invoice `number`. `vat_cents`: the part of it that the State
    gives back, 0 where the service does not ask for it (Code général des impôts, article 272, 1).
    """
    amounts = [
        Amount(*accounts.of("losses"), cents - vat_cents), Amount(*accounts.of("vat"), vat_cents),
        Amount(*accounts.of("customers"), -cents, *member),
    ]  # fmt: skip
    words = f"Perte {number} : {reason}"[:150]
    return Draft(Journal.MISCELLANEOUS, on, number, words, [each for each in amounts if each.cents])


def vat_within(parts: Iterable[tuple[int, int]]) -> int:
    """The tax in amounts with tax, each with its rate in hundredths of a percent."""
    return sum((2 * cents * points + 10_000 + points) // (2 * (10_000 + points)) for points, cents in parts)


def contra_of(journal: Journal, on: date, piece: str, label: str, amounts: Sequence[Amount]) -> Draft:
    """The entry that takes another back, account by account."""
    reversed_ = [each._replace(cents=-each.cents) for each in amounts]
    return Draft(journal, on, piece, f"Annulation : {label}"[:150], reversed_)


def letters(number: int) -> str:
    """A, B, … Z, AA, AB, …: another code for each number above zero."""
    code = ""
    while number:
        number, place = divmod(number - 1, 26)
        code = chr(ord("A") + place) + code
    return code


def exercise_of(on: date, last_month: int) -> int:
    """The year in which the financial year of this day ends."""
    return on.year + (on.month > last_month)


def exercise_days(exercise: int, last_month: int) -> tuple[date, date]:
    """The first and the last day of a financial year."""
    ends = _last_day(exercise, last_month)
    return _last_day(exercise - 1, last_month) + timedelta(days=1), ends


def _last_day(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
