"""Processes that serve one port together, and one above them that makes another when one of them dies.

Each is a fork of a process that has loaded everything, and shares with it what is only read. They wait at one
socket: what has connected while one of them dies is taken by another. When the one above them dies they end,
whatever killed it, since nobody would make them again. Revisit for a port that one of them could starve.
"""

import asyncio
import gc
import os
import signal
import socket
import time
from collections.abc import Callable

import structlog
import uvicorn
from uvicorn.config import STARTUP_FAILURE

log = structlog.get_logger()
WATCHED = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
ENDING = {signal.SIGTERM, signal.SIGINT}
YOUNG = 1.0  # seconds: whoever dies sooner would die again and again
PATIENCE = 15.0  # seconds: longer than a server waits for its last requests


class Worker(uvicorn.Server):
    """A server that ends with the process above it. `lifeline`: a pipe of which that one holds the end."""

    def __init__(self, config: uvicorn.Config, lifeline: int) -> None:
        super().__init__(config)
        self._lifeline = lifeline

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        asyncio.get_running_loop().add_reader(self._lifeline, self._end)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._lifeline)
        self.should_exit = True


class Workers:
    """`serve`: what each of them does until it ends, given its lifeline."""

    def __init__(self, number: int, serve: Callable[[int], None]) -> None:
        self._number, self._serve = number, serve
        self._lifeline, self._held = os.pipe()
        self._born: dict[int, float] = {}

    def run(self) -> int:
        """Until a signal ends them all; the code that the command ends with."""
        gc.freeze()
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        code = 0
        for _ in range(self._number):
            self._make()
        while not code and signal.sigwait(WATCHED) not in ENDING:
            code = self._replace_dead()
        self._end_all()
        return code

    def _make(self) -> None:
        child = os.fork()
        if child:
            self._born[child] = time.monotonic()
            return
        code = 1
        try:
            os.close(self._held)
            for each in ENDING:
                # Before it serves, and after.
                signal.signal(each, lambda *_: os._exit(0))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
            self._serve(self._lifeline)
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            log.exception("worker")
        finally:
            os._exit(code)

    def _replace_dead(self) -> int:
        """Code of a worker that could not begin to serve: another could not either. 0 when there is none."""
        for child, born, code in self._dead():
            if code == STARTUP_FAILURE:
                return code
            log.error("worker_died", pid=child, code=code)
            time.sleep(max(0.0, born + YOUNG - time.monotonic()))
            self._make()
        return 0

    def _dead(self) -> list[tuple[int, float, int]]:
        """Those that ended since, when they were born, and the code of their end."""
        ended = [os.waitpid(child, os.WNOHANG) for child in self._born]
        return [
            (child, self._born.pop(child), os.waitstatus_to_exitcode(status))
            for child, status in ended
            if child
        ]

    def _end_all(self) -> None:
        until = time.monotonic() + PATIENCE
        for child in self._born:
            os.kill(child, signal.SIGTERM)
        while self._born and (left := until - time.monotonic()) > 0:
            if not self._dead():
                signal.sigtimedwait({signal.SIGCHLD}, left)
        for child in self._born:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
