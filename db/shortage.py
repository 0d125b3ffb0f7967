"""Faults that may pass: the database is short of something, held, stopping, starting or away.

All else that a database refuses is a fault of ours, and no waiting will cure it.
"""

import errno
import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

RETRY_AFTER = 5  # seconds
# PostgreSQL, by class: the connection; disk, memory, connections; an operator, a stop or a start, a statement
# cut short; a transaction rolled back for another's sake; trouble of the machine (reading or writing a file).
CLASSES: Final = frozenset({"08", "53", "57", "40", "58"})
# A lock not given in time. The server takes no write, being a copy or told so: a sealed disk for SQLite.
STATES: Final = frozenset({"55P03", "25006"})
# SQLite: held (by another program, by a table of the same), no memory, a file that cannot be written or read
# or opened, no disk, a lock that is being handed over. What is corrupt stays so.
CODES: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
# The system: no room, no more files, processes or memory, a disk or a network that fails. Not a file that is
# absent, forbidden or no folder: that stays so.
ERRORS: Final = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
        errno.EAGAIN, errno.ENOBUFS, errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH,
    }
)  # fmt: skip
REFUSES_WRITING = (sqlite3.SQLITE_READONLY, "25006")


def may_pass(error: BaseException) -> bool:
    """Nothing was half written, and the same request may succeed in a while."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(may_pass, error.exceptions))
    if isinstance(error, PoolExhausted | MemoryError | ConnectionError | TimeoutError):
        return True
    if isinstance(error, OSError):
        return error.errno in ERRORS
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = _state(error)
    if state == sqlite3.SQLITE_ERROR and (first := _before(error)):
        return may_pass(first)
    if isinstance(state, int):
        return state in CODES
    return state in STATES or state[:2] in CLASSES


def _before(error: BaseException) -> BaseException | None:
    """The fault of the database that this one follows. SQLite takes a whole transaction back by itself when
    it runs short in the middle: that its savepoint is gone is then all that the rollback has to say.
    """
    before = error.__context__
    while before and _state(before) in {"", sqlite3.SQLITE_ERROR}:
        before = before.__context__
    return before


def refuses_writing(error: DBAPIError) -> bool:
    """The connection, or the whole database, only reads."""
    return _state(error) in REFUSES_WRITING


def _state(error: BaseException) -> int | str:
    """SQLite's primary code or PostgreSQL's state, however wrapped; "" when there is neither."""
    for each in (error, getattr(error, "orig", None), error.__cause__):
        if code := getattr(each, "sqlite_errorcode", None):
            return int(code) & 0xFF
        if state := getattr(each, "sqlstate", None):
            return str(state)
    return ""


BUSY = "Le portail a trop à faire en ce moment. Rien n’a été perdu : réessayez dans quelques secondes."


class Busy(Exception):  # noqa: N818
    """Too much work is waiting, or a resource is short. `retry_after` is in seconds; `words` are for the
    reader.
    """

    def __init__(self, retry_after: int, words: str = BUSY) -> None:
        super().__init__()
        self.retry_after = retry_after
        self.words = words
