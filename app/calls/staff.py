"""The call of a year: launched once, run again for what came since; and its portions.

Each portion is one transaction: its numbers, its invoices, their mails, how far the call is. Killed, it is as
if it had not begun, so there is neither a gap nor a double. A receipt is billed once, by a constraint of the
base; another receipt of the same declaration is billed by its difference, an invoice or a credit note.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select, update

from app.access import StaffAccess
from app.calls.queries import (
    MOST_DAYS,
    Billed,
    call_of,
    is_any_running,
    next_declarations,
    open_invoices,
    preview_of,
)
from app.campaigns.staff import tariff_or_missing
from app.clock import Moment
from app.errors import Refused
from app.invoices.rules import BilledLine
from app.invoices.staff import Entry, issue_credit_note, issue_invoice
from app.portal import Portal
from app.portions import claimed, fitting
from app.text.counts import plural
from app.text.formats import day
from db.models import AuditKind, CallState, ContributionCall, Invoice, InvoiceKind, Tariff

PORTION = 10  # declarations of a transaction, at most: about a tenth of a second of the base's writer
BUSY = "L’appel est déjà en cours : voici où il en est."


async def launch_call(access: StaffAccess, year: int, due_on: date, at: Moment) -> None:
    """Issue today, in the background, the invoices of all that is declared and not billed, to be paid by that
    day. `Refused` while it runs, or when there is nothing to bill.
    """
    tariff = await tariff_or_missing(access, year)
    if due_on < at.today:
        raise Refused("L’échéance ne peut pas être passée.", "due_on")
    if due_on > at.today + timedelta(days=MOST_DAYS):
        words = f"L’échéance ne dépasse pas {MOST_DAYS} jours après la facture (Code de commerce, L441-10)."
        raise Refused(words, "due_on")
    preview = await preview_of(access, tariff)
    if not preview.members:
        raise Refused("Il n’y a rien à facturer : tout ce qui est déclaré l’est déjà.")
    await _begin(access, year, due_on, preview.members, at)
    about = f"{year}, {plural(preview.members, 'déclaration')}, échéance le {day(due_on)}"
    access.record(AuditKind.CALL_ISSUED, at.now, access.account.key, None, about)


async def _begin(access: StaffAccess, year: int, due_on: date, expected: int, at: Moment) -> None:
    values: dict[str, Any] = {
        "issued_on": at.today, "due_on": due_on, "state": CallState.RUNNING, "after": 0,
        "account_id": access.account.key, "expected": expected, "invoices": 0, "credit_notes": 0,
        "total_cents": 0, "refused": [], "started_at": at.now, "ended_at": None,
    }  # fmt: skip
    if await call_of(access, year) is None:
        access.add(ContributionCall(year=year, **values))  # Two at once: the base takes one.
        await access.flush()
        return
    again = update(ContributionCall).where(
        col(ContributionCall.year) == year, col(ContributionCall.state) == CallState.DONE
    )
    if not await access.change(again.values(**values)):
        raise Refused(BUSY, status_code=409)


async def work_portion(portal: Portal, now: datetime) -> bool:
    """Bill the next declarations of a call, whichever process is there. False when there is nothing to do."""
    async with claimed(portal, is_any_running, ContributionCall, CallState.RUNNING) as job:
        if job is None:
            return False
        access, call = job
        tariff = (await access.all(select(Tariff).where(Tariff.year == call.year)))[0]
        most = fitting(portal, ContributionCall, PORTION)
        declarations = await next_declarations(access, tariff, call.after, most)
        for each in declarations:
            await _bill(access, call, each, now)
            call.after = each.id
        if not declarations:
            call.state, call.ended_at = CallState.DONE, now
    return True


async def _bill(access: StaffAccess, call: ContributionCall, declared: Billed, now: datetime) -> None:
    """The documents of one receipt; what cannot be billed is kept with its reason, and holds up no other."""
    try:
        async with access.savepoint():
            made = await _documents(access, call, declared, now)
    except Refused as refused:
        call.refused = [*call.refused, {"company_id": declared.company_id, "why": refused.message}]
        return
    for each in made:
        is_note = each.kind == InvoiceKind.CREDIT_NOTE
        call.invoices += not is_note
        call.credit_notes += is_note
        call.total_cents += each.total_cents


async def _documents(
    access: StaffAccess, call: ContributionCall, declared: Billed, now: datetime
) -> list[Invoice]:
    """The invoice of a declaration, or of its difference with what was billed; credit notes when that is
    less; nothing when it is nothing.
    """
    difference = declared.net_cents - declared.billed_cents
    if difference < 0:
        return await _credit(access, call, declared, -difference, now)
    if not difference:
        return []
    title, priced = f"Cotisation {call.year}", [each for each in declared.lines if each["unit_cents"]]
    lines = [BilledLine(each["label"], each["quantity"], each["unit_cents"]) for each in priced]
    if declared.billed_cents:
        title = f"Complément de cotisation {call.year}"
        lines = [BilledLine(f"Correction de la déclaration, reçu {declared.receipt}", 1, difference)]
    period = (date(call.year, 1, 1), date(call.year, 12, 31))
    entry = Entry(
        "", InvoiceKind.CONTRIBUTION, title, call.issued_on, call.due_on, period, receipt=declared.receipt
    )
    return [await issue_invoice(access, declared.company_id, entry, lines, now, is_joined=False)]


async def _credit(
    access: StaffAccess, call: ContributionCall, declared: Billed, cents: int, now: datetime
) -> list[Invoice]:
    """Credit notes on the invoices of its receipts, the last first, each for what it has left. The first one
    bears the receipt, the others the receipt and their rank.
    """
    notes: list[Invoice] = []
    label = f"Correction de la déclaration {call.year}, reçu {declared.receipt}"
    for invoice_id, left in await open_invoices(access, declared.company_id, call.year):
        taken = min(left, cents)
        if taken:
            receipt = f"{declared.receipt}{f'+{len(notes) + 1}' if notes else ''}"
            line = BilledLine(label, 1, -taken)
            note = await issue_credit_note(
                access, invoice_id, "", line, now, receipt=receipt, is_joined=False
            )
            notes.append(note)
        cents -= taken
    return notes
