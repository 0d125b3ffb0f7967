"""A few places and many who want one: each has one at a time, and those who wait are served in turn."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Full(Exception):  # noqa: N818
    """The queue is full, for this owner or for all."""


class FairQueue:
    """A queue that goes round the owners, not their files: the sender of a hundred files waits for their own.

    `each` and `everybody`: how many may wait, of one owner and in all. For one event loop.
    """

    def __init__(self, places: int, *, each: int, everybody: int) -> None:
        self._free = places
        self._each, self._everybody = each, everybody
        self._served: set[int] = set()
        self._waiting: OrderedDict[int, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def place(self, owner: int) -> AsyncIterator[None]:
        await self._taken(self._asked(owner), owner)
        try:
            yield
        finally:
            self._leave(owner)

    def _asked(self, owner: int) -> asyncio.Future[None]:
        mine = self._waiting.get(owner, ())
        if len(mine) >= self._each or sum(map(len, self._waiting.values())) >= self._everybody:
            raise Full
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(owner, deque()).append(place)
        self._serve()
        return place

    async def _taken(self, place: asyncio.Future[None], owner: int) -> None:
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():
                self._leave(owner)  # It was given, and its owner had just gone.
            elif place in self._waiting.get(owner, ()):
                self._waiting[owner].remove(place)
                self._forget(owner)
            raise

    def _leave(self, owner: int) -> None:
        self._served.discard(owner)
        self._free += 1
        self._serve()

    def _serve(self) -> None:
        while self._free and (owner := self._next()) is not None:
            place = self._waiting[owner].popleft()
            self._waiting.move_to_end(owner)
            self._forget(owner)
            if place.cancelled():
                continue
            self._free -= 1
            self._served.add(owner)
            place.set_result(None)

    def _next(self) -> int | None:
        return next((owner for owner in self._waiting if owner not in self._served), None)

    def _forget(self, owner: int) -> None:
        if not self._waiting[owner]:
            del self._waiting[owner]
