"""Acts on passkeys: added after a proof, used to sign in or as a second factor, removed.

A challenge is no row of its own. It is derived from a step under way (`SignInFlow`) and, for whoever is
signed in, from their session; the step ends with it. So it lives a quarter of an hour, in one browser, for
one purpose, and once.

Members sign in by it: the key checks who holds it, which is two factors. For the service's people it stays
beside the password, and beside an application, which their sign-in installs first and nobody removes: so
what was lost is given back in one way only. Revisit when every colleague has a key.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, update
from sqlmodel import col, select

from app.access import Access, AccountAccess, VisitorAccess, of_account
from app.account.acts import still_me
from app.devices import Origin, open_browser
from app.errors import Refused
from app.factors.acts import count_proof, factor_of
from app.mail.outbox import queue_mail
from app.passkeys.rules import MOST, Signed, Site, WrongAnswer, credential_named, read_new_key, read_signature
from app.security.throttle import TooMany, count_guess, forgive
from app.sessions import has_factor_to_show
from app.settings import Settings
from app.sign_in.acts import SignedIn, guesser_of
from app.sign_in.flows import use_flow
from app.text import formats
from db.models import Account, AuditKind, Passkey

WRONG = "Cette clé d’accès n’ouvre aucun compte ici. Entrez avec votre mot de passe."
SILENT = "Aucune clé n’a encore répondu. Appuyez de nouveau sur « Créer la clé d’accès »."
WRONG_NEW = "La clé n’a pas pu être enregistrée. Recommencez."
WRONG_FACTOR = "Cette clé d’accès n’est pas reconnue. Tapez un code."
OF_STAFF = "Au service, la clé d’accès vient après le mot de passe : commencez par votre adresse e-mail."
LAST = "C’est votre seul second facteur : installez d’abord une application."
ENOUGH = f"Vous avez déjà {MOST} clés d’accès : retirez-en une d’abord."


class Purpose(StrEnum):
    """Purposes of a challenge: a signature for one opens none of the others."""

    SIGN_IN = "sign in"
    FACTOR = "factor"
    ADD = "add"


def site_of(settings: Settings) -> Site:
    return Site(settings.site_name, settings.origin, settings.service_name)


def challenge_for(access: Access, purpose: Purpose, flow: str) -> bytes:
    """The challenge of this step. `flow`: the token of its cookie."""
    session = access.session.token_hash if isinstance(access, AccountAccess) else ""
    return access.portal.keys.challenge(f"{purpose} {flow} {session}")


_MINE = of_account(Passkey).order_by(col(Passkey.created_at), col(Passkey.id)).limit(2 * MOST)


async def keys_of(access: Access, account_id: int) -> Sequence[Passkey]:
    return await access.all(_MINE, {"account": account_id})


# Added and removed.


async def add(access: AccountAccess, answer: str, name: str, flow: str, now: datetime) -> None:
    """Keep the key that this answer made, once its owner has proved who they are: the flow says so."""
    if not answer:
        # Sent before the script was there.
        raise Refused(SILENT)
    portal, account = access.portal, access.account
    challenge, site = challenge_for(access, Purpose.ADD, flow), site_of(portal.settings)
    async with access.paused():
        try:
            made = await asyncio.to_thread(read_new_key, site, answer, challenge)
        except WrongAnswer:
            raise Refused(WRONG_NEW) from None
    await still_me(access)
    await use_flow(access, flow, now)
    if len(await keys_of(access, account.key)) >= MOST:
        raise Refused(ENOUGH)
    access.add(
        Passkey(
            account_id=account.key, credential_id=made.credential_id, public_key=made.public_key,
            sign_count=made.sign_count, is_syncable=made.is_syncable, is_synced=made.is_synced, name=name,
            created_at=now,
        )
    )  # fmt: skip
    await access.flush()
    await _tell(access, AuditKind.PASSKEY_ADDED, name, now)


async def remove(access: AccountAccess, passkey_id: int, now: datetime) -> None:
    key, account_id = await access.get(Passkey, passkey_id), access.account.key
    has_others = await factor_of(access, account_id) or len(await keys_of(access, account_id)) > 1
    if not has_others and await has_factor_to_show(access, account_id):
        raise Refused(LAST)
    if await access.change(delete(Passkey).where(col(Passkey.id) == key.key)):
        await _tell(access, AuditKind.PASSKEY_REMOVED, key.name, now)


async def _tell(access: AccountAccess, kind: AuditKind, name: str, now: datetime) -> None:
    """A line of the history, and a mail to the person: whoever did it may not be they."""
    account = access.account
    access.record(kind, now, account.key, about=name)
    is_factor = await has_factor_to_show(access, account.key)
    queue_mail(
        access, "passkey_changed", account.email, now, account_id=account.key, kind=str(kind), name=name,
        is_factor=is_factor,
    )  # fmt: skip


# Used.


async def sign_in(access: VisitorAccess, answer: str, flow: str, origin: Origin, now: datetime) -> SignedIn:
    """Open a session for the account that this key knows, or `Refused` (422, or 429 after too many)."""
    named, portal = credential_named(answer), access.portal
    key, account = await _key_named(access, named)
    whom = await guesser_of(access, account, f"passkey {named}", origin, now)
    challenge = challenge_for(access, Purpose.SIGN_IN, flow)
    async with access.paused():
        try:
            guess = await count_guess(portal.database, now, *whom.buckets)
        except TooMany as error:
            wait = formats.wait(error.wait.total_seconds())
            raise Refused(f"Trop d’essais. Réessayez dans {wait}.", status_code=429) from None
        signed = await _signed(portal.settings, key, answer, challenge)
        if signed:
            await forgive(portal.database, guess, now)
    if not (key and account and signed and signed.user_handle == portal.keys.user_handle(account.key)):
        raise Refused(WRONG)
    if await has_factor_to_show(access, account.key):
        raise Refused(OF_STAFF)
    await use_flow(access, flow, now)
    if not await _used(access, key, signed, now) or not await _enter(access, account, now):
        raise Refused(WRONG)
    about = f"{origin.browser}, clé d’accès {key.name}"
    access.record(AuditKind.SIGNED_IN, now, account.key, about=about)
    return SignedIn(account, await open_browser(access, account, origin, now), must_choose_password=False)


async def show(access: AccountAccess, answer: str, flow: str, now: datetime) -> None:
    """Let this session in by a passkey of its account, as by a code."""
    portal, account = access.portal, access.account
    key, owner = await _key_named(access, credential_named(answer))
    challenge = challenge_for(access, Purpose.FACTOR, flow)
    async with access.paused():
        is_mine = owner is not None and owner.key == account.key
        signed = await _signed(portal.settings, key, answer, challenge) if is_mine else None
    is_right = signed is not None and signed.user_handle in {None, portal.keys.user_handle(account.key)}
    await count_proof(access, now, is_right=is_right, field="", wrong=WRONG_FACTOR)
    await use_flow(access, flow, now)
    if not (key and signed and await _used(access, key, signed, now)):
        raise Refused(WRONG_FACTOR)
    access.session.needs_factor = False


async def _key_named(access: Access, credential_id: str) -> tuple[Passkey | None, Account | None]:
    theirs = select(Passkey, Account).where(
        Passkey.account_id == Account.id, Passkey.credential_id == credential_id
    )
    rows = await access.rows(theirs) if credential_id else ()
    return rows[0] if rows else (None, None)


async def _signed(settings: Settings, key: Passkey | None, answer: str, challenge: bytes) -> Signed | None:
    """The word of this key for this challenge; None when it did not, or is no longer of the same kind."""
    if key is None:
        return None
    given = site_of(settings), answer, challenge, key.public_key, key.sign_count
    try:
        signed = await asyncio.to_thread(read_signature, *given)
    except WrongAnswer:
        return None
    return signed if signed.is_syncable == key.is_syncable else None


async def _used(access: Access, key: Passkey, signed: Signed, now: datetime) -> bool:
    """Keep what the key said. False when it was removed, or used elsewhere, while its word was checked."""
    unchanged = update(Passkey).where(col(Passkey.id) == key.key, col(Passkey.sign_count) == key.sign_count)
    values = {"sign_count": signed.sign_count, "is_synced": signed.is_synced, "used_at": now}
    return await access.change(unchanged.values(**values)) == 1


async def _enter(access: Access, account: Account, now: datetime) -> bool:
    """False for an account without a password: it waits for its owner to choose one by mail."""
    mine = update(Account).where(col(Account.id) == account.key, col(Account.password_hash).is_not(None))
    return await access.change(mine.values(last_signed_in_at=now)) == 1
