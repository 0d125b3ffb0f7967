"""The readers of `tests.bench.service`: `python -m tests.bench.service_load FILE SECONDS`.

Each request leaves on time whether or not earlier ones are answered. Prints one JSON object: for `staff` and
`employers` the number `answered` and `failed`, and `usual`, `p95`, `p99` in seconds; `slow`: addresses;
`processor`: the seconds that the readers used themselves.
"""

import asyncio
import gc
import json
import re
import sys
import time
from collections import defaultdict
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from urllib.parse import quote, urlsplit

from tests.bench.load import Connection
from tests.bench.service import EMPLOYER_PACE, STAFF_PACE

WARM = 20  # seconds at half the pace, not counted
SAME = re.compile(r"/\d+", re.ASCII)


class Readers:
    def __init__(self, asked: dict[str, Any]) -> None:
        self.asked, self.draw = asked, Random(7)
        self.places = [(parts.hostname, parts.port) for parts in map(urlsplit, asked["urls"])]
        self.free: dict[int, list[Connection]] = defaultdict(list)
        self.times: dict[str, list[tuple[str, float]]] = defaultdict(list)
        self.failed: dict[str, int] = defaultdict(int)

    async def pace(self, who: str, seconds: float, a_second: float) -> None:
        start, under_way = time.perf_counter(), set()
        for number in range(int(seconds * a_second)):
            await asyncio.sleep(max(0.0, start + number / a_second - time.perf_counter()))
            task = asyncio.create_task(self._one(who))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)

    async def _one(self, who: str) -> None:
        session, addresses = self.draw.choice(self.asked[who])
        path, server = quote(self.draw.choice(addresses), safe="/?=&"), self.draw.randrange(len(self.places))
        began = time.perf_counter()
        connection = await self._connection(server)
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.places[server][1]}"]
        lines += ["Accept-Encoding: br", f"Cookie: session={session}", "", ""]
        if await connection.ask("\r\n".join(lines).encode()) == 200:
            self.times[who].append((SAME.sub("/N", path.partition("?")[0]), time.perf_counter() - began))
        else:
            self.failed[who] += 1
        self.free[server].append(connection)

    async def _connection(self, server: int) -> Connection:
        while self.free[server]:
            if (connection := self.free[server].pop()).is_fresh:
                return connection
            connection.close()
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(Connection, *self.places[server]))[1]

    def told(self) -> dict[str, Any]:
        by_path: dict[str, list[float]] = defaultdict(list)
        told: dict[str, Any] = {}
        for who, times in self.times.items():
            for path, taken in times:
                by_path[path].append(taken)
            taken = sorted(each for _, each in times)
            at = {name: taken[int(len(taken) * share)] for name, share in (("p95", 0.95), ("p99", 0.99))}
            told[who] = at | {"usual": median(taken), "answered": len(taken), "failed": self.failed[who]}
        slow = sorted(((path, median(each)) for path, each in by_path.items()), key=lambda pair: -pair[1])
        return told | {"slow": slow[:9], "processor": time.process_time()}


async def _read(asked: dict[str, Any], seconds: float) -> dict[str, Any]:
    paces = {"staff": STAFF_PACE * asked["share"], "employers": EMPLOYER_PACE * asked["share"]}
    warm, readers = Readers(asked), Readers(asked)
    # Each process writes its templates and statements once: a service at work did so in the morning.
    await asyncio.gather(*(warm.pace(who, WARM, pace / 2) for who, pace in paces.items()))
    await asyncio.gather(*(readers.pace(who, seconds, pace) for who, pace in paces.items()))
    return readers.told()


if __name__ == "__main__":
    gc.freeze()
    gc.disable()
    print(json.dumps(asyncio.run(_read(json.loads(Path(sys.argv[1]).read_text()), float(sys.argv[2])))))
