"""The limit on requests served at once. One more is asked to come back, at once and for next to nothing.

Three hundred readers and fifty writers more are served. Behind a queue without an end everybody waits, then
leaves, and what is computed for them is thrown away. Those inside take turns at the database, writers first
(`db/turns.py`), and one allowance of ten seconds covers every wait of a request. A shortage is 503, never 500
(`db/shortage.py`). Revisit with more than one process.
"""

import asyncio
import time
from collections.abc import Callable

import structlog
from litestar.types import Message, Receive, Scope, Send

from app.web.encodings import accepted_encoding, compressed
from db.shortage import RETRY_AFTER

log = structlog.get_logger()

# A page costs 2 to 5 ms of a processor, more while others are refused: the last of three hundred have it
# after 1 to 2 seconds, nobody after 3. Without a crowd a page is under way for 10 ms: three hundred at once
# is more than the members of one service send.
READING = 300
# A writer has filled in a form, and finds room when readers are refused.
WRITING = READING + 50
# They say whether the process lives and whether it can work: when it is crowded, that is what must be known.
EXEMPT = frozenset({"/healthz", "/readyz"})
TOLD_EVERY = 10.0  # seconds
# Whoever asks again without a pause is refused without end: beyond so many in a second, the answer waits a
# second. Otherwise those who are served would wait for all these refusals at each of their ten steps.
AT_ONCE, SLOWED = 50, 1.0


class Crowd:
    """Counts the requests under way. `page` renders the refusal: the same for everybody, made once."""

    def __init__(self, page: Callable[[], str]) -> None:
        self._page = page
        self._bodies: dict[str, bytes] = {}
        self._under_way = 0
        self._refused = 0
        self._told_at = -TOLD_EVERY
        self._second = self._in_this_second = 0

    def has_room(self, scope: Scope) -> bool:
        most = WRITING if scope.get("method") == "POST" else READING
        return scope["path"] in EXEMPT or self._under_way < most

    def __enter__(self) -> None:
        self._under_way += 1

    def __exit__(self, *_: object) -> None:
        self._under_way -= 1

    def not_counting(self, receive: Receive) -> Receive:
        """While its sender's network is slow, a request takes nobody's place."""

        async def unhurried() -> Message:  # type: ignore[type-arg,unused-ignore]
            self._under_way -= 1
            try:
                return await receive()  # type: ignore[return-value,unused-ignore]
            finally:
                self._under_way += 1

        return unhurried  # type: ignore[return-value,unused-ignore]

    async def refuse(self, scope: Scope, send: Send) -> None:
        self._tell()
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._in_this_second = second, 0
        self._in_this_second += 1
        if self._in_this_second > AT_ONCE:
            await asyncio.sleep(SLOWED)
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
        encoding = accepted_encoding(accepted, once=True)
        if encoding not in self._bodies:
            self._bodies[encoding] = compressed(self._page().encode(), encoding, once=True)[0]
        body = self._bodies[encoding]
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"vary", b"Accept-Encoding"),
            (b"retry-after", str(RETRY_AFTER).encode()),
        ]
        if encoding:
            headers.append((b"content-encoding", encoding.encode()))
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _tell(self) -> None:
        """A line for each would cost more than the answer."""
        self._refused += 1
        if time.monotonic() - self._told_at >= TOLD_EVERY:
            log.warning("crowded", refused=self._refused)
            self._told_at, self._refused = time.monotonic(), 0
