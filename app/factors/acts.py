"""Acts on a second factor: installed, shown at the sign-in, renewed, given back by the direction."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col, func, select

from app.access import Access, AccountAccess, MemberAccess, StaffAccess, of_account
from app.errors import Refused
from app.factors.rules import matching_step, new_codes, plain_code, secret_of
from app.mail.outbox import queue_mail
from app.security.throttle import TooMany, count_guess, forgive
from app.sessions import end_sessions
from app.text import formats
from db.models import Account, AuditKind, Passkey, RecoveryCode, SecondFactor
from db.numbers import is_digits

WRONG = "Ce code n’est pas le bon. Prenez celui que l’application montre maintenant."
USED = "Ce code a déjà servi. Attendez le suivant : il change toutes les 30 secondes."
SPENT = "Ce code de secours a déjà servi. Prenez-en un autre."
HALF_LIFE = timedelta(days=7)  # how long the first of the two waits for the second


async def factor_of(access: Access, account_id: int) -> SecondFactor | None:
    return await access.first(of_account(SecondFactor), {"account": account_id})


async def codes_left(access: Access, account_id: int) -> int:
    """The number of codes on paper that still open."""
    mine = select(func.count(col(RecoveryCode.id))).where(
        RecoveryCode.account_id == account_id, col(RecoveryCode.used_at).is_(None)
    )
    return await access.first(mine) or 0


async def has_passkeys(access: Access, account_id: int) -> bool:
    """True for whoever may show a key in place of a code."""
    return await access.first(select(Passkey).where(Passkey.account_id == account_id).limit(1)) is not None


def seed_to_install(access: AccountAccess, factor: SecondFactor | None) -> str:
    """The seed that this session would install: the same each time the page is opened, another afterwards."""
    before = factor.seed if factor else ""
    return access.portal.keys.factor_seed(f"{access.session.token_hash} {before}")


def secret_from(access: Access, seed: str) -> str:
    return secret_of(access.portal.keys.factor_secret(seed))


async def install(access: AccountAccess, typed: str, now: datetime, old: str = "") -> list[str]:
    """Install the application of which `typed` is a code; the codes on paper, to show once. In place of
    another, by a code of that one too: a session left open is not enough.
    """
    factor = await factor_of(access, access.account.key)
    if factor and access.session.needs_factor:
        raise Refused("Une application est déjà installée : tapez un de ses codes.", "code", 409)
    seed = seed_to_install(access, factor)
    step = matching_step(secret_from(access, seed), plain_code(typed), now)
    if factor:
        await _use_application(access, plain_code(old), now, "old", also=step is not None)
    await count_proof(access, now, is_right=step is not None)
    if factor is None:
        factor = access.add(SecondFactor(account_id=access.account.key, seed=seed, created_at=now))
    factor.seed, factor.last_step, factor.created_at = seed, step or 0, now
    factor.given_back_by = factor.given_back_at = None
    await end_sessions(access, access.account, now, keep=access.session.key)
    _tell(access, access.account, AuditKind.FACTOR_INSTALLED, now)
    codes = await _draw_codes(access, now)
    access.session.needs_factor = False
    return codes


async def show(access: AccountAccess, typed: str, now: datetime) -> None:
    """Let this session in by a code of the application, or by one on paper."""
    await prove(access, typed, now)
    access.session.needs_factor = False


async def prove(access: AccountAccess, typed: str, now: datetime) -> None:
    """Use up a code of the application, or one on paper; `Refused` when it is neither."""
    code = plain_code(typed)
    await (_use_application(access, code, now) if is_digits(code) else _use_paper(access, code, now))


async def renew_codes(access: AccountAccess, typed: str, now: datetime) -> list[str]:
    """Other codes on paper, for a code of the application; the old ones open nothing any more."""
    await _use_application(access, plain_code(typed), now)
    _tell(access, access.account, AuditKind.RECOVERY_CODES_RENEWED, now)
    return await _draw_codes(access, now)


async def _use_application(
    access: AccountAccess, code: str, now: datetime, field: str = "code", *, also: bool = True
) -> None:
    """Use this code up. With `also` false another one is wrong, and this one stays good."""
    factor = await factor_of(access, access.account.key)
    step = matching_step(secret_from(access, factor.seed), code, now) if factor else None
    await count_proof(access, now, is_right=step is not None, field=field)
    if not also:
        return
    unused = update(SecondFactor).where(
        col(SecondFactor.account_id) == access.account.key, col(SecondFactor.last_step) < step,
        col(SecondFactor.seed) == (factor.seed if factor else ""),
    )  # fmt: skip
    if await access.change(unused.values(last_step=step)) != 1:
        raise Refused(USED, field)


async def _use_paper(access: AccountAccess, code: str, now: datetime) -> None:
    account = access.account
    hashed = access.portal.keys.recovery_hash(account.key, code)
    mine = select(RecoveryCode).where(
        RecoveryCode.account_id == account.key, RecoveryCode.code_hash == hashed
    )
    found = await access.first(mine)
    await count_proof(access, now, is_right=found is not None)
    unused = update(RecoveryCode).where(
        col(RecoveryCode.code_hash) == hashed, col(RecoveryCode.used_at).is_(None)
    )
    if await access.change(unused.values(used_at=now)) != 1:
        raise Refused(SPENT, "code")
    left = await codes_left(access, account.key)
    _tell(access, account, AuditKind.RECOVERY_CODE_USED, now, f"il en reste {left}")


async def count_proof(
    access: AccountAccess | MemberAccess, now: datetime, *, is_right: bool, field: str = "code",
    wrong: str = WRONG, kind: str = "factor",
) -> None:  # fmt: skip
    """Count this guess, outside the transaction and before any write; `Refused` when it was wrong."""
    portal = access.portal
    async with access.paused():
        try:
            guess = await count_guess(portal.database, now, portal.keys.bucket(kind, str(access.account.key)))
        except TooMany as error:
            wait = formats.wait(error.wait.total_seconds())
            raise Refused(f"Trop d’essais. Réessayez dans {wait}.", field, status_code=429) from None
        if is_right:
            await forgive(portal.database, guess, now)
    if not is_right:
        raise Refused(wrong, field)


async def _draw_codes(access: AccountAccess, now: datetime) -> list[str]:
    account_id, codes = access.account.key, new_codes()
    await access.change(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    for code in codes:
        hashed = access.portal.keys.recovery_hash(account_id, plain_code(code))
        access.add(RecoveryCode(account_id=account_id, code_hash=hashed, created_at=now))
    return codes


def _tell(access: Access, account: Account, kind: AuditKind, now: datetime, about: str = "") -> None:
    """A line of the history, and a mail to the person: whoever did it may not be they."""
    access.record(kind, now, account.key, about=about)
    queue_mail(
        access, "factor_changed", account.email, now, account_id=account.key, kind=str(kind), about=about
    )


# Lost, it is given back by two others of the direction.


def lost_by(factor: SecondFactor, now: datetime) -> int | None:
    """The account of the first to say that it is lost, while the second is waited for."""
    waits = factor.given_back_at is not None and now - factor.given_back_at < HALF_LIFE
    return factor.given_back_by if waits else None


async def give_back(access: StaffAccess, account: Account, now: datetime) -> bool:
    """Say that this colleague lost their factor. The second of the direction to say so takes it away, with
    every open session: the next sign-in installs another. True when it is done.
    """
    me = access.account.key
    if account.key == me:
        raise Refused("Deux autres personnes de la direction rendent un second facteur perdu : pas vous.")
    factor = await access.first(
        select(SecondFactor).where(SecondFactor.account_id == account.key).with_for_update()
    )
    if factor is None:
        raise Refused("Cette personne n’a pas de second facteur : elle en installe un à sa connexion.")
    first = lost_by(factor, now)
    if first == me:
        raise Refused("Vous l’avez déjà demandé : une autre personne de la direction le confirme.", "", 409)
    if first is None:
        factor.given_back_by, factor.given_back_at = me, now
        access.record(AuditKind.FACTOR_LOST, now, me, about=account.full_name)
        _tell(access, account, AuditKind.FACTOR_LOST, now)
        return False
    await forget_factor(access, account, now)
    access.record(AuditKind.FACTOR_GIVEN_BACK, now, me, about=account.full_name)
    _tell(access, account, AuditKind.FACTOR_GIVEN_BACK, now)
    return True


async def give_back_by_hand(access: Access, account: Account, now: datetime) -> None:
    """Whoever holds the machine says it: for a direction of one or two."""
    await forget_factor(access, account, now)
    access.record(AuditKind.FACTOR_GIVEN_BACK, now, None, about=account.full_name)
    _tell(access, account, AuditKind.FACTOR_GIVEN_BACK, now)


async def forget_factor(access: Access, account: Account, now: datetime) -> None:
    """The application, the codes on paper, the passkeys and every session of this account are over."""
    await access.change(delete(SecondFactor).where(col(SecondFactor.account_id) == account.key))
    await access.change(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.key))
    await access.change(delete(Passkey).where(col(Passkey.account_id) == account.key))
    await end_sessions(access, account, now)
