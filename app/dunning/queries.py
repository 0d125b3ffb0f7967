"""Reads of reminders: invoices late enough for a step, those left aside and why, runs and their letters."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import and_, case, func, or_
from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.dunning.rules import next_step
from app.errors import NotFound
from app.invoices.queries import LEFT, UNPAID
from app.invoices.reminders import IS_CONTESTED, IS_PLANNED, plans_where
from db.models import (
    Company,
    Debit,
    DebitState,
    DunningLetter,
    DunningRun,
    DunningStep,
    Invoice,
    InvoiceKind,
    Reminder,
    RunState,
)

NAMED = 20  # members named under a reason
AT_WORK = (RunState.RUNNING, RunState.UNDOING)


async def steps_of(access: Access) -> list[DunningStep]:
    """The steps that reminders follow, by their days."""
    living = select(DunningStep).where(col(DunningStep.removed_at).is_(None))
    return list(await access.all(living.order_by(col(DunningStep.days))))


class Late(NamedTuple):
    """An invoice late enough to be reminded. `held`: why it is not, or ""; `last_days`: of the step sent
    last, 0 for none. `is_fee_billed`: its indemnity was billed, or it is one itself.
    """

    id: int
    number: str
    company_id: int
    code: str
    name: str
    due_on: date
    left_cents: int
    last_days: int
    last_on: date | None
    is_fee_billed: bool
    held: str


class Due(NamedTuple):
    late: Late
    step: DunningStep


_sent = and_(col(Reminder.invoice_id) == Invoice.id, col(Reminder.undone_at).is_(None))
_last_days = (
    sqlalchemy.select(func.coalesce(func.max(DunningStep.days), 0))
    .join(Reminder, col(Reminder.step_id) == col(DunningStep.id))
    .where(_sent, col(Reminder.company_id) == Invoice.company_id)
)
_last_on = sqlalchemy.select(func.max(Reminder.on_day)).where(
    _sent, col(Reminder.company_id) == Invoice.company_id
)
_fee = sqlalchemy.select(col(Reminder.id)).where(
    col(Reminder.invoice_id) == Invoice.id, col(Reminder.company_id) == Invoice.company_id,
    col(Reminder.fee_id).is_not(None), col(Reminder.undone_at).is_(None),
)  # fmt: skip


def reasons_held() -> list[tuple[Any, str]]:
    """(condition, words) of what keeps an invoice from being reminded, besides its member's credit."""
    debited = sqlalchemy.select(col(Debit.id)).where(
        col(Debit.company_id) == Invoice.company_id, col(Debit.invoice_id) == Invoice.id,
        col(Debit.state).in_((DebitState.PLANNED, DebitState.FILED)),
    )  # fmt: skip
    return [
        (col(Company.closed_at).is_not(None), "Adhérent radié : le recouvrement se suit hors du portail"),
        (IS_PLANNED, "Échéancier accordé, et non rompu"),
        (IS_CONTESTED, "Facture contestée, et sans réponse"),
        (debited.exists(), "Prélèvement annoncé, ou remis à la banque"),
    ]


CREDIT = "Le service doit de l’argent à cet adhérent : déduisez-le ou remboursez-le d’abord"


async def late_invoices(
    access: StaffAccess, steps: Sequence[DunningStep], today: date, companies: Collection[int] | None = None
) -> tuple[list[Due], list[Late]]:
    """Invoices due a step today, by member and term, and those left aside. `companies`: of them only."""
    if not steps:
        return [], []
    first = date.fromordinal(today.toordinal() - steps[0].days)
    held = case(*reasons_held(), else_="")
    billed = or_(_fee.exists(), col(Invoice.kind) == InvoiceKind.INDEMNITY)
    statement = (
        sqlalchemy.select(
            col(Invoice.id), col(Invoice.number), col(Invoice.company_id), col(Company.code),
            col(Company.name), col(Invoice.due_on), LEFT,
            _last_days.scalar_subquery(), _last_on.scalar_subquery(), billed, held,
        )
        .join(Company, col(Company.id) == Invoice.company_id)
        .where(col(Invoice.due_on) <= first, UNPAID)
        .order_by(col(Invoice.company_id), col(Invoice.due_on), col(Invoice.id))
    )  # fmt: skip
    if companies is not None:
        statement = statement.where(col(Invoice.company_id).in_(companies))
    late = [Late(*row) for row in await access.table(statement)]
    due = [(each, next_step(steps, each.due_on, each.last_days, each.last_on)) for each in late]
    ripe = [Due(each, step[0]) for each, step in due if step and step[1] <= today]
    creditors = await _creditors(access, {each.late.company_id for each in ripe})
    aside = [
        each.late._replace(held=each.late.held or CREDIT)
        for each in ripe
        if each.late.held or each.late.company_id in creditors
    ]
    gone = {each.id for each in aside}
    return [each for each in ripe if each.late.id not in gone], aside


