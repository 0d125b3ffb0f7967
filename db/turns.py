"""Turns at the database: a writer before the readers, and nobody waits for ever."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from db.shortage import RETRY_AFTER, Busy

# The whole time that one request may wait for the database: its places in the queue and the locks of other
# programs, over all its transactions. Later than that, people have left the page or sent it again.
SECONDS = 10.0
# A reader waits less for a turn: the page is asked for again at no cost, and in a crowd those who are
# served have it within three seconds, however slow the machine.
READER_SECONDS = 2.0
UNHURRIED_SECONDS = 120.0


class Patience:
    """The time left that one request may wait, and the longest wait of a reader for a turn."""

    def __init__(self, seconds: float | None = None, reader: float | None = None) -> None:
        self.left = SECONDS if seconds is None else seconds
        self.reader = READER_SECONDS if reader is None else reader
        self.is_over = False

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Take the time spent inside from the time left."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.left = max(0.0, self.left - (time.monotonic() - began))


_patience: ContextVar[Patience] = ContextVar("patience")


@contextmanager
def one_request(seconds: float | None = None, reader: float | None = None) -> Iterator[None]:
    """All that is waited for inside is one wait."""
    mine = Patience(seconds, reader)
    before = _patience.set(mine)
    try:
        yield
    finally:
        mine.is_over = True
        _patience.reset(before)


def unhurried() -> AbstractContextManager[None]:
    """Work beside the requests, before which nobody sits: in a crowd it waits longer than they do."""
    return one_request(UNHURRIED_SECONDS, UNHURRIED_SECONDS)


def patience() -> Patience:
    """The request's. Work that goes on beside requests, or after its own, has a new one for each wait."""
    mine = _patience.get(None)
    return mine if mine and not mine.is_over else Patience()


def is_hurried() -> bool:
    """Somebody sits before what is done here: a request does little, and little at a time."""
    mine = _patience.get(None)
    return mine is not None and not mine.is_over and mine.reader < UNHURRIED_SECONDS


class Turns:
    """At most so many write at once, and so many read; while somebody writes or waits to, fewer read.

    Each step of a writer waits for whatever the other requests do in between: with 200 readers under way a
    write took 16 s. Readers are not shut out, since a writer may always be there.
    """

    def __init__(self, *, writers: int, readers: int, beside_a_writer: int) -> None:
        self._writers, self._readers, self._beside_a_writer = writers, readers, beside_a_writer
        self._writing = self._reading = 0
        self._queues: dict[bool, deque[asyncio.Future[None]]] = {True: deque(), False: deque()}

    async def acquire(self, *, write: bool) -> None:
        """Wait for a turn, or raise `Busy` once the request has waited enough."""
        queue = self._queues[write]
        if self._may(write=write) and not queue:
            self._enter(write=write)
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(mine)
        left = patience()
        try:
            with left.spent():
                async with asyncio.timeout(left.left if write else min(left.left, left.reader)):
                    await mine
        except BaseException as error:
            if mine.done() and not mine.cancelled():
                self.release(write=write)
            else:
                if mine in queue:
                    queue.remove(mine)
                # A writer who gives up may have held readers back.
                self._call()
            if isinstance(error, TimeoutError):
                raise Busy(RETRY_AFTER) from None
            raise

    def release(self, *, write: bool) -> None:
        if write:
            self._writing -= 1
        else:
            self._reading -= 1
        self._call()

    def _call(self) -> None:
        """Give the turns that are free, to writers first."""
        for write in (True, False):
            queue = self._queues[write]
            while queue and self._may(write=write):
                mine = queue.popleft()
                # Cancelled, it waits no longer, and has no turn to give back.
                if not mine.done():
                    self._enter(write=write)
                    mine.set_result(None)

    def _may(self, *, write: bool) -> bool:
        if write:
            return self._writing < self._writers
        is_written = self._writing or self._queues[True]
        return self._reading < (self._beside_a_writer if is_written else self._readers)

    def _enter(self, *, write: bool) -> None:
        if write:
            self._writing += 1
        else:
            self._reading += 1


class Turn:
    """Held from the start of a transaction to its end; it can be given back for a while."""

    def __init__(self, turns: Turns, *, write: bool) -> None:
        self._turns = turns
        self._write = write
        self._has_one = False

    @property
    def is_held(self) -> bool:
        """Somebody else's writing would wait for this one."""
        return self._write and self._has_one

    async def acquire(self) -> None:
        await self._turns.acquire(write=self._write)
        self._has_one = True

    def release(self) -> None:
        if self._has_one:
            self._has_one = False
            self._turns.release(write=self._write)

    def __enter__(self) -> None:
        """Held or not: leaving gives it back."""

    def __exit__(self, *_: object) -> None:
        self.release()
