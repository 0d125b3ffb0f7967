"""Rules of the sign-in. Whatever the screen answers, an address that has an account looks like one that
has none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select

from app import formats
from app.access import Access, AccountAccess, VisitorAccess
from app.errors import Busy, Refused
from app.mail import may_leave, new_seed, queue_mail
from app.passwords import Lane, weakness
from app.sessions import end_sessions, open_session
from app.sign_in.links import new_link
from app.throttle import TooMany, buckets_of_network, count_guess, forgive, take_back
from db.models import Account, AccountToken, AuditKind, Company, Membership, TokenKind

RESET_LIFE = timedelta(hours=1)
WRONG = "L’adresse e-mail ou le mot de passe est incorrect."


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a guess comes from: network address, signed device cookie, words for the browser."""

    network: str
    device: str
    browser: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    account: Account
    token: str
    must_choose_password: bool


async def account_at(access: Access, email: str) -> Account | None:
    return await access.first(select(Account).where(Account.email == email))


async def sign_in(
    access: VisitorAccess, email: str, password: str, origin: Origin, now: datetime
) -> SignedIn:
    """Open a session, or `Refused` (422, or 429 after too many guesses). One bcrypt comparison in every
    case.
    """
    account = await account_at(access, email)
    temporary = account is not None and account.password_hash is None
    hashed = _current_hash(account, now)
    portal = access.portal
    lane = await _lane(access, account, origin)
    async with access.paused():
        try:
            guess = await count_guess(portal.database, now, *_buckets(access, lane, email, origin))
        except TooMany as error:
            wait = formats.wait(error.wait.total_seconds())
            words = f"Trop d’essais. Réessayez dans {wait}, ou réinitialisez votre mot de passe."
            raise Refused(words, "password", status_code=429) from None
        try:
            is_right = await portal.passwords.matches(password, hashed, lane, _owner(account, lane, origin))
        except Busy:
            await take_back(portal.database, guess, now)
            raise
        if is_right:
            await forgive(portal.database, guess, now)
    if not is_right or account is None:
        raise Refused(WRONG, "password")
    if temporary and not await _use_temporary(access, account, hashed):
        raise Refused(WRONG, "password")
    account.first_signed_in_at = account.first_signed_in_at or now
    account.last_signed_in_at = now
    access.record(AuditKind.SIGNED_IN, now, account.key, about=origin.browser)
    token = open_session(access, account, origin.browser, now, must_choose_password=temporary)
    return SignedIn(account, token, temporary)


def _current_hash(account: Account | None, now: datetime) -> str | None:
    if account is None:
        return None
    if account.password_hash:
        return account.password_hash
    is_alive = account.temporary_until is not None and account.temporary_until > now
    return account.temporary_hash if is_alive else None


async def _lane(access: Access, account: Account | None, origin: Origin) -> Lane:
    """Whom this is likely to be, before the password tells. That somebody signed in on this network says
    nothing of the address that was typed.
    """
    if account and origin.device and access.portal.keys.is_device(account.key, origin.device):
        return Lane.KNOWN
    return Lane.STRANGER


def _owner(account: Account | None, lane: Lane, origin: Origin) -> str:
    return f"account {account.key}" if account and lane == Lane.KNOWN else origin.network


def _buckets(access: Access, lane: Lane, email: str, origin: Origin) -> tuple[str, ...]:
    """A browser where this account signed in before has its own counter: nobody else's guesses shut it
    out.
    """
    keys = access.portal.keys
    if lane == Lane.KNOWN:
        return (keys.bucket("device", origin.device),)
    networks = buckets_of_network(keys, origin.network, is_stranger=lane == Lane.STRANGER)
    return (keys.bucket("account", email), *networks)


async def _use_temporary(access: Access, account: Account, hashed: str | None) -> bool:
    """The mailed password opens one session: of two at once, one."""
    used = (
        update(Account)
        .where(col(Account.id) == account.key, col(Account.temporary_hash) == hashed)
        .values(temporary_hash=None)
    )
    return await access.change(used) == 1


async def ask_password_reset(access: VisitorAccess, email: str, now: datetime) -> None:
    """A mail leaves in every case, so that neither the screen nor the time tells whether there is an account.

    Nobody is ever refused a reset. Asked again within five minutes, the link already mailed is the answer;
    and mail to addresses without an account is limited by network, in silence.
    """
    account = await account_at(access, email)
    if not await may_leave(access, "password_reset" if account else "no_account", email, now):
        return
    if account is None:
        queue_mail(access, "no_account", email, now, seed=new_seed())
        return
    seed = new_link(access, account, TokenKind.PASSWORD_RESET, now + RESET_LIFE, now)
    queue_mail(access, "password_reset", account.email, now, account_id=account.key, seed=seed)
    access.record(AuditKind.PASSWORD_RESET_ASKED, now, account.key)


async def judge_password(access: Access, account: Account, password: str) -> str:
    """The hash of a password that may be chosen, or `Refused` with the reason. Call before any write."""
    companies = await access.rows(
        select(Company.name, Company.code)
        .join(Membership, col(Membership.company_id) == Company.id)
        .where(Membership.account_id == account.key)
        .limit(50)
    )
    settings = access.portal.settings
    words = {
        settings.service_short_name,
        *settings.service_name.split(),
        account.last_name,
        account.first_name,
    }
    words |= {
        account.email.partition("@")[0],
        *(w for name, code in companies for w in (code, *name.split())),
    }
    if reason := weakness(password, sorted(words)):
        raise Refused(reason, "new_password")
    async with access.paused():
        return await access.portal.passwords.hashed(password, f"account {account.key}")


async def set_password(access: Access, account: Account, hashed: str, browser: str, now: datetime) -> str:
    """Install the hash, end every session and open a new one, whose token is returned.

    The same form sent ten times at once is done once: the hash must still be the one that was read.
    """
    unchanged = col(Account.password_hash).is_not_distinct_from(account.password_hash)
    installed = (
        update(Account)
        .where(col(Account.id) == account.key, unchanged)
        .values(password_hash=hashed, password_changed_at=now, temporary_hash=None, temporary_until=None)
    )
    if await access.change(installed) != 1:
        raise Refused("Le mot de passe vient d’être changé ailleurs. Recommencez.", "new_password", 409)
    await end_sessions(access, account, now)
    await access.change(
        update(AccountToken)
        .where(
            col(AccountToken.account_id) == account.key, col(AccountToken.kind) == TokenKind.PASSWORD_RESET
        )
        .where(col(AccountToken.used_at).is_(None))
        .values(used_at=now)
    )
    access.record(AuditKind.PASSWORD_CHANGED, now, account.key)
    return open_session(access, account, browser, now)


async def choose_first_password(access: AccountAccess, password: str, browser: str, now: datetime) -> str:
    hashed = await judge_password(access, access.account, password)
    return await set_password(access, access.account, hashed, browser, now)
