"""The platform of the tests in a process of its own, `python -m tests.bench.platform`: prints its address,
takes what it is given, ends with its standard input.
"""

import asyncio
import sys

from tests.platform.fake import FakePlatform


class Forgetful(FakePlatform):
    """Keeps no file: tens of thousands would fill the memory."""

    def add(self, *given, **more):
        return super().add(*given, **more | {"content": b""})


async def _serve() -> None:
    platform = await Forgetful().open()
    print(platform.url, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await platform.close()


if __name__ == "__main__":
    asyncio.run(_serve())
