"""A place in the queue of those who write."""

import asyncio


class Turn:
    """Held from the start of a writing transaction to its end; it can be given back for a while.

    `lock`: nothing when several may write at once.
    """

    def __init__(self, lock: asyncio.Lock | None) -> None:
        self._lock = lock
        self.is_held = False

    async def acquire(self) -> None:
        if self._lock:
            await self._lock.acquire()
        self.is_held = True

    def release(self) -> None:
        if self._lock and self.is_held:
            self._lock.release()
        self.is_held = False

    def __enter__(self) -> None:
        """Held or not: leaving gives it back."""

    def __exit__(self, *_: object) -> None:
        self.release()
