"""Opening and revoking the secret addresses where calendars read.

An address is derived, like mailed links: it can be displayed again, and the table only knows its fingerprint.
Names are in it only if asked for and only where the role allows it, at each reading. Revisit when calendars
can sign in.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from app.access import AccountAccess
from app.calendars.forms import NewFeed
from app.calendars.queries import MOST, FollowedCompany, feed_of_token, living_feeds, lock_account
from app.errors import Refused
from app.security.keys import fingerprint
from db.models import AuditKind, CalendarFeed

TOO_MANY = f"Vous avez déjà {MOST} adresses : révoquez-en une pour en créer une autre."
USED = "Cette adresse a été révoquée. Validez de nouveau pour en créer une autre."
UNNAMED = "Votre rôle ne permet pas d’afficher les noms des salariés : il faut le rôle « Rendez-vous »."
ALL = "toutes les entreprises"


async def open_feed(
    access: AccountAccess, entry: NewFeed, companies: Sequence[FollowedCompany], now: datetime
) -> None:
    """One address. A form sent twice finds the first: both derive the same one, and it is unique.

    Takes its own savepoint: what refuses undoes it.
    """
    company = _chosen_company(entry, companies)
    seed = fingerprint(f"{access.account.key} {entry.once} {entry.company} {entry.with_names}")
    feed = CalendarFeed(
        account_id=access.account.key,
        company_id=company.id if company else None,
        seed=seed,
        token_hash=fingerprint(access.portal.keys.mailed_link(seed)),
        with_names=entry.with_names,
        created_at=now,
    )
    await lock_account(access)
    try:
        async with access.savepoint():
            access.add(feed)
            await access.flush()
            if len(await living_feeds(access)) > MOST:
                raise Refused(TOO_MANY)
    except IntegrityError:
        first = await feed_of_token(access, feed.token_hash)
        if first is None:
            raise
        if first.revoked_at:
            raise Refused(USED) from None
        return
    about = f"{company.code if company else ALL}, {'avec' if entry.with_names else 'sans'} les noms"
    access.record(AuditKind.CALENDAR_OPENED, now, access.account.key, feed.company_id, about)


async def revoke_feed(access: AccountAccess, feed_id: int, now: datetime) -> None:
    """Revoke at once: the next reading finds nothing. A second time changes nothing."""
    feed = await access.get(CalendarFeed, feed_id)
    living = update(CalendarFeed).where(
        col(CalendarFeed.id) == feed.key, col(CalendarFeed.revoked_at).is_(None)
    )
    if await access.change(living.values(revoked_at=now)):
        access.record(AuditKind.CALENDAR_REVOKED, now, access.account.key, feed.company_id)


def _chosen_company(entry: NewFeed, companies: Sequence[FollowedCompany]) -> FollowedCompany | None:
    """The company chosen; None for all of them."""
    typed = entry.company.strip()
    chosen = [each for each in companies if typed in {"", each.code}]
    if not chosen:
        raise Refused("Vous n’agissez pour aucune entreprise de ce code.", "company")
    if entry.with_names and not any(each.may_name for each in chosen):
        raise Refused(UNNAMED, "with_names")
    return chosen[0] if typed else None
