"""Reminders of a declaration that is due: every two weeks, to those who may make it."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import col, select

from app.access import VisitorAccess
from app.clock import PARIS
from app.mail.outbox import queue_mail
from app.portal import Portal
from app.portions import fitting, limited
from app.rights import Right, rights_of
from app.sessions import is_alive
from app.text.formats import day
from db.models import Account, AnnualDeclaration, Company, Membership, Tariff

EVERY, AFTER = timedelta(days=14), timedelta(days=60)  # until when a late one is asked for
AT_ONCE = 100  # companies of a portion, at most
BREATH = 0.05  # seconds between two, in which requests write


async def remind_of_declarations(portal: Portal, now: datetime, today: date) -> int:
    """Queue the mails that are due, a portion of companies after another, each in the transaction that marks
    them as reminded. How many companies.
    """
    async with portal.database.transaction(write=False) as session:
        access = VisitorAccess(portal, session)
        running = select(Tariff).where(Tariff.opens_on <= today, Tariff.closes_on >= today - AFTER)
        tariffs = await access.all(running.order_by(col(Tariff.year)))
        waiting = [(tariff, await _due(access, tariff, today)) for tariff in tariffs]
    reminded = 0
    for tariff, ids in waiting:
        due = ids
        while due:
            number, done = await _portion(portal, tariff, due, now, today)
            if not done:
                break  # another process is at it
            reminded += number
            due = [each for each in due if each not in done]
            await asyncio.sleep(BREATH)
    return reminded


async def _portion(
    portal: Portal, tariff: Tariff, due: Sequence[int], now: datetime, today: date
) -> tuple[int, set[int]]:
    """Remind the first of these companies. How many were still due, and those looked at."""
    async with limited(portal, AnnualDeclaration) as session:
        access = VisitorAccess(portal, session)
        if not await access.alone("declarations"):
            return 0, set()
        first = due[: fitting(portal, AnnualDeclaration, AT_ONCE)]
        done = {*first, *await _of_the_same(access, first, set(due))}
        begun = {
            company.key: _mark(access, tariff, company, declaration=declaration, now=now, today=today)
            for company, declaration in await _still_due(access, tariff, done, today)
        }
        await _remind(access, tariff, begun, now, today)
        return len(begun), done


def _is_open(tariff: Tariff) -> tuple[Any, ...]:
    end = datetime.combine(tariff.closes_on + timedelta(days=1), time.min, PARIS)
    return col(Company.closed_at).is_(None), col(Company.created_at) < end


async def _due(access: VisitorAccess, tariff: Tariff, today: date) -> list[int]:
    """Companies that have not declared and were not reminded lately, read once: joined for each portion, the
    declarations that the night itself adds would be read from their beginning, again and again.
    """
    mine = and_(
        col(AnnualDeclaration.company_id) == col(Company.id), col(AnnualDeclaration.year) == tariff.year
    )
    last = col(AnnualDeclaration.reminded_on)
    statement: Any = (
        select(Company.id)
        .join(AnnualDeclaration, mine, isouter=True)
        .where(*_is_open(tariff), col(AnnualDeclaration.submitted_at).is_(None))
        .where(or_(last.is_(None), last <= today - EVERY))
        .order_by(col(Company.id))
    )
    return list(await access.all(statement))


async def _still_due(
    access: VisitorAccess, tariff: Tariff, ids: Collection[int], today: date
) -> list[tuple[Company, AnnualDeclaration | None]]:
    """Those of them that are due now, each with its declaration, if any."""
    companies = await access.all(
        select(Company).where(col(Company.id).in_(ids), *_is_open(tariff)).order_by(col(Company.id))
    )
    theirs = select(AnnualDeclaration).where(
        col(AnnualDeclaration.company_id).in_(ids), col(AnnualDeclaration.year) == tariff.year
    )
    begun = {each.company_id: each for each in await access.all(theirs)}
    both = [(company, begun.get(company.key)) for company in companies]
    return [(company, each) for company, each in both if each is None or _waits(each, today)]


def _waits(declaration: AnnualDeclaration, today: date) -> bool:
    last = declaration.reminded_on
    return declaration.submitted_at is None and (last is None or last <= today - EVERY)


async def _of_the_same(access: VisitorAccess, ids: Sequence[int], due: Collection[int]) -> set[int]:
    """Companies of the people of these ones that later portions would come to: an accountant of hundreds has
    one mail about them all.
    """
    theirs = select(Membership.account_id).where(col(Membership.company_id).in_(ids))
    others = select(Membership.company_id).where(col(Membership.account_id).in_(theirs)).distinct()
    return {each for each in await access.all(others) if each in due}


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
