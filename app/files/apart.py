"""Processes of ours beside the portal: they end with their standard input, and most know no secret."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
# All that a Python needs to start; no PORTAIL_… variable, no password of anything else.
PASSED_VARIABLES = {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT", "TZ"}


def start_apart(module: str, *, is_trusted: bool = False) -> subprocess.Popen[bytes]:
    """`python -m <module>`, not yet connected; `OSError` when the system has no room for it. A trusted one
    may know what the portal knows, and its log goes where ours does.

    Called in a thread: the loop that serves the pages would copy the map of all its memory to start one, and
    answer nobody for 20 ms; Python's own way takes 2.
    """
    few = {name: value for name, value in os.environ.items() if name in PASSED_VARIABLES}
    return subprocess.Popen(  # noqa: S603 - our own module, by its name
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if is_trusted else subprocess.DEVNULL,
        env=None if is_trusted else few,
        cwd=ROOT,
    )


async def streams_of(
    incoming: IO[bytes] | None, outgoing: IO[bytes] | None, longest_line: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Two pipes, for this loop. `longest_line`, in bytes: to read a longer one is a `ValueError`."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=longest_line)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), incoming)
    kind: Any = asyncio.streams.FlowControlMixin
    transport, protocol = await loop.connect_write_pipe(kind, outgoing)
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)
