"""The steps before the session, bound to a row that lasts 15 minutes. A visitor who only reads has none."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from app.access import Access
from app.errors import Refused
from app.security.keys import fingerprint, new_token
from db.models import SignInFlow

LIFE = timedelta(minutes=15)


async def start_flow(
    access: Access,
    now: datetime,
    *,
    replaces: str = "",
    email: str = "",
    company_id: int | None = None,
    next_path: str = "",
    mailed_at: datetime | None = None,
    proven_account_id: int | None = None,
) -> str:
    """A new flow; its token goes into the cookie. The one that it replaces is over, but keeps where it led
    to. `mailed_at`: when a mail left for its address, if one did.
    """
    old = await flow_of(access, replaces, now)
    await access.change(delete(SignInFlow).where(col(SignInFlow.token_hash) == fingerprint(replaces)))
    token = new_token()
    access.add(
        SignInFlow(
            token_hash=fingerprint(token),
            email=email,
            company_id=company_id,
            next_path=next_path or (old.next_path if old else ""),
            expires_at=now + LIFE,
            mailed_at=mailed_at,
            proven_account_id=proven_account_id,
        )
    )
    return token


async def flow_of(access: Access, token: str, now: datetime) -> SignInFlow | None:
    if not token:
        return None
    alive = select(SignInFlow).where(SignInFlow.token_hash == fingerprint(token), SignInFlow.expires_at > now)
    # Held until the commit: the same step posted twice at once is done one after the other.
    return await access.first(alive.with_for_update() if access.writes else alive)


async def use_flow(access: Access, token: str, now: datetime) -> None:
    """End a flow with what it led to: of two at the same time, the second is `Refused`."""
    alive = delete(SignInFlow).where(
        col(SignInFlow.token_hash) == fingerprint(token), col(SignInFlow.expires_at) > now
    )
    if await access.change(alive) != 1:
        raise Refused("Cette étape a déjà servi, ou a pris trop de temps. Recommencez.", status_code=409)
