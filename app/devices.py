"""Browsers where an account signed in before: a cookie of their own, a row each, ended when it should be.

A device opens nothing: it lets its owner guess apart from strangers, and tells which networks are theirs.

A known device is a row, not a signature. The browser keeps 256 random bits for 400 days; the table keeps
their fingerprint, a mark of the last network, and the end. So it can be listed, forgotten and ended with the
password, and a value planted by somebody else is never taken over. Revisit when most sign in by a passkey.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, update
from sqlmodel import col, select

from app.access import Access
from app.security.keys import fingerprint, new_token
from app.sessions import has_factor_to_show, open_session
from db.models import Account, AccountSession, KnownDevice
from db.types import Instant

LIFE = timedelta(days=400)
NETWORK_LIFE = timedelta(days=60)
MOST = 20


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a request: network address, cookie of the device, words for the browser."""

    network: str
    device: str
    browser: str


@dataclass(frozen=True, slots=True)
class OpenedBrowser:
    """The tokens of a session just opened and of the browser that holds it: for the cookies, and nowhere
    else.
    """

    session: str
    device: str


async def open_browser(
    access: Access, account: Account, origin: Origin, now: datetime, *, must_choose_password: bool = False
) -> OpenedBrowser:
    """A session, in a browser that is known from now on."""
    device, token = await remember_device(access, account.key, origin, now)
    session = open_session(
        access,
        account,
        origin.browser,
        now,
        must_choose_password=must_choose_password,
        needs_factor=await has_factor_to_show(access, account.key),
        device_id=device.key,
    )
    return OpenedBrowser(session, token)


async def known_device(access: Access, account_id: int, token: str, now: datetime) -> KnownDevice | None:
    """The device of this cookie, if it is this account's and has not been ended."""
    if not token:
        return None
    mine = select(KnownDevice).where(KnownDevice.token_hash == fingerprint(token), _is_known(account_id, now))
    return await access.first(mine)


_NEWEST = (
    select(KnownDevice)
    .where(
        col(KnownDevice.account_id) == bindparam("account"),
        col(KnownDevice.ended_at).is_(None),
        col(KnownDevice.last_seen_at) > bindparam("since", type_=Instant),
    )
    .order_by(col(KnownDevice.last_seen_at).desc(), col(KnownDevice.id).desc())
    .limit(2 * MOST)
)


async def known_devices(access: Access, account_id: int, now: datetime) -> Sequence[KnownDevice]:
    """The latest first."""
    return await access.all(_NEWEST, {"account": account_id, "since": now - LIFE})


async def is_members_network(access: Access, network: str, now: datetime) -> bool:
    """True when a known device of any account signed in from there lately."""
    theirs = select(KnownDevice).where(
        KnownDevice.network == access.portal.keys.network_mark(network),
        col(KnownDevice.ended_at).is_(None),
        KnownDevice.last_seen_at > now - NETWORK_LIFE,
    )
    return await access.first(theirs.limit(1)) is not None


async def end_devices(access: Access, account_id: int, now: datetime) -> int:
    """Forget every browser of this account. How many were known."""
    mine = update(KnownDevice).where(
        col(KnownDevice.account_id) == account_id, col(KnownDevice.ended_at).is_(None)
    )
    return await access.change(mine.values(ended_at=now))


async def forget_device(access: Access, device: KnownDevice, now: datetime, *, keep: int) -> bool:
    """This browser is a stranger's again, and what is open in it ends, but the session `keep`. Whether it was
    known until now.
    """
    opened = update(AccountSession).where(
        col(AccountSession.device_id) == device.key,
        col(AccountSession.ended_at).is_(None),
        col(AccountSession.id) != keep,
    )
    await access.change(opened.values(ended_at=now))
    known = update(KnownDevice).where(col(KnownDevice.id) == device.key, col(KnownDevice.ended_at).is_(None))
    return await access.change(known.values(ended_at=now)) == 1


def _is_known(account_id: int, now: datetime) -> ColumnElement[bool]:
    return (
        (col(KnownDevice.account_id) == account_id)
        & col(KnownDevice.ended_at).is_(None)
        & (col(KnownDevice.last_seen_at) > now - LIFE)
    )


async def remember_device(
    access: Access, account_id: int, origin: Origin, now: datetime
) -> tuple[KnownDevice, str]:
    """The device that a request came from, known from now on, and its cookie. Never by a cookie that we did
    not give to this account: somebody else may know its value.
    """
    device, token = await known_device(access, account_id, origin.device, now), origin.device
    if device is None:
        token = new_token()
        device = access.add(
            KnownDevice(
                token_hash=fingerprint(token), account_id=account_id, created_at=now, last_seen_at=now
            )
        )
    device.network = access.portal.keys.network_mark(origin.network)
    device.browser, device.last_seen_at = origin.browser[:120], now
    await access.flush()
    await _end_beyond(access, account_id, now)
    return device, token


async def _end_beyond(access: Access, account_id: int, now: datetime) -> None:
    """A browser that keeps no cookie is a new one each time: the least recent are forgotten."""
    for device in (await known_devices(access, account_id, now))[MOST:]:
        device.ended_at = now
