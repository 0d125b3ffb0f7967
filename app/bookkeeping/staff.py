"""Acts on the books: their accounts, a closing, and its portions.

Each portion is one transaction: its entries with their numbers, and the documents that these are of. Killed,
it is as if it had not begun, so no number is missing and none stands twice. Only one closing works at a time,
and it never enters a document twice: the document knows its entry. Once all is entered, the entries about an
invoice that settle each other are given one letter.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import select

from app.access import StaffAccess
from app.bookkeeping.queries import (
    amounts_of,
    books_of,
    closings_of,
    is_any_running,
    last_number,
    lettering,
    next_invoices,
    next_payments,
    next_unlettered,
    next_withdrawn,
    waiting_until,
)
from app.bookkeeping.rules import (
    USES,
    Accounts,
    Draft,
    Member,
    cash_of,
    contra_of,
    exercise_of,
    letters,
    loss_of,
    sale_of,
    vat_within,
)
from app.clock import Moment, day_of
from app.errors import Refused
from app.invoices.rules import LOSS, shares_of
from app.platform.rules import paid_shares
from app.portal import Portal
from app.portions import claimed, fitting
from app.text.counts import plural
from app.text.formats import amount, day, short_day
from db.models import (
    AuditKind,
    Books,
    BooksClosing,
    ClosingState,
    Company,
    Invoice,
    InvoiceKind,
    Journal,
    JournalEntry,
    JournalLine,
    Payment,
)

PORTION = 100  # documents of a transaction: about a tenth of a second of the base's writer
LETTERED = 1_000  # invoices of one whose letters are looked for: about as long
NO_BOOKS = "Donnez d’abord les comptes de votre comptabilité, et le jour où le portail commence."
BUSY = "Un arrêté est déjà en cours : voyez où il en est."
STARTED = "Des écritures sont arrêtées : le premier jour et l’exercice ne changent plus."
TODAY = "Arrêtez les écritures à un jour passé : celui d’aujourd’hui n’est pas fini."
NOTHING = "Il n’y a rien à arrêter jusqu’à ce jour : aucune facture, aucun règlement."


async def change_books(
    access: StaffAccess, starts_on: date, last_month: int, accounts: dict[str, str], now: datetime,
    *, takes_vat_back: bool = False,
) -> None:  # fmt: skip
    """Write the accounts: of entries to come, those of the past keep theirs. `takes_vat_back`: of losses."""
    books = await books_of(access)
    if books is None:
        access.add(
            Books(
                starts_on=starts_on, last_month=last_month, accounts=accounts, takes_vat_back=takes_vat_back
            )
        )  # fmt: skip
        _trace(access, AuditKind.BOOKS_CHANGED, f"écritures à partir du {day(starts_on)}", now)
        return
    moved, closings = (
        (books.starts_on, books.last_month) != (starts_on, last_month),
        await closings_of(access),
    )
    if moved and closings:
        raise Refused(STARTED, "starts_on", status_code=409)
    if closings and closings[0].state == ClosingState.RUNNING:
        raise Refused(BUSY, status_code=409)
    before = books.accounts
    books.starts_on, books.last_month, books.accounts = starts_on, last_month, accounts
    changed = [f"{USES[each].label} {accounts[each]}" for each in USES if before.get(each) != accounts[each]]
    if books.takes_vat_back != takes_vat_back:
        books.takes_vat_back = takes_vat_back
        changed.append(f"TVA des pertes {'reprise' if takes_vat_back else 'laissée dans la perte'}")
    if changed or moved:
        _trace(access, AuditKind.BOOKS_CHANGED, ", ".join(changed) or day(starts_on), now)


def first_open_day(books: Books, closings: Sequence[BooksClosing]) -> date:
    return closings[0].until + timedelta(days=1) if closings else books.starts_on


async def closed_until(access: StaffAccess) -> date | None:
    """The last day whose entries are all there for good."""
    done = [each.until for each in await closings_of(access) if each.state == ClosingState.DONE]
    return max(done, default=None)


async def close_books(access: StaffAccess, until: date, at: Moment) -> BooksClosing:
    """Enter for good all that is dated until that day, in the background."""
    books = await access.first(select(Books).with_for_update())  # two at once come one after the other
    if books is None:
        raise Refused(NO_BOOKS)
    closings = await closings_of(access)
    if closings and closings[0].state == ClosingState.RUNNING:
        raise Refused(BUSY, status_code=409)
    since = first_open_day(books, closings)
    if until >= at.today:
        raise Refused(TODAY, "until")
    if until < since:
        raise Refused(f"Ces jours sont déjà arrêtés : choisissez un jour à partir du {day(since)}.", "until")
    waiting = await waiting_until(access, books, since, until)
    if not waiting.documents:
        raise Refused(NOTHING, "until")
    closing = BooksClosing(
        since=since, until=until, account_id=access.account.key, expected=waiting.documents,
        started_at=at.now,
    )  # fmt: skip
    access.add(closing)
    await access.flush()
    return closing


async def work_portion(portal: Portal, now: datetime) -> bool:
    """Go on with a closing, whichever process is there. False when there is nothing to do."""
    async with claimed(portal, is_any_running, BooksClosing, ClosingState.RUNNING) as job:
        if job is None:
            return False
        access, closing = job
        books = (await access.all(select(Books)))[0]
        today = day_of(now)
        if not (
            await _enter_portion(access, books, closing, today)
            or await _letter_portion(access, closing, today)
        ):
            _end(access, closing, now)
    return True


def _end(access: StaffAccess, closing: BooksClosing, now: datetime) -> None:
    closing.state, closing.ended_at = ClosingState.DONE, now
    until = f"du {short_day(closing.since)} au {short_day(closing.until)}"
    about = f"{until}, {plural(closing.entries, 'écriture')}, {amount(closing.debit_cents)}"
    _trace(access, AuditKind.BOOKS_CLOSED, about, now)


async def _enter_portion(access: StaffAccess, books: Books, closing: BooksClosing, today: date) -> bool:
    """The next entries: sales first, then cash, then what was taken back. False when none is left."""
    accounts, most = Accounts(books.accounts), fitting(access.portal, BooksClosing, PORTION)
    documents: list[tuple[Any, str, Draft]] = []  # the row that learns its entry, and by which name
    for invoice, company in await next_invoices(access, books, closing.until, most):
        kind, shares, who = InvoiceKind(invoice.kind), shares_of(invoice.lines), _member(company)
        number, on = invoice.number, invoice.issued_on
        sale = sale_of(kind, number, on, invoice.total_cents, shares, who, accounts)
        documents.append((invoice, "entry_id", sale._replace(about=invoice.settles_id or invoice.key)))
    if not documents:
        for payment, invoice, company in await next_payments(access, books, closing.until, most):
            paid = _paid(payment, invoice, _member(company), books)
            documents.append((payment, "entry_id", paid._replace(about=payment.invoice_id)))
    if not documents:
        documents = await _contras(access, closing.until, most)
    entries = await _write(access, books, closing, [draft for *_, draft in documents], today)
    for (row, name, _), entry in zip(documents, entries, strict=True):
        setattr(row, name, entry.key)
    return bool(documents)


def _paid(payment: Payment, invoice: Invoice, member: Member, books: Books) -> Draft:
    """The entry of a payment, a refund or a loss."""
    cents, on, reference, accounts = (
        payment.cents,
        payment.paid_on,
        payment.reference,
        Accounts(books.accounts),
    )
    if payment.method != LOSS:
        return cash_of(cents, on, payment.method, reference, invoice.number, member, accounts)
    vat = 0
    if books.takes_vat_back:
        # It is all that was left, so that the parts before it are what it leaves of each rate.
        before = invoice.total_cents - cents
        vat = vat_within(paid_shares(invoice.lines, invoice.total_cents, before, cents))
    return loss_of(cents, on, reference, invoice.number, vat, member, accounts)


async def _contras(access: StaffAccess, until: date, most: int) -> list[tuple[Any, str, Draft]]:
    withdrawn = await next_withdrawn(access, until, most)
    amounts = await amounts_of(access, [each.key for each, _ in withdrawn])
    contras = [
        (each, contra_of(Journal(each.journal), on, each.piece, each.label, amounts[each.key]))
        for each, on in withdrawn
    ]
    return [(each, "contra_id", contra._replace(about=each.invoice_id)) for each, contra in contras]


async def _letter_portion(access: StaffAccess, closing: BooksClosing, today: date) -> bool:
    """Give a letter to the entries that settle the next invoices. False when all were looked at."""
    found = await next_unlettered(access, closing.lettered_until, LETTERED)
    codes = [{"about": each.invoice_id, "code": letters(each.entry_id)} for each in found if not each.cents]
    if codes:
        await (await access.session_.connection()).execute(lettering(today), codes)
    if found:
        closing.lettered_until = found[-1].invoice_id
    return bool(found)


async def _write(
    access: StaffAccess, books: Books, closing: BooksClosing, drafts: Iterable[Draft], today: date
) -> list[JournalEntry]:
    """The entries with their numbers, and their lines."""
    last: dict[tuple[Journal, int], int] = {}
    entries: list[JournalEntry] = []
    rows: list[tuple[JournalEntry, Draft]] = []
    for each in drafts:
        on = max(each.on, closing.since)
        series = (each.journal, exercise_of(on, books.last_month))
        if series not in last:
            last[series] = await last_number(access, *series)
        last[series] += 1
        entry = JournalEntry(
            closing_id=closing.key, journal=each.journal, exercise=series[1], number=last[series],
            booked_on=on, valid_on=today, piece=each.piece[:60], piece_on=each.on, label=each.label[:150],
            invoice_id=each.about,
        )  # fmt: skip
        entries.append(access.add(entry))
        rows.append((entry, each))
    await access.flush()
    lines = [line for entry, draft in rows for line in _lines(entry, draft)]
    if lines:
        await (await access.session_.connection()).execute(insert(JournalLine), lines)
    closing.entries += len(entries)
    closing.debit_cents += sum(each["debit_cents"] for each in lines)
    return entries


def _lines(entry: JournalEntry, draft: Draft) -> list[dict[str, Any]]:
    return [
        {
            "entry_id": entry.key, "account": each.account, "account_name": each.name, "aux": each.aux,
            "aux_name": each.aux_name, "debit_cents": max(each.cents, 0),
            "credit_cents": max(-each.cents, 0),
        }
        for each in draft.amounts
    ]  # fmt: skip


def _member(company: Company) -> Member:
    return Member(company.code, company.name)


def trace_export(access: StaffAccess, since: date, until: date, now: datetime) -> None:
    _trace(access, AuditKind.BOOKS_EXPORTED, f"du {short_day(since)} au {short_day(until)}", now)


def _trace(access: StaffAccess, kind: AuditKind, about: str, now: datetime) -> None:
    access.record(kind, now, access.account.key, None, about[:200])
