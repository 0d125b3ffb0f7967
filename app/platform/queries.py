"""Flows: those to make, to send, to follow; their list for the service."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import and_, func, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import Access, StaffAccess
from app.invoices.life_cycle import DISPUTED, REFUSED
from app.invoices.rules import LOSS
from app.platform.rules import PUBLIC, UNKNOWN, UNTAXED
from db.models import Company, FlowKind, FlowState, Invoice, InvoiceKind, InvoiceStatus, Payment, PlatformFlow

PLANNED = 200  # invoices of a transaction
PAGE = 25
OVERLAP = timedelta(minutes=10)  # a flow may appear there after one that was changed later
_paid = aliased(PlatformFlow)


async def unplanned(access: Access, since: date, after: int) -> list[tuple[Invoice, Company]]:
    """Invoices issued since that day that have no way yet, from after that one, the oldest first."""
    theirs = select(PlatformFlow.id).where(col(PlatformFlow.invoice_id) == col(Invoice.id))
    statement = (
        select(Invoice, Company)
        .join(Company, col(Company.id) == col(Invoice.company_id))
        .where(col(Invoice.id) > after, col(Invoice.issued_on) >= since, ~theirs.exists())
        .order_by(col(Invoice.id))
        .limit(PLANNED)
    )
    return list(await access.rows(statement))


class Owing(NamedTuple):
    """News of money to give: the flow of an invoice, what its payments make now, what was told of them."""

    flow: PlatformFlow
    paid_cents: int
    told_cents: int
    told_times: int
    paid_on: date | None


async def untold(access: Access) -> list[Owing]:
    """Invoices that a platform has, and whose payments make another sum than it was told: at most the price,
    since what is beyond it is no price.
    """
    mine = and_(
        col(Payment.company_id) == col(Invoice.company_id), col(Payment.invoice_id) == col(Invoice.id),
        col(Payment.method) != LOSS,
    )  # fmt: skip
    received = sqlalchemy.select(func.coalesce(func.sum(Payment.cents), 0)).where(mine).scalar_subquery()
    last = sqlalchemy.select(func.max(col(Payment.paid_on))).where(mine).scalar_subquery()
    about = [col(_paid.invoice_id) == col(Invoice.id), col(_paid.kind) == FlowKind.PAID]
    told = sqlalchemy.select(func.coalesce(func.sum(_paid.cents), 0)).where(*about).scalar_subquery()
    times = sqlalchemy.select(func.count(col(_paid.id))).where(*about).scalar_subquery()
    price = sqlalchemy.case(
        (received > Invoice.total_cents, Invoice.total_cents), (received < 0, 0), else_=received
    )
    statement: Any = (
        sqlalchemy.select(PlatformFlow, price, told, times, last)
        .join(Invoice, col(Invoice.id) == col(PlatformFlow.invoice_id))
        .where(
            col(PlatformFlow.kind) == FlowKind.INVOICE, col(PlatformFlow.state) == FlowState.SENT,
            col(PlatformFlow.status) != "", col(Invoice.kind) != InvoiceKind.CREDIT_NOTE, price != told,
        )
        .order_by(col(PlatformFlow.id))
        .limit(PLANNED)
    )  # fmt: skip
    return [Owing(*row) for row in await access.rows(statement)]


def _is_due(now: datetime) -> Any:
    return and_(col(PlatformFlow.due_at).is_not(None), col(PlatformFlow.due_at) <= now)


async def is_any_due(session: AsyncSession, now: datetime) -> bool:
    return (await session.exec(select(PlatformFlow.id).where(_is_due(now)).limit(1))).first() is not None


async def take_due(
    session: AsyncSession, name: str, now: datetime, lease: timedelta, most: int
) -> list[PlatformFlow]:
    """Lease the next flows by one statement: a crash gives them back, no other process takes them."""
    next_ones = (
        select(PlatformFlow.id)
        .where(_is_due(now))
        .order_by(col(PlatformFlow.due_at), col(PlatformFlow.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    taking = (
        update(PlatformFlow)
        .where(col(PlatformFlow.id).in_(next_ones), _is_due(now))
        .values(due_at=now + lease, taken_by=name, attempts=col(PlatformFlow.attempts) + 1)
        .returning(PlatformFlow)
        .execution_options(synchronize_session=False)
    )
    taken = [row[0] for row in await session.exec(taking)]
    return sorted(taken, key=lambda each: each.key)


async def write_outcome(
    session: AsyncSession, flow: PlatformFlow, values: dict[str, Any], *, is_sent: bool
) -> None:
    """A departure is written whoever holds the flow now, a failure by its holder only."""
    where = [col(PlatformFlow.id) == flow.key, col(PlatformFlow.state) == FlowState.WAITING]
    if not is_sent:
        where += [
            col(PlatformFlow.taken_by) == flow.taken_by, col(PlatformFlow.attempts) == flow.attempts
        ]  # fmt: skip
    await session.exec(update(PlatformFlow).where(*where).values(taken_by="", **values))


async def told_until(access: Access) -> datetime | None:
    """The instant, by the platform's clock, after which what it says is new; None as long as nothing left."""
    known, first = await _newest(access, InvoiceStatus.updated_at, PlatformFlow.acknowledged_at), None
    if known is None:
        ((first,),) = await access.table(sqlalchemy.select(func.min(col(PlatformFlow.sent_at))))
        return first - timedelta(days=1) if first else None
    return known - OVERLAP


