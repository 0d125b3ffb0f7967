"""Reads of one's own account."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from app.access import AccountAccess
from app.security.presence import ABSOLUTE, is_over
from db.models import AccountSession, AuditEvent, CalendarFeed, Company

RECENT = 10


async def open_sessions(access: AccountAccess, now: datetime) -> list[AccountSession]:
    """The sessions that still open the portal, the latest first."""
    young = access.select(AccountSession).where(
        col(AccountSession.ended_at).is_(None), AccountSession.created_at > now - ABSOLUTE
    )
    rows = await access.all(
        young.order_by(col(AccountSession.seen_at).desc(), col(AccountSession.id).desc()).limit(100)
    )
    presence = access.portal.presence
    return [row for row in rows if not is_over(row, presence.last_seen(row), now)]


async def recent_events(access: AccountAccess) -> Sequence[AuditEvent]:
    newest = access.select(AuditEvent).order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
    return await access.all(newest.limit(RECENT))


async def living_feeds(access: AccountAccess) -> Sequence[tuple[CalendarFeed, str]]:
    """The secret addresses that calendars read, and what company each is of: "" for all."""
    living = (
        select(CalendarFeed, Company)
        .outerjoin(Company, col(Company.id) == CalendarFeed.company_id)
        .where(CalendarFeed.account_id == access.account.key, col(CalendarFeed.revoked_at).is_(None))
    )
    rows = await access.rows(living.order_by(col(CalendarFeed.id)))
    return [(feed, company.label if company else "") for feed, company in rows]
