"""An employee file, read and compared in a process of its own: a hostile file can neither block nor kill the
portal, and nobody waits for Python's lock while 5 000 lines are compared.

Within a `place` that is its owner's, `compare_file` starts `python -m app.imports.worker`, hands it the list
and the bytes, and hears lines of JSON. The process has limits on memory, time and written files, and knows no
secret. The file is held, sealed, for 30 minutes (to correct its columns); of a DSN, the pay and the numbers
of the Sécurité sociale are taken out line by line as it arrives. Its rows wait in `importline` until applied,
dropped or a day old. Places go round the accounts, one at a time for each over all its companies; they are
those of one process, and several processes read as many files more.

All of it is work of `app.imports.beside`, a process of each portal beside its pages: read in the process of
the pages, a file made their slowest hundredth three times as slow (`python -m tests.bench beside`).
"""

import asyncio
import contextlib
import json
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

import structlog

from app.employee_files.kinds import MB, most_of
from app.employee_files.rows import Unreadable
from app.files.apart import start_apart, streams_of
from app.imports.fair_queue import FairQueue, Full
from app.text.addresses import reserved_accepted

SECONDS = 60.0
AT_ONCE = 2  # files read at the same time, by this process
TURNS = 5  # times SECONDS that a file waits for its place
WAITING_EACH, WAITING = 4, 60  # files of one person, and of all: each waits in the base
LONGEST_LINE = 4 * 1024 * 1024  # bytes of one line of JSON
CROWDED = "Beaucoup de fichiers se lisent en ce moment : renvoyez le vôtre dans quelques minutes."

log = structlog.get_logger()
Progress = Callable[[int, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The effect of a file. `source`, `columns`, `missing`, `notes`: as in Reading. `rows`: how many people
    it names. `said`: as in EmployeeImport. `teaches`: a correction of its columns is worth remembering.

    `bundles`: the columns of ImportLine but for its import, as JSON that only the database takes apart; none
    while `missing` names columns.
    """

    source: str
    columns: list[list[str]]
    missing: list[str]
    notes: list[str]
    rows: int
    said: dict[str, Any]
    teaches: bool
    bundles: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question about a file. `habits` and `mapping`: folded title → field, or "" to leave it. `same`:
    field → what is stored for everybody of whom the file does not say it. `dates` (field → order) and
    `encoding`: what somebody chose on the page, over what the reader would make of the cells.

    `siret` and `code` are the company's: people of other establishments of a DSN are left out, rows of
    another code adhérent have a reason.
    """

    name: str
    today: date
    siret: str = ""
    code: str = ""
    habits: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""


async def compare_file(
    content: bytes, asked: Asked, known: AsyncIterator[bytes], told: Progress
) -> Comparison:
    """The whole file against the list, or `Unreadable`. `known`: the list, as `app.imports.known` writes it;
    it is read while the process starts. `told(read, total)` is awaited now and then.
    """
    if len(content) > (most := most_of(content)):
        raise Unreadable(f"Le fichier pèse plus de {most // MB} Mo : envoyez-le en plusieurs fois.")
    if not content.strip():
        raise Unreadable("Le fichier est vide.")
    options = asdict(asked) | {"today": asked.today.isoformat(), "reserved": reserved_accepted()}
    first_line = json.dumps(options).encode()
    try:
        async with asyncio.timeout(SECONDS):
            return await _heard(first_line, known, content, told)
    except TimeoutError:
        raise Unreadable(
            "La lecture du fichier a duré trop longtemps : envoyez-le en plusieurs fois ou réessayez."
        ) from None


_queues: WeakKeyDictionary[asyncio.AbstractEventLoop, FairQueue] = WeakKeyDictionary()


@contextlib.asynccontextmanager
async def place(owner: int, told: Progress) -> AsyncIterator[None]:
    """One of the few places for a reader, over all the companies of this account; `Unreadable` when it is too
    long in coming. Waiting does not take of the time for reading.
    """
    queue = _queues.setdefault(
        asyncio.get_running_loop(), FairQueue(AT_ONCE, each=WAITING_EACH, everybody=WAITING)
    )
    async with contextlib.AsyncExitStack() as held:
        reporting = asyncio.create_task(_tell_waiting(told))
        try:
            async with asyncio.timeout(TURNS * SECONDS):
                await held.enter_async_context(queue.place(owner))
        except (TimeoutError, Full):
            raise Unreadable(CROWDED) from None
        finally:
            reporting.cancel()
        yield


async def _tell_waiting(told: Progress) -> None:
    """Report the wait, so that a waiting file is not taken for one whose reading died."""
    while True:
        await asyncio.sleep(SECONDS)
        await told(0, 0)


async def _heard(
    first_line: bytes, known: AsyncIterator[bytes], content: bytes, told: Progress
) -> Comparison:
    worker = await asyncio.to_thread(_started)
    try:
        stdout, stdin = await streams_of(worker.stdout, worker.stdin, LONGEST_LINE)
        stdin.write(first_line + b"\n")
        async for line in known:
            stdin.write(line + b"\n")
        feeding = asyncio.create_task(_feed(stdin, b"\n" + content))
        try:
            return await _listen(stdout, told)
        finally:
            feeding.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await feeding
            stdin.close()
    finally:
        worker.kill()
        await asyncio.to_thread(worker.wait)


def _started() -> subprocess.Popen[bytes]:
    try:
        return start_apart("app.imports.worker")
    except OSError as error:
        log.error("employee_reader_not_started", reason=type(error).__name__)
        raise Unreadable("La lecture n’a pas pu commencer : réessayez dans quelques minutes.") from None


async def _feed(stdin: asyncio.StreamWriter, sent: bytes) -> None:
    """Hand over the bytes. A worker that died does not listen to the end; its last words, or their absence,
    say why.
    """
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(sent)
        await stdin.drain()
        stdin.close()


async def _listen(stdout: asyncio.StreamReader, told: Progress) -> Comparison:
    bundles: list[str] = []
    while answer := await _next_words(stdout):
        if isinstance(answer, str):
            bundles.append(answer)
        elif "progress" in answer:
            await told(*answer["progress"])
        elif "refused" in answer:
            raise Unreadable(answer["refused"])
        else:
            return Comparison(**answer["result"], bundles=bundles)
    log.error("employee_reader_died")
    raise Unreadable(
        "Ce fichier ne se lit pas : ouvrez-le dans votre tableur, enregistrez-le à nouveau au format .xlsx ou"
        " .csv, puis renvoyez-le."
    )


async def _next_words(stdout: asyncio.StreamReader) -> dict[str, Any] | str:
    """One line of JSON; nothing when the process has died, or says what it should not. A bundle of lines
    stays text: taking all of them apart here would keep everybody's pages waiting.
    """
    try:
        line = await stdout.readline()
        if line[:1] == b"[" and line[-1:] == b"\n":
            return line.decode()
        answer = json.loads(line)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
