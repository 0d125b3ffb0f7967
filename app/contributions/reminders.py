"""Reminders of a declaration that is due: every two weeks, to those who may make it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import col, select

from app.access import VisitorAccess
from app.clock import PARIS
from app.mail.outbox import queue_mail
from app.portal import Portal
from app.rights import Right, rights_of
from app.sessions import is_alive
from app.text.formats import day
from db.models import Account, AnnualDeclaration, Company, Membership, Tariff

EVERY, AFTER = timedelta(days=14), timedelta(days=60)  # until when a late one is asked for
AT_ONCE = 100  # companies of a portion
BREATH = 0.05  # seconds between two, in which requests write


async def remind_of_declarations(portal: Portal, now: datetime, today: date) -> int:
    """Queue the mails that are due, a portion of companies after another, each in the transaction that marks
    them as reminded. How many companies.
    """
    async with portal.database.transaction(write=False) as session:
        running = select(Tariff).where(Tariff.opens_on <= today, Tariff.closes_on >= today - AFTER)
        tariffs = await VisitorAccess(portal, session).all(running.order_by(col(Tariff.year)))
    reminded = 0
    for tariff in tariffs:
        after: int | None = 0
        while after is not None:
            number, after = await _portion(portal, tariff, after, now, today)
            reminded += number
            await asyncio.sleep(BREATH if number else 0)
    return reminded


async def _portion(
    portal: Portal, tariff: Tariff, after: int, now: datetime, today: date
) -> tuple[int, int | None]:
    """The number of companies reminded, and the one after which the next portion starts: None when this was
    the last, or when another process is at it.
    """
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session)
        if not await access.alone("declarations"):
            return 0, None
        rows = _due(tariff, today).where(col(Company.id) > after).order_by(col(Company.id)).limit(AT_ONCE)
        due: list[Any] = list(await access.rows(rows))
        if not due:
            return 0, None
        ids = [company.key for company, _ in due]
        last = ids[-1] if len(ids) == AT_ONCE else None
        if last:
            due += await access.rows(_due(tariff, today).where(col(Company.id).in_(_of_the_same(ids, last))))
        begun = {
            company.key: _mark(access, tariff, company, declaration=declaration, now=now, today=today)
            for company, declaration in due
        }
        await _remind(access, tariff, begun, now, today)
        return len(due), last


def _due(tariff: Tariff, today: date) -> Any:
    """Companies that have not declared and were not reminded lately, each with its declaration, if any."""
    mine = and_(
        col(AnnualDeclaration.company_id) == col(Company.id), col(AnnualDeclaration.year) == tariff.year
    )
    last = col(AnnualDeclaration.reminded_on)
    return (
        select(Company, AnnualDeclaration)
        .join(AnnualDeclaration, mine, isouter=True)
        .where(
            col(Company.closed_at).is_(None),
            col(Company.created_at) < datetime.combine(tariff.closes_on + timedelta(days=1), time.min, PARIS),
            col(AnnualDeclaration.submitted_at).is_(None),
            or_(last.is_(None), last <= today - EVERY),
        )
    )


def _of_the_same(ids: Sequence[int], after: int) -> Any:
    """Companies of the people of these ones that later portions would come to: an accountant of hundreds has
    one mail about them all.
    """
    theirs = select(Membership.account_id).where(col(Membership.company_id).in_(ids))
    return select(Membership.company_id).where(
        col(Membership.account_id).in_(theirs), col(Membership.company_id) > after
    )


def _mark(
    access: VisitorAccess, tariff: Tariff, company: Company, declaration: AnnualDeclaration | None,
    now: datetime, today: date,
) -> bool:  # fmt: skip
    """Keep that this company was reminded. Whether it has begun."""
    if declaration is None:
        declaration = access.add(
            AnnualDeclaration(company_id=company.key, year=tariff.year, started_at=now, updated_at=now)
        )
    declaration.reminded_on = today
    return declaration.updated_by is not None


async def _remind(
    access: VisitorAccess, tariff: Tariff, begun: dict[int, bool], now: datetime, today: date
) -> None:
    """`begun`: by company."""
    by_person: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
    statement = (
        select(Account.email, Membership.roles, Company)
        .join(Membership, col(Membership.account_id) == Account.id)
        .join(Company, col(Company.id) == Membership.company_id)
        .where(col(Membership.company_id).in_(begun), is_alive(today))
        .order_by(Account.email, Company.code)
    )
    for email, roles, company in await access.rows(statement):
        if Right.DECLARATION in rights_of(roles):
            by_person[email].append((company.code, company.label, begun[company.key]))
    for email, companies in by_person.items():
        queue_mail(
            access, "declaration_due", email, now, companies=companies, year=tariff.year,
            last_day=day(tariff.closes_on), late=today > tariff.closes_on,
        )  # fmt: skip
