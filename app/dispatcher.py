"""Sends what waits in the outbox, and tries again for a day before it tells the service."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app import clock
from app.portal import Portal
from app.postman import Letter, Undelivered, letter_of
from db.models import Account, OutboxMail

log = structlog.get_logger()

RETRY_MINUTES = (1, 5, 15, 60)
GIVE_UP = timedelta(hours=24)
LEASE = timedelta(minutes=2)  # longer than the longest conversation with a relay
POLL_SECONDS = 5.0
TEMPORARY_LIFE = timedelta(hours=24)


class Postbox(Protocol):
    """Where letters go: a relay, or in the demo a table."""

    async def post(self, letter: Letter) -> None: ...


@dataclass(frozen=True, slots=True)
class Dispatcher:
    portal: Portal
    postbox: Postbox
    templates: Any

    async def run(self) -> None:
        """Until cancelled: after each commit that queued mail, and every few seconds for what is due
        again.
        """
        queued = self.portal.database.mail_queued
        while True:
            queued.clear()
            try:
                await self.send_due()
            except Exception:
                log.exception("dispatcher")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await queued.wait()

    async def send_due(self) -> int:
        """Send every letter that is due. How many left."""
        sent = 0
        while (mail := await self._claimed(clock.now())) is not None:
            sent += await self._send(mail)
        return sent

    async def _claimed(self, now: datetime) -> OutboxMail | None:
        """The next due letter, leased: a crash gives it back, another worker does not take it meanwhile."""
        async with self.portal.database.transaction(write=True) as session:
            due = (
                select(OutboxMail)
                .where(col(OutboxMail.due_at) <= now)
                .order_by(col(OutboxMail.due_at), col(OutboxMail.id))
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            mail = (await session.exec(due)).first()
            if mail:
                mail.due_at = now + LEASE
                mail.attempts += 1
            return mail

    async def _send(self, mail: OutboxMail) -> bool:
        error = ""
        try:
            await self._prepare_password(mail)
            await self.postbox.post(await letter_of(self.portal, self.templates, mail))
        except Undelivered as undelivered:
            error = str(undelivered)[:300]
        except Exception as fault:
            log.exception("mail_fault", template=mail.template)
            error = f"{type(fault).__name__}"
        await self._note(mail, error, clock.now())
        return not error

    async def _prepare_password(self, mail: OutboxMail) -> None:
        """The mailed password exists from its letter's first departure: only its hash is written.

        It lasts 24 hours from the last try. A retry never makes it anew, or the duplicate of a letter would
        revive a password already used; nor does a letter that another has replaced.
        """
        if mail.template != "account_created" or mail.account_id is None:
            return
        is_first = not mail.context.get("prepared")
        password = self.portal.keys.mailed_password(mail.secret_seed)
        hashed = await self.portal.passwords.hashed(password) if is_first else None
        async with self.portal.database.transaction(write=True) as session:
            row = await session.get_one(OutboxMail, mail.key)
            row.context = row.context | {"prepared": True}
            account = await session.get(Account, mail.account_id)
            if account is None or account.password_hash or account.email != mail.recipient:
                return  # somebody's by now, or no longer at this address
            if (await session.exec(_newer_than(mail))).first():
                return
            account.temporary_hash = hashed or account.temporary_hash
            if account.temporary_hash:
                account.temporary_until = clock.now() + TEMPORARY_LIFE

    async def _note(self, mail: OutboxMail, error: str, now: datetime) -> None:
        async with self.portal.database.transaction(write=True) as session:
            row = await session.get_one(OutboxMail, mail.key)
            row.last_error = error
            if not error:
                row.sent_at, row.due_at, row.failed_at, row.secret_seed = now, None, None, ""
            elif now - row.created_at >= GIVE_UP:
                row.failed_at, row.due_at = now, None
                log.error("mail_given_up", template=row.template, attempts=row.attempts)
            else:
                row.due_at = now + pause_after(row.attempts)


def pause_after(attempts: int) -> timedelta:
    """1, 5, 15, 60 minutes, then every hour."""
    return timedelta(minutes=RETRY_MINUTES[min(attempts, len(RETRY_MINUTES)) - 1])


def _newer_than(mail: OutboxMail) -> SelectOfScalar[OutboxMail]:
    return select(OutboxMail).where(
        OutboxMail.account_id == mail.account_id,
        OutboxMail.template == mail.template,
        col(OutboxMail.id) > mail.key,
    )
