"""The log: a line of JSON for each event. It says where a fault stood and of which kind, never its data.

The words of an exception often repeat the data: PostgreSQL says "Key (email)=(…) already exists" and shows
the row that broke a rule, a driver quotes the parameter that it could not send, `int("…")` quotes the text.
So a fault is told by its class, its lines of code and the names of what refused it; only classes whose words
are about code keep theirs.

A line of a request has its route and no address. Revisit when a fault cannot be found by that.
"""

import logging
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from typing import Any, TextIO

import msgspec
import structlog
from jinja2 import TemplateError
from sqlalchemy.exc import StatementError

ABOUT_CODE = (TypeError, AttributeError, NameError, RuntimeError, ImportError, TemplateError)
# Names of tables and columns alone: a CHECK may quote more.
SQLITE_NAMES = re.compile(r"(?:UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(?:: [\w., ]+)?")
POSTGRESQL_NAMES = ("sqlstate", "table_name", "column_name", "constraint_name")
LONGEST_STATEMENT = 500


def configure_logs() -> None:
    """Ours through structlog; those of the libraries by the same rules, on standard error."""
    structlog.configure(
        processors=[*PROCESSORS, structlog.processors.JSONRenderer(_as_json)],
        logger_factory=structlog.BytesLoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    logging.basicConfig(handlers=[LibraryHandler()], level=logging.WARNING)


def words_of(error: BaseException) -> str:
    """The class of a fault and what may be said of it."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    words = "; ".join(filter(None, _words(error)))
    return f"{name}: {words}" if words else name


def _words(error: BaseException) -> Iterator[str]:
    if isinstance(error, StatementError):
        if error.orig:
            yield words_of(error.orig)
        if error.statement:
            yield f"in {error.statement[:LONGEST_STATEMENT]}"
    elif isinstance(error, sqlite3.Error):
        yield getattr(error, "sqlite_errorname", "")
        if SQLITE_NAMES.fullmatch(str(error)):
            yield str(error)
    elif isinstance(error, OSError):
        yield error.strerror or ""
    elif isinstance(error, ABOUT_CODE):
        yield str(error)
    else:
        # SQLAlchemy's own class around asyncpg's keeps the state, asyncpg's the names.
        yield from (f"{name} {value}" for name in POSTGRESQL_NAMES if (value := getattr(error, name, None)))


def trace_words(error: BaseException) -> str:
    """The traceback, without the words that may hold data."""
    return "\n".join(_trace_lines(error, set()))


def _trace_lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _trace_lines(before, seen)
        yield "then:"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    yield words_of(error)
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield "among them:"
            yield from _trace_lines(each, seen)


def without_data(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """structlog's `format_exc_info`, by the rule of this module."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else None
    if given and error is None:
        error = sys.exception()
    if error is not None:
        event["exception"] = trace_words(error)
    return event


def _first_line(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """asyncio's further lines show the task, and in it the words of its exception."""
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


PROCESSORS: list[Any] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_data,
]


def as_line(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:
    return _as_json(event).decode()


def _as_json(event: Any, **_: Any) -> bytes:
    # A row or a form given by mistake would be written whole: its class is enough.
    return msgspec.json.encode(event, enc_hook=lambda value: type(value).__qualname__)


class LibraryHandler(logging.Handler):
    """Messages of uvicorn, asyncio and SQLAlchemy, by the same rules."""

    shown_on: TextIO | None = None

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=[_first_line],
                processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *PROCESSORS, as_line],
            )
        )

    def emit(self, record: logging.LogRecord) -> None:
        try:
            print(self.format(record), file=self.shown_on or sys.stderr, flush=True)
        except Exception:  # noqa: BLE001 - logging's own way: a log that fails stops nothing
            self.handleError(record)
