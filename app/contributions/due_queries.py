"""Which of a person's companies have a declaration to make, in one statement whatever their number."""

from datetime import date, datetime

import sqlalchemy
from sqlalchemy import and_
from sqlmodel import col, select

from app.access import AccountAccess
from app.clock import PARIS
from app.contributions.states import OPEN, Campaign, Facts, state_of
from app.rights import Right, rights_of
from app.sessions import is_alive
from db.models import AnnualDeclaration, Company, Membership, Tariff

LATEST = 2  # campaigns: as many as the home page of a company asks for


async def declarations_due(access: AccountAccess, codes: list[str], today: date) -> dict[str, list[int]]:
    """The years to declare, by code: none where this account may not declare."""
    latest = select(Tariff.year).order_by(col(Tariff.year).desc()).limit(LATEST)
    mine = and_(
        col(AnnualDeclaration.company_id) == col(Company.id),
        col(AnnualDeclaration.year) == col(Tariff.year),
    )
    declared = ("updated_by", "submitted_at", "reopened_at", "reopened_by_service")
    statement = (
        sqlalchemy.select(
            col(Company.code), col(Company.created_at), col(Membership.roles), col(Tariff.year),
            col(Tariff.opens_on), col(Tariff.closes_on),
            *(getattr(AnnualDeclaration, name) for name in declared),
        )
        .select_from(Membership)
        .join(Company, col(Company.id) == col(Membership.company_id))
        .join(Tariff, col(Tariff.year).in_(latest))
        .join(AnnualDeclaration, mine, isouter=True)
        .where(
            col(Membership.account_id) == access.account.key, is_alive(today), col(Company.code).in_(codes),
            col(Membership.company_id) == col(Company.id),
        )
        .order_by(col(Tariff.year).desc())
    )  # fmt: skip
    found: dict[str, list[int]] = {}
    for code, joined_at, roles, year, opens_on, closes_on, *told in await access.table(statement):
        state = state_of(Campaign(opens_on, closes_on), _facts(joined_at, *told), today)
        if state in OPEN and Right.DECLARATION in rights_of(roles):
            found.setdefault(code, []).append(year)
    return found


def _facts(
    joined_at: datetime, begun_by: int | None, submitted_at: datetime | None, reopened_at: datetime | None,
    by_service: bool | None,
) -> Facts:  # fmt: skip
    """Of columns that are all None when there is no declaration."""
    submitted_on = submitted_at.astimezone(PARIS).date() if submitted_at else None
    joined_on = joined_at.astimezone(PARIS).date()
    return Facts(begun_by is not None, submitted_on, reopened_at is not None, bool(by_service), joined_on)
