"""Invoices in words: for the list, the page of one, and the file."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.invoices.queries import Bill, InvoiceRow
from app.invoices.rules import KIND_WORDS, InvoiceState, points_of
from app.text.cells import protected
from app.text.counts import thousands
from app.text.formats import amount
from app.text.vat import percent
from db.models import BuyerKind, Company, InvoiceKind

COLUMNS = (
    "Numéro", "Date", "Échéance", "Nature", "Objet", "Montant HT", "TVA", "Montant TTC", "Réglé",
    "Avoirs déduits", "Reste à payer", "État", "Dernier règlement",
)  # fmt: skip
AMOUNTS = {"Montant HT", "TVA", "Montant TTC", "Réglé", "Avoirs déduits", "Reste à payer"}
OF_COMPANY = ("Code adhérent", "Raison sociale")
OF_LINE = ("Ligne", "Quantité", "Prix unitaire HT", "Montant HT de la ligne")


def items_of(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Lines in words, for the page and the paper; each with its rate when they are not all of one."""
    is_mixed = len({points_of(each) for each in lines}) > 1
    return [
        {
            "label": each["label"] + (f" (TVA {percent(points_of(each))})" if is_mixed else ""),
            "quantity": f"{'−' if each['quantity'] < 0 else ''}{thousands(abs(each['quantity']))}",
            "unit": amount(each["unit_cents"]), "net": amount(each["net_cents"]),
        }
        for each in lines
    ]  # fmt: skip


BUYER_WORDS = {
    BuyerKind.TAXED: "Entreprise assujettie à la TVA",
    BuyerKind.UNTAXED: "Association ou employeur non assujetti à la TVA",
    BuyerKind.PUBLIC: "Organisme public",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """The way that the invoices of a member go, which is the service's to go: a tag with its colour, and what
    is to be done.
    """

    tag: tuple[str, str]
    words: str


def delivery_of(company: Company, siren: str) -> Delivery:
    """The law gives each kind of buyer another way (loi de finances 2024, article 91). `siren`: of the
    company or of the member whose site it is, or "".
    """
    if company.buyer_kind == BuyerKind.PUBLIC:
        return Delivery(
            ("organisme public", "wait"),
            "Déposez ses factures sur Chorus Pro, qui seul les lui remet : c’est le PDF de chacune.",
        )
    if company.buyer_kind == BuyerKind.UNTAXED:
        return Delivery(
            ("non assujetti à la TVA", "wait"),
            "Ses factures partent par courriel ou par courrier, sans plateforme. Déclarez ces ventes et "
            "leurs règlements à l’administration par votre plateforme agréée (e-reporting).",
        )
    if not siren:
        return Delivery(
            ("sans SIRET", "bad"),
            "Aucune plateforme agréée ne peut lui remettre ses factures : elles partent par courriel. "
            "Demandez-lui son SIRET, ou dites qu’il n’est pas assujetti à la TVA.",
        )
    return Delivery(
        ("facture électronique", "ok"),
        f"Votre plateforme agréée lui remet ses factures à l’adresse électronique {siren}, son SIREN.",
    )


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A row of the list."""

    id: int
    number: str
    issued_on: date
    due_on: date | None
    kind: str
    net: str
    vat: str
    total: str
    state: str
    is_late: bool
    left: str
    paid_on: date | None


def line_of(row: InvoiceRow, today: date) -> InvoiceLine:
    """`left`: only when some of it was paid; a credit note has no due date."""
    state = row.state(today)
    is_note = state == InvoiceState.CREDIT
    is_partly_paid = row.left_cents > 0 and row.settled_cents > 0
    return InvoiceLine(
        id=row.id,
        number=row.number,
        issued_on=row.issued_on,
        due_on=None if is_note else row.due_on,
        kind=KIND_WORDS[InvoiceKind(row.kind)],
        net=amount(row.net_cents),
        vat=amount(row.vat_cents),
        total=amount(row.total_cents),
        state=row.words(today),
        is_late=state == InvoiceState.LATE,
        left=amount(row.left_cents) if is_partly_paid else "",
        paid_on=row.paid_on if state == InvoiceState.PAID and not row.lost_cents else None,
    )


def sums_of(rows: Sequence[InvoiceRow]) -> dict[str, str]:
    """The totals of a list that is shown whole; `left`: what is left to pay of it, "" for nothing."""
    left = sum(row.left_cents for row in rows if row.left_cents > 0)
    return {
        "net": amount(sum(row.net_cents for row in rows)),
        "vat": amount(sum(row.vat_cents for row in rows)),
        "total": amount(sum(row.total_cents for row in rows)),
        "left": amount(left) if left else "",
    }


def csv_of(rows: Iterable[InvoiceRow], today: date) -> bytes:
    """The list as CSV for a spreadsheet in French: semicolons, decimal commas, and nothing typed that it
    would run.
    """
    return _csv(COLUMNS, (_cells(row, today) for row in rows))


def csv_of_lines(bills: Iterable[Bill], today: date) -> bytes:
    """The lines of invoices of several companies, a row each. The amounts of an invoice stand on its first
    line only, so that each column adds up.
    """
    return _csv(OF_COMPANY + COLUMNS + OF_LINE, (cells for bill in bills for cells in _lines(bill, today)))


def _lines(bill: Bill, today: date) -> Iterator[Sequence[str]]:
    company, invoice, row, _ = bill
    cells = dict(zip(COLUMNS, _cells(row, today), strict=True))
    for line in invoice.lines:
        amounts = (_number(line["unit_cents"]), _number(line["net_cents"]))
        about = (protected(line["label"]), str(line["quantity"]))
        yield (company.code, protected(company.name), *cells.values(), *about, *amounts)
        cells |= dict.fromkeys(AMOUNTS, "")


def _csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _cells(row: InvoiceRow, today: date) -> Sequence[str]:
    state = row.state(today)
    is_note = state == InvoiceState.CREDIT
    return (
        protected(row.number), _day(row.issued_on), "" if is_note else _day(row.due_on),
        KIND_WORDS[InvoiceKind(row.kind)], protected(row.title),
        _number(row.net_cents), _number(row.vat_cents), _number(row.total_cents),
        _number(row.paid_cents), _number(row.credited_cents), _number(max(row.left_cents, 0)),
        row.words(today),
        _day(row.paid_on) if row.paid_on else "",
    )  # fmt: skip


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"


def _number(cents: int) -> str:
    """-1234,50: a number that a spreadsheet adds up."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02}"
