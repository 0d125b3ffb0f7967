"""Rules of one's own account. What touches the sign-in asks for the current password again."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col

from app import formats
from app.access import AccountAccess, VisitorAccess
from app.account.forms import EmailChange, PasswordChange, Profile
from app.devices import Opened, Origin
from app.errors import Refused
from app.mail import new_seed, queue_mail
from app.passwords import Lane
from app.sessions import end_sessions
from app.sign_in.links import account_of_link, new_link, use_link
from app.sign_in.service import account_at, judge_password, set_password
from app.throttle import TooMany, count_guess, forgive
from db.models import AccountSession, AuditKind, TokenKind

CONFIRM_LIFE, UNDO_LIFE = timedelta(hours=24), timedelta(days=7)


async def change_profile(access: AccountAccess, entry: Profile, now: datetime) -> None:
    for name, value in entry:
        setattr(access.account, name, value)
    access.record(AuditKind.PROFILE_CHANGED, now, access.account.key)


async def change_password(
    access: AccountAccess, entry: PasswordChange, origin: Origin, now: datetime
) -> Opened:
    """A new session in this browser, known anew; every other one is ended."""
    await _check_current(access, entry.current_password, now)
    hashed = await judge_password(access, access.account, entry.new_password)
    queue_mail(access, "password_changed", access.account.email, now, account_id=access.account.key)
    return await set_password(access, access.account, hashed, origin, now)


async def ask_email_change(access: AccountAccess, entry: EmailChange, now: datetime) -> None:
    """A link to confirm goes to the new address. One that already has an account is told so, by mail only."""
    account = access.account
    if entry.email == account.email:
        raise Refused("C’est déjà votre adresse e-mail.", "email")
    await _check_current(access, entry.current_password, now)
    if await account_at(access, entry.email):
        queue_mail(access, "email_taken", entry.email, now, seed=new_seed())
    else:
        seed = new_link(access, account, TokenKind.EMAIL_CHANGE, now + CONFIRM_LIFE, now, email=entry.email)
        queue_mail(access, "email_confirm", entry.email, now, account_id=account.key, seed=seed)
    access.record(AuditKind.EMAIL_CHANGE_ASKED, now, account.key)


async def confirm_email(access: VisitorAccess, token: str, now: datetime) -> None:
    """Install the new address, end every session, and leave an undo at the old address for 7 days."""
    link, account = await account_of_link(access, token, TokenKind.EMAIL_CHANGE, now)
    await use_link(access, link, now)
    if await account_at(access, link.email):
        raise Refused("Cette adresse e-mail est maintenant celle d’un autre compte.")
    old, account.email = account.email, link.email
    await end_sessions(access, account, now)
    seed = new_link(access, account, TokenKind.EMAIL_UNDO, now + UNDO_LIFE, now, email=old)
    queue_mail(access, "email_changed", old, now, account_id=account.key, seed=seed, new_email=account.email)
    access.record(AuditKind.EMAIL_CHANGED, now, account.key)


async def undo_email(access: VisitorAccess, token: str, now: datetime) -> None:
    """Somebody else changed the address: the old one is back, sessions and password are void, a reset link
    leaves.
    """
    link, account = await account_of_link(access, token, TokenKind.EMAIL_UNDO, now)
    await use_link(access, link, now)
    if await account_at(access, link.email):
        raise Refused("Cette adresse e-mail est maintenant celle d’un autre compte.")
    account.email, account.password_hash = link.email, None
    account.temporary_hash = account.temporary_until = None
    await end_sessions(access, account, now)
    seed = new_link(access, account, TokenKind.PASSWORD_RESET, now + CONFIRM_LIFE, now)
    queue_mail(access, "password_reset", account.email, now, account_id=account.key, seed=seed)
    access.record(AuditKind.EMAIL_RESTORED, now, account.key)


async def end_session(access: AccountAccess, session_id: int, now: datetime) -> None:
    session = await access.get(AccountSession, session_id)
    unended = update(AccountSession).where(
        col(AccountSession.id) == session.key, col(AccountSession.ended_at).is_(None)
    )
    if await access.change(unended.values(ended_at=now)):
        access.record(AuditKind.SESSION_ENDED, now, access.account.key, about=session.browser)


async def sign_out(access: AccountAccess, now: datetime) -> None:
    access.session.ended_at = now
    access.record(AuditKind.SIGNED_OUT, now, access.account.key, about=access.session.browser)


async def _check_current(access: AccountAccess, password: str, now: datetime) -> None:
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
