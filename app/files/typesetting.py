"""Drawing of PDF documents in processes of their own: pages wait neither for Typst nor for Python's lock, and
a portal that draws nothing keeps no typesetter in memory.

A drawing process (`python -m app.files.pdf`) starts with the first document, draws many, one at a time, and
ends by itself when it has rested for a minute, or with the portal. Each is served by one thread here.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from app.files.apart import start_apart

DRAWERS = max(1, min(4, os.cpu_count() or 1))
log = structlog.get_logger()
_threads = ThreadPoolExecutor(DRAWERS, "typst")
_mine = threading.local()


class Undrawn(Exception):  # noqa: N818 - a document, not an error of ours
    """Typst's reason for refusing a document, or that its process ended in the middle."""


async def typeset_apart(template: str, content: dict[str, Any], facts: dict[str, Any] | None = None) -> bytes:
    """The PDF of `templates/<template>`, or `Undrawn`: never an empty file. `content` and `facts`, which are
    those of an electronic invoice, are what JSON knows.
    """
    return await asyncio.get_running_loop().run_in_executor(_threads, _typeset, template, content, facts)


def _typeset(template: str, content: dict[str, Any], facts: dict[str, Any] | None = None) -> bytes:
    """The drawing of this thread's process. One that has ended (it rested, or somebody killed it) is replaced
    once.
    """
    order = json.dumps({"template": template, "content": content, "facts": facts}).encode() + b"\n"
    for _ in range(2):
        if (drawn := _drawn(_process(), order)) is not None:
            return drawn
        _forget()
    log.error("typesetter_died", template=template)
    raise Undrawn("the process that draws ended")


def _process() -> subprocess.Popen[bytes]:
    if not hasattr(_mine, "process"):
        _mine.process = start_apart("app.files.pdf")
    process: subprocess.Popen[bytes] = _mine.process
    return process


def _forget() -> None:
    with contextlib.suppress(AttributeError):
        _mine.process.kill()
        _mine.process.communicate()
        del _mine.process


def _drawn(process: subprocess.Popen[bytes], order: bytes) -> bytes | None:
    """The answer of the process to one order: see `app.files.pdf`. None when it has ended."""
    orders, answers = process.stdin, process.stdout
    if orders is None or answers is None:
        return None
    try:
        orders.write(order)
        orders.flush()
    except BrokenPipeError:
        return None
    head = answers.readline()
    if not head.endswith(b"\n"):
        return None
    answer = json.loads(head)
    if "refused" in answer:
        raise Undrawn(answer["refused"])
    drawn = answers.read(answer["size"])
    return drawn if len(drawn) == answer["size"] else None
