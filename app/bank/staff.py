"""Acts of the service on a bank statement: keep it, choose what a line pays, drop it.

A movement has one reference in every file of one format, so it is recorded once; what may be paid already in
another way is left to somebody's eye.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.bank.matching import Ledger, match_all, share
from app.bank.queries import (
    applied_references,
    chunked,
    invoices_numbered,
    invoices_to_match,
    lines_where,
    payments_near,
)
from app.bank.rules import LONGEST_LABEL, LONGEST_PAYER, Statement, references_of
from app.clock import Moment
from app.errors import NotFound, Refused
from app.text.formats import amount, short_day
from db.models import AuditKind, BankStatement, LineMatch, StatementLine, StatementWork

RECORDED = "Les règlements de ce relevé sont enregistrés : annulez-les d’abord."
BUSY = "Ce relevé est en cours d’enregistrement ou d’annulation : voyez où il en est, puis recommencez."
MEANWHILE = "Un autre relevé vient de changer pendant la lecture de celui-ci : envoyez-le de nouveau."
WAITING: tuple[Any, ...] = (col(StatementLine.is_taken), col(StatementLine.applied_at).is_(None))
FIXED = "Cette ligne ne se rapproche pas : elle est déjà enregistrée."
ONE_REFUND = "Un débit rembourse une seule facture : cochez celle dont le trop-perçu est rendu."


async def match_statement(access: StaffAccess, read: Statement, today: date) -> list[dict[str, Any]]:
    """Its lines as they are kept, matched. Beside any write, which nobody may hold as long."""
    iban = access.portal.settings.service_iban
    references = await asyncio.to_thread(lambda: list(references_of(read.movements, iban)))
    async with access.portal.database.transaction(write=False) as session:
        reader = replace(access, session_=session)
        applied = await applied_references(reader, references)
        invoices = await invoices_to_match(reader, today)
        payments = await payments_near(reader, {each.booked_on for each in read.movements}, set(references))
    return await asyncio.to_thread(_lines, read, references, applied, Ledger(invoices, payments))


def _lines(
    read: Statement, references: Sequence[str], applied: set[str], ledger: Ledger
) -> list[dict[str, Any]]:
    matches = match_all(read.movements, [each in applied for each in references], ledger)
    return [
        {
            "booked_on": each.booked_on, "cents": each.cents, "label": each.label[:LONGEST_LABEL],
            "payer": each.payer[:LONGEST_PAYER], "reference": reference, "match": matched.match,
            "shares": [list(part) for part in matched.shares], "over_cents": matched.over_cents,
            "is_taken": matched.is_taken,
        }
        for each, reference, matched in zip(read.movements, references, matches, strict=True)
    ]  # fmt: skip


async def keep_statement(
    access: StaffAccess, name: str, read: Statement, lines: Sequence[dict[str, Any]], at: Moment
) -> BankStatement:
    """Keep it with its lines; the same one sent again is the one that is there."""
    held = await hold_statements(access)
    if existing := next((each for each in held if each.fingerprint == read.fingerprint), None):
        return existing
    known = {each["reference"] for each in lines if each["match"] == LineMatch.KNOWN}
    if await applied_references(access, sorted(known)) != known:
        raise Refused(MEANWHILE, "fichier", status_code=409)  # They would be known by nobody, for ever.
    made = BankStatement(
        fingerprint=read.fingerprint, account_id=access.account.key, file_name=name[-120:],
        since=read.since, until=read.until, opening_cents=read.opening_cents,
        closing_cents=read.closing_cents, aside=read.aside, created_at=at.now,
    )  # fmt: skip
    access.add(made)
    await access.flush()
    connection = await access.session_.connection()
    for some in chunked(lines):
        await connection.execute(insert(StatementLine), [each | {"statement_id": made.key} for each in some])
    trace(access, made, "importé", at.now)
    return made


async def line_of(access: StaffAccess, statement_id: int, line_id: int) -> StatementLine:
    line = await access.get(StatementLine, line_id)
    if line.statement_id != statement_id:
        raise NotFound
    return line


async def choose(access: StaffAccess, statement_id: int, line_id: int, picked: Collection[int]) -> None:
    """Pay these invoices with this line, the oldest first; none: leave the line unmatched. A debit gives
    money back, for one invoice.
    """
    await hold_statement(access, statement_id)
    line = await line_of(access, statement_id, line_id)
    if line.applied_at or line.match == LineMatch.KNOWN:
        raise Refused(FIXED, status_code=409)
    if line.cents < 0:
        await _choose_refund(access, line, picked)
        return
    invoices = await invoices_numbered(access, picked)
    if len(invoices) != len(set(picked)):
        raise NotFound
    others = await lines_where(access, statement_id, *WAITING, col(StatementLine.id) != line_id)
    left = {number: each.left_cents for number, each in invoices.items()}
    for number, cents in (part for other in others for part in other.shares):
        if number in left:
            left[number] -= cents
    ordered = sorted(invoices.values(), key=lambda each: (each.due_on, each.id))
    shares, line.over_cents = share(line.cents, ordered, left)
    line.shares = [list(part) for part in shares]
    line.match = LineMatch.CHOSEN if shares else LineMatch.UNKNOWN
    line.is_taken, line.over_cents = bool(shares), line.over_cents if shares else 0


async def _choose_refund(access: StaffAccess, line: StatementLine, picked: Collection[int]) -> None:
    invoices = list((await invoices_numbered(access, picked)).values())
    if len(invoices) != len(set(picked)):
        raise NotFound
    if len(invoices) > 1:
        raise Refused(ONE_REFUND)
    if invoices and invoices[0].left_cents > line.cents:
        owed = amount(max(0, -invoices[0].left_cents))
        raise Refused(f"Pour {invoices[0].number}, le service doit {owed} : ce débit est plus grand.")
    line.shares = [[each.id, line.cents] for each in invoices]
    line.match = LineMatch.CHOSEN if invoices else LineMatch.DEBIT
    line.is_taken = bool(invoices)


async def tick(
    access: StaffAccess, statement_id: int, displayed: Collection[int], ticked: Collection[int]
) -> None:
    """Of the doubtful lines displayed, those ticked are to be recorded and the others are not."""
    await hold_statement(access, statement_id)
    theirs = col(StatementLine.id).in_(displayed), col(StatementLine.match) == LineMatch.DOUBTFUL
    for line in await lines_where(access, statement_id, *theirs, col(StatementLine.applied_at).is_(None)):
        line.is_taken = line.key in ticked and bool(line.shares)


async def drop_statement(access: StaffAccess, statement_id: int, now: datetime) -> None:
    """Forget a statement of which nothing is recorded."""
    statement = await hold_statement(access, statement_id)
    if statement.applied_at:
        raise Refused(RECORDED, status_code=409)
    await access.change(delete(StatementLine).where(col(StatementLine.statement_id) == statement_id))
    trace(access, statement, "abandonné", now)
    await access.delete(statement)


async def hold_statement(access: StaffAccess, statement_id: int) -> BankStatement:
    """The statement, while nothing is under way with it."""
    await access.get(BankStatement, statement_id)
    found = next((each for each in await hold_statements(access) if each.key == statement_id), None)
    if found is None:
        raise NotFound
    if found.work != StatementWork.IDLE:
        raise Refused(BUSY, status_code=409)
    return found


async def hold_statements(access: Access) -> Sequence[BankStatement]:
    """All of them: two that overlap are never recorded at once."""
    every = select(BankStatement).order_by(col(BankStatement.id)).with_for_update()
    return await access.all(every.execution_options(populate_existing=True))


def trace(access: StaffAccess, statement: BankStatement, what: str, now: datetime) -> None:
    about = f"du {short_day(statement.since)} au {short_day(statement.until)} : {what}"
    access.record(AuditKind.STATEMENT_CHANGED, now, access.account.key, None, about, statement.key)
