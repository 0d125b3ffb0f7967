"""The one table of the ways into an account that each act takes back, and the one place that takes them back.

Where an act voids the undo of an address change, a new undo goes to the same first address for the time that
was left: otherwise a thief would only have to change the password next. Revisit with a second factor that
both acts ask for.

While such an undo lives, nobody else takes the first address (`undo_to`): whoever tries sees the same screens
as at an address with an account, and its mailbox gets the way back once more. Revisit when several people of
a company share addresses and hand them on within a week.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Update, delete, update
from sqlmodel import col, select

from app.access import Access
from app.devices import end_devices
from app.links import new_link
from app.mail.outbox import queue_mail
from app.sessions import end_sessions, has_factor_to_show
from app.text import formats
from db.models import (
    Account,
    AccountToken,
    AuditKind,
    CalendarFeed,
    Company,
    Invitation,
    Passkey,
    TokenKind,
)


class Act(StrEnum):
    FIRST_PASSWORD = "first_password"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    EMAIL_CHANGED = "email_changed"
    EMAIL_RESTORED = "email_restored"
    SESSIONS_ENDED = "sessions_ended"
    SIGN_UP_CORRECTED = "sign_up_corrected"
    MADE_STAFF = "made_staff"
    LEFT_SERVICE = "left_service"


class Way(StrEnum):
    """The last four are links sent by mail, named as their rows are."""

    SESSION = "session"
    DEVICE = "device"
    MAILED_PASSWORD = "mailed_password"
    PASSKEY = "passkey"
    INVITATION_SENT = "invitation_sent"
    FEED = "feed"
    RESET = TokenKind.PASSWORD_RESET.value
    CONFIRMATION = TokenKind.EMAIL_CHANGE.value
    UNDO = TokenKind.EMAIL_UNDO.value
    RECOVERY = TokenKind.ADMIN_RECOVERY.value


EVERYTHING = frozenset(Way)
# Invitations that a person sent outlive them, as the calendars that they read do unless they say otherwise.
USUAL = EVERYTHING - {Way.INVITATION_SENT, Way.FEED}
VOIDS = {
    # Whoever came second with the letter's numbers is waiting for the contact's answer meanwhile.
    Act.FIRST_PASSWORD: USUAL - {Way.RECOVERY},
    Act.PASSWORD_CHANGED: USUAL,
    Act.PASSWORD_RESET: USUAL,
    # Links sent to the old addresses remain the way back for their holders.
    Act.EMAIL_CHANGED: USUAL - {Way.UNDO},
    # The account was in other hands: what these asked for, invited and read ends with them.
    Act.EMAIL_RESTORED: EVERYTHING,
    Act.SESSIONS_ENDED: USUAL,
    Act.SIGN_UP_CORRECTED: EVERYTHING,
    Act.MADE_STAFF: USUAL,
    Act.LEFT_SERVICE: EVERYTHING,
}
# After the others, who holds the old address must still be able to undo, or a thief would only have to change
# the password next: that way is voided too, and a new one goes where the first went, for as long.
UNDO_IS_OVER = {Act.EMAIL_RESTORED, Act.SIGN_UP_CORRECTED}
ALL_FEEDS = "toutes les adresses"


async def void(
    access: Access,
    account: Account,
    act: Act,
    now: datetime,
    *,
    keep: int | None = None,
    with_feeds: bool = False,
) -> int:
    """Void the ways in that this act voids, but the session `keep`; the calendars too when asked. Return the
    number of other sessions that were open.
    """
    ways = VOIDS[act]
    undo = await living_undo(access, account.key, now) if Way.UNDO in ways else None
    ended = await end_sessions(access, account, now, keep=keep) if Way.SESSION in ways else 0
    if Way.DEVICE in ways:
        await end_devices(access, account.key, now)
    if Way.PASSKEY in ways:
        await _end_passkeys(access, account.key, now)
    if Way.MAILED_PASSWORD in ways:
        account.temporary_hash = account.temporary_until = None
    await _void_links(access, account.key, ways, now)
    if Way.INVITATION_SENT in ways:
        await _cancel_invitations(access, account, now)
    if with_feeds or Way.FEED in ways:
        await end_feeds(access, account.key, now)
    if undo is not None and act not in UNDO_IS_OVER:
        mail_undo(
            access, account, undo.email, restored=undo.email, until=undo.expires_at, now=now, again=True
        )
    return ended


async def living_undo(access: Access, account_id: int, now: datetime) -> AccountToken | None:
    """The way back to the address that the account had before the last changes, whatever their number."""
    undos = select(AccountToken).where(
        AccountToken.account_id == account_id,
        AccountToken.kind == TokenKind.EMAIL_UNDO,
        col(AccountToken.used_at).is_(None),
        AccountToken.expires_at > now,
    )
    return await access.first(undos.order_by(col(AccountToken.id)).limit(1))


async def undo_to(
    access: Access, email: str, now: datetime, *, but: int = 0
) -> tuple[AccountToken, Account] | None:
    """The way back to this address of an account that has another now: while it lives nobody else takes the
    address, or a quick thief would make the undo worthless. `but`: the account that asks for it.
    """
    undos = select(AccountToken, Account).where(
        AccountToken.account_id == Account.id,
        AccountToken.kind == TokenKind.EMAIL_UNDO,
        AccountToken.email == email,
        col(AccountToken.used_at).is_(None),
        AccountToken.expires_at > now,
        Account.id != but,
        Account.email != email,
    )
    rows = await access.rows(undos.order_by(col(AccountToken.id)).limit(1))
    return rows[0] if rows else None


def mail_reserved(
    access: Access, undo: AccountToken, account: Account, now: datetime, *, counted_as: str, **about: Any
) -> None:
    """Tell the reader of a reserved address why nothing was done, with the way back once more."""
    until = undo.expires_at
    seed = new_link(access, account, TokenKind.EMAIL_UNDO, until, now, email=undo.email)
    queue_mail(
        access,
        "email_reserved",
        undo.email,
        now,
        account_id=account.key,
        seed=seed,
        counted_as=counted_as,
        until=formats.moment(until),
        **about,
    )


def mail_undo(
    access: Access,
    account: Account,
    recipient: str,
    restored: str,
    until: datetime,
    now: datetime,
    *,
    again: bool = False,
) -> None:
    """Tell an address that it no longer opens the account, with a link that installs `restored`."""
    seed = new_link(access, account, TokenKind.EMAIL_UNDO, until, now, email=restored)
    queue_mail(
        access,
        "email_changed",
        recipient,
        now,
        account_id=account.key,
        seed=seed,
        new_email=account.email,
        until=formats.moment(until),
        again=again,
    )


async def void_recovery(access: Access, account_id: int, company_id: int, now: datetime) -> None:
    """A person who no longer acts for a company is no longer about to administer it."""
    mine = _unused(account_id).where(
        col(AccountToken.kind) == TokenKind.ADMIN_RECOVERY, col(AccountToken.company_id) == company_id
    )
    await access.change(mine.values(used_at=now))


async def has_feeds(access: Access, account_id: int) -> bool:
    living = select(CalendarFeed).where(
        CalendarFeed.account_id == account_id, col(CalendarFeed.revoked_at).is_(None)
    )
    return await access.first(living.limit(1)) is not None


async def end_feeds(access: Access, account_id: int, now: datetime) -> int:
    """Every secret address of a calendar, at once. How many were read."""
    living = select(CalendarFeed).where(
        CalendarFeed.account_id == account_id, col(CalendarFeed.revoked_at).is_(None)
    )
    feeds = await access.all(living)
    for feed in feeds:
        feed.revoked_at = now
        access.record(AuditKind.CALENDAR_REVOKED, now, account_id, feed.company_id, about=ALL_FEEDS)
    return len(feeds)


ALL_PASSKEYS = "toutes"


async def _end_passkeys(access: Access, account_id: int, now: datetime) -> None:
    """Every passkey that is a way in. Of the service's people they are a second factor, which whoever reads
    their mail does not take away: its own acts do.
    """
    if await has_factor_to_show(access, account_id):
        return
    if await access.change(delete(Passkey).where(col(Passkey.account_id) == account_id)):
        access.record(AuditKind.PASSKEY_REMOVED, now, account_id, about=ALL_PASSKEYS)


def _unused(account_id: int) -> Update:
    return update(AccountToken).where(
        col(AccountToken.account_id) == account_id, col(AccountToken.used_at).is_(None)
    )


async def _void_links(access: Access, account_id: int, ways: frozenset[Way], now: datetime) -> None:
    kinds = [kind for kind in TokenKind if kind.value in ways]
    await access.change(_unused(account_id).where(col(AccountToken.kind).in_(kinds)).values(used_at=now))


async def _cancel_invitations(access: Access, account: Account, now: datetime) -> None:
    """Those that this account sent and nobody answered, with a line in each company's history."""
    sent = await access.rows(
        select(Invitation, Company)
        .where(Invitation.company_id == Company.id, Invitation.invited_by == account.key)
        .where(col(Invitation.accepted_at).is_(None), col(Invitation.cancelled_at).is_(None))
    )
    for invitation, company in sent:
        invitation.cancelled_at = now
        access.record(AuditKind.INVITATION_CANCELLED, now, account.key, company.key, invitation.email)
