"""Acts of the service on a bank statement: keep it, choose what a line pays, record, take back, drop.

A movement has one reference in every file of one format, so it is recorded once; what is recorded goes
through `record_payments`, as what is typed does. What may be paid already in another way is left to
somebody's eye.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert
from sqlmodel import col, select

from app.access import StaffAccess
from app.bank.matching import Ledger, Paid, match_all, share, twin
from app.bank.queries import (
    applied_references,
    chunked,
    invoices_numbered,
    invoices_of,
    invoices_to_match,
    lines_where,
    payments_near,
    payments_of,
)
from app.bank.rules import LONGEST_LABEL, LONGEST_PAYER, Statement, references_of
from app.clock import Moment
from app.errors import NotFound, Refused
from app.invoices.staff import ReceivedPayment, record_payments, remove_payments
from app.text.formats import amount, short_day
from db.models import AuditKind, BankStatement, LineMatch, Payment, StatementLine

NOTHING = "Aucune ligne n’est à enregistrer : cochez ou choisissez d’abord ce qu’elles règlent."
NOT_YET = "Ce relevé n’a rien d’enregistré : il n’y a rien à annuler."
RECORDED = "Les règlements de ce relevé sont enregistrés : annulez-les d’abord."
FIXED = "Cette ligne ne se rapproche pas : c’est un débit, ou elle est déjà enregistrée."


async def keep_statement(access: StaffAccess, name: str, read: Statement, at: Moment) -> BankStatement:
    """Keep it and match its lines; the same one sent again is the one that is there."""
    known = select(BankStatement).where(col(BankStatement.fingerprint) == read.fingerprint)
    if existing := await access.first(known):
        return existing
    made = BankStatement(
        fingerprint=read.fingerprint, account_id=access.account.key, file_name=name[-120:],
        since=read.since, until=read.until, opening_cents=read.opening_cents,
        closing_cents=read.closing_cents, aside=read.aside, created_at=at.now,
    )  # fmt: skip
    access.add(made)
    await access.flush()
    references = list(references_of(read.movements, access.portal.settings.service_iban))
    applied = await applied_references(access, references)
    invoices = await invoices_to_match(access, at.today)
    payments = await payments_near(access, {each.booked_on for each in read.movements}, set(references))
    rows = await asyncio.to_thread(_rows, made.key, read, references, applied, Ledger(invoices, payments))
    connection = await access.session_.connection()
    for some in chunked(rows):
        await connection.execute(insert(StatementLine), some)
    _trace(access, made, "importé", at.now)
    return made


def _rows(
    statement_id: int, read: Statement, references: Sequence[str], applied: set[str], ledger: Ledger
) -> list[dict[str, object]]:
    matches = match_all(read.movements, [each in applied for each in references], ledger)
    return [
        {
            "statement_id": statement_id, "booked_on": each.booked_on, "cents": each.cents,
            "label": each.label[:LONGEST_LABEL], "payer": each.payer[:LONGEST_PAYER], "reference": reference,
            "match": matched.match, "shares": [list(part) for part in matched.shares],
            "over_cents": matched.over_cents, "is_taken": matched.is_taken,
        }
        for each, reference, matched in zip(read.movements, references, matches, strict=True)
    ]  # fmt: skip


async def line_of(access: StaffAccess, statement_id: int, line_id: int) -> StatementLine:
    line = await access.get(StatementLine, line_id)
    if line.statement_id != statement_id:
        raise NotFound
    return line


async def choose(access: StaffAccess, statement_id: int, line_id: int, picked: Collection[int]) -> None:
    """Pay these invoices with this line, the oldest first; none: leave the line unmatched."""
    await _held(access, statement_id)
    line = await line_of(access, statement_id, line_id)
    if line.applied_at or line.match in {LineMatch.DEBIT, LineMatch.KNOWN}:
        raise Refused(FIXED, status_code=409)
    invoices = await invoices_numbered(access, picked)
    if len(invoices) != len(set(picked)):
        raise NotFound
    others = await lines_where(access, statement_id, *_waiting(), col(StatementLine.id) != line_id)
    left = {number: each.left_cents for number, each in invoices.items()}
    for number, cents in (part for other in others for part in other.shares):
        if number in left:
            left[number] -= cents
    ordered = sorted(invoices.values(), key=lambda each: (each.due_on, each.id))
    shares, line.over_cents = share(line.cents, ordered, left)
    line.shares = [list(part) for part in shares]
    line.match = LineMatch.CHOSEN if shares else LineMatch.UNKNOWN
    line.is_taken, line.over_cents = bool(shares), line.over_cents if shares else 0


async def tick(
    access: StaffAccess, statement_id: int, displayed: Collection[int], ticked: Collection[int]
) -> None:
    """Of the doubtful lines displayed, those ticked are to be recorded and the others are not."""
    await _held(access, statement_id)
    theirs = col(StatementLine.id).in_(displayed), col(StatementLine.match) == LineMatch.DOUBTFUL
    for line in await lines_where(access, statement_id, *theirs, col(StatementLine.applied_at).is_(None)):
        line.is_taken = line.key in ticked and bool(line.shares)


async def apply_statement(access: StaffAccess, statement_id: int, now: datetime) -> int:
    """Record the payments of the lines taken. The number of those left to be read again: their invoice was
    paid meanwhile, or another statement has recorded them.
    """
    statement = await _held(access, statement_id)
    lines = await lines_where(access, statement_id, *_waiting())
    if not lines:
        raise Refused(NOTHING)
    applied = await applied_references(access, [each.reference for each in lines])
    invoices = await invoices_numbered(access, invoices_of(lines))
    left = {number: each.left_cents for number, each in invoices.items()}
    payments = await payments_of(access, invoices, statement_id)
    good = [each for each in lines if _still_fits(each, left, applied, payments)]
    await record_payments(access, [part for line in good for part in _received(line)], now)
    for line in good:
        line.applied_at = now
    if good:
        statement.applied_at = now
        total = amount(sum(each.cents for each in good))
        _trace(access, statement, f"{len(good)} règlements enregistrés, {total}", now)
    return len(lines) - len(good)


def _received(line: StatementLine) -> list[tuple[int, ReceivedPayment]]:
    how = method_of(line.label)
    return [
        (number, ReceivedPayment(cents, line.booked_on, how, line.reference)) for number, cents in line.shares
    ]


def _still_fits(
    line: StatementLine, left: dict[int, int], applied: set[str], payments: Mapping[int, Sequence[Paid]]
) -> bool:
    """True when nothing has changed since the line was matched; else the line says what it has become."""
    beyond = sum(max(0, cents - max(0, left.get(number, 0))) for number, cents in line.shares)
    is_known, is_gone = line.reference in applied, any(number not in left for number, _ in line.shares)
    may_be_paid = line.match == LineMatch.SURE and twin(line.cents, line.booked_on, line.shares, payments)
    if not (is_known or is_gone or may_be_paid or beyond > line.over_cents):
        for number, cents in line.shares:
            left[number] -= cents
        return True
    line.is_taken = False
    if is_known or is_gone:
        line.match, line.shares, line.over_cents = LineMatch.KNOWN if is_known else LineMatch.UNKNOWN, [], 0
    else:
        line.match, line.over_cents = LineMatch.DOUBTFUL, beyond
    return False


async def undo_statement(access: StaffAccess, statement_id: int, now: datetime) -> None:
    """Take back every payment that this statement recorded."""
    statement = await _held(access, statement_id)
    lines = await lines_where(access, statement_id, col(StatementLine.applied_at).is_not(None))
    if not lines:
        raise Refused(NOT_YET, status_code=409)
    for some in chunked(lines):
        theirs = {(number, line.reference) for line in some for number, _ in line.shares}
        recorded = select(Payment).where(
            col(Payment.invoice_id).in_({number for number, _ in theirs}),
            col(Payment.reference).in_({reference for _, reference in theirs}),
        )
        found = [each for each in await access.all(recorded) if (each.invoice_id, each.reference) in theirs]
        await remove_payments(access, found, now)
        await _give_back(access, statement_id, some)
    statement.applied_at = None
    _trace(access, statement, f"{len(lines)} règlements annulés", now)


async def _give_back(access: StaffAccess, statement_id: int, lines: Sequence[StatementLine]) -> None:
    """No payment of these lines is recorded any more: those of other statements, where they were known, pay
    what these would pay.
    """
    by_reference = {each.reference: each for each in lines}
    others = select(StatementLine).where(
        col(StatementLine.reference).in_(by_reference), col(StatementLine.match) == LineMatch.KNOWN,
        col(StatementLine.statement_id) != statement_id,
    )  # fmt: skip
    for other in await access.all(others):
        mine = by_reference[other.reference]
        other.match, other.shares, other.over_cents = mine.match, mine.shares, mine.over_cents
        other.is_taken = mine.match == LineMatch.SURE
    for line in lines:
        line.applied_at = None


async def drop_statement(access: StaffAccess, statement_id: int, now: datetime) -> None:
    """Forget a statement of which nothing is recorded."""
    statement = await _held(access, statement_id)
    if statement.applied_at:
        raise Refused(RECORDED, status_code=409)
    await access.change(delete(StatementLine).where(col(StatementLine.statement_id) == statement_id))
    _trace(access, statement, "abandonné", now)
    await access.delete(statement)


async def _held(access: StaffAccess, statement_id: int) -> BankStatement:
    """The statement; two that overlap are never recorded at once, since all of them are held."""
    await access.get(BankStatement, statement_id)
    every = select(BankStatement).order_by(col(BankStatement.id)).with_for_update()
    held = await access.all(every.execution_options(populate_existing=True))
    found = next((each for each in held if each.key == statement_id), None)
    if found is None:
        raise NotFound
    return found


def _waiting() -> tuple[object, ...]:
    return col(StatementLine.is_taken), col(StatementLine.applied_at).is_(None)


def method_of(label: str) -> str:
    """The way the money came, from the bank's words."""
    words = label.upper()
    if "CHQ" in words or "CHEQUE" in words or "CHÈQUE" in words:
        return "chèque"
    return "prélèvement" if "PRLV" in words or "PRELEVEMENT" in words or "SDD" in words else "virement"


def _trace(access: StaffAccess, statement: BankStatement, what: str, now: datetime) -> None:
    about = f"du {short_day(statement.since)} au {short_day(statement.until)} : {what}"
    access.record(AuditKind.STATEMENT_CHANGED, now, access.account.key, None, about, statement.key)
