"""Payments of a statement recorded, or taken back, in portions: others write in between.

Each portion is one transaction: its payments, its lines, how far the work is. Killed, it is as if it had not
begun. The first is done at once, by whoever asks: most statements need no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import col

from app.access import StaffAccess, VisitorAccess
from app.bank.matching import Paid, twin
from app.bank.queries import (
    applied_references,
    count_lines,
    invoices_numbered,
    invoices_of,
    is_any_at_work,
    lines_where,
    payments_by,
    payments_of,
    same_elsewhere,
)
from app.bank.staff import WAITING, hold_statement, hold_statements, trace
from app.errors import NotFound, Refused
from app.invoices.staff import ReceivedPayment, record_payments, record_refund, remove_payments
from app.portal import Portal
from app.portions import fitting, limited
from app.text.counts import plural
from app.text.formats import amount
from db.models import Account, BankStatement, LineMatch, StatementLine, StatementWork

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
    left = {number: each.left_cents for number, each in invoices.items()}
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
