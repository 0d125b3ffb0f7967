"""Reads of mandates, of runs and their debits, of files of refusals."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Date, and_, bindparam, func, or_
from sqlmodel import col, select

from app.access import Access, MemberAccess, StaffAccess
from app.debits.rules import LAPSES_MONTHS
from app.follow_up.law import add_months
from app.invoices.queries import LEFT
from app.invoices.reminders import IS_CONTESTED, IS_PLANNED
from db.models import (
    Company,
    Debit,
    DebitFile,
    DebitReturn,
    DebitRun,
    DebitRunState,
    DebitState,
    Invoice,
    InvoiceKind,
    Mandate,
    MandateState,
    Payment,
    Scheme,
)

PAGE, CHUNK = 50, 500
STANDING = (DebitState.FILED, DebitState.COLLECTED)
PRESENTED = (*STANDING, DebitState.REFUSED)
LIVING = (MandateState.ACTIVE, MandateState.SUSPENDED)


async def mandates_of(access: Access, company_id: int) -> Sequence[Mandate]:
    """Those of a company that the reader's door gave, the latest first."""
    mine = select(Mandate).where(Mandate.company_id == company_id).order_by(col(Mandate.id).desc())
    return await access.all(mine)


async def draft_of(access: MemberAccess) -> Mandate | None:
    mine = access.select(Mandate).where(Mandate.state == MandateState.DRAFT)
    return await access.first(mine.order_by(col(Mandate.id).desc()).limit(1))


async def living_of(access: Access, company_id: int) -> Mandate | None:
    """The mandate in force, or suspended."""
    mine = select(Mandate).where(Mandate.company_id == company_id, col(Mandate.state).in_(LIVING))
    return await access.first(mine.order_by(col(Mandate.id).desc()).limit(1))


async def count_mandates(access: Access, company_id: int) -> int:
    mine = select(func.count()).select_from(Mandate).where(col(Mandate.company_id) == company_id)
    return await access.first(mine) or 0


async def mandates_page(
    access: StaffAccess, state: str, code: str, after: int
) -> tuple[list[tuple[Mandate, Company]], int]:
    """A page of them, those of one member if its code is given, and what the next one comes after: 0 for
    none.
    """
    conditions: list[Any] = [col(Mandate.id) > after, col(Mandate.state) != MandateState.DRAFT]
    if state:
        conditions.append(col(Mandate.state) == state)
    if code:
        conditions.append(col(Company.code) == code)
    statement = (
        select(Mandate, Company)
        .join(Company, col(Company.id) == Mandate.company_id)
        .where(*conditions)
        .order_by(col(Mandate.id))
        .limit(PAGE + 1)
    )
    rows = list(await access.rows(statement))
    return rows[:PAGE], rows[PAGE - 1][0].key if len(rows) > PAGE else 0


# Runs.

AT_WORK = (DebitRunState.ANNOUNCING, DebitRunState.FILING, DebitRunState.CANCELLING)
UNDER_WAY = (DebitState.PLANNED, DebitState.FILED)
_TODAY = bindparam("today", type_=Date)
_UNTAKEN = (
    sqlalchemy.select(col(DebitFile.id))
    .where(col(DebitFile.run_id) == col(DebitRun.id), col(DebitFile.taken_at).is_(None))
    .exists()
)
_NEXT_RUN = (
    sqlalchemy.select(col(DebitRun.id))
    .where(
        or_(
            col(DebitRun.state).in_(AT_WORK),
            and_(col(DebitRun.state) == DebitRunState.FILED, col(DebitRun.collect_on) <= _TODAY, ~_UNTAKEN),
        )
    )
    .order_by(col(DebitRun.id))
    .limit(1)
)


async def next_run(access: Access, today: date) -> int:
    """The number of a run that has work to do; 0 for none."""
    rows = await access.table(_NEXT_RUN, {"today": today})
    return int(rows[0][0]) if rows else 0


async def held_run(access: Access, run_id: int, *, waits: bool = True) -> DebitRun | None:
    """The run, until the transaction ends; None when there is none, or when another process has it."""
    held = select(DebitRun).where(DebitRun.id == run_id).with_for_update(skip_locked=not waits)
    return await access.first(held.execution_options(populate_existing=True))


async def past_runs(access: StaffAccess) -> Sequence[DebitRun]:
    return await access.all(select(DebitRun).order_by(col(DebitRun.id).desc()).limit(PAGE))


