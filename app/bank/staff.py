"""Acts of the service on a bank statement: keep it, choose what a line pays, record or take back, drop it.

A movement has one reference in every file of one format, so it is recorded once; what may be paid already in
another way is left to somebody's eye.

Payments are recorded and taken back in portions, so that others write in between. Each portion is one
transaction: its payments, its lines, how far the work is. Killed, it is as if it had not begun. The first is
done at once, by whoever asks: most statements need no other.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import col, select

from app.access import Access, StaffAccess, VisitorAccess
from app.bank.matching import Ledger, Paid, match_all, share, twin
from app.bank.queries import (
    applied_references,
    chunked,
    count_lines,
    invoices_numbered,
    invoices_of,
    invoices_to_match,
    is_any_at_work,
    lines_where,
    payments_by,
    payments_near,
    payments_of,
    same_elsewhere,
    written_off,
)
from app.bank.rules import LONGEST_LABEL, LONGEST_PAYER, Statement, references_of
from app.clock import Moment
from app.errors import NotFound, Refused
from app.invoices.staff import (
    WRITTEN_OFF,
    ReceivedPayment,
    record_payments,
    record_refund,
    remove_payments,
)
from app.portal import Portal
from app.portions import fitting, limited
from app.text.counts import plural
from app.text.formats import amount, short_day
from db.models import Account, AuditKind, BankStatement, LineMatch, StatementLine, StatementWork

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
    if await written_off(access, invoices):
        raise Refused(WRITTEN_OFF, status_code=409)
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


PORTION = 200  # lines of a transaction: about a tenth of a second of the base's writer
NOTHING = "Aucune ligne n’est à enregistrer : cochez ou choisissez d’abord ce qu’elles règlent."
NOT_YET = "Ce relevé n’a rien d’enregistré : il n’y a rien à annuler."
APPLIED: tuple[Any, ...] = (col(StatementLine.applied_at).is_not(None),)


async def record_statement(access: StaffAccess, statement_id: int, now: datetime) -> bool:
    """Record the payments of the lines taken. True when all of them are: else some are left to be read again,
    since their invoice was paid meanwhile, or the rest is recorded in the background.
    """
    statement = await hold_statement(access, statement_id)
    await _begin(access, statement, StatementWork.RECORDING, WAITING, NOTHING)
    await _work(access, statement, now)
    return statement.work == StatementWork.IDLE and not statement.set_aside


async def undo_statement(access: StaffAccess, statement_id: int, now: datetime) -> bool:
    """Take back every payment that this statement recorded. True when it is done, False when it goes on."""
    statement = await hold_statement(access, statement_id)
    await _begin(access, statement, StatementWork.UNDOING, APPLIED, NOT_YET)
    await _work(access, statement, now)
    return statement.work == StatementWork.IDLE


async def _begin(
    access: StaffAccess, statement: BankStatement, work: StatementWork, lines: tuple[Any, ...], none: str
) -> None:
    expected = await count_lines(access, statement.key, *lines)
    if not expected:
        raise Refused(none, status_code=409)
    statement.work, statement.account_id, statement.expected = work, access.account.key, expected
    statement.done = statement.done_cents = statement.set_aside = 0


async def work_portion(portal: Portal, now: datetime) -> bool:
    """Go on with a statement, whichever process is there. False when there is nothing to do."""
    async with portal.database.transaction(write=False) as session:
        if not await is_any_at_work(VisitorAccess(portal, session)):
            return False
    async with limited(portal, BankStatement) as session:
        held = await hold_statements(VisitorAccess(portal, session))
        statement = next((each for each in held if each.work != StatementWork.IDLE), None)
        if statement is None:
            return False
        access = StaffAccess(portal, session, await session.get_one(Account, statement.account_id))
        await _work(access, statement, now)
    return True


async def _work(access: StaffAccess, statement: BankStatement, now: datetime) -> None:
    is_recording = statement.work == StatementWork.RECORDING
    most = fitting(access.portal, BankStatement, PORTION)
    lines = await lines_where(access, statement.key, *(WAITING if is_recording else APPLIED), most=most)
    if is_recording:
        await _record(access, statement, lines, now)
    else:
        await _take_back(access, statement, lines, now)
    statement.done += len(lines)
    if len(lines) < most:
        _end(access, statement, now)


def _end(access: StaffAccess, statement: BankStatement, now: datetime) -> None:
    number, is_recording = statement.done - statement.set_aside, statement.work == StatementWork.RECORDING
    statement.work = StatementWork.IDLE
    if not number:
        return
    statement.applied_at = now if is_recording else None
    words = ("règlement enregistré", "règlements enregistrés")
    if not is_recording:
        words = ("règlement annulé", "règlements annulés")
    trace(access, statement, f"{plural(number, *words)}, {amount(statement.done_cents)}", now)


async def _record(
    access: StaffAccess, statement: BankStatement, lines: Sequence[StatementLine], now: datetime
) -> None:
    applied = await applied_references(access, [each.reference for each in lines])
    invoices = await invoices_numbered(access, invoices_of(lines))
    payments = await payments_of(access, invoices, statement.key)
    lost = await written_off(access, invoices)
    left = {number: each.left_cents for number, each in invoices.items() if number not in lost}
    good = [each for each in lines if _still_fits(each, left, applied, payments)]
    good = await _record_lines(access, good, now)
    for line in good:
        line.applied_at = now
    statement.done_cents += sum(each.cents for each in good)
    statement.set_aside += len(lines) - len(good)
    for other in await same_elsewhere(access, statement.key, good, col(StatementLine.applied_at).is_(None)):
        _set_aside(other, LineMatch.KNOWN)


async def _record_lines(
    access: StaffAccess, lines: Sequence[StatementLine], now: datetime
) -> list[StatementLine]:
    """Those recorded: one that is refused is left to be read again, and holds up no other."""
    if not lines:
        return []
    try:
        async with access.savepoint():
            paid = [part for line in lines for part in _received(line)]
            await record_payments(access, [part for part in paid if part[1].cents > 0], now)
            for number, given in paid:
                if given.cents < 0:
                    refund = replace(given, cents=-given.cents, method="remboursement")
                    await record_refund(access, number, refund, now)
    except (Refused, NotFound):
        if len(lines) == 1:
            _set_aside(lines[0], LineMatch.UNKNOWN)
            return []
        half = len(lines) // 2
        first = await _record_lines(access, lines[:half], now)
        return first + await _record_lines(access, lines[half:], now)
    return list(lines)


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
    if is_known or is_gone:
        _set_aside(line, LineMatch.KNOWN if is_known else LineMatch.UNKNOWN)
    else:
        line.match, line.over_cents, line.is_taken = LineMatch.DOUBTFUL, beyond, False
    return False


def _set_aside(line: StatementLine, match: LineMatch) -> None:
    line.match, line.shares, line.over_cents, line.is_taken = match, [], 0, False


async def _take_back(
    access: StaffAccess, statement: BankStatement, lines: Sequence[StatementLine], now: datetime
) -> None:
    """The lines of other statements that were known by these pay what these would pay."""
    by_reference = {each.reference: each for each in lines}
    await remove_payments(access, await payments_by(access, lines), now)
    for line in lines:
        line.applied_at = None
    statement.done_cents += sum(each.cents for each in lines)
    known = col(StatementLine.match) == LineMatch.KNOWN
    for other in await same_elsewhere(access, statement.key, lines, known):
        mine = by_reference[other.reference]
        other.match, other.shares, other.over_cents = mine.match, mine.shares, mine.over_cents
        other.is_taken = mine.match == LineMatch.SURE


def method_of(label: str) -> str:
    """The way the money came, from the bank's words."""
    words = label.upper()
    if "CHQ" in words or "CHEQUE" in words or "CHÈQUE" in words:
        return "chèque"
    return "prélèvement" if "PRLV" in words or "PRELEVEMENT" in words or "SDD" in words else "virement"
