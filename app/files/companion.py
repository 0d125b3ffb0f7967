"""A process of ours with its own connection to the database, for long work that the pages must not feel.

What works in the portal's own process, on its loop or in its threads, takes turns with everybody's pages: of
a page that asks for Python's lock ten times, each time waits. Here work is asked by number over two pipes,
a line of JSON and its bytes each way, and many may be under way at once. The process starts with the first
question, ends when none came for ten minutes, with the portal, or killed; the next question starts another.

What it is asked, and by whom it is answered: the module that is started (`app.imports.beside`).
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import count
from typing import Any

import structlog

from app.files.apart import start_apart, streams_of

REST = 600.0  # seconds: a person looks for the file to send
LONGEST_HEAD = 1024 * 1024  # bytes of one line
NICE = 5

log = structlog.get_logger()
Said = dict[str, Any]
Work = Callable[[Said, bytes], Awaitable[bytes]]


class Gone(Exception):  # noqa: N818
    """The process ended before it answered, could not start, or could not do this."""


class Companion:
    """One for each portal. `told`: what its process has to know, secrets too: it goes through a pipe."""

    def __init__(self, module: str, told: Said) -> None:
        self._module, self._told = module, told
        self._starting = asyncio.Lock()
        self._process: _Process | None = None
        self._rest: asyncio.TimerHandle | None = None

    async def wake(self) -> None:
        """Start it ahead of a question that is about to come."""
        with contextlib.suppress(Gone):
            await self._started()
            self._let_rest()

    async def ask(self, what: str, said: Said, content: bytes = b"") -> bytes:
        """The answer to one question, or `Gone`. Who stops waiting stops the work."""
        process = await self._started()
        try:
            return await process.ask({**said, "what": what}, content)
        finally:
            self._let_rest()

    def tell(self, what: str, said: Said) -> None:
        """Have this done, if the process is there: nobody waits for it."""
        if self._process and not self._process.is_ending:
            self._process.tell({**said, "what": what})

    async def close(self) -> None:
        self._end()
        if self._process:
            await self._process.over

    async def _started(self) -> "_Process":
        if self._rest:
            self._rest.cancel()
        async with self._starting:
            if self._process is None or self._process.is_ending:
                try:
                    popen = await asyncio.to_thread(start_apart, self._module, is_trusted=True)
                except OSError as error:
                    log.error("companion_not_started", reason=type(error).__name__)
                    raise Gone from None
                streams = await streams_of(popen.stdout, popen.stdin, LONGEST_HEAD)
                self._process = _Process(popen, *streams, self._told)
            return self._process

    def _let_rest(self) -> None:
        """End it after a while without a question: from this side, so that none is asked of one that ends."""
        if self._rest:
            self._rest.cancel()
        if self._process and not self._process.is_asked:
            self._rest = asyncio.get_running_loop().call_later(REST, self._end)

    def _end(self) -> None:
        if self._rest:
            self._rest.cancel()
        if self._process:
            self._process.end()


class _Process:
    """One of them, as long as it lives. `over`: done once it has ended."""

    def __init__(
        self,
        popen: subprocess.Popen[bytes],
        stdout: asyncio.StreamReader,
        stdin: asyncio.StreamWriter,
        told: Said,
    ) -> None:
        self._popen, self._stdout, self._stdin = popen, stdout, stdin
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Future[bytes]] = {}
        stdin.write(_framed(told))
        self.over = asyncio.create_task(self._listen())

    @property
    def is_ending(self) -> bool:
        return self._stdin.is_closing()

    @property
    def is_asked(self) -> bool:
        return bool(self._answers)

    def end(self) -> None:
        self._stdin.close()

    def tell(self, said: Said) -> None:
        self._stdin.write(_framed({"number": next(self._numbers), **said}))

    async def ask(self, said: Said, content: bytes) -> bytes:
        number = next(self._numbers)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            self._stdin.write(_framed({**said, "number": number}, content))
            await self._stdin.drain()
            return await answer
        except ConnectionError:
            raise Gone from None
        except asyncio.CancelledError:
            self.tell({"number": number, "what": STOP})
            raise
        finally:
            del self._answers[number]

    async def _listen(self) -> None:
        try:
            while framed := await _next(self._stdout):
                head, content = framed
                answer = self._answers.get(head["number"])
                if answer and not answer.done():
                    answer.set_result(content) if head["is_done"] else answer.set_exception(Gone())
        finally:
            self.end()
            if self._answers:
                log.error("companion_died", questions=len(self._answers))
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(Gone())
            self._popen.kill()
            await asyncio.to_thread(self._popen.wait)


# In the process itself.

STOP = "stop"


def answer_questions(works: Callable[[Said], Mapping[str, Work]]) -> None:
    """All the work of the process, until its questions end. `works`: from what it was told, what answers each
    kind of question.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICE)
    # What is printed, the log too, is no answer.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    with contextlib.suppress(BrokenPipeError, ConnectionError):
        asyncio.run(_answer_all(works, answers))


async def _answer_all(works: Callable[[Said], Mapping[str, Work]], answers: Any) -> None:
    questions, stdout = await streams_of(sys.stdin.buffer, answers, LONGEST_HEAD)
    if not (told := await _next(questions)):
        return
    known, under_way = works(told[0]), dict[int, asyncio.Task[None]]()
    while framed := await _next(questions):
        head, content = framed
        number, what = head["number"], head["what"]
        if what == STOP:
            if task := under_way.get(number):
                task.cancel()
            continue
        task = asyncio.create_task(_answer(known[what], head, content, stdout))
        under_way[number] = task
        task.add_done_callback(partial(_forget, under_way, number))
    for task in under_way.values():
        task.cancel()
    await asyncio.gather(*under_way.values(), return_exceptions=True)


def _forget(under_way: dict[int, asyncio.Task[None]], number: int, _done: asyncio.Task[None]) -> None:
    del under_way[number]


async def _answer(work: Work, head: Said, content: bytes, stdout: asyncio.StreamWriter) -> None:
    answer, is_done = b"", False
    try:
        answer, is_done = await work(head, content), True
    except Exception:
        log.exception("companion_work", what=head["what"])
    with contextlib.suppress(ConnectionError):  # Nobody hears it any more.
        stdout.write(_framed({"number": head["number"], "is_done": is_done}, answer))
        await stdout.drain()


def _framed(head: Said, content: bytes = b"") -> bytes:
    return b"".join([json.dumps({**head, "size": len(content)}).encode(), b"\n", content])


async def _next(stream: asyncio.StreamReader) -> tuple[Said, bytes] | None:
    """A line of JSON and its bytes; None once the other side has ended."""
    try:
        head: Said = json.loads(await stream.readline())
        return head, await stream.readexactly(head.pop("size"))
    except (ValueError, KeyError, asyncio.IncompleteReadError, ConnectionError):
        return None
