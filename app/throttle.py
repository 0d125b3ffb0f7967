"""Guesses are counted before they are checked, in rows that every worker shares and a kill does not erase."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, delete, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from db.models import AuditEvent, AuditKind, Throttle
from db.types import Instant

log = structlog.get_logger()

MINUTE, DAY = 60.0, 86_400.0
WINDOWS = {
    "network": ((5 * MINUTE, 10), (DAY, 100)),
    "code": ((15 * MINUTE, 5), (DAY, 20)),
    "reset": ((5 * MINUTE, 1),),
    "nobody": ((DAY, 20),),
    "contact": ((15 * MINUTE, 5), (DAY, 20)),
    "receipt": ((DAY, 3),),
    "mail": ((15 * MINUTE, 3), (DAY, 10)),
}
FREE_FAILURES, LONGEST_WAIT, DAILY_FAILURES = 5, 15 * MINUTE, 25
EVERYBODY, ALERT_PER_HOUR = "everybody", 300


@dataclass(frozen=True, slots=True)
class Guess:
    """One guess already counted: `forgive` takes it back when it was right."""

    buckets: tuple[str, ...]
    at: float


class TooMany(Exception):  # noqa: N818
    """The guess is refused unseen. `wait`: how long until the next may be made."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


async def count_guess(database: Database, now: datetime, *buckets: str) -> Guess:
    """Count one guess against each bucket, or raise `TooMany` and count nothing."""
    async with database.transaction(write=True) as session:
        return await count_among(session, now, *buckets)


async def count_among(session: AsyncSession, now: datetime, *buckets: str) -> Guess:
    """The same with the rest of this transaction: what is taken back with it was not counted."""
    at = now.timestamp()
    names = tuple(sorted(buckets))
    rows = [await _locked(session, name, now) for name in names]
    wait = max(seconds_to_wait(row.bucket, row.guesses, at) for row in rows)
    if wait > 0:
        raise TooMany(timedelta(seconds=wait))
    everybody = await _locked(session, EVERYBODY, now)
    for row in rows:
        row.guesses = [*(g for g in row.guesses if g > at - DAY), at]
        row.updated_at = now
    lately = [g for g in everybody.guesses if g > at - 3600]
    # No more than the alert needs: in a storm this row is written at every guess.
    everybody.guesses, everybody.updated_at = [*lately, at][-ALERT_PER_HOUR:], now
    if len(lately) == ALERT_PER_HOUR - 1:
        log.error("guessing_alert", guesses=ALERT_PER_HOUR, per="hour")
        about = f"{ALERT_PER_HOUR} essais en une heure"
        session.add(AuditEvent(at=now, kind=AuditKind.GUESSING_ALERT, about=about))
    return Guess(names, at)


async def take_back(database: Database, guess: Guess, now: datetime) -> None:
    """The guess was never looked at: as if it had not been made."""
    await _forget(database, guess, now, and_failures=False)


async def forgive(database: Database, guess: Guess, now: datetime) -> None:
    """The guess was right: forget it, and every failure of that account or device."""
    await _forget(database, guess, now, and_failures=True)


async def _forget(database: Database, guess: Guess, now: datetime, *, and_failures: bool) -> None:
    async with database.transaction(write=True) as session:
        for name in (*guess.buckets, EVERYBODY):
            row = await _locked(session, name, now)
            own = and_failures and name.startswith(("account:", "device:"))
            row.guesses = [] if own else [g for g in row.guesses if g != guess.at]


async def forget_old_guesses(database: Database, now: datetime) -> None:
    async with database.transaction(write=True) as session:
        old = now - timedelta(days=1)
        await session.exec(delete(Throttle).where(col(Throttle.updated_at) < old))


def seconds_to_wait(bucket: str, guesses: list[float], at: float) -> float:
    """0 when a guess is allowed. Accounts and devices: 5 free failures, then 1, 2, 4 … 15 min, 25 a day."""
    recent = [g for g in guesses if g > at - DAY]
    kind = bucket.partition(":")[0]
    if kind in WINDOWS:
        waits = [_until_free(recent, at, window, most) for window, most in WINDOWS[kind]]
        return max(waits)
    if len(recent) < FREE_FAILURES:
        return 0.0
    pause = min(2.0 ** (len(recent) - FREE_FAILURES) * MINUTE, LONGEST_WAIT)
    return max(recent[-1] + pause - at, _until_free(recent, at, DAY, DAILY_FAILURES), 0.0)


def _until_free(guesses: list[float], at: float, window: float, most: int) -> float:
    inside = [g for g in guesses if g > at - window]
    return inside[-most] + window - at if len(inside) >= most else 0.0


_INSERT = text(
    "INSERT INTO throttle (bucket, guesses, updated_at) VALUES (:bucket, '[]', :now) "
    "ON CONFLICT (bucket) DO NOTHING"
).bindparams(bindparam("now", type_=Instant()))


async def _locked(session: AsyncSession, bucket: str, now: datetime) -> Throttle:
    """The bucket's row, held until the commit, so that fifty guesses at once cannot all be the fifth."""
    await (await session.connection()).execute(_INSERT, {"bucket": bucket, "now": now})
    return (await session.exec(select(Throttle).where(Throttle.bucket == bucket).with_for_update())).one()
