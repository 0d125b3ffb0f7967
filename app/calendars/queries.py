"""Reads of calendar addresses: the appointments that one opens, its owner, the companies that
it may cover.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Date, bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import BIGGEST_ID, AccountAccess, FeedAccess, MemberAccess, of_account
from app.errors import NotFound
from app.planning.queries import SlotRow, slot_rows
from app.portal import Portal
from app.rights import Right, rights_of
from app.sections import FEW
from app.security.keys import fingerprint
from app.sessions import is_alive
from db.models import Account, CalendarFeed, Company, Membership, Slot, SlotState
from db.models.company import label_of

MOST = 10


class FollowedCompany(NamedTuple):
    """A company that one's calendar may cover. `may_name`: its employees may be named."""

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


def _companies_of_address() -> Any:
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


_OPENED = _companies_of_address()


async def access_of_token(
    portal: Portal, session: AsyncSession, token: str, today: date
) -> FeedAccess | None:
    """The door of an address; None when it is unknown, revoked, or without any company left. Rights are
    today's.
    """
    values = {"token_hash": fingerprint(token), "today": today}
    rows = await portal.database.table(session, _OPENED, values)
    seen = [row for row in rows if Right.VIEW in rights_of(row[-1])]
    if not seen:
        return None
    account_id, only, with_names = seen[0][:3]
    return FeedAccess(
        portal=portal,
        session_=session,
        account_id=account_id,
        company_ids=frozenset(row[3] for row in seen),
        named_ids=frozenset(
            row[3] for row in seen if with_names and Right.APPOINTMENTS in rights_of(row[-1])
        ),
        label=label_of(*seen[0][4:7]) if only else "",
    )


_THEIRS = (
    sqlalchemy.select(*map(col, (Company.id, Company.code, Company.name, Company.town, Membership.roles)))
    .join(Membership, col(Membership.company_id) == Company.id)
    .where(col(Membership.account_id) == bindparam("account"), is_alive(bindparam("today", type_=Date)))
)
_FOLLOWED = _THEIRS.order_by(col(Company.code))
# No ORDER BY: of hundreds the reading stops after the first.
_FIRST = _THEIRS.limit(FEW + 1)
_AMONG = _THEIRS.where(col(Membership.company_id).in_(bindparam("ids", expanding=True)))
_LIVING = (
    of_account(CalendarFeed)
    .where(col(CalendarFeed.revoked_at).is_(None))
    .order_by(col(CalendarFeed.id))
    .limit(MOST + 1)
)


async def companies_to_follow(access: AccountAccess, today: date) -> list[FollowedCompany]:
    """Every company that this account may follow, by code."""
    return _followed(await access.table(_FOLLOWED, {"account": access.account.key, "today": today}))


async def few_to_follow(access: AccountAccess, today: date) -> list[FollowedCompany] | None:
    """The same; None when they are too many to be listed."""
    rows = await access.table(_FIRST, {"account": access.account.key, "today": today})
    return None if len(rows) > FEW else sorted(_followed(rows), key=attrgetter("code"))


def _followed(rows: Sequence[tuple[Any, ...]]) -> list[FollowedCompany]:
    return [
        FollowedCompany(row_id, code, label_of(code, name, town), Right.APPOINTMENTS in rights_of(roles))
        for row_id, code, name, town, roles in rows
        if Right.VIEW in rights_of(roles)
    ]


async def living_feeds(access: AccountAccess) -> Sequence[CalendarFeed]:
    return await access.all(_LIVING, {"account": access.account.key})


async def feed_of_token(access: AccountAccess, token_hash: str) -> CalendarFeed | None:
    return await access.first(access.select(CalendarFeed).where(CalendarFeed.token_hash == token_hash))


async def lock_account(access: AccountAccess) -> None:
    """Lock the account: of two that open addresses at once, the second counts those of the first."""
    mine = select(Account.email).where(Account.id == access.account.key)
    await access.first(mine.with_for_update(key_share=True))


async def feeds_with_addresses(
    access: AccountAccess, feeds: Sequence[CalendarFeed], today: date
) -> list[Feed]:
    """Feeds with their addresses, which are derived anew each time that they are displayed."""
    ids = [each.company_id for each in feeds if each.company_id]
    given = {"account": access.account.key, "today": today, "ids": ids}
    companies = _followed(await access.table(_AMONG, given)) if ids else []
    labels = {each.id: each.label for each in companies}
    return [
        Feed(
            id=feed.key,
            company_id=feed.company_id,
            label=labels.get(feed.company_id or 0, ""),
            with_names=feed.with_names,
            created_at=feed.created_at,
            token=access.portal.keys.mailed_link(feed.seed),
        )
        for feed in feeds
    ]


# The slots that a calendar tells of. Names are left out here, wherever they may not be told.

MOST_EVENTS = 2_000
PAST = timedelta(days=90)


async def slots_for_calendar(access: FeedAccess, now: datetime) -> list[SlotRow]:
    """Slots from 90 days ago on, the 2 000 nearest the present, by time. Cancelled ones are included, so that
    calendars take them away; an open slot only while it waits for somebody.
    """
    starts_at = col(Slot.starts_at)
    recent = await _nearest(access, starts_at.desc(), starts_at >= now - PAST, starts_at < now)
    coming = await _nearest(access, starts_at.asc(), starts_at >= now)
    nearest = sorted(recent + coming, key=lambda row: (abs(row.starts_at - now), row.id))[:MOST_EVENTS]
    return _nameless(sorted(nearest, key=lambda row: (row.starts_at, row.id)), access.named_ids)


async def slot_for_calendar(access: MemberAccess, slot_id: int, *, with_names: bool) -> SlotRow:
    if not 0 < slot_id <= BIGGEST_ID:
        raise NotFound
    mine = col(Slot.company_id) == access.company.key
    rows = await access.table(slot_rows(mine, col(Slot.id) == slot_id))
    if not rows:
        raise NotFound
    (row,) = _nameless([SlotRow(*rows[0])], {access.company.key} if with_names else ())
    return row


async def _nearest(access: FeedAccess, order: Any, *when: Any) -> list[SlotRow]:
    taken = col(Slot.employee_id).is_not(None) | (col(Slot.state) == SlotState.PROPOSED)
    chosen = access.select(Slot).where(taken, *when).order_by(order, col(Slot.id)).limit(MOST_EVENTS)
    rows = await access.table(slot_rows(col(Slot.id).in_(chosen.with_only_columns(col(Slot.id)))))
    return [SlotRow(*row) for row in rows]


def _nameless(rows: list[SlotRow], named_ids: Collection[int]) -> list[SlotRow]:
    """The slots without the names of employees, but for the companies of this set."""
    return [row if row.company_id in named_ids else _without_name(row) for row in rows]


def _without_name(row: SlotRow) -> SlotRow:
    return row._replace(birth_name=None, usual_name=None, first_names=None, sex=None, email=None)
