"""Reads of a person's companies."""

from collections.abc import Sequence

from sqlmodel import col, select

from app import clock
from app.access import AccountAccess
from app.sessions import is_alive
from db.models import Company, Membership


async def my_companies(access: AccountAccess, *, most: int = 500) -> Sequence[Company]:
    """Every company that this account acts for, by code."""
    mine = (
        select(Company)
        .join(Membership, (col(Membership.company_id) == Company.id))
        .where(Membership.account_id == access.account.key, is_alive(clock.today()))
        .order_by(col(Company.code), col(Company.id))
    )
    return await access.all(mine.limit(most))
