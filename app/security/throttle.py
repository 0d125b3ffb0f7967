"""Guesses, and mails that somebody causes, are counted before they are done, in rows that every worker
shares and a kill does not erase. First the numbers that are allowed, which are data only.

`form.attempt` counts, in the transaction of the form, every mail queued inside it. The service's people and
the clock are not counted; taking an access away is never put off. Revisit when members need more in an hour.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from ipaddress import IPv6Address, ip_network
from itertools import filterfalse
from operator import itemgetter
from typing import Any

import structlog
from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.security.keys import Keys
from db.engine import Database
from db.models import AuditEvent, AuditKind, Throttle

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
Windows = tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and the most mails in them, for each counter; none: not counted.

    `in_silence`: nobody is refused, the mail too many is left out (a refusal would reveal known addresses).
    `group`: kinds that share their counters, because their difference must not show.
    """

    account: Windows = ()
    company: Windows = ()
    recipient: Windows = ()
    network: Windows = ()
    in_silence: bool = False
    group: str = ""

    def of(self) -> dict[str, Windows]:
        named = {"account": self.account, "company": self.company}
        named |= {"recipient": self.recipient, "network": self.network}
        return {per: windows for per, windows in named.items() if windows}


def _hour_and_day(hour: int, day: int) -> Windows:
    return (HOUR, hour), (DAY, day)


# To the service, about what a whole office does in a busy hour.
OFFICE = Limits(account=_hour_and_day(120, 400), company=_hour_and_day(240, 800))
# A message that somebody of the service reads.
LETTER = Limits(account=_hour_and_day(20, 60), company=_hour_and_day(40, 120))
# To colleagues, who did nothing.
COLLEAGUE = Limits(
    account=_hour_and_day(60, 200), company=_hour_and_day(120, 400), recipient=_hour_and_day(30, 60)
)
NEW_ADDRESS = Limits(account=_hour_and_day(5, 10), recipient=_hour_and_day(3, 6), group="new_address")
SIGN_UP = Limits(
    company=_hour_and_day(20, 60), recipient=_hour_and_day(6, 12), network=_hour_and_day(30, 100),
    group="sign_up",
)  # fmt: skip
# The account's own address, or once for each link: what asks for it is counted already.
ONCE = Limits()
# Made by the service or by the clock alone.
SERVICE = Limits()

LIMITS: dict[str, Limits] = {
    "account_created": SIGN_UP,
    "company_linked": SIGN_UP,
    "email_confirm": NEW_ADDRESS,
    "email_taken": NEW_ADDRESS,
    "email_changed": ONCE,
    "email_reserved": ONCE,  # always counted as what it stands in for
    "password_changed": Limits(account=_hour_and_day(10, 20)),
    "password_reset": Limits(recipient=((5 * MINUTE, 1),), in_silence=True, group="reset"),
    "no_account": Limits(recipient=((5 * MINUTE, 1),), network=((DAY, 20),), in_silence=True, group="reset"),
    "code_link": Limits(
        company=((5 * MINUTE, 1), (DAY, 10)), recipient=_hour_and_day(10, 30), in_silence=True
    ),
    "invitation": Limits(
        account=_hour_and_day(30, 100),
        company=_hour_and_day(30, 100),
        recipient=((15 * MINUTE, 3), (DAY, 10)),
    ),
    # Taking an access away is never put off; each person that it can reach had accepted one before.
    "access_revoked": ONCE,
    "roles_changed": Limits(
        account=_hour_and_day(60, 200), company=_hour_and_day(60, 200), recipient=_hour_and_day(12, 30)
    ),
    "person_joined": COLLEAGUE,
    "admin_given": COLLEAGUE,
    "admin_recovery": Limits(account=_hour_and_day(10, 30), company=((15 * MINUTE, 3), (DAY, 10))),
    "convocation": OFFICE,
    # To an address that the employer typed.
    "convocation.employee": Limits(
        account=_hour_and_day(240, 800), company=_hour_and_day(240, 800), recipient=_hour_and_day(8, 20)
    ),
    "slot_changed": COLLEAGUE,
    "request_answered": COLLEAGUE,
    "inquiry_received": LETTER,
    "correction_asked": LETTER,
    "visit_news": OFFICE,
    "company_corrected": OFFICE,
    "document_deposited": OFFICE,
    "declaration_filed": Limits(
        account=_hour_and_day(120, 400), company=_hour_and_day(12, 40), recipient=_hour_and_day(60, 200)
    ),
    "public_inquiry": Limits(network=((15 * MINUTE, 5), (DAY, 20))),
    "public_receipt": Limits(recipient=((DAY, 3),), network=((DAY, 3),), in_silence=True),
    # About one's own account, once for each code that was right.
    "factor_changed": ONCE,
    "passkey_changed": ONCE,
    # A code goes to one's own mailbox, for one's own company.
    "mandate_code": Limits(account=_hour_and_day(6, 20), company=_hour_and_day(12, 40)),
    "mandate_changed": ONCE,
    "debit_announced": SERVICE,
    "debit_cancelled": SERVICE,
    "debit_refused": SERVICE,
    "staff_changed": SERVICE,
    "inquiry_answered": SERVICE,
    "correction_answered": SERVICE,
    "public_answered": SERVICE,
    "details_refused": SERVICE,
    "staff_digest": SERVICE,
    "document_shared": SERVICE,
    "invoice_issued": SERVICE,
    "invoice_called": SERVICE,
    "dunning": SERVICE,
    "payment_plan": SERVICE,
    "declaration_due": SERVICE,
    "declared_by_phone": SERVICE,
    "membership_changed": SERVICE,
    "expiries": SERVICE,
    "account_unused": SERVICE,
    "slots_proposed": SERVICE,
}


