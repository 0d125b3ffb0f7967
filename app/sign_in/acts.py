"""Rules of the sign-in. Whatever the screen answers, an address that has an account looks like one that
has none.

« Mot de passe oublié » mails either a link or "no account here", so screen, status and time are alike, and
people who forgot which address they used find out. Nobody is refused: within five minutes the mail already
sent is the answer, and strangers get at most 20 such mails a day from one network. Revisit when people
complain about mail that nobody asked for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select

from app.access import Access, AccountAccess, VisitorAccess
from app.devices import OpenedBrowser, Origin, is_members_network, known_device, open_browser
from app.errors import Refused
from app.links import new_link
from app.mail.outbox import may_leave, new_seed, queue_mail
from app.security.passwords import Lane, weakness
from app.security.throttle import TooMany, buckets_of_network, count_guess, forgive, take_back
from app.text import formats
from app.voiding import Act, mail_reserved, undo_to, void
from db.models import Account, AuditKind, Company, Membership, TokenKind
from db.shortage import Busy

RESET_LIFE = timedelta(hours=1)
WRONG = "L’adresse e-mail ou le mot de passe est incorrect."


@dataclass(frozen=True, slots=True)
class SignedIn:
    account: Account
    opened: OpenedBrowser
    must_choose_password: bool


async def account_at(access: Access, email: str, *, held: bool = False) -> Account | None:
    """`held`: nobody gives it another address before our commit."""
    statement = select(Account).where(Account.email == email)
    return await access.first(statement.with_for_update() if held else statement)


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
    whom = await guesser_of(access, account, email, origin, now)
    async with access.paused():
        try:
            guess = await count_guess(portal.database, now, *whom.buckets)
        except TooMany as error:
            wait = formats.wait(error.wait.total_seconds())
            words = f"Trop d’essais. Réessayez dans {wait}, ou réinitialisez votre mot de passe."
            raise Refused(words, "password", status_code=429) from None
        try:
            is_right = await portal.passwords.matches(password, hashed, whom.lane, whom.owner)
        except Busy:
            await take_back(portal.database, guess, now)
            raise
        if is_right:
            await forgive(portal.database, guess, now)
    if not is_right or account is None:
        raise Refused(WRONG, "password")
    if not await _enter(access, account, hashed, now):
        raise Refused(WRONG, "password")
    access.record(AuditKind.SIGNED_IN, now, account.key, about=origin.browser)
    opened = await open_browser(access, account, origin, now, must_choose_password=temporary)
    return SignedIn(account, opened, temporary)


def _current_hash(account: Account | None, now: datetime) -> str | None:
    if account is None:
        return None
    if account.password_hash:
        return account.password_hash
    is_alive = account.temporary_until is not None and account.temporary_until > now
    return account.temporary_hash if is_alive else None


@dataclass(frozen=True, slots=True)
class Guesser:
    """The likely author of a guess: its lane, the place that it takes, the bucket where it is counted."""

    lane: Lane
    owner: str
    buckets: tuple[str, ...]


async def guesser_of(
    access: Access, account: Account | None, email: str, origin: Origin, now: datetime
) -> Guesser:
    """The guesser of `email`, or of another name for what is guessed.

    A browser where this account signed in before has its own counter and lane: nobody else's guesses shut
    it out. A network where somebody did, whoever it was, has a lane too: were it only for those who did,
    the storm would tell from there which addresses have an account.
    """
    keys = access.portal.keys
    if account and (device := await known_device(access, account.key, origin.device, now)):
        own = keys.bucket("device", str(device.key))
        return Guesser(Lane.KNOWN, f"account {account.key}", (own,))
    is_nearby = await is_members_network(access, origin.network, now)
    networks = buckets_of_network(keys, origin.network, is_stranger=not is_nearby)
    lane = Lane.NEARBY if is_nearby else Lane.STRANGER
    return Guesser(lane, origin.network, (keys.bucket("account", email), *networks))


async def _enter(access: Access, account: Account, hashed: str | None, now: datetime) -> bool:
    """The mailed password opens one session: of two at once, one. And a password replaced while it was
    compared, outside the transaction, opens none.
    """
    mine = update(Account).where(col(Account.id) == account.key)
    seen = {"first_signed_in_at": account.first_signed_in_at or now, "last_signed_in_at": now}
    if account.password_hash is None:
        mailed = (col(Account.temporary_hash) == hashed) & col(Account.password_hash).is_(None)
        return await access.change(mine.where(mailed).values(temporary_hash=None, **seen)) == 1
    return await access.change(mine.where(col(Account.password_hash) == hashed).values(**seen)) == 1


async def ask_password_reset(access: VisitorAccess, email: str, now: datetime) -> None:
    """A mail leaves in every case, so that neither the screen nor the time tells whether there is an account.

    Nobody is ever refused a reset. Asked again within five minutes, the link already mailed is the answer;
    and mail to addresses without an account is limited by network, in silence.
    """
    account = await account_at(access, email)
    if not await may_leave(access, "password_reset" if account else "no_account", email, now):
        return
    if account is None and (reserved := await undo_to(access, email, now)):
        mail_reserved(access, *reserved, now, counted_as="no_account")
        return
    if account is None:
        queue_mail(access, "no_account", email, now, seed=new_seed())
        return
    mail_reset(access, account, now + RESET_LIFE, now)
    access.record(AuditKind.PASSWORD_RESET_ASKED, now, account.key)


def mail_reset(access: Access, account: Account, until: datetime, now: datetime) -> None:
    """Mail a link that installs another password, good until then."""
    seed = new_link(access, account, TokenKind.PASSWORD_RESET, until, now)
    queue_mail(
        access, "password_reset", account.email, now, account_id=account.key, seed=seed,
        until=formats.moment(until),
    )  # fmt: skip


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


async def set_password(
    access: Access,
    account: Account,
    hashed: str,
    origin: Origin,
    now: datetime,
    act: Act,
    *,
    with_feeds: bool = False,
) -> OpenedBrowser:
    """Install the hash, void every other way into the account, and open this browser anew.

    The same form sent ten times at once is done once: the hash must still be the one that was read.
    """
    unchanged = col(Account.password_hash).is_not_distinct_from(account.password_hash)
    installed = (
        update(Account)
        .where(col(Account.id) == account.key, unchanged)
        .values(
            password_hash=hashed,
            password_changed_at=now,
            temporary_hash=None,
            temporary_until=None,
            first_signed_in_at=account.first_signed_in_at or now,
        )
    )
    if await access.change(installed) != 1:
        raise Refused("Le mot de passe vient d’être changé ailleurs. Recommencez.", "new_password", 409)
    await void(access, account, act, now, with_feeds=with_feeds)
    access.record(AuditKind.PASSWORD_CHANGED, now, account.key)
    return await open_browser(access, account, origin, now)


async def choose_first_password(
    access: AccountAccess, password: str, origin: Origin, now: datetime
) -> OpenedBrowser:
    hashed = await judge_password(access, access.account, password)
    return await set_password(access, access.account, hashed, origin=origin, now=now, act=Act.FIRST_PASSWORD)