async def _newest(access: Access, *columns: Any) -> datetime | None:
    found = [row[0] for each in columns for row in await access.table(sqlalchemy.select(func.max(each)))]
    return max((each for each in found if each), default=None)


async def flows_known(access: Access, ids: Sequence[str]) -> dict[str, PlatformFlow]:
    """Ours, by the platform's number."""
    ours = select(PlatformFlow).where(col(PlatformFlow.flow_id).in_(ids))
    return {each.flow_id: each for each in await access.all(ours)}


async def messages_known(access: Access, ids: Sequence[str]) -> set[str]:
    return set(await access.all(select(InvoiceStatus.flow_id).where(col(InvoiceStatus.flow_id).in_(ids))))


async def invoices_numbered(access: Access, numbers: Sequence[str]) -> dict[str, Invoice]:
    theirs = select(Invoice).where(col(Invoice.number).in_(numbers))
    return {each.number: each for each in await access.all(theirs)}


async def invoice_flows(access: Access, invoice_ids: Sequence[int]) -> dict[int, PlatformFlow]:
    theirs = select(PlatformFlow).where(
        PlatformFlow.kind == FlowKind.INVOICE, col(PlatformFlow.invoice_id).in_(invoice_ids)
    )
    return {each.invoice_id: each for each in await access.all(theirs)}


async def paid_flows(access: Access, invoice_id: int) -> list[PlatformFlow]:
    theirs = select(PlatformFlow).where(
        PlatformFlow.kind == FlowKind.PAID, PlatformFlow.invoice_id == invoice_id
    )
    return list(await access.all(theirs.order_by(col(PlatformFlow.id))))


# The list of the service.

_state, _status = col(PlatformFlow.state), col(PlatformFlow.status)
_is_invoice = col(PlatformFlow.kind) == FlowKind.INVOICE
_refused = or_(_state.in_([FlowState.REFUSED, FlowState.GIVEN_UP]), _status.in_(REFUSED))
FILTERS: dict[str, tuple[str, Any]] = {
    "refusees": ("Refusées ou non parties", _refused),
    "litiges": ("L’acheteur attend une réponse", and_(_is_invoice, _status.in_(DISPUTED))),
    "attente": ("À envoyer", _state == FlowState.WAITING),
    "envoyees": ("Envoyées, réponse attendue", and_(_state == FlowState.SENT, _status == "", _is_invoice)),
    "acceptees": (
        "Acceptées par la plateforme",
        and_(_state == FlowState.SENT, _status != "", _status.not_in(REFUSED | DISPUTED), _is_invoice),
    ),
    PUBLIC: (
        "Organismes publics, à déposer sur Chorus Pro",
        and_(_state == FlowState.ASIDE, col(PlatformFlow.reason) == PUBLIC),
    ),
    UNTAXED: (
        "Acheteurs non assujettis à la TVA",
        and_(_state == FlowState.ASIDE, col(PlatformFlow.reason) == UNTAXED),
    ),
    UNKNOWN: (
        "Acheteurs sans SIREN",
        and_(_state == FlowState.ASIDE, col(PlatformFlow.reason) == UNKNOWN),
    ),
}  # fmt: skip


async def tallies(access: StaffAccess) -> dict[str, int]:
    """The number of flows under each filter, in one statement."""
    sums = [func.coalesce(func.sum(sqlalchemy.case((each, 1), else_=0)), 0) for _, each in FILTERS.values()]
    (row,) = await access.table(sqlalchemy.select(*sums).select_from(PlatformFlow))
    return dict(zip(FILTERS, row, strict=True))


async def flows_listed(
    access: StaffAccess, key: str, after: int
) -> list[tuple[PlatformFlow, Invoice, Company]]:
    """A page of them, and one more if there are more."""
    statement = (
        select(PlatformFlow, Invoice, Company)
        .join(Invoice, col(Invoice.id) == col(PlatformFlow.invoice_id))
        .join(Company, col(Company.id) == col(PlatformFlow.company_id))
        .where(FILTERS[key][1], col(PlatformFlow.id) > after)
        .order_by(col(PlatformFlow.id))
        .limit(PAGE + 1)
    )
    return list(await access.rows(statement))


def waiting_again(now: datetime) -> Any:
    """An UPDATE that has all that waits tried at once."""
    return (
        update(PlatformFlow)
        .where(_state == FlowState.WAITING, col(PlatformFlow.taken_by) == "", col(PlatformFlow.due_at) > now)
        .values(due_at=now)
    )