def counter_kind(kind: str, per: str) -> str:
    """The kind of the counter in which mails of this kind are counted for each `per`."""
    return f"mail.{LIMITS[kind].group or kind}.{per}"


MAIL_WINDOWS = {
    counter_kind(kind, per): windows
    for kind, limits in LIMITS.items()
    for per, windows in limits.of().items()
}


log = structlog.get_logger()

STRANGERS = "strangers"
# Counted when a guess of that network is refused: who goes on all the same is refused until they stop.
REFUSED = "refused"
WINDOWS: dict[str, Windows] = {
    "network": ((5 * MINUTE, 10), (DAY, 100)),
    # A /24, which rarely holds more than one provider's customers, or a /48, which is one customer's: four
    # networks at their limit. One alone never fills it, whatever it sends.
    "wide": ((5 * MINUTE, 40), (DAY, 400)),
    # Half of what one core compares, so that strangers wait for minutes and nobody else does.
    STRANGERS: ((MINUTE, 120),),
    REFUSED: ((5 * MINUTE, 20),),
    "code": ((15 * MINUTE, 5), (DAY, 20)),
    "way_out": ((5 * MINUTE, 10), (DAY, 50)),
    **MAIL_WINDOWS,
}
FREE_FAILURES, LONGEST_WAIT, DAILY_FAILURES = 5, 15 * MINUTE, 25
EVERYBODY, ALERT_PER_HOUR = "everybody", 300


@dataclass(frozen=True, slots=True)
class Guess:
    """One guess already counted: `forgive` takes it back when it was right. `refused`: the counters of what
    is refused to its network.
    """

    buckets: tuple[str, ...]
    refused: tuple[str, ...]
    at: float


class TooMany(Exception):  # noqa: N818
    """Refused unseen. `wait`: how long until the next may be made; `kind`: which counter says so; `limit`:
    the seconds and how many in them, when it counts that way.
    """

    def __init__(self, wait: timedelta, kind: str, limit: tuple[float, int] = (0, 0)) -> None:
        super().__init__()
        self.wait = wait
        self.kind = kind
        self.limit = limit


def buckets_of_network(keys: Keys, network: str, *, is_stranger: bool) -> tuple[str, ...]:
    """The counters of where a guess comes from. Of a stranger also those that many networks share."""
    own = (keys.bucket("network", network), keys.bucket(REFUSED, network))
    return (*own, keys.bucket("wide", wider(network)), STRANGERS) if is_stranger else own


def wider(network: str) -> str:
    """The network around a network: the /48 of a /64, the /24 of an IPv4 address."""
    try:
        around = ip_network(network)
    except ValueError:
        return network
    return str(around.supernet(new_prefix=48 if isinstance(around.network_address, IPv6Address) else 24))


async def count_guess(database: Database, now: datetime, *buckets: str) -> Guess:
    """Count one guess against each bucket, or raise `TooMany`; that is counted too, against the network."""
    async with database.transaction(write=True) as session:
        refused = None
        try:
            await count_among(session, now, *buckets)
        except TooMany as many:
            refused = many
            for row in await _locked(session, now, *filter(_is_of_refusals, buckets)):
                _add(row, 1, now)
        await _count_for_the_alert(session, now)
    if refused:
        raise refused
    counted, refusals = filterfalse(_is_of_refusals, buckets), filter(_is_of_refusals, buckets)
    return Guess(tuple(sorted(counted)), tuple(refusals), now.timestamp())


async def count_among(session: AsyncSession, now: datetime, *buckets: str) -> None:
    """Count once for each time that a bucket is named, with the rest of this transaction: a rollback takes
    the count back. `TooMany` when one of them is full: then none is counted.
    """
    at = now.timestamp()
    times = Counter(buckets)
    rows = await _locked(session, now, *sorted(times))
    waits = [(seconds_to_wait(row.bucket, row.guesses, at, times[row.bucket]), row) for row in rows]
    wait, fullest = max(waits, key=itemgetter(0))
    if wait > 0:
        raise _too_many(wait, fullest, times[fullest.bucket], at)
    for row in rows:
        if not _is_of_refusals(row.bucket):
            _add(row, times[row.bucket], now)


