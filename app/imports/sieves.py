"""The sieve of a DSN while the file arrives: beside the pages, or here between them.

Either way the pay and the numbers of the Sécurité sociale are gone before anything of the file is stored.
"""

import asyncio
import time
from itertools import count

from app.employee_files.dsn import Sieve
from app.files.companion import Companion, Gone
from app.web.uploads import Cut

PIECE = 256 * 1024  # bytes sent at once: each costs a trip
_numbers = count(1)


class SieveHere:
    """In the process of the pages, resting after each piece as long as it worked: 5 MB take 50 ms."""

    def __init__(self) -> None:
        self._sieve = Sieve()

    async def feed(self, piece: bytes, *, is_last: bool = False) -> bytes:
        began = time.perf_counter()
        kept = self._sieve.feed(piece, is_last=is_last)
        await asyncio.sleep(time.perf_counter() - began)
        return kept

    def close(self) -> None:
        """Nothing is held elsewhere."""


class SieveApart:
    """In the companion: one that died in the middle has lost what it held, and the file is sent again."""

    def __init__(self, companion: Companion) -> None:
        self._companion, self._number = companion, next(_numbers)
        self._is_first = True
        self._held: list[bytes] = []

    async def feed(self, piece: bytes, *, is_last: bool = False) -> bytes:
        self._held.append(piece)
        if sum(map(len, self._held)) < PIECE and not is_last:
            return b""
        content, self._held = b"".join(self._held), []
        said = {"sieve": self._number, "is_first": self._is_first, "is_last": is_last}
        self._is_first = False
        try:
            return await self._companion.ask("sieve", said, content)
        except Gone:
            raise Cut from None

    def close(self) -> None:
        if not self._is_first:
            self._companion.tell("forget_sieve", {"sieve": self._number})


def sieve_of(companion: Companion | None) -> SieveHere | SieveApart:
    return SieveApart(companion) if companion else SieveHere()
