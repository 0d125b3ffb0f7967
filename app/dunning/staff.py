"""Acts of the service on reminders: their steps, a run of them, its undoing, the suspension that follows.

A portion is one transaction: its letters, their mails, the indemnities that they bill, how far the run is.
Killed, it is as if it had not begun; an invoice is reminded once by a step, by a constraint of the base. Its
mails wait half an hour in the outbox, and may be taken back until the first of them has left.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from app.access import StaffAccess
from app.clock import Moment
from app.dunning.queries import (
    AT_WORK,
    Due,
    is_any_at_work,
    late_invoices,
    letters_of,
    next_companies,
    proposed_or_missing,
    steps_of,
)
from app.dunning.rules import EXEMPTION, fee_receipt, step_problem
from app.errors import Refused
from app.invoices.queries import row_of
from app.invoices.rules import BilledLine, in_groups, reference_of
from app.invoices.staff import Entry, issue_credit_note, issue_invoice, payers_of
from app.mail.outbox import queue_mail
from app.members.staff import record, suspend
from app.portal import Portal
from app.portions import claimed, fitting
from app.text.counts import plural
from app.text.formats import amount, day
from app.text.letters import filled
from db.models import (
    AuditKind,
    Company,
    DunningLetter,
    DunningRun,
    DunningStep,
    Invoice,
    InvoiceKind,
    OutboxMail,
    Reminder,
    RunState,
    StepKind,
)

PORTION = 10  # members of a transaction: about a tenth of a second of the base's writer
HOLD = timedelta(minutes=30)
BUSY = "Des relances sont déjà en cours : voici où elles en sont."
NOTHING = "Il n’y a rien à relancer : aucune étape n’est due aujourd’hui."
LEFT_ALREADY = "Des relances sont déjà parties, ou leurs lettres imprimées : elles ne s’annulent plus."
NO_ADDRESS = "ni adresse e-mail ni adresse postale"


# Steps.


async def save_step(access: StaffAccess, step_id: int | None, values: dict[str, Any], now: datetime) -> None:
    """Write a step, or change it. What it said already is not changed."""
    others = [each for each in await steps_of(access) if each.id != step_id]
    step = await access.get(DunningStep, step_id) if step_id else DunningStep(**values)
    field, words = step_problem(DunningStep(**values), others)
    if words:
        raise Refused(words, field)
    for name, value in values.items():
        setattr(step, name, value)
    access.add(step)
    about = f"{plural(step.days, 'jour')} après l’échéance : {step.subject}"
    access.record(AuditKind.DUNNING_STEP_CHANGED, now, access.account.key, None, about[:200])


async def remove_step(access: StaffAccess, step_id: int, now: datetime) -> None:
    step = await access.get(DunningStep, step_id)
    if step.removed_at is None:
        step.removed_at = now
        about = f"retirée : {step.subject}"
        access.record(AuditKind.DUNNING_STEP_CHANGED, now, access.account.key, None, about[:200])


# A run.


async def launch_run(access: StaffAccess, at: Moment) -> DunningRun:
    """Remind today, in the background, each invoice of which a step is due. They are counted beside any
    write, which of tens of thousands takes seconds.
    """
    async with access.paused(), access.portal.database.transaction(write=False) as session:
        reader = replace(access, session_=session)
        due, _ = await late_invoices(reader, await steps_of(reader), at.today)
    if await is_any_at_work(access):
        raise Refused(BUSY, status_code=409)
    if not due:
        raise Refused(NOTHING)
    run = access.add(
        DunningRun(
            on_day=at.today, state=RunState.RUNNING, account_id=access.account.key, expected=len(due),
            leaves_at=at.now + HOLD, started_at=at.now,
        )
    )  # fmt: skip
    await access.flush()  # Two at once: the base takes one.
    access.record(AuditKind.DUNNING_RUN, at.now, access.account.key, None, plural(len(due), "facture"))
    return run


async def work_portion(portal: Portal, now: datetime) -> bool:
    """Go on with a run, whichever process is there. False when there is nothing to do."""
    async with claimed(portal, is_any_at_work, DunningRun, *AT_WORK) as job:
        if job is None:
            return False
        access, run = job
        await (_remind_some if run.state == RunState.RUNNING else _undo_some)(access, run, now)
    return True


async def _remind_some(access: StaffAccess, run: DunningRun, now: datetime) -> None:
    steps = await steps_of(access)
    most = fitting(access.portal, DunningRun, PORTION)
    companies = await next_companies(access, steps, run.on_day, run.after, most)
    due, _ = await late_invoices(access, steps, run.on_day, companies)
    for company_id in companies:
        theirs = [each for each in due if each.late.company_id == company_id]
        try:
            async with access.savepoint():
                for step in steps:
                    if mine := [each for each in theirs if each.step is step]:
                        await _remind(access, run, step, mine, now)
        except Refused as refused:
            run.refused = [*run.refused, {"company_id": company_id, "why": refused.message}]
        run.after = company_id
    if not companies:
        run.state, run.ended_at = RunState.DONE, now


async def _remind(
    access: StaffAccess, run: DunningRun, step: DunningStep, due: Sequence[Due], now: datetime
) -> None:
    """One letter to a member for all its invoices of that step, and the indemnities of the step."""
    company = await access.get(Company, due[0].late.company_id)
    payers = await payers_of(access, company) if step.kind != StepKind.LETTER else []
    has_place = bool(company.address and company.town)
    is_posted = has_place and (step.kind != StepKind.MAIL or not payers)
    if not payers and not is_posted:
        payers = await payers_of(access, company)
        if not payers:
            raise Refused(NO_ADDRESS)
    fees = {each.late.id: await _bill_fee(access, run, step, each, now) for each in due}
    letter = _letter(access, company, run, step, due, [each for each in fees.values() if each])
    letter.is_posted, letter.recipients, letter.made_at = is_posted, payers, now
    letter.messages = [_mail(access, run, company, letter, payer, now) for payer in payers]
    access.add(letter)
    await access.flush()
    for each in due:
        fee, late = fees[each.late.id], each.late
        reminder = Reminder(
            company_id=company.key, letter_id=letter.key, invoice_id=late.id, step_id=step.key,
            on_day=run.on_day, left_cents=late.left_cents, fee_id=fee.key if fee else None,
        )  # fmt: skip
        access.add(reminder)
        about = f"{late.number}, {amount(late.left_cents)} : {letter.subject}"
        access.record(AuditKind.REMINDER_SENT, now, access.account.key, company.key, about[:200], late.id)
        run.left_cents += late.left_cents
        run.fee_cents += fee.total_cents if fee else 0
    run.letters, run.reminders = run.letters + 1, run.reminders + len(due)
    run.posted, run.mails = run.posted + is_posted, run.mails + len(payers)
    await access.flush()


async def _bill_fee(
    access: StaffAccess, run: DunningRun, step: DunningStep, due: Due, now: datetime
) -> Invoice | None:
    """The indemnity of an invoice, once in its life; none on an indemnity."""
    if not step.fee_cents or due.late.is_fee_billed:
        return None
    title = f"Indemnité de recouvrement, facture {due.late.number}"
    entry = Entry(
        "", InvoiceKind.INDEMNITY, title, run.on_day, run.on_day, receipt=fee_receipt(due.late.id, run.key),
        exemption=EXEMPTION,
    )  # fmt: skip
    line = BilledLine(title, 1, step.fee_cents)
    return await issue_invoice(
        access, due.late.company_id, entry, [line], now, is_joined=False, is_mailed=False
    )


def _letter(
    access: StaffAccess, company: Company, run: DunningRun, step: DunningStep, due: Sequence[Due],
    fees: Sequence[Invoice],
) -> DunningLetter:  # fmt: skip
    lines = [(each.late.id, each.late.number, each.late.due_on, each.late.left_cents) for each in due]
    oldest = min(due_on for _, _, due_on, _ in lines)
    owed = sum(cents for *_, cents in lines) + sum(each.total_cents for each in fees)
    values = {
        "adhérent": company.name, "code": company.code, "service": access.portal.settings.service_name,
        "factures": ", ".join(number for _, number, *_ in lines), "montant": amount(owed),
        "échéance": day(oldest), "retard": plural((run.on_day - oldest).days, "jour"),
        "indemnité": amount(sum(each.total_cents for each in fees)),
    }  # fmt: skip
    lines += [(each.key, each.number, each.due_on, each.total_cents) for each in fees]
    return DunningLetter(
        company_id=company.key, run_id=run.key, subject=filled(step.subject, values)[:120],
        text=filled(step.text, values), signed_by=step.signed_by,
        address=[company.name, company.address, f"{company.postcode} {company.town}".strip()],
        lines=[
            {"id": key, "number": number, "due": due_on.isoformat(), "cents": cents}
            for key, number, due_on, cents in lines
        ],
    )  # fmt: skip


def _mail(
    access: StaffAccess, run: DunningRun, company: Company, letter: DunningLetter, payer: str, now: datetime
) -> str:
    mail = queue_mail(
        access, "dunning", payer, now, code=company.code, company=company.label, title=letter.subject,
        text=letter.text, signed_by=letter.signed_by,
        invoices=[
            [each["id"], each["number"], day_of_line(each), each["cents"], reference_words(each["number"])]
            for each in letter.lines
        ],
    )  # fmt: skip
    mail.due_at = max(run.leaves_at, now)
    return mail.message_id


def day_of_line(line: dict[str, Any]) -> str:
    return day(datetime.fromisoformat(line["due"]).date())


def reference_words(number: str) -> str:
    return in_groups(reference_of(number))


# Its undoing.


async def undo_run(access: StaffAccess, run_id: int, now: datetime) -> None:
    """Take a run back while nothing of it has left: its mails are held at once, the rest in portions."""
    run = await access.get(DunningRun, run_id)
    if await is_any_at_work(access):
        raise Refused(BUSY, status_code=409)
    waiting = update(OutboxMail).where(
        col(OutboxMail.template) == "dunning", col(OutboxMail.due_at) == run.leaves_at,
        col(OutboxMail.created_at) >= run.started_at, col(OutboxMail.attempts) == 0,
    )  # fmt: skip
    held = await access.change(waiting.values(due_at=None)) if run.leaves_at > now else -1
    if run.state != RunState.DONE or run.printed_at or held != run.mails:
        raise Refused(LEFT_ALREADY, status_code=409)
    run.state, run.after, run.account_id = RunState.UNDOING, 0, access.account.key
    await access.flush()
    about = f"annulées : {plural(run.reminders, 'facture')}"
    access.record(AuditKind.DUNNING_RUN, now, access.account.key, None, about)


async def _undo_some(access: StaffAccess, run: DunningRun, now: datetime) -> None:
    letters = await letters_of(access, run.key, run.after, fitting(access.portal, DunningRun, PORTION))
    for letter in letters:
        await _undo(access, letter, now)
        run.after = letter.key
    if not letters:
        run.state, run.ended_at = RunState.UNDONE, now


async def _undo(access: StaffAccess, letter: DunningLetter, now: datetime) -> None:
    """Take back all that a letter did; an indemnity is credited, since its number stays in the series."""
    for mail in await access.all(select(OutboxMail).where(col(OutboxMail.message_id).in_(letter.messages))):
        await access.delete(mail)
    theirs = select(Reminder).where(
        col(Reminder.letter_id) == letter.key, col(Reminder.company_id) == letter.company_id
    )
    for reminder in await access.all(theirs):
        reminder.undone_at = now
        about = f"{amount(reminder.left_cents)} : {letter.subject}"
        access.record(
            AuditKind.REMINDER_UNDONE, now, access.account.key, letter.company_id, about[:200],
            reminder.invoice_id,
        )  # fmt: skip
        if reminder.fee_id:
            await _credit_fee(access, await access.get(Invoice, reminder.fee_id), now)


async def _credit_fee(access: StaffAccess, fee: Invoice, now: datetime) -> None:
    """Credit what no note took back meanwhile; nothing of what is written off."""
    row = await row_of(access, fee)
    cents = fee.total_cents - row.credited_cents
    if row.lost_cents or not cents:
        return
    line = BilledLine("Relance annulée avant son départ", 1, -cents)
    await issue_credit_note(
        access, fee.key, "", line, now, receipt=f"{fee.receipt}x", is_joined=False, is_mailed=False
    )


# The suspension.


async def decide_suspension(
    access: StaffAccess, company: Company, reason: str, now: datetime, *, is_suspended: bool
) -> None:
    """Suspend a member who was reminded by the last step, or leave its membership as it is, and say why."""
    await proposed_or_missing(access, company.code)
    if is_suspended:
        await suspend(access, company, reason, now)
    else:
        record(access, company, AuditKind.SUSPENSION_DECLINED, reason, now)
    decided = update(Reminder).where(
        col(Reminder.company_id) == company.key, col(Reminder.decided_at).is_(None)
    )
    await access.change(decided.values(decided_at=now))
