"""Reads of the addresses themselves: what one opens, whose they are, what they may be for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Date, bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import AccountAccess
from app.calendars.access import FeedAccess
from app.keys import fingerprint
from app.portal import Portal
from app.rights import Right, rights_of
from app.sessions import is_alive
from db.models import Account, CalendarFeed, Company, Membership
from db.models.company import label_of

MOST = 10


class Followed(NamedTuple):
    """A company that one's calendar may tell of. `may_name`: and its employees."""

    id: int
    code: str
    label: str
    may_name: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """An address that has not been revoked. `label`: "" when the company is no longer its owner's."""

    id: int
    company_id: int | None
    label: str
    with_names: bool
    created_at: datetime
    token: str


def _opened() -> Any:
    """A row for each company that the address still opens."""
    theirs = col(Membership.account_id) == CalendarFeed.account_id
    one_or_all = col(CalendarFeed.company_id).is_(None) | (CalendarFeed.company_id == Membership.company_id)
    return (
        sqlalchemy.select(
            *map(col, (CalendarFeed.account_id, CalendarFeed.company_id, CalendarFeed.with_names)),
            *map(col, (Company.id, Company.code, Company.name, Company.town, Membership.roles)),
        )
        .select_from(CalendarFeed)
        .join(Membership, theirs & one_or_all & is_alive(bindparam("today", type_=Date)))
        .join(Company, col(Company.id) == Membership.company_id)
        .where(col(CalendarFeed.token_hash) == bindparam("token_hash"))
        .where(col(CalendarFeed.revoked_at).is_(None))
    )


_OPENED = _opened()


async def feed_at(portal: Portal, session: AsyncSession, token: str, today: date) -> FeedAccess | None:
    """None for an address that is unknown, revoked, or without any company left. Rights are today's."""
    values = {"token_hash": fingerprint(token), "today": today}
    rows = await portal.database.table(session, _OPENED, values)
    seen = [row for row in rows if Right.VIEW in rights_of(row[-1])]
    if not seen:
        return None
    account_id, only, with_names = seen[0][:3]
    return FeedAccess(
        portal,
        session,
        account_id,
        frozenset(row[3] for row in seen),
        frozenset(row[3] for row in seen if with_names and Right.APPOINTMENTS in rights_of(row[-1])),
        label_of(*seen[0][4:7]) if only else "",
    )


async def followed(access: AccountAccess, today: date) -> list[Followed]:
    """Every company that this account may follow, by code."""
    statement = (
        sqlalchemy.select(*map(col, (Company.id, Company.code, Company.name, Company.town, Membership.roles)))
        .join(Membership, col(Membership.company_id) == Company.id)
        .where(col(Membership.account_id) == access.account.key, is_alive(today))
        .order_by(col(Company.code))
    )
    return [
        Followed(row_id, code, label_of(code, name, town), Right.APPOINTMENTS in rights_of(roles))
        for row_id, code, name, town, roles in await access.table(statement)
        if Right.VIEW in rights_of(roles)
    ]


async def living_feeds(access: AccountAccess) -> Sequence[CalendarFeed]:
    living = access.select(CalendarFeed).where(col(CalendarFeed.revoked_at).is_(None))
    return await access.all(living.order_by(col(CalendarFeed.id)).limit(MOST + 1))


async def feed_of_token(access: AccountAccess, token_hash: str) -> CalendarFeed | None:
    return await access.first(access.select(CalendarFeed).where(CalendarFeed.token_hash == token_hash))


async def wait_for_turn(access: AccountAccess) -> None:
    """Of two that open addresses for one account at once, the second counts what the first opened."""
    mine = select(Account.email).where(Account.id == access.account.key)
    await access.first(mine.with_for_update(key_share=True))


def shown_feed(access: AccountAccess, feed: CalendarFeed, companies: Sequence[Followed]) -> Feed:
    """With its address, which is derived anew each time that it is shown."""
    labels = {each.id: each.label for each in companies}
    return Feed(
        feed.key,
        feed.company_id,
        labels.get(feed.company_id or 0, ""),
        feed.with_names,
        feed.created_at,
        access.portal.keys.mailed_link(feed.seed),
    )
