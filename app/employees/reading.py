"""An employee file, read in a process of its own: a hostile file can neither block nor kill the portal.

Within a `place` that is its owner's, `read_file` starts `python -m app.employees.worker`, hands it the bytes,
and hears lines of JSON. Nothing is written to disk; the process knows no secret of the portal.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import structlog

from app.addresses import reserved_accepted
from app.employees.fair_queue import FairQueue, Full

BIGGEST = 5 * 1024 * 1024  # bytes
MOST_ROWS = 5_000
SECONDS = 60.0
AT_ONCE = 2  # files read at the same time, by this process
TURNS = 5  # times SECONDS that a file waits for its place
WAITING_EACH, WAITING = 4, 60  # files of one person, and of all: each is in memory while it waits
LONGEST_LINE = 4 * 1024 * 1024  # bytes of one line of JSON
CROWDED = "Beaucoup de fichiers se lisent en ce moment : renvoyez le vôtre dans quelques minutes."
ROOT = Path(__file__).resolve().parents[2]
# All that a Python needs to start; no PORTAIL_… variable, no password of anything else.
KEPT = {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT", "TZ"}

log = structlog.get_logger()
Told = Callable[[int, int], Awaitable[None]]


class Unreadable(Exception):  # noqa: N818
    """Why nothing of the file was read: one sentence in French, for the person who sent it."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A person as the file tells them. `line`: where, from 1.

    `fields`: the columns that the file has, in their stored form, "" for an empty cell; a cell that could not
    be read is only in `reasons`, clauses in French that can follow « Ligne 4 : ».
    """

    line: int
    fields: dict[str, str]
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. `source`: "tableur" or "dsn". `columns`: [title in the file, field or ""]; without
    `has_titles` they are named by their letter, with the cell of the first person as an example.

    `missing`: titles of the required columns that were not recognised; there are then no rows.
    `notes`: sentences in French. `month`: of a DSN, "2026-11".
    """

    source: str
    columns: list[list[str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    rows: list[FileRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    month: str = ""
    has_titles: bool = True


async def read_file(
    content: bytes,
    name: str,
    *,
    siret: str = "",
    code: str = "",
    habits: Mapping[str, str],
    mapping: Mapping[str, str] | None = None,
    same: Mapping[str, str] | None = None,
    told: Told,
) -> Reading:
    """The whole file, or `Unreadable`. `habits` and `mapping`: folded title → field, or "" to leave it.
    `same`: field → what is stored for everybody of whom the file does not say it.

    `siret` and `code` are the company's: people of other establishments of a DSN are left out, rows of
    another code adhérent have a reason. `told(read, total)` is awaited now and then.
    """
    if len(content) > BIGGEST:
        raise Unreadable("Le fichier pèse plus de 5 Mio : envoyez-le en plusieurs fois.")
    if not content.strip():
        raise Unreadable("Le fichier est vide.")
    asked: dict[str, Any] = {"name": name, "siret": siret, "code": code, "reserved": reserved_accepted()}
    asked |= {"habits": dict(habits), "mapping": dict(mapping or {}), "same": dict(same or {})}
    said = json.dumps(asked).encode()
    try:
        async with asyncio.timeout(SECONDS):
            return await _heard(said + b"\n" + content, told)
    except TimeoutError:
        raise Unreadable(
            "La lecture du fichier a duré trop longtemps : envoyez-le en plusieurs fois ou réessayez."
        ) from None


_queues: WeakKeyDictionary[asyncio.AbstractEventLoop, FairQueue] = WeakKeyDictionary()


@contextlib.asynccontextmanager
async def place(owner: int, told: Told) -> AsyncIterator[None]:
    """One of the few places for a reader, over all the companies of this account; `Unreadable` when it is too
    long in coming. Waiting does not take of the time for reading.
    """
    queue = _queues.setdefault(
        asyncio.get_running_loop(), FairQueue(AT_ONCE, each=WAITING_EACH, everybody=WAITING)
    )
    async with contextlib.AsyncExitStack() as held:
        telling = asyncio.create_task(_tell_waiting(told))
        try:
            async with asyncio.timeout(TURNS * SECONDS):
                await held.enter_async_context(queue.place(owner))
        except (TimeoutError, Full):
            raise Unreadable(CROWDED) from None
        finally:
            telling.cancel()
        yield


async def _tell_waiting(told: Told) -> None:
    """So that a file that waits is not taken for one whose reading died."""
    while True:
        await asyncio.sleep(SECONDS)
        await told(0, 0)


async def _heard(sent: bytes, told: Told) -> Reading:
    try:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.employees.worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: kept for name, kept in os.environ.items() if name in KEPT},
            cwd=ROOT,
            limit=LONGEST_LINE,
        )
    except OSError as error:
        log.error("employee_reader_not_started", reason=type(error).__name__)
        raise Unreadable("La lecture n’a pas pu commencer : réessayez dans quelques minutes.") from None
    feeding = asyncio.create_task(_feed(worker, sent))
    try:
        return await _listen(worker, told)
    finally:
        feeding.cancel()
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        with contextlib.suppress(asyncio.CancelledError):
            await feeding
        # What it had already said is drained: its end would not be seen behind a pipe that is full.
        while worker.stdout and await worker.stdout.read(LONGEST_LINE):
            pass
        await worker.wait()


async def _feed(worker: asyncio.subprocess.Process, sent: bytes) -> None:
    """A worker that died does not listen to the end; what it said, or did not, tells why."""
    assert worker.stdin is not None  # noqa: S101
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        worker.stdin.write(sent)
        await worker.stdin.drain()
        worker.stdin.close()


async def _listen(worker: asyncio.subprocess.Process, told: Told) -> Reading:
    rows: list[FileRow] = []
    while said := await _next_words(worker):
        if "progress" in said:
            await told(*said["progress"])
        elif "rows" in said:
            rows += [FileRow(*row) for row in said["rows"]]
        elif "refused" in said:
            raise Unreadable(said["refused"])
        else:
            return Reading(**said["result"], rows=rows)
    log.error("employee_reader_died")
    raise Unreadable(
        "Ce fichier ne se lit pas : ouvrez-le dans votre tableur, enregistrez-le à nouveau au format .xlsx ou"
        " .csv, puis renvoyez-le."
    )


async def _next_words(worker: asyncio.subprocess.Process) -> dict[str, Any]:
    """One line of JSON; nothing when the process has died, or says what it should not."""
    assert worker.stdout is not None  # noqa: S101
    try:
        said = json.loads(await worker.stdout.readline())
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
