"""Reads of one's own account."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import col, select

from app.access import AccountAccess, of_account
from app.security.presence import ABSOLUTE, is_over
from db.models import AccountSession, AuditEvent, CalendarFeed, Company
from db.types import Instant

RECENT = 10
_OPEN = (
    of_account(AccountSession)
    .where(
        col(AccountSession.ended_at).is_(None),
        col(AccountSession.created_at) > bindparam("since", type_=Instant),
    )
    .order_by(col(AccountSession.seen_at).desc(), col(AccountSession.id).desc())
    .limit(100)
)
_NEWEST = of_account(AuditEvent).order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc()).limit(RECENT)
_LIVING = (
    select(CalendarFeed, Company)
    .outerjoin(Company, col(Company.id) == CalendarFeed.company_id)
    .where(col(CalendarFeed.account_id) == bindparam("account"), col(CalendarFeed.revoked_at).is_(None))
    .order_by(col(CalendarFeed.id))
)


async def open_sessions(access: AccountAccess, now: datetime) -> list[AccountSession]:
    """The sessions that still open the portal, the latest first."""
    rows = await access.all(_OPEN, {"account": access.account.key, "since": now - ABSOLUTE})
    presence = access.portal.presence
    return [row for row in rows if not is_over(row, presence.last_seen(row), now)]


async def recent_events(access: AccountAccess) -> Sequence[AuditEvent]:
    return await access.all(_NEWEST, {"account": access.account.key})


async def living_feeds(access: AccountAccess) -> Sequence[tuple[CalendarFeed, str]]:
    """The secret addresses that calendars read, and what company each is of: "" for all."""
    rows = await access.rows(_LIVING, {"account": access.account.key})
    return [(feed, company.label if company else "") for feed, company in rows]