def _is_of_refusals(bucket: str) -> bool:
    return _kind(bucket) == REFUSED


def _too_many(wait: float, row: Throttle, times: int, at: float) -> TooMany:
    kind = _kind(row.bucket)
    limits = WINDOWS.get(kind, ((0.0, 0),))
    limit = max(limits, key=lambda each: _until_free(row.guesses, at, each[0], each[1], times))
    return TooMany(timedelta(seconds=wait), kind, limit)


def _add(row: Throttle, times: int, now: datetime) -> None:
    """Add `times` instants, and drop those that the longest window does not need."""
    at = now.timestamp()
    recent = [g for g in row.guesses if g > at - DAY]
    most = max((most for _, most in WINDOWS.get(_kind(row.bucket), ())), default=DAILY_FAILURES)
    row.guesses = [*recent, *[at] * times][-max(most, times) :]


async def _count_for_the_alert(session: AsyncSession, now: datetime) -> None:
    at = now.timestamp()
    (everybody,) = await _locked(session, now, EVERYBODY)
    lately = [g for g in everybody.guesses if g > at - 3600]
    # No more than the alert needs: in a storm this row is written at every guess.
    everybody.guesses = [*lately, at][-ALERT_PER_HOUR:]
    if len(lately) == ALERT_PER_HOUR - 1:
        log.error("guessing_alert", guesses=ALERT_PER_HOUR, per="hour")
        about = f"{ALERT_PER_HOUR} essais en une heure"
        session.add(AuditEvent(at=now, kind=AuditKind.GUESSING_ALERT, about=about))


async def take_back(database: Database, guess: Guess, now: datetime) -> None:
    """The guess was never looked at, for want of a place: refused to its network, no try of the account."""
    async with database.transaction(write=True) as session:
        for row in await _locked(session, now, *sorted((*guess.buckets, *guess.refused))):
            if row.bucket in guess.refused:
                _add(row, 1, now)
            else:
                row.guesses = [g for g in row.guesses if g != guess.at]


async def forgive(database: Database, guess: Guess, now: datetime) -> None:
    """The guess was right: forget it, and every failure of that account or device."""
    async with database.transaction(write=True) as session:
        for row in await _locked(session, now, *guess.buckets, EVERYBODY):
            is_own = row.bucket.startswith(("account:", "device:"))
            row.guesses = [] if is_own else [g for g in row.guesses if g != guess.at]


async def forget_old_guesses(database: Database, now: datetime) -> None:
    async with database.transaction(write=True) as session:
        old = now - timedelta(days=1)
        await session.exec(delete(Throttle).where(col(Throttle.updated_at) < old))


def seconds_to_wait(bucket: str, guesses: list[float], at: float, times: int = 1) -> float:
    """0 when this may be done `times`. Accounts and devices: 5 free failures, then 1, 2, 4 … 15 min, 25 a
    day.
    """
    recent = [g for g in guesses if g > at - DAY]
    if windows := WINDOWS.get(_kind(bucket)):
        return max(_until_free(recent, at, window, most, times) for window, most in windows)
    if len(recent) < FREE_FAILURES:
        return 0.0
    pause = min(2.0 ** (len(recent) - FREE_FAILURES) * MINUTE, LONGEST_WAIT)
    return max(recent[-1] + pause - at, _until_free(recent, at, DAY, DAILY_FAILURES), 0.0)


def _kind(bucket: str) -> str:
    return bucket.partition(":")[0]


def _until_free(guesses: list[float], at: float, window: float, most: int, times: int = 1) -> float:
    """Seconds until the window has room for `times` more; a number above its limit waits for
    an empty window.
    """
    inside = [g for g in guesses if g > at - window]
    too_many = min(len(inside) + times - most, len(inside))
    return inside[too_many - 1] + window - at if too_many > 0 else 0.0


@cache
def _upsert(dialect: str) -> Any:
    # Of the drivers of one database the other has no use.
    inserted = import_module(f"sqlalchemy.dialects.{dialect}").insert(Throttle)
    mine = {"updated_at": inserted.excluded.updated_at}
    return inserted.on_conflict_do_update(index_elements=["bucket"], set_=mine).returning(Throttle)


async def _locked(session: AsyncSession, now: datetime, *buckets: str) -> list[Throttle]:
    """The rows of these buckets, in the same order, in one statement. They are held until the commit, so
    that fifty guesses at once cannot all be the fifth, and one after another: who holds several must have
    sorted them, or two would wait for each other.
    """
    new = [{"bucket": name, "guesses": [], "updated_at": now} for name in buckets]
    statement = _upsert(session.get_bind().dialect.name)
    fresh = {"populate_existing": True}
    found = (await session.exec(statement, params=new, execution_options=fresh)).scalars() if new else ()
    rows = {row.bucket: row for row in found}
    return [rows[name] for name in buckets]
