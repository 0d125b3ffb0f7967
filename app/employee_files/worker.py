"""The process that reads one employee file: bytes on its input, lines of JSON on its output.

The first line says what is known of the file; the rest is the file. Answers: {"progress": [read, total]},
{"rows": […]}, then {"result": …} or {"refused": "…"}.
"""

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.employee_files.dsn import TOO_LONG, declarations_of
from app.employee_files.dsn_kinds import chosen
from app.employee_files.dsn_people import gathered, rows_of, sorted_out
from app.employee_files.kinds import is_dsn
from app.employee_files.rows import FEWER, MOST_ROWS, FileRow, Reading, Unreadable
from app.employee_files.spreadsheet import MOST
from app.employee_files.tables import read_table
from app.text.addresses import accept_reserved

try:
    import resource
except ImportError:  # a system without such limits still reads files
    resource = None  # type: ignore[assignment]

TOO_HEAVY = f"Ce fichier est trop lourd à lire : {FEWER}."
MEMORY = 120 * 1024 * 1024  # bytes, over what the process uses before it opens the file
CPU_SECONDS = 60
PIECE = 1024 * 1024  # bytes of a DSN, at a time
STEP = 200  # rows between two words of progress

Say = Callable[[dict[str, Any]], None]


def read_bytes(content: bytes, options: Mapping[str, Any], report: Say) -> Reading:
    """The reading without its rows, which go to `report` in their order."""
    if is_dsn(content):
        return read_dsn([content], options["siret"], report)
    return read_table(content, options, lambda rows, total: tell(rows, total, report))


def read_dsn(pieces: Iterable[bytes], siret: str, say: Say) -> Reading:
    declared = chosen(declarations_of(pieces))
    people = sorted_out(gathered(declared.read), siret, declared.month)
    if len(people.here) > MOST_ROWS:
        raise Unreadable(f"Cette DSN compte plus de {MOST} salariés de votre établissement. {TOO_LONG}")
    tell(rows_of(people.here, siret), len(people.here), say)
    return Reading(
        "dsn",
        notes=declared.notes + people.notes,
        month=declared.month,
        aside=people.aside,
        is_whole=declared.is_whole,
    )


def tell(rows: Iterator[FileRow], expected: int, say: Say) -> int:
    """The rows in bundles, with how far the reading is. How many there were."""
    bundle: list[list[Any]] = []
    count = 0
    for count, row in enumerate(rows, 1):
        bundle.append(
            [row.line, row.fields, row.reasons, row.left, row.doubts, row.guessed, row.moved, row.sheet]
        )
        if len(bundle) == STEP:
            say({"rows": bundle})
            say({"progress": [count, max(count, expected)]})
            bundle = []
    say({"rows": bundle})
    say({"progress": [count, count]})
    return count


def main() -> None:
    limit_resources()
    file = io.BufferedReader(io.FileIO(0, closefd=False))
    options = json.loads(file.readline())
    accept_reserved(options["reserved"])
    try:
        if is_dsn(file.peek()):  # never whole in memory
            reading = asdict(read_dsn(iter(lambda: file.read(PIECE), b""), options["siret"], say))
        else:
            reading = asdict(read_bytes(file.read(), options, say))
        del reading["rows"]
        say({"result": reading})
    except Unreadable as refusal:
        say({"refused": str(refusal)})
    except MemoryError:
        say({"refused": TOO_HEAVY})


def say(words: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    sys.stdout.buffer.flush()


def limit_resources() -> None:
    """Bounded memory and time, nothing written to disk, no core file, behind everybody else."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    if resource is None:
        return
    limits = (
        (resource.RLIMIT_AS, MEMORY + memory_used()),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, most in limits:
        hard = resource.getrlimit(kind)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (value, value))


def memory_used() -> int:
    """The address space already taken, in bytes; a guess on a system that hides it."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 1024 * 1024 * 1024


if __name__ == "__main__":
    main()
