"""A process killed before one of its statements, as `kill -9` does it: in a child, made by a fork."""

import os
import signal
import time
from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.engine import Engine


def killed_at(statement: int, work: Callable[[], None]) -> bool:
    """Whether the work was killed before this statement, commits counted. A failure of its own is raised."""
    child = os.fork()
    if not child:
        _kill_before(statement)
        work()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def killed_after(seconds: float, work: Callable[[], None]) -> bool:
    """The same at any instant, in the middle of a commit too. False when the work had ended by then."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def _kill_before(statement: int) -> None:
    passed = 0

    def count(*_):
        nonlocal passed
        passed += 1
        if passed == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
