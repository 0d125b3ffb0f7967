"""Invoices in words: for the list, the page of one, and the file."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.employees.cells import protected
from app.formats import amount
from app.invoices.queries import InvoiceRow
from app.invoices.rules import KIND_WORDS, InvoiceState
from db.models import InvoiceKind

COLUMNS = (
    "Numéro", "Date", "Échéance", "Nature", "Objet", "Montant HT", "TVA", "Montant TTC", "Réglé",
    "Avoirs déduits", "Reste à payer", "État", "Dernier règlement",
)  # fmt: skip


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
        row.id, row.number, row.issued_on, None if is_note else row.due_on,
        KIND_WORDS[InvoiceKind(row.kind)], amount(row.net_cents), amount(row.vat_cents),
        amount(row.total_cents), row.words(today), state == InvoiceState.LATE,
        amount(row.left_cents) if is_partly_paid else "",
        row.paid_on if state == InvoiceState.PAID else None,
    )  # fmt: skip


def csv_of(rows: Iterable[InvoiceRow], today: date) -> bytes:
    """For a spreadsheet in French: semicolons, decimal commas, and nothing typed that it would run."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(row, today) for row in rows)
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
