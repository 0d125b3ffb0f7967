"""Rules of one's own account. What touches the sign-in asks for the current password again."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select

from app.access import AccountAccess, VisitorAccess
from app.account.forms import EmailChange, PasswordChange, Profile
from app.devices import OpenedBrowser, Origin, forget_device, known_devices, remember_device
from app.errors import Refused
from app.links import account_of_link, new_link, use_link
from app.mail.outbox import mail_counted, new_seed, queue_mail
from app.security.passwords import Lane
from app.security.throttle import TooMany, count_guess, forgive
from app.sign_in.acts import account_at, judge_password, mail_reset, set_password
from app.text import formats
from app.voiding import Act, living_undo, mail_reserved, mail_undo, undo_to, void
from db.models import Account, AccountSession, AuditKind, KnownDevice, TokenKind

CONFIRM_LIFE, UNDO_LIFE = timedelta(hours=24), timedelta(days=7)


async def change_profile(access: AccountAccess, entry: Profile, now: datetime) -> None:
    for name, value in entry:
        setattr(access.account, name, value)
    access.record(AuditKind.PROFILE_CHANGED, now, access.account.key)


async def change_password(
    access: AccountAccess, entry: PasswordChange, origin: Origin, now: datetime
) -> OpenedBrowser:
    """A new session in this browser, known anew; every other one is ended."""
    await check_current(access, entry.current_password, now)
    hashed = await judge_password(access, access.account, entry.new_password)
    queue_mail(access, "password_changed", access.account.email, now, account_id=access.account.key)
    return await set_password(
        access,
        access.account,
        hashed,
        origin=origin,
        now=now,
        act=Act.PASSWORD_CHANGED,
        with_feeds=entry.feeds,
    )


async def ask_email_change(access: AccountAccess, entry: EmailChange, now: datetime) -> None:
    """Mail a link to confirm to the new address. An address that has an account, or is about to have its own
    again, gets a warning instead, by mail only.
    """
    account = access.account
    if entry.email == account.email:
        raise Refused("C’est déjà votre adresse e-mail.", "email")
    await check_current(access, entry.current_password, now)
    if reserved := await undo_to(access, entry.email, now, but=account.key):
        mail_reserved(access, *reserved, now, counted_as="email_taken")
    elif await account_at(access, entry.email):
        queue_mail(access, "email_taken", entry.email, now, seed=new_seed())
    else:
        seed = new_link(access, account, TokenKind.EMAIL_CHANGE, now + CONFIRM_LIFE, now, email=entry.email)
        queue_mail(access, "email_confirm", entry.email, now, account_id=account.key, seed=seed)
    access.record(AuditKind.EMAIL_CHANGE_ASKED, now, account.key)


async def confirm_email(access: VisitorAccess, token: str, now: datetime) -> None:
    """Install the new address, void the other ways in, and leave an undo at the old address for 7 days.

    After several changes every undo gives back the first address: the others may be a thief's.
    """
    link, account = await account_of_link(access, token, TokenKind.EMAIL_CHANGE, now)
    await use_link(access, link, now)
    # In this order: who gives the address up meanwhile leaves an undo, which the second one sees.
    if await account_at(access, link.email) or await undo_to(access, link.email, now, but=account.key):
        raise Refused("Cette adresse e-mail est maintenant celle d’un autre compte.")
    first = await living_undo(access, account.key, now)
    old, account.email = account.email, link.email
    await void(access, account, Act.EMAIL_CHANGED, now)
    mail_undo(access, account, old, restored=first.email if first else old, until=now + UNDO_LIFE, now=now)
    access.record(AuditKind.EMAIL_CHANGED, now, account.key)


async def undo_email(access: VisitorAccess, token: str, now: datetime) -> None:
    """Somebody else changed the address: the first one is back, nothing else opens the account any more, and
    a reset link leaves.
    """
    link, account = await account_of_link(access, token, TokenKind.EMAIL_UNDO, now)
    await use_link(access, link, now)
    if (holder := await account_at(access, link.email)) and holder.key != account.key:
        raise Refused("Cette adresse e-mail est maintenant celle d’un autre compte.")
    account.email, account.password_hash = link.email, None
    await void(access, account, Act.EMAIL_RESTORED, now)
    mail_reset(access, account, now + CONFIRM_LIFE, now)
    access.record(AuditKind.EMAIL_RESTORED, now, account.key)


async def end_session(access: AccountAccess, session_id: int, now: datetime) -> None:
    """End a session and forget its browser: its user may not be the person who thinks so."""
    session = await access.get(AccountSession, session_id)
    unended = update(AccountSession).where(
        col(AccountSession.id) == session.key, col(AccountSession.ended_at).is_(None)
    )
    if not await access.change(unended.values(ended_at=now)):
        return
    access.record(AuditKind.SESSION_ENDED, now, access.account.key, about=session.browser)
    if session.device_id and session.device_id != access.session.device_id:
        device = await access.get(KnownDevice, session.device_id)
        await forget_device(access, device, now, keep=access.session.key)


async def end_everything_else(access: AccountAccess, origin: Origin, now: datetime) -> str:
    """Other sessions, known browsers and pending links; ours gets a new cookie, which is returned."""
    async with mail_counted(access):  # a new undo may leave for an old address
        ended = await void(access, access.account, Act.SESSIONS_ENDED, now, keep=access.session.key)
    if ended:
        access.record(AuditKind.SESSION_ENDED, now, access.account.key, about="toutes les autres")
    device, token = await remember_device(access, access.account.key, origin, now)
    access.session.device_id = device.key
    return token


async def forget_one_device(access: AccountAccess, device_id: int, now: datetime) -> None:
    device = await access.get(KnownDevice, device_id)
    if await forget_device(access, device, now, keep=access.session.key):
        access.record(AuditKind.DEVICE_FORGOTTEN, now, access.account.key, about=device.browser)


async def forget_other_devices(access: AccountAccess, now: datetime) -> None:
    for device in await known_devices(access, access.account.key, now):
        if device.key != access.session.device_id:
            await forget_one_device(access, device.key, now)


async def sign_out(access: AccountAccess, now: datetime) -> None:
    access.session.ended_at = now
    access.record(AuditKind.SIGNED_OUT, now, access.account.key, about=access.session.browser)


async def check_current(access: AccountAccess, password: str, now: datetime) -> None:
    """The current password again, counted like any other guess: a session left open is not enough."""
    portal, account = access.portal, access.account
    owner = f"account {account.key}"
    async with access.paused():
        try:
            guess = await count_guess(
                portal.database, now, portal.keys.bucket("device", f"session {access.session.key}")
            )
        except TooMany as error:
            wait = formats.wait(error.wait.total_seconds())
            raise Refused(
                f"Trop d’essais. Réessayez dans {wait}.", "current_password", status_code=429
            ) from None
        if not await portal.passwords.matches(password, account.password_hash, Lane.KNOWN, owner):
            raise Refused("Le mot de passe actuel est incorrect.", "current_password")
        await forgive(portal.database, guess, now)
    await still_me(access)


async def still_me(access: AccountAccess) -> None:
    """Check that nothing was voided while the password was compared, outside the transaction. Until our
    commit an act that voids waits for us, so that the rows we make are voided with the rest.
    """
    same = Account.password_hash == access.account.password_hash
    held = select(Account).where(Account.id == access.account.key, same).with_for_update()
    open_ = select(AccountSession).where(
        AccountSession.id == access.session.key, col(AccountSession.ended_at).is_(None)
    )
    if await access.first(held) is None or await access.first(open_) is None:
        raise Refused("Votre compte vient d’être changé ailleurs. Reconnectez-vous.", status_code=409)
