"""Sending of the outbox: each letter is tried for a day, then the service is alerted.

Several letters leave at once. Those with a secret (a password, a link: somebody waits at a screen) go before
all others, and four of the eight hands are for them only. Slowness comes from the recipient behind the relay,
so a domain has one conversation at a time, and two more for letters with a secret. A connection carries many
letters and is opened again when it no longer answers. A whole departure ends in 100 seconds, its lease in
150. A letter cut off after its last byte, or whose sender was killed there, leaves again with the same
Message-ID. Revisit when a relay allows fewer than eight connections.

A letter is given up after 28 attempts, not after a day of the clock. They take 24 hours when time passes as
it should. A wait that began in the future begins now, a letter refused here is due when its seconds have
passed whatever the clock says, and after a jump ahead leases are given again. Revisit when two machines have
clocks that disagree by minutes.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import ColumnElement, and_, func, literal_column, or_, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app import clock
from app.mail.envelope import Undelivered, Unmailable
from app.mail.letters import Letter, letter_of
from app.portal import Portal
from db.models import Account, OutboxMail

log = structlog.get_logger()

RETRY_MINUTES = (1, 5, 15, 60)
# The first, then after 1, 5 and 15 minutes and every hour, for a day. Counted, as a clock that jumps would
# make the day short or endless.
ATTEMPTS = 28
DEADLINE_SECONDS = 100.0  # of a departure as a whole: drawing what is joined, the relay, its last word
LEASE = timedelta(seconds=150)  # longer, so that nobody takes a letter whose conversation may go on
HANDS, HANDS_FOR_NEWS = 8, 4  # the relay's connections; those without a secret have the second number at most
SECRETS_A_DOMAIN, NEWS_A_DOMAIN = 2, 1
POLL_SECONDS = 5.0
MOST_RIPE = 100
JUMP_SECONDS = 2.0  # between the clock and the time that passed
NOTE_PAUSES = (0.5, 2.0, 8.0)
TEMPORARY_LIFE = timedelta(hours=24)


class Postbox(Protocol):
    """The destination of letters: a relay, or in the demo a table."""

    async def post(self, letter: Letter) -> None: ...

    async def rest(self) -> None:
        """Nothing waits: what was kept open for the next letter may be closed."""


class Dispatcher:
    """`elapsed` are seconds that no change of the clock moves."""

    def __init__(
        self,
        portal: Portal,
        postbox: Postbox,
        templates: Any,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.portal, self.postbox, self.templates = portal, postbox, templates
        self._elapsed = elapsed
        self._name = secrets.token_hex(16)
        self._hands: dict[asyncio.Task[bool], OutboxMail] = {}
        self._sent = self._freed_hands = 0
        self._gap: float | None = None
        self._pauses: dict[int, float] = {}  # letters that were refused here, and when they are due

    async def run(self) -> None:
        """Send until cancelled: after each commit that queued mail, whenever a hand is free, and every few
        seconds for letters that are due again.
        """
        stirred = self.portal.database.mail_queued
        try:
            while True:
                stirred.clear()
                try:
                    await self._hand_out()
                except Exception:
                    log.exception("dispatcher")
                try:
                    async with asyncio.timeout(POLL_SECONDS):
                        await stirred.wait()
                except TimeoutError:
                    await self._rest()
        finally:
            await self._stop()

    async def send_due(self) -> int:
        """Send every letter that is due. How many left."""
        before = self._sent
        try:
            while True:
                freed = self._freed_hands
                await self._hand_out()
                if self._hands:
                    await asyncio.wait([*self._hands], return_when=asyncio.FIRST_COMPLETED)
                elif freed == self._freed_hands:  # otherwise what that hand kept from leaving may leave now
                    return self._sent - before
        finally:
            await self._stop()

    async def _stop(self) -> None:
        for hand in self._hands:
            hand.cancel()
        await asyncio.gather(*self._hands, return_exceptions=True)
        await self._rest()

    async def _rest(self) -> None:
        if not self._hands:
            await self.postbox.rest()

    async def _hand_out(self) -> None:
        await self._mind_the_clock(clock.now())
        while len(self._hands) < HANDS and (mail := await self._take_letter(clock.now())):
            hand = asyncio.create_task(self._deliver(mail))
            self._hands[hand] = mail
            hand.add_done_callback(self._free_hand)

    def _free_hand(self, hand: asyncio.Task[bool]) -> None:
        del self._hands[hand]
        self._freed_hands += 1
        self._sent += not hand.cancelled() and not hand.exception() and hand.result()
        self.portal.database.mail_queued.set()

    async def _take_letter(self, now: datetime) -> OutboxMail | None:
        """The next due letter that a free hand may have, leased by one statement: a crash gives it back,
        no other dispatcher takes it meanwhile.
        """
        ripe = [mail for mail, at in self._pauses.items() if at <= self._elapsed()][:MOST_RIPE]
        is_due = _is_due(now, ripe)
        may_leave = (
            select(OutboxMail.id)
            .where(is_due, *self._may_leave())
            .order_by(col(OutboxMail.due_at), col(OutboxMail.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        # Those with a secret first, each from an index in its order: one sort of both would go through all
        # the letters of a night for each of them.
        first = [may_leave.where(each).scalar_subquery() for each in (~_IS_NEWS, _IS_NEWS)]
        leased = {"due_at": now + LEASE, "waits_since": now, "taken_by": self._name}
        taking = (
            update(OutboxMail)
            .where(col(OutboxMail.id) == func.coalesce(*first), is_due)
            .values(attempts=col(OutboxMail.attempts) + 1, **leased)
            .returning(OutboxMail)
            .execution_options(synchronize_session=False)
        )
        async with self.portal.database.transaction(write=True) as session:
            mail: OutboxMail | None = (await session.exec(taking)).scalars().first()
        # Without a letter and with every hand free, what is ripe here has gone by another way.
        for gone in [mail.key] if mail else [] if self._hands else ripe:
            self._pauses.pop(gone, None)
        return mail

    def _may_leave(self) -> list[ColumnElement[bool]]:
        """The letters that the busy hands leave open, as SQL."""
        busy = list(self._hands.values())
        waiting: list[ColumnElement[bool]] = [col(OutboxMail.id).not_in([mail.key for mail in busy])]
        news = [_domain(mail) for mail in busy if not mail.secret_seed]
        if len(news) >= HANDS_FOR_NEWS:
            waiting.append(~_IS_NEWS)
        with_secret = [_domain(mail) for mail in busy if mail.secret_seed]
        waiting += [or_(~_IS_NEWS, ~_is_at(domain)) for domain in _at_least(NEWS_A_DOMAIN, news)]
        waiting += [or_(_IS_NEWS, ~_is_at(domain)) for domain in _at_least(SECRETS_A_DOMAIN, with_secret)]
        return waiting

    async def _mind_the_clock(self, now: datetime) -> None:
        """Work at the start and when the clock has jumped. A wait that began later than now begins now; after
        a jump ahead, leases that seem over are given again to their holders.
        """
        gap = now.timestamp() - self._elapsed()
        jump = 0.0 if self._gap is None else gap - self._gap
        if self._gap is not None and abs(jump) < JUMP_SECONDS:
            return
        if self._gap is not None:
            log.warning("clock_jumped", seconds=round(jump))
        too_late = select(OutboxMail).where(
            col(OutboxMail.due_at).is_not(None), col(OutboxMail.waits_since) > now
        )
        async with self.portal.database.transaction(write=True) as session:
            for mail in (await session.exec(too_late.with_for_update(skip_locked=True))).all():
                if mail.due_at and mail.waits_since:
                    mail.due_at, mail.waits_since = now + (mail.due_at - mail.waits_since), now
            if jump > 0:
                is_held = and_(col(OutboxMail.due_at).is_not(None), col(OutboxMail.taken_by) != "")
                await session.exec(update(OutboxMail).where(is_held).values(due_at=now + LEASE))
        self._gap = gap

    async def _deliver(self, mail: OutboxMail) -> bool:
        error, is_final = "", False
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await self._prepare_password(mail)
                await self.postbox.post(await letter_of(self.portal, self.templates, mail))
        except Undelivered as undelivered:
            error, is_final = str(undelivered)[:300], isinstance(undelivered, Unmailable)
        except TimeoutError:
            error = f"Le serveur de courrier n’a pas fini en {DEADLINE_SECONDS:.0f} secondes"
        except Exception as fault:
            log.exception("mail_fault", template=mail.template)
            error = f"{type(fault).__name__}"
        await self._note(mail, error, is_final=is_final)
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

    async def _note(self, mail: OutboxMail, error: str, *, is_final: bool) -> None:
        """Write the outcome of a letter. A letter that left and is not marked leaves again, so this is tried
        more than once while the lease lasts.
        """
        for pause in (*NOTE_PAUSES, 0.0):
            try:
                await self._write_note(mail, error, clock.now(), is_final=is_final)
                return
            except Exception:
                log.exception("dispatcher", template=mail.template)
            await asyncio.sleep(pause)

    async def _write_note(self, mail: OutboxMail, error: str, now: datetime, *, is_final: bool) -> None:
        """A departure is written whoever holds the letter now; a failure only by its holder."""
        noted: dict[str, Any] = {"last_error": error, "taken_by": ""}
        where = [col(OutboxMail.id) == mail.key, col(OutboxMail.sent_at).is_(None)]
        if not error:
            noted |= {"sent_at": now, "due_at": None, "failed_at": None, "secret_seed": ""}
        elif is_final or mail.attempts >= ATTEMPTS:
            noted |= {"failed_at": now, "due_at": None}
            log.error("mail_given_up", template=mail.template, attempts=mail.attempts)
        else:
            pause = pause_after(mail.attempts)
            noted |= {"due_at": now + pause, "waits_since": now}
            self._pauses[mail.key] = self._elapsed() + pause.total_seconds()
        if error:
            where += [col(OutboxMail.taken_by) == self._name, col(OutboxMail.attempts) == mail.attempts]
        async with self.portal.database.transaction(write=True) as session:
            await session.exec(update(OutboxMail).where(*where).values(**noted))


def pause_after(attempts: int) -> timedelta:
    """1, 5, 15, 60 minutes, then every hour."""
    return timedelta(minutes=RETRY_MINUTES[min(attempts, len(RETRY_MINUTES)) - 1])


# The seed of a letter that left is wiped, so this is asked of those that wait.
# Written out: SQLite reads an index of some rows only where it sees which.
_IS_NEWS: ColumnElement[bool] = col(OutboxMail.secret_seed) == literal_column("''")


def _is_due(now: datetime, ripe: list[int]) -> ColumnElement[bool]:
    """True when the letter is due by the clock, or by the time that passed since it was refused here."""
    is_ripe = and_(col(OutboxMail.id).in_(ripe), col(OutboxMail.taken_by) == "")
    return and_(col(OutboxMail.due_at).is_not(None), or_(col(OutboxMail.due_at) <= now, is_ripe))


def _domain(mail: OutboxMail) -> str:
    return mail.recipient.rpartition("@")[2].lower()


def _is_at(domain: str) -> ColumnElement[bool]:
    return func.lower(OutboxMail.recipient).endswith(f"@{domain}", autoescape=True)


def _at_least(most: int, domains: list[str]) -> list[str]:
    return [domain for domain, number in Counter(domains).items() if number >= most]


def _newer_than(mail: OutboxMail) -> SelectOfScalar[OutboxMail]:
    return select(OutboxMail).where(
        OutboxMail.account_id == mail.account_id,
        OutboxMail.template == mail.template,
        col(OutboxMail.id) > mail.key,
    )
