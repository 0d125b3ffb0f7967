"""Reads of the books: what is not entered yet, closings with their balance, lines for the export."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlmodel import col, select

from app import clock
from app.access import Access, StaffAccess
from app.bookkeeping.fec import Record
from app.bookkeeping.rules import Amount
from app.invoices.rules import LOSS
from db.models import (
    Books,
    BooksClosing,
    ClosingState,
    Company,
    Invoice,
    InvoiceKind,
    JournalEntry,
    JournalLine,
    Payment,
)

FEW, PAGE = 50, 2_000


async def books_of(access: Access) -> Books | None:
    """The settings, once somebody has written them."""
    return await access.first(select(Books).limit(1))


async def closings_of(access: Access) -> Sequence[BooksClosing]:
    """The latest first."""
    return await access.all(select(BooksClosing).order_by(col(BooksClosing.until).desc()).limit(FEW))


_RUNNING = (
    sqlalchemy.select(col(BooksClosing.id)).where(col(BooksClosing.state) == ClosingState.RUNNING).limit(1)
)


async def is_any_running(access: Access) -> bool:
    return bool(await access.table(_RUNNING, {}))


def _unentered(model: Any, day: Any, books: Books, until: date) -> list[Any]:
    return [col(model.entry_id).is_(None), col(day).between(books.starts_on, until)]


async def next_invoices(
    access: Access, books: Books, until: date, most: int
) -> Sequence[tuple[Invoice, Company]]:
    """Invoices and credit notes that no entry has, in the order of their days."""
    statement = (
        select(Invoice, Company)
        .join(Company, col(Company.id) == Invoice.company_id)
        .where(*_unentered(Invoice, Invoice.issued_on, books, until))
        .order_by(col(Invoice.issued_on), col(Invoice.id))
        .limit(most)
    )
    return await access.rows(statement)


async def next_payments(
    access: Access, books: Books, until: date, most: int
) -> Sequence[tuple[Payment, Invoice, Company]]:
    """The same of payments, refunds and losses, with their invoice: held, so that nobody takes one back
    meanwhile.
    """
    statement = (
        select(Payment, Invoice, Company)
        .join(Invoice, col(Invoice.id) == Payment.invoice_id)
        .join(Company, col(Company.id) == Payment.company_id)
        .where(*_unentered(Payment, Payment.paid_on, books, until))
        .order_by(col(Payment.paid_on), col(Payment.id))
        .limit(most)
        .with_for_update(of=Payment)
    )
    return await access.rows(statement)


def _withdrawn(until: date) -> list[Any]:
    ends = datetime.combine(until + timedelta(days=1), time(), clock.PARIS)
    return [col(JournalEntry.withdrawn_at) < ends, col(JournalEntry.contra_id).is_(None)]


async def next_withdrawn(access: Access, until: date, most: int) -> list[tuple[JournalEntry, date]]:
    """Entries of payments that were taken back until that day, each with its day, and that no other entry
    takes back yet.
    """
    withdrawn = select(JournalEntry).where(*_withdrawn(until)).order_by(col(JournalEntry.id)).limit(most)
    found = await access.all(withdrawn)
    return [(each, clock.day_of(each.withdrawn_at)) for each in found if each.withdrawn_at]


async def amounts_of(access: Access, entry_ids: Sequence[int]) -> dict[int, list[Amount]]:
    lines = select(JournalLine).where(col(JournalLine.entry_id).in_(entry_ids)).order_by(col(JournalLine.id))
    found: dict[int, list[Amount]] = {}
    for each in await access.all(lines):
        cents = each.debit_cents - each.credit_cents
        amount = Amount(each.account, each.account_name, cents, each.aux, each.aux_name)
        found.setdefault(each.entry_id, []).append(amount)
    return found


class Unlettered(NamedTuple):
    """Entries about an invoice that have no letter: the first of them, and what they leave on its member's
    account.
    """

    invoice_id: int
    entry_id: int
    cents: int


async def next_unlettered(access: Access, after: int, most: int) -> list[Unlettered]:
    """The next invoices with such entries, by number."""
    entry, line = JournalEntry, JournalLine
    statement = (
        sqlalchemy.select(
            col(entry.invoice_id), func.min(col(entry.id)), func.sum(line.debit_cents - line.credit_cents)
        )
        .join(line, col(line.entry_id) == entry.id)
        .where(col(entry.letter) == "", col(entry.invoice_id) > after, col(line.aux) != "")
        .group_by(col(entry.invoice_id))
        .order_by(col(entry.invoice_id))
        .limit(most)
    )
    return [Unlettered(about, first, int(cents)) for about, first, cents in await access.table(statement)]


def lettering(on: date) -> Any:
    """An UPDATE of the entries about `about` that have no letter: theirs is `code`."""
    return (
        sqlalchemy.update(JournalEntry)
        .where(col(JournalEntry.invoice_id) == bindparam("about"), col(JournalEntry.letter) == "")
        .values(letter=bindparam("code"), lettered_on=on)
    )


async def last_number(access: Access, journal: str, exercise: int) -> int:
    latest = select(func.max(JournalEntry.number)).where(
        JournalEntry.journal == journal, JournalEntry.exercise == exercise
    )
    return await access.first(latest) or 0


class Waiting(NamedTuple):
    """Documents that the next closing would enter; sums in cents. `late`: dated within days that are closed.
    `withdrawn`: payments taken back whose entry stands.
    """

    invoices: int
    invoices_cents: int
    notes: int
    notes_cents: int
    payments: int
    payments_cents: int
    refunds: int
    refunds_cents: int
    losses: int
    losses_cents: int
    late: int
    withdrawn: int

    @property
    def documents(self) -> int:
        return (
            self.invoices + self.notes + self.payments + self.refunds + self.losses + self.withdrawn
        )  # fmt: skip


async def waiting_until(access: StaffAccess, books: Books, since: date, until: date) -> Waiting:
    is_note = sqlalchemy.case((col(Invoice.kind) == InvoiceKind.CREDIT_NOTE, 1), else_=0)
    of_payment = sqlalchemy.case((col(Payment.method) == LOSS, 2), (col(Payment.cents) < 0, 1), else_=0)
    sums: list[int] = []
    late: int = 0
    for model, day, cents, sort, sorts in (
        (Invoice, Invoice.issued_on, Invoice.total_cents, is_note, 2),
        (Payment, Payment.paid_on, Payment.cents, of_payment, 3),
    ):
        is_late = sqlalchemy.case((col(day) < since, 1), else_=0)
        statement = (
            sqlalchemy.select(sort.label("sort"), func.count(), func.sum(col(cents)), func.sum(is_late))
            .where(*_unentered(model, day, books, until))
            .group_by(sqlalchemy.text("sort"))
        )
        rows = {int(each): rest for each, *rest in await access.table(statement)}
        for each in range(sorts):
            number, total, behind = rows.get(each, (0, 0, 0))
            sums += [int(number), int(total)]
            late += int(behind)
    withdrawn = await access.first(select(func.count()).select_from(JournalEntry).where(*_withdrawn(until)))
    return Waiting._make([*sums, late, withdrawn or 0])


class Balance(NamedTuple):
    """The sums of an account over a closing, in cents."""

    journal: str
    account: str
    account_name: str
    debit_cents: int
    credit_cents: int


async def balance_of(access: StaffAccess, closing: BooksClosing) -> list[Balance]:
    debit, credit = (func.sum(col(each)) for each in (JournalLine.debit_cents, JournalLine.credit_cents))
    by = col(JournalEntry.journal), col(JournalLine.account), col(JournalLine.account_name)
    statement = (
        sqlalchemy.select(*by, debit, credit)
        .join(JournalEntry, col(JournalEntry.id) == JournalLine.entry_id)
        .where(col(JournalEntry.closing_id) == closing.key)
        .group_by(*by)
        .order_by(*by)
    )
    return [
        Balance._make([*names, int(debited), int(credited)])
        for *names, debited, credited in await access.table(statement)
    ]


async def documents_cents(access: StaffAccess, closing: BooksClosing) -> int:
    """The sum of its invoices and credit notes, which its sales entries debit the members."""
    total: Any = (
        select(func.coalesce(func.sum(Invoice.total_cents), 0))
        .join(JournalEntry, col(JournalEntry.id) == Invoice.entry_id)
        .where(JournalEntry.closing_id == closing.key)
    )
    return int(await access.first(total) or 0)


async def records_after(access: Access, since: date, until: date, line_id: int) -> list[tuple[int, Record]]:
    """A page of lines booked on these days, in the order in which they were validated, each with the number
    that the next page comes after.
    """
    entry, line = JournalEntry, JournalLine
    columns = (
        line.id, entry.journal, entry.exercise, entry.number, entry.booked_on, line.account,
        line.account_name, line.aux, line.aux_name, entry.piece, entry.piece_on, entry.label,
        line.debit_cents, line.credit_cents, entry.valid_on, entry.letter, entry.lettered_on,
    )  # fmt: skip
    statement = (
        sqlalchemy.select(*map(col, columns))
        .join(entry, col(entry.id) == line.entry_id)
        .where(col(entry.booked_on).between(since, until), col(line.id) > line_id)
        .order_by(col(line.id))
        .limit(PAGE)
    )
    return [(number, Record(*rest)) for number, *rest in await access.table(statement)]