class Candidate(NamedTuple):
    """A due invoice and the mandate by which it may be debited."""

    invoice_id: int
    number: str
    cents: int
    company_id: int
    mandate_id: int
    rum: str
    scheme: Scheme
    iban_last: str
    used_on: date | None


def _lapsed_before(on: date) -> date:
    """The last day whose mandates are worth nothing on that one: a 29 February lapses on a 28."""
    before = add_months(on, -LAPSES_MONTHS)
    after = before + timedelta(days=1)
    return after if add_months(after, LAPSES_MONTHS) <= on else before


def _due(on: date) -> list[Any]:
    under_way = (
        sqlalchemy.select(col(Debit.id))
        .where(col(Debit.invoice_id) == col(Invoice.id), col(Debit.state).in_(UNDER_WAY))
        .exists()
    )
    is_due = [col(Invoice.kind) != InvoiceKind.CREDIT_NOTE, LEFT > 0, col(Invoice.due_on) <= on]
    return [*is_due, ~under_way, ~IS_PLANNED, ~IS_CONTESTED]


_SHORTEST = sqlalchemy.select(func.min(Mandate.notice_days)).where(col(Mandate.state) == MandateState.ACTIVE)


async def shortest_notice(access: Access) -> int:
    """Days of the shortest notice of a mandate in force: the usual one, or less where that was agreed."""
    usual = access.portal.settings.service_debit_notice_days
    ((agreed,),) = await access.table(_SHORTEST, {})
    return min(usual, agreed or usual)


async def candidates(
    access: Access, on: date, told_on: date, after: int = 0, most: int | None = None
) -> list[Candidate]:
    """Invoices due on that day whose member has a mandate in force, by company, those after one of them:
    of members whose notice holds when they are told on `told_on`.
    """
    notice = func.coalesce(Mandate.notice_days, access.portal.settings.service_debit_notice_days)
    columns = (
        col(Invoice.id), col(Invoice.number), LEFT, col(Invoice.company_id), col(Mandate.id),
        col(Mandate.rum), col(Mandate.scheme), col(Mandate.iban_last), col(Mandate.used_on),
    )  # fmt: skip
    statement = (
        sqlalchemy.select(*columns)
        .join(Mandate, col(Mandate.company_id) == Invoice.company_id)
        .where(*_due(on), col(Mandate.state) == MandateState.ACTIVE, col(Invoice.company_id) > after)
        .where(col(Mandate.alive_on) > _lapsed_before(on), notice <= (on - told_on).days)
        .order_by(col(Invoice.company_id), col(Invoice.due_on), col(Invoice.id))
        .limit(most)
    )
    return [Candidate._make(row) for row in await access.table(statement)]


async def not_debited(access: StaffAccess, on: date, most: int) -> list[tuple[str, str, str, int]]:
    """(code, name, reason, cents) of members with due invoices whose mandate cannot serve."""
    lapsed = col(Mandate.alive_on) <= _lapsed_before(on)
    reason = sqlalchemy.case(
        (col(Mandate.state) == MandateState.SUSPENDED, "mandat suspendu"),
        else_="mandat sans débit depuis 36 mois",
    )
    statement = (
        sqlalchemy.select(col(Company.code), col(Company.name), reason, func.sum(LEFT))
        .select_from(Invoice)
        .join(Company, col(Company.id) == Invoice.company_id)
        .join(Mandate, col(Mandate.company_id) == Invoice.company_id)
        .where(*_due(on))
        .where(
            or_(
                col(Mandate.state) == MandateState.SUSPENDED,
                (col(Mandate.state) == MandateState.ACTIVE) & lapsed,
            )
        )
        .group_by(col(Company.code), col(Company.name), reason)
        .order_by(col(Company.code))
        .limit(most)
    )
    return [(code, name, why, int(cents)) for code, name, why, cents in await access.table(statement)]


class Order(NamedTuple):
    """A debit as it is now. `left`: to pay of its invoice; `is_planned`: it is paid in instalments;
    `is_contested`: it waits for an answer.
    """

    debit: Debit
    number: str
    left: int
    is_planned: bool
    is_contested: bool
    mandate: Mandate | None


async def orders_of(access: Access, run_id: int, state: DebitState, most: int | None = None) -> list[Order]:
    statement: Any = (
        sqlalchemy.select(Debit, col(Invoice.number), LEFT, IS_PLANNED, IS_CONTESTED, Mandate)
        .join(Invoice, col(Invoice.id) == Debit.invoice_id)
        .outerjoin(Mandate, col(Mandate.id) == Debit.mandate_id)
        .where(col(Debit.run_id) == run_id, col(Debit.state) == state)
        .order_by(col(Debit.id))
        .limit(most)
    )
    return [Order(*row) for row in await access.rows(statement)]


