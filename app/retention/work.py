"""The work of the night: what is over is acted on in portions, each a transaction of its own with its proof.

A portion that is cut short leaves nothing half done, and the next one begins with the same rows: nothing else
remembers how far the night went. Of two processes one works, the other comes back in an hour.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import structlog

from app import clock
from app.access import VisitorAccess
from app.clock import PARIS
from app.mail.outbox import queue_mail
from app.portal import Portal
from app.portions import fitting, limited
from app.retention.acts import ACTS, Act
from app.retention.lines import LINE
from app.retention.queries import DUE, Due, periods
from app.retention.rules import WARNED, Line, duration_in_months, end_of
from app.retention.waiting import to_warn
from app.text.counts import plural
from app.text.formats import day
from db.models import AuditKind, RetentionPeriod

log = structlog.get_logger()
FROM, UNTIL = time(1), time(5)  # in Paris: nobody of the service works, no campaign leaves
PORTION = 200  # rows of one transaction
BUDGET = timedelta(minutes=20)  # of each hour of the night
BREATH = 0.05  # seconds between two portions, in which requests write


async def apply_at_night(portal: Portal, now: datetime) -> int:
    """Every line as long as there is time; the number of rows that were acted on. By day, none."""
    if not FROM <= now.astimezone(PARIS).time() < UNTIL:
        return 0
    return await apply_periods(portal, now, clock.now() + BUDGET)


async def apply_periods(portal: Portal, now: datetime, until: datetime) -> int:
    """The same at any hour, until that instant."""
    done = await _warn(portal, now)
    for line, due, act in _works():
        after: int | None = 0
        while after is not None and clock.now() < until:
            number, after = await _portion(portal, line, due, act, after, now)
            done += number
            await asyncio.sleep(BREATH if number else 0)
    async with portal.database.transaction(write=True) as session:
        await portal.database.drop_old_words(session)
    if done:
        log.info("retention_applied", rows=done)
    return done


def _works() -> Iterator[tuple[Line, Due, Act]]:
    for key, line in LINE.items():
        for due, act in zip(DUE[key], ACTS[key], strict=True):
            yield line, due, act


async def _portion(
    portal: Portal, line: Line, due: Due, act: Act, after: int, now: datetime
) -> tuple[int, int | None]:
    """The number of rows acted on, and the row after which the next portion starts: None when this was
    the last, or when another process is at it.
    """
    async with limited(portal, RetentionPeriod) as session:
        access, most = VisitorAccess(portal, session), fitting(portal, RetentionPeriod, PORTION)
        if not await access.alone("retention"):
            return 0, None
        months = (await periods(access))[line.key]
        ids = await access.all(due.rows(end_of(months, now), after, most))
        if not ids:
            return 0, None
        await act(access, ids, now)
        access.record(AuditKind.RETENTION_APPLIED, now, None, about=_proof(line, len(ids), months)[:200])
        return len(ids), ids[-1] if len(ids) == most else None


def _proof(line: Line, number: int, months: int) -> str:
    """Salariés sortis : 200 personnes rendues anonymes, 5 ans après le départ du salarié"""
    return f"{line.title} : {line.counted(number)} {line.fate_words(number)}, {line.words(months)}"


async def _warn(portal: Portal, now: datetime) -> int:
    """Mail each account that is about to end, a month before: signing in is enough to keep it."""
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session)
        if not await access.alone("retention"):
            return 0
        months = (await periods(access))["accounts"]
        accounts = await access.all(to_warn(months, now, PORTION))
        for account in accounts:
            account.warned_at = now
            queue_mail(
                access, "account_unused", account.email, now, account_id=account.key,
                unused=duration_in_months(months), until=day(clock.day_of(now + WARNED)),
            )  # fmt: skip
        if accounts:
            about = f"{LINE['accounts'].title} – {plural(len(accounts), 'courriel')} d’avertissement"
            access.record(AuditKind.RETENTION_APPLIED, now, None, about=about)
        return len(accounts)