CHUNK = 500  # numbers in one list of a statement


async def _creditors(access: StaffAccess, companies: Collection[int]) -> set[int]:
    """Those of these members to whom the service owes more than nothing on some document."""
    found: set[int] = set()
    ordered = sorted(companies)
    for at in range(0, len(ordered), CHUNK):
        owed = sqlalchemy.select(col(Invoice.company_id)).where(
            col(Invoice.company_id).in_(ordered[at : at + CHUNK]), LEFT < 0
        )
        found |= {company for (company,) in await access.table(owed.distinct())}
    return found


async def next_companies(
    access: StaffAccess, steps: Sequence[DunningStep], today: date, after: int, most: int
) -> list[int]:
    """Members with something late, from after that one: whether a step is due is looked at with each."""
    if not steps:
        return []
    first = date.fromordinal(today.toordinal() - steps[0].days)
    statement = (
        sqlalchemy.select(col(Invoice.company_id))
        .where(col(Invoice.company_id) > after, col(Invoice.due_on) <= first, UNPAID)
        .distinct()
        .order_by(col(Invoice.company_id))
        .limit(most)
    )
    return [company for (company,) in await access.table(statement)]


# Runs.


_WORKING = sqlalchemy.select(col(DunningRun.id)).where(col(DunningRun.state).in_(AT_WORK)).limit(1)


async def is_any_at_work(access: Access) -> bool:
    return bool(await access.table(_WORKING, {}))


async def past_runs(access: StaffAccess, most: int = 20) -> list[DunningRun]:
    """The latest first."""
    latest = select(DunningRun).order_by(col(DunningRun.started_at).desc(), col(DunningRun.id).desc())
    return list(await access.all(latest.limit(most)))


async def letters_of(
    access: StaffAccess, run_id: int, after: int, most: int, *, is_posted: bool = False
) -> list[DunningLetter]:
    """Letters of a run from after that one, in the order in which they were made."""
    theirs = select(DunningLetter).where(col(DunningLetter.run_id) == run_id, col(DunningLetter.id) > after)
    if is_posted:
        theirs = theirs.where(col(DunningLetter.is_posted))
    return list(await access.all(theirs.order_by(col(DunningLetter.id)).limit(most)))


async def run_of(access: StaffAccess, run_id: int) -> DunningRun:
    return await access.get(DunningRun, run_id)


# Suspensions proposed.


class Proposed(NamedTuple):
    """A member reminded by the last step who still owes. `since`: the day of that reminder."""

    code: str
    name: str
    left_cents: int
    since: date


async def proposed_suspensions(access: StaffAccess, code: str = "") -> list[Proposed]:
    """Members whose suspension is proposed, the longest first; of that code only, if given."""
    steps = await steps_of(access)
    if not steps:
        return []
    statement = (
        sqlalchemy.select(col(Company.code), col(Company.name), func.sum(LEFT), func.min(Reminder.on_day))
        .select_from(Invoice)
        .join(Company, col(Company.id) == Invoice.company_id)
        .join(Reminder, and_(_sent, col(Reminder.company_id) == Invoice.company_id))
        .where(
            UNPAID, col(Reminder.step_id) == steps[-1].key,
            col(Reminder.decided_at).is_(None), col(Company.suspended_at).is_(None),
            ~or_(*(condition for condition, _ in reasons_held())),
        )
        .group_by(col(Company.id), col(Company.code), col(Company.name))
        .order_by(func.min(Reminder.on_day), col(Company.code))
    )  # fmt: skip
    if code:
        statement = statement.where(col(Company.code) == code)
    return [Proposed(*row) for row in await access.table(statement)]


async def proposed_or_missing(access: StaffAccess, code: str) -> Proposed:
    found = await proposed_suspensions(access, code)
    if not found:
        raise NotFound
    return found[0]


class Counts(NamedTuple):
    """Things that wait for somebody beside the reminders."""

    suspensions: int
    plans: int
    late_plans: int


async def counts_of(access: StaffAccess, today: date) -> Counts:
    plans = [each for each in await plans_where(access, today) if not each.is_paid]
    late = sum(bool(each.late) for each in plans)
    return Counts(len(await proposed_suspensions(access)), len(plans), late)