async def days_of_other_runs(access: Access, run_id: int) -> dict[int, date]:
    """By mandate of this run, the last day of its debits that another run gives to the bank."""
    theirs = sqlalchemy.select(col(Debit.mandate_id)).where(col(Debit.run_id) == run_id)
    statement = (
        sqlalchemy.select(col(Debit.mandate_id), func.max(DebitRun.collect_on))
        .join(DebitRun, col(DebitRun.id) == Debit.run_id)
        .where(col(Debit.mandate_id).in_(theirs), col(Debit.run_id) != run_id)
        .where(col(Debit.state).in_(PRESENTED))
        .group_by(col(Debit.mandate_id))
    )
    days: dict[int, date] = dict(await access.table(statement))
    return days


class Sums(NamedTuple):
    scheme: Scheme
    state: DebitState
    number: int
    cents: int


async def sums_of(access: StaffAccess, run_id: int) -> list[Sums]:
    statement = (
        sqlalchemy.select(col(Debit.scheme), col(Debit.state), func.count(), func.sum(col(Debit.cents)))
        .where(col(Debit.run_id) == run_id)
        .group_by(col(Debit.scheme), col(Debit.state))
        .order_by(col(Debit.scheme), col(Debit.state))
    )
    return [
        Sums(Scheme(scheme), DebitState(state), int(number), int(cents))
        for scheme, state, number, cents in await access.table(statement)
    ]


async def debits_page(
    access: StaffAccess, run_id: int, after: int
) -> tuple[list[tuple[Debit, str, str, str]], int]:
    """(debit, number of its invoice, code, name), a page of them, and what the next one comes after."""
    statement: Any = (
        select(Debit, Invoice.number, Company.code, Company.name)
        .join(Invoice, col(Invoice.id) == Debit.invoice_id)
        .join(Company, col(Company.id) == Debit.company_id)
        .where(Debit.run_id == run_id, col(Debit.id) > after)
        .order_by(col(Debit.id))
        .limit(PAGE + 1)
    )
    rows = list(await access.rows(statement))
    return rows[:PAGE], rows[PAGE - 1][0].key if len(rows) > PAGE else 0


async def files_of(access: StaffAccess, run_id: int) -> Sequence[DebitFile]:
    return await access.all(
        select(DebitFile).where(DebitFile.run_id == run_id).order_by(col(DebitFile.scheme))
    )


async def debits_referenced(
    access: Access, references: Sequence[str], *, held: bool = False
) -> dict[str, Debit]:
    """By reference; `held`: until the transaction ends."""
    found: dict[str, Debit] = {}
    for at in range(0, len(references), CHUNK):
        some = select(Debit).where(col(Debit.reference).in_(references[at : at + CHUNK]))
        if held:
            ordered = some.order_by(col(Debit.id)).with_for_update()
            some = ordered.execution_options(populate_existing=True)
        found |= {each.reference: each for each in await access.all(some)}
    return found


async def payments_of_debits(access: Access, debits: Sequence[Debit]) -> list[Payment]:
    theirs = {(each.invoice_id, each.reference) for each in debits}
    recorded = select(Payment).where(
        col(Payment.invoice_id).in_({number for number, _ in theirs}),
        col(Payment.reference).in_({reference for _, reference in theirs}),
    )
    return [each for each in await access.all(recorded) if (each.invoice_id, each.reference) in theirs]


async def past_returns(access: StaffAccess) -> Sequence[DebitReturn]:
    return await access.all(select(DebitReturn).order_by(col(DebitReturn.id).desc()).limit(PAGE))


async def return_like(access: StaffAccess, fingerprint: str) -> DebitReturn | None:
    return await access.first(select(DebitReturn).where(DebitReturn.fingerprint == fingerprint))


async def files_named(access: Access, message_id: str) -> Sequence[DebitFile]:
    return await access.all(select(DebitFile).where(DebitFile.message_id == message_id))


async def held_return(access: Access, return_id: int) -> DebitReturn | None:
    held = select(DebitReturn).where(DebitReturn.id == return_id).with_for_update()
    return await access.first(held.execution_options(populate_existing=True))


async def mandate_held(access: Access, mandate_id: int | None) -> Mandate | None:
    held: Any = select(Mandate).where(Mandate.id == mandate_id).with_for_update()
    return await access.first(held.execution_options(populate_existing=True)) if mandate_id else None
