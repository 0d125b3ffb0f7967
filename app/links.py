"""Links sent by mail: good once, for a time, and never acting when they are only opened."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from app.access import Access
from app.errors import NotFound
from app.mail.outbox import new_seed
from app.security.keys import fingerprint
from app.security.seat import ActingAccount
from db.models import Account, AccountToken, TokenKind


def new_link(
    access: Access,
    account: Account | ActingAccount,
    kind: TokenKind,
    expires_at: datetime,
    now: datetime,
    *,
    email: str = "",
    company_id: int | None = None,
) -> str:
    """A link good once. The seed that is returned goes into the mail that carries it."""
    seed = new_seed()
    token = access.portal.keys.mailed_link(seed)
    access.add(
        AccountToken(
            token_hash=fingerprint(token),
            account_id=account.key,
            kind=kind,
            email=email,
            company_id=company_id,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return seed


async def account_of_link(
    access: Access, token: str, kind: TokenKind, now: datetime
) -> tuple[AccountToken, Account]:
    """The link's row and its account; `NotFound` when it is used, too old or never was."""
    alive = (
        select(AccountToken, Account)
        .join(Account, col(Account.id) == AccountToken.account_id)
        .where(AccountToken.token_hash == fingerprint(token), AccountToken.kind == kind)
        .where(col(AccountToken.used_at).is_(None), AccountToken.expires_at > now)
    )
    rows = await access.rows(alive)
    if not rows:
        raise NotFound
    return rows[0]


async def use_link(access: Access, link: AccountToken, now: datetime) -> None:
    """Use a link once: of two at the same time, the second finds nothing."""
    unused = update(AccountToken).where(col(AccountToken.id) == link.key, col(AccountToken.used_at).is_(None))
    if await access.change(unused.values(used_at=now)) != 1:
        raise NotFound
