"""Reads of statements, of their lines, and of the invoices that these may pay."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

import sqlalchemy
from sqlalchemy import func, or_
from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.bank.matching import NEARBY, OpenInvoice, Paid, bare
from app.invoices.queries import LEFT
from app.invoices.rules import LOSS
from app.search.queries import companies_with
from app.search.rules import wanted_words
from db.models import (
    BankStatement,
    Company,
    Debit,
    DebitFile,
    DebitRun,
    Invoice,
    InvoiceKind,
    LineMatch,
    Payment,
    StatementLine,
    StatementWork,
)

Row = TypeVar("Row")
FEW, PAGE, CHUNK = 50, 50, 500
MOST_FOUND = 30  # invoices that a search answers
PAID_SINCE = timedelta(days=730)  # a paid invoice is recognised as long: what comes for it is too much


def _open_invoices(*conditions: Any) -> Any:
    columns = (
        col(Invoice.id), col(Invoice.company_id), col(Invoice.number), LEFT, col(Invoice.due_on),
        col(Company.code), col(Company.name),
    )  # fmt: skip
    return (
        sqlalchemy.select(*columns)
        .join(Company, col(Company.id) == Invoice.company_id)
        .where(col(Invoice.kind) != InvoiceKind.CREDIT_NOTE, *conditions)
        .order_by(col(Invoice.due_on), col(Invoice.id))
    )


async def invoices_to_match(access: StaffAccess, today: date) -> list[OpenInvoice]:
    """All that are open, and those issued of late but what is written off: somebody first undoes the loss."""
    recent = (col(Invoice.issued_on) >= today - PAID_SINCE) & col(Invoice.id).not_in(_written_off())
    return [OpenInvoice(*row) for row in await access.table(_open_invoices(or_(LEFT > 0, recent)))]


def _written_off() -> Any:
    return sqlalchemy.select(col(Payment.invoice_id)).where(col(Payment.method) == LOSS)


async def written_off(access: StaffAccess, ids: Collection[int]) -> set[int]:
    """Those of these invoices that no payment may settle any more."""
    found: set[int] = set()
    for some in chunked(sorted(ids)):
        theirs = _written_off().where(col(Payment.invoice_id).in_(some))
        found |= {row[0] for row in await access.table(theirs)}
    return found


async def invoices_numbered(access: StaffAccess, ids: Collection[int]) -> dict[int, OpenInvoice]:
    found: dict[int, OpenInvoice] = {}
    for some in chunked(sorted(ids)):
        rows = await access.table(_open_invoices(col(Invoice.id).in_(some)))
        found |= {row[0]: OpenInvoice(*row) for row in rows}
    return found


async def payments_near(
    access: StaffAccess, days: Collection[date], references: Collection[str]
) -> dict[int, list[Paid]]:
    """By invoice, payments of these days or nearly, without those that bear one of these references."""
    since, until = min(days) - NEARBY, max(days) + NEARBY
    rows = await access.table(_payments().where(col(Payment.paid_on).between(since, until)))
    return _by_invoice(row for row in rows if row[1] not in references)


async def payments_of(access: StaffAccess, ids: Collection[int], statement_id: int) -> dict[int, list[Paid]]:
    """By invoice, of these, payments that no line of this statement made."""
    of_mine = sqlalchemy.select(col(StatementLine.id)).where(
        col(StatementLine.reference) == col(Payment.reference),
        col(StatementLine.statement_id) == statement_id,
    )
    rows: list[tuple[Any, ...]] = []
    for some in chunked(sorted(ids)):
        others = _payments().where(col(Payment.invoice_id).in_(some), ~of_mine.exists())
        rows += await access.table(others)
    return _by_invoice(rows)


async def payments_by(access: StaffAccess, lines: Sequence[StatementLine]) -> list[Payment]:
    """Those that these lines made."""
    theirs = {(number, line.reference) for line in lines for number, _ in line.shares}
    recorded = select(Payment).where(
        col(Payment.invoice_id).in_({number for number, _ in theirs}),
        col(Payment.reference).in_({reference for _, reference in theirs}),
    )
    return [each for each in await access.all(recorded) if (each.invoice_id, each.reference) in theirs]


def _payments() -> Any:
    columns = (Payment.invoice_id, Payment.reference, Payment.cents, Payment.paid_on, Payment.method)
    return sqlalchemy.select(*map(col, columns)).order_by(col(Payment.id))


def _by_invoice(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Paid]]:
    found: dict[int, list[Paid]] = {}
    for invoice, _, *paid in rows:
        found.setdefault(invoice, []).append(Paid(*paid))
    return found


async def search_invoices(access: StaffAccess, typed: str, cents: int) -> list[OpenInvoice]:
    """By number, with or without its dashes, by the reference printed on it, by that of a credit note on it,
    or all that a member owes, by its code or its name; with nothing typed, open invoices of this amount. Of a
    debit (`cents` below zero), what the service owes takes the place of what is owed.
    """
    wanted = bare(typed)[:30]
    is_open = LEFT > 0 if cents > 0 else LEFT < 0
    if not wanted:
        same = col(Invoice.total_cents) == cents if cents > 0 else cents == LEFT
        alike = _open_invoices(same, is_open)
        return [OpenInvoice(*row) for row in await access.table(alike.limit(MOST_FOUND))]
    number = func.replace(func.replace(col(Invoice.number), "-", ""), "/", "")
    without = wanted[4:] if wanted.startswith("RF") else wanted
    named = number.in_((wanted, without))
    notes = sqlalchemy.select(col(Invoice.settles_id)).where(named, col(Invoice.settles_id).is_not(None))
    credited = [row[0] for row in await access.table(notes)]
    members = [row[0] for row in await companies_with(access, wanted_words(typed))]
    is_member = or_(
        col(Company.code) == typed.strip(), col(Company.member_code) == typed.strip(),
        col(Company.id).in_(members),
    )  # fmt: skip
    statement = _open_invoices(or_(named, col(Invoice.id).in_(credited), is_member & is_open))
    return [OpenInvoice(*row) for row in await access.table(statement.limit(MOST_FOUND))]


REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9-]*-P\d+", re.ASCII)  # of a direct debit, as its file gave it


async def debit_behind(access: StaffAccess, line: StatementLine) -> tuple[int, str] | None:
    """The invoice and reference of the direct debit that a debited line sends back, if it names one."""
    references = REFERENCE.findall(line.label.upper()) if line.cents < 0 else []
    named = sqlalchemy.select(col(Debit.invoice_id), col(Debit.reference)).where(
        col(Debit.reference).in_(references)
    )
    rows = await access.table(named.limit(1)) if references else []
    return (rows[0][0], rows[0][1]) if rows else None


async def run_behind(access: StaffAccess, line: StatementLine) -> tuple[int, date] | None:
    """The number and day of the run of direct debits that this credit is the whole of."""
    near = col(DebitRun.collect_on).between(line.booked_on - NEARBY, line.booked_on + NEARBY)
    same = (
        sqlalchemy.select(col(DebitRun.id), col(DebitRun.collect_on))
        .join(DebitFile, col(DebitFile.run_id) == DebitRun.id)
        .where(near, col(DebitFile.total_cents) == line.cents)
    )
    rows = await access.table(same.limit(1)) if line.cents > 0 else []
    return (rows[0][0], rows[0][1]) if rows else None


async def applied_references(access: StaffAccess, references: Sequence[str]) -> set[str]:
    """Those of these movements that a statement has recorded."""
    found: set[str] = set()
    for some in chunked(references):
        rows = await access.table(
            sqlalchemy.select(col(StatementLine.reference)).where(
                col(StatementLine.reference).in_(some), col(StatementLine.applied_at).is_not(None)
            )
        )
        found |= {reference for (reference,) in rows}
    return found


async def statement_payments(access: StaffAccess, payments: Sequence[Payment]) -> set[tuple[int, str]]:
    """The invoice and reference of those of these payments that a statement has recorded."""
    recorded = sqlalchemy.select(col(StatementLine.reference), col(StatementLine.shares)).where(
        col(StatementLine.reference).in_([each.reference for each in payments]),
        col(StatementLine.applied_at).is_not(None),
    )
    rows = await access.table(recorded) if payments else []
    applied = {(invoice, reference) for reference, shares in rows for invoice, _ in shares}
    return applied & {(each.invoice_id, each.reference) for each in payments}


async def past_statements(access: StaffAccess) -> Sequence[BankStatement]:
    return await access.all(select(BankStatement).order_by(col(BankStatement.id).desc()).limit(FEW))


class Tally(NamedTuple):
    """Of the lines of one kind: how many, their sum, how many are to be recorded and how many are."""

    number: int
    cents: int
    taken: int
    applied: int


async def tallies_of(access: StaffAccess, statement_id: int) -> dict[LineMatch, Tally]:
    taken = col(StatementLine.is_taken) & col(StatementLine.applied_at).is_(None)
    statement = (
        sqlalchemy.select(
            col(StatementLine.match), func.count(), func.sum(col(StatementLine.cents)),
            func.sum(sqlalchemy.case((taken, 1), else_=0)), func.count(col(StatementLine.applied_at)),
        )
        .where(col(StatementLine.statement_id) == statement_id)
        .group_by(col(StatementLine.match))
    )  # fmt: skip
    return {LineMatch(kind): Tally(*map(int, rest)) for kind, *rest in await access.table(statement)}


async def lines_of(
    access: StaffAccess, statement_id: int, kind: LineMatch, after: int
) -> tuple[Sequence[StatementLine], int]:
    """A page of them, and the number that the next one comes after: 0 for none."""
    statement = (
        select(StatementLine)
        .where(col(StatementLine.statement_id) == statement_id, col(StatementLine.match) == kind)
        .where(col(StatementLine.id) > after)
        .order_by(col(StatementLine.id))
        .limit(PAGE + 1)
    )
    rows = await access.all(statement)
    return rows[:PAGE], rows[PAGE - 1].key if len(rows) > PAGE else 0


async def lines_where(
    access: StaffAccess, statement_id: int, *conditions: Any, most: int | None = None
) -> Sequence[StatementLine]:
    mine = col(StatementLine.statement_id) == statement_id
    ordered = select(StatementLine).where(mine, *conditions).order_by(col(StatementLine.id))
    return await access.all(ordered.limit(most))


async def count_lines(access: StaffAccess, statement_id: int, *conditions: Any) -> int:
    mine = col(StatementLine.statement_id) == statement_id
    return await access.first(select(func.count()).select_from(StatementLine).where(mine, *conditions)) or 0


_AT_WORK = (
    sqlalchemy.select(col(BankStatement.id)).where(col(BankStatement.work) != StatementWork.IDLE).limit(1)
)


async def is_any_at_work(access: Access) -> bool:
    return bool(await access.table(_AT_WORK, {}))


async def same_elsewhere(
    access: StaffAccess, statement_id: int, lines: Sequence[StatementLine], condition: Any
) -> Sequence[StatementLine]:
    """The same movements in other statements."""
    mine = col(StatementLine.reference).in_({each.reference for each in lines})
    others = col(StatementLine.statement_id) != statement_id
    return await access.all(select(StatementLine).where(mine, others, condition))


def invoices_of(lines: Sequence[StatementLine]) -> set[int]:
    return {number for line in lines for number, _ in line.shares}


def chunked(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """A few at a time: a statement names so many values at most."""
    for at in range(0, len(rows), CHUNK):
        yield rows[at : at + CHUNK]
