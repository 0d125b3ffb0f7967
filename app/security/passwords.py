"""Passwords: hashed off the event loop, and judged when they are chosen.

Known browsers are compared first, then networks where any member signed in lately, then strangers, each with
places of their own. Were a network known only to the accounts that signed in from it, or had it a counter for
each account, guesses from there would tell which addresses have an account, or be multiplied by the networks.
A person shut out without a known browser has the reset by mail, which nobody can close. Revisit when storms
come from inside members' networks.
"""

import asyncio
import contextlib
import math
import os
import secrets
import string
import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, partial

import bcrypt

from app.security.keys import Keys
from app.text.search import folded
from db.numbers import is_digits
from db.shortage import Busy

MINIMUM, MAXIMUM = 12, 128
BCRYPT = "./" + string.ascii_letters + string.digits  # letters of a hash
ENTROPY_BITS = 50  # CNIL, deliberation 2022-100: without other measures than a limit on attempts.
PLACES, PLACES_OF_ONE = 40, 8  # in each lane; forty are about ten seconds of hashing
FRENCH_FAVOURITES = frozenset(
    [
        "azertyuiop", "azertyuiopqs", "azertyuiopqsdfghjklm", "bonjour", "chocolat", "doudou", "entreprise",
        "jetaime", "loulou", "marseille", "monmotdepasse", "motdepasse", "santeautravail", "soleil",
    ]
)  # fmt: skip


class Lane(IntEnum):
    """The queue in which a password waits to be hashed, in the order in which they are served.

    `KNOWN`: proved to be who they say, by a session, a link or a device of the account, and the portal
    itself. `NEARBY`: on a network where somebody signed in. `STRANGER`: anybody else.
    """

    KNOWN = 0
    NEARBY = 1
    STRANGER = 2


@dataclass(slots=True, eq=False)
class _Job:
    work: Callable[[], bytes]
    answer: asyncio.Future[bytes]


class Passwords:
    """bcrypt in one thread of low priority: a storm of sign-ins leaves the other pages their time.

    Each lane has places of its own, so that strangers never take those of known people, who wait for one
    comparison under way at most. `owner`: whose places these are; "" for the portal's own work.
    """

    def __init__(self, keys: Keys, cost: int = 12) -> None:
        self._keys = keys
        self._cost = cost
        self._thread = ThreadPoolExecutor(1, "bcrypt", initializer=_lower_priority)
        self._waiting: dict[Lane, deque[_Job]] = {lane: deque() for lane in Lane}
        self._held: dict[Lane, Counter[str]] = {lane: Counter() for lane in Lane}
        self._is_serving = False
        # Compared with when there is no account, so that its absence takes the same time: of no password.
        self._nobody = bcrypt.gensalt(cost).decode() + "".join(secrets.choice(BCRYPT) for _ in range(31))

    async def hashed(self, password: str, owner: str = "") -> str:
        """The hash of a new password, for a person already proved to be allowed to choose one."""
        peppered = self._keys.peppered(password)
        work = partial(bcrypt.hashpw, peppered, bcrypt.gensalt(self._cost))
        return (await self._run(work, Lane.KNOWN, owner)).decode()

    async def matches(self, password: str, hashed: str | None, lane: Lane, owner: str) -> bool:
        """True when this is the password. The same work with no hash or a malformed one: a failed sign-in."""
        peppered = self._keys.peppered(password)
        target = hashed if hashed and len(hashed) == 60 and hashed.startswith("$2") else self._nobody

        def compare() -> bytes:
            try:
                return b"1" if bcrypt.checkpw(peppered, target.encode()) else b""
            except ValueError:
                return b""

        return bool(await self._run(compare, lane, owner)) and target == hashed

    async def _run(self, work: Callable[[], bytes], lane: Lane, owner: str) -> bytes:
        held, waiting = self._held[lane], self._waiting[lane]
        if held.total() >= PLACES or (owner and held[owner] >= PLACES_OF_ONE):
            raise Busy(retry_after=10)
        job = _Job(work, asyncio.get_running_loop().create_future())
        held[owner] += 1
        waiting.append(job)
        self._serve_next()
        try:
            return await job.answer
        finally:
            held[owner] -= 1
            if not held[owner]:
                del held[owner]  # or every network that ever came would stay
            with contextlib.suppress(ValueError):
                waiting.remove(job)

    def _serve_next(self) -> None:
        queue = next((queue for queue in self._waiting.values() if queue), None)
        if self._is_serving or queue is None:
            return
        job = queue.popleft()
        self._is_serving = True
        running = asyncio.get_running_loop().run_in_executor(self._thread, job.work)
        running.add_done_callback(partial(self._give, job))

    def _give(self, job: _Job, done: asyncio.Future[bytes]) -> None:
        """Answer the request if it still waits: a thread cannot be interrupted, so the next one starts only
        now.
        """
        self._is_serving = False
        if done.cancelled():
            job.answer.cancel()
        elif not job.answer.done():
            fault = done.exception()
            job.answer.set_exception(fault) if fault else job.answer.set_result(done.result())
        self._serve_next()

    def close(self) -> None:
        for queue in self._waiting.values():
            while queue:
                queue.popleft().answer.cancel()
        self._thread.shutdown(cancel_futures=True)


def _lower_priority() -> None:
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)


def entropy(password: str) -> float:
    """L·log2(N) in bits, N being the size of the alphabets that the password uses (CNIL 2022-100)."""
    sizes = (
        (26, str.islower), (26, str.isupper), (10, is_digits),
        (37, lambda c: not c.isalnum()), (100, lambda c: c.isalpha() and c.lower() == c.upper()),
    )  # fmt: skip
    alphabet = sum(size for size, has in sizes if any(has(c) for c in password))
    distinct = len(set(password))
    return len(password) * math.log2(min(alphabet, max(distinct * 4, 1))) if alphabet else 0.0


@cache
def _blocklist() -> frozenset[str]:
    """The passwords that leaks show most, plus French ones that the list, made in English, leaves out."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - 12 MB, until somebody chooses a password

    return frozenset(FREQUENCY_LISTS["passwords"]) | FRENCH_FAVOURITES


def weakness(password: str, context: list[str]) -> str:
    """The reason why this password may not be chosen, in French, or nothing. `context`: names and codes
    around the person.
    """
    if len(password) < MINIMUM:
        return f"Choisissez au moins {MINIMUM} caractères : celui-ci en compte {len(password)}."
    if len(password) > MAXIMUM:
        return f"Choisissez au plus {MAXIMUM} caractères."
    plain = folded(password)
    bare = plain.strip("0123456789!?.*-_ ")
    halves = {bare[: len(bare) // 2], bare[len(bare) // 2 :]}
    if not _blocklist().isdisjoint({bare, plain}) or (len(halves) == 1 and bare and halves <= _blocklist()):
        return "Ce mot de passe figure parmi les plus utilisés : il serait deviné tout de suite."
    for word in context:
        known = folded(word)
        if len(known) >= 4 and known in plain:
            left = plain.replace(known, "")
            if len(left) < 8:
                return f"Ce mot de passe repose sur « {word} », que d’autres connaissent."
    if entropy(password) < ENTROPY_BITS:
        return "Ce mot de passe est trop répétitif. Trois ou quatre mots sans rapport conviennent bien."
    return ""
