"""Reminders of a declaration that is due: every two weeks, to those who may make it."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

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
AT_ONCE = 200  # companies a turn: the others wait for the next


async def remind_of_declarations(portal: Portal, now: datetime, today: date) -> int:
    """Queue the mails that are due, in the transaction that marks them as sent: one a person, whatever the
    number of their companies. How many companies.
    """
    mails = 0
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session)
        if not await access.alone("declarations"):
            return 0
        running = select(Tariff).where(Tariff.opens_on <= today, Tariff.closes_on >= today - AFTER)
        for tariff in await access.all(running.order_by(col(Tariff.year))):
            due = await _due(access, tariff, today)
            begun = {
                company.key: _mark(access, tariff, company, declaration=declaration, now=now, today=today)
                for company, declaration in due
            }
            await _remind(access, tariff, begun, now, today)
            mails += len(due)
    return mails


async def _due(
    access: VisitorAccess, tariff: Tariff, today: date
) -> list[tuple[Company, AnnualDeclaration | None]]:
    mine = and_(
        col(AnnualDeclaration.company_id) == col(Company.id), col(AnnualDeclaration.year) == tariff.year
    )
    last = col(AnnualDeclaration.reminded_on)
    statement = (
        select(Company, AnnualDeclaration)
        .join(AnnualDeclaration, mine, isouter=True)
        .where(
            col(Company.closed_at).is_(None),
            col(Company.created_at) < datetime.combine(tariff.closes_on + timedelta(days=1), time.min, PARIS),
            col(AnnualDeclaration.submitted_at).is_(None),
            or_(last.is_(None), last <= today - EVERY),
        )
        .order_by(col(Company.id))
        .limit(AT_ONCE)
    )
    return list(await access.rows(statement))


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
