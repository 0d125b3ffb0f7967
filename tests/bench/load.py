"""Load from a process of its own, over connections that are kept open.

    python -m tests.bench.load flood URL SECONDS CONNECTIONS [HEADER…]    as many requests as are answered
    python -m tests.bench.load pace URL SECONDS A_SECOND [HEADER…]        at a steady pace, each one timed

Prints one JSON object: `answered`, `failed`, `seconds`; `p99`, in milliseconds, of each whole second; the
median and the p99 of all, in seconds, as `usual` and `slowest`.
"""

import asyncio
import gc
import json
import sys
import time
from urllib.parse import urlsplit

import httptools

# The server closes a connection that was left alone for five seconds.
LEFT_ALONE = 2.0


class Connection(asyncio.Protocol):
    """One request at a time: `ask` returns the status once the whole answer is there."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[int] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._used_at = time.perf_counter()

    @property
    def is_fresh(self) -> bool:
        return not self._transport.is_closing() and time.perf_counter() - self._used_at < LEFT_ALONE

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._parser.feed_data(data)

    def connection_lost(self, _error):
        if self._answer and not self._answer.done():
            self._answer.set_result(0)

    def on_message_complete(self):
        status = self._parser.get_status_code()
        # The parser cannot be asked for another answer from within its own callback.
        self._parser = httptools.HttpResponseParser(self)
        self._answer.set_result(status)

    async def ask(self, request: bytes) -> int:
        if self._transport.is_closing():
            return 0
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        status = await self._answer
        self._used_at = time.perf_counter()
        return status

    def close(self) -> None:
        self._transport.close()


class Load:
    """A request to one address, repeated. `times`: when each 200 was asked for, and how long it took."""

    def __init__(self, url: str, headers: list[str]) -> None:
        parts = urlsplit(url)
        asked = f"?{parts.query}" if parts.query else ""
        self._host, self._port = parts.hostname, parts.port
        lines = [f"GET {parts.path or '/'}{asked} HTTP/1.1", f"Host: {parts.netloc}", *headers]
        self._request = "\r\n".join([*lines, "", ""]).encode()
        self._free: list[Connection] = []
        self.times: list[tuple[float, float]] = []
        self.failed = 0

    async def flood(self, seconds: float, connections: int) -> None:
        end = time.perf_counter() + seconds
        await asyncio.gather(*(self._until(end) for _ in range(connections)))

    async def pace(self, seconds: float, a_second: float) -> None:
        """Sent on time whether or not the earlier ones are answered: a pause of the server is felt by all."""
        start = time.perf_counter()
        under_way = set()
        for number in range(int(seconds * a_second)):
            await asyncio.sleep(max(0.0, start + number / a_second - time.perf_counter()))
            task = asyncio.create_task(self._borrowed())
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)

    async def _until(self, end: float) -> None:
        connection = await self._opened()
        while time.perf_counter() < end:
            await self._timed(connection)
        connection.close()

    async def _borrowed(self) -> None:
        connection = self._free.pop() if self._free else await self._opened()
        if not connection.is_fresh:
            connection.close()
            connection = await self._opened()
        await self._timed(connection)
        self._free.append(connection)

    async def _opened(self) -> Connection:
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(Connection, self._host, self._port))[1]

    async def _timed(self, connection: Connection) -> None:
        start = time.perf_counter()
        if await connection.ask(self._request) == 200:
            self.times.append((start, time.perf_counter() - start))
        else:
            self.failed += 1
            await asyncio.sleep(0.01)


def slowest_by_second(times: list[tuple[float, float]]) -> list[float]:
    """The 99th centile of each second, in milliseconds: a busy neighbour spoils some seconds, not all."""
    first = min((asked for asked, _ in times), default=0.0)
    seconds: dict[int, list[float]] = {}
    for asked, taken in times:
        seconds.setdefault(int(asked - first), []).append(taken)
    return [sorted(each)[int(len(each) * 0.99)] * 1000 for each in seconds.values()]


def main(manner: str, url: str, seconds: str, number: str, *headers: str) -> None:
    load = Load(url, list(headers))
    gc.freeze()
    gc.disable()
    start = time.perf_counter()
    asyncio.run(getattr(load, manner)(float(seconds), int(number)))
    told = {"answered": len(load.times), "failed": load.failed, "seconds": time.perf_counter() - start}
    told["p99"] = slowest_by_second(load.times)
    taken = sorted(each for _, each in load.times) or [0.0]
    told |= {"usual": taken[len(taken) // 2], "slowest": taken[int(len(taken) * 0.99)]}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
