"""Passwords: hashed off the event loop, and judged when they are chosen."""

import asyncio
import contextlib
import math
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import bcrypt
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.errors import Busy
from app.keys import Keys

MINIMUM, MAXIMUM = 12, 128
ENTROPY_BITS = 50  # CNIL, deliberation 2022-100: without other measures than a limit on attempts.
QUEUE = 40  # about ten seconds of hashing
FRENCH_FAVOURITES = frozenset(
    [
        "azertyuiop", "azertyuiopqs", "azertyuiopqsdfghjklm", "bonjour", "chocolat", "doudou", "entreprise",
        "jetaime", "loulou", "marseille", "monmotdepasse", "motdepasse", "santeautravail", "soleil",
    ]
)  # fmt: skip


class Passwords:
    """bcrypt in one thread of low priority: a storm of sign-ins leaves the other pages their time."""

    def __init__(self, keys: Keys, cost: int = 12) -> None:
        self._keys = keys
        self._cost = cost
        self._thread = ThreadPoolExecutor(1, "bcrypt", initializer=_lower_priority)
        self._waiting = 0
        # Compared with when there is no account, so that its absence takes the same time.
        self._nobody = bcrypt.hashpw(b"nobody", bcrypt.gensalt(cost)).decode()

    async def hashed(self, password: str) -> str:
        peppered = self._keys.peppered(password)
        return (await self._run(lambda: bcrypt.hashpw(peppered, bcrypt.gensalt(self._cost)))).decode()

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Whether this is the password. The same work with no hash or a malformed one: a failed sign-in."""
        peppered = self._keys.peppered(password)
        target = hashed if hashed and len(hashed) == 60 and hashed.startswith("$2") else self._nobody

        def compare() -> bytes:
            try:
                return b"1" if bcrypt.checkpw(peppered, target.encode()) else b""
            except ValueError:
                return b""

        return bool(await self._run(compare)) and target == hashed

    async def _run(self, work: Callable[[], bytes]) -> bytes:
        if self._waiting >= QUEUE:
            raise Busy(retry_after=10)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)


def _lower_priority() -> None:
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)


def entropy(password: str) -> float:
    """L·log2(N) in bits, N being the size of the alphabets that the password uses (CNIL 2022-100)."""
    sizes = (
        (26, str.islower), (26, str.isupper), (10, str.isdigit),
        (37, lambda c: not c.isalnum()), (100, lambda c: c.isalpha() and c.lower() == c.upper()),
    )  # fmt: skip
    alphabet = sum(size for size, has in sizes if any(has(c) for c in password))
    distinct = len(set(password))
    return len(password) * math.log2(min(alphabet, max(distinct * 4, 1))) if alphabet else 0.0


@cache
def _blocklist() -> frozenset[str]:
    """The passwords that leaks show most, plus French ones that the list, made in English, leaves out."""
    return frozenset(FREQUENCY_LISTS["passwords"]) | FRENCH_FAVOURITES


def weakness(password: str, context: list[str]) -> str:
    """Why this password may not be chosen, in French, or nothing. `context`: names and codes around the
    person.
    """
    if len(password) < MINIMUM:
        return f"Choisissez au moins {MINIMUM} caractères : celui-ci en compte {len(password)}."
    if len(password) > MAXIMUM:
        return f"Choisissez au plus {MAXIMUM} caractères."
    folded = password.casefold()
    bare = folded.strip("0123456789!?.*-_ ")
    halves = {bare[: len(bare) // 2], bare[len(bare) // 2 :]}
    if not _blocklist().isdisjoint({bare, folded}) or (len(halves) == 1 and bare and halves <= _blocklist()):
        return "Ce mot de passe figure parmi les plus utilisés : il serait deviné tout de suite."
    for word in context:
        if len(word) >= 4 and word.casefold() in folded:
            left = folded.replace(word.casefold(), "")
            if len(left) < 8:
                return f"Ce mot de passe repose sur « {word} », que d’autres connaissent."
    if entropy(password) < ENTROPY_BITS:
        return "Ce mot de passe est trop répétitif. Trois ou quatre mots sans rapport conviennent bien."
    return ""
