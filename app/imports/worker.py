"""The process that reads one employee file and compares it with the list: bytes in, lines of JSON out.

The first line says what is known of the file; the company's list follows until an empty line; the rest is the
file. Answers: {"progress": [read, total]}, bundles of lines […], then {"result": …} or {"refused": "…"}.
"""

import contextlib
import gc
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import Any

from app.employee_files.kinds import is_dsn
from app.employee_files.reading import read_bytes, read_dsn
from app.employee_files.rows import FEWER, FileRow, Reading, Unreadable
from app.imports.difference import Effect, ListedPerson, difference, line_of
from app.imports.known import people_in
from app.imports.saying import remarks_of
from app.text.addresses import accept_reserved

try:
    import resource
except ImportError:  # a system without such limits still reads files
    resource = None  # type: ignore[assignment]

TOO_HEAVY = f"Ce fichier est trop lourd à lire : {FEWER}."
MEMORY = 120 * 1024 * 1024  # bytes, over what the process uses before it opens the file
CPU_SECONDS = 60
BEHIND = 5  # of niceness, after its companion, which is behind the pages
PIECE = 1024 * 1024  # bytes of a DSN, at a time
BUNDLE = 250  # lines said at once: the database takes them apart, in one statement

Say = Callable[[dict[str, Any] | list[dict[str, Any]]], None]


def main() -> None:
    gc.disable()  # It makes no circles, and ends in seconds: looking for them took a tenth of the time.
    limit_resources()
    file = io.BufferedReader(io.FileIO(0, closefd=False))
    options = json.loads(file.readline())
    listed = list(takewhile(bytes.strip, file))
    accept_reserved(options["reserved"])
    try:
        reading = read(file, options)
        compare(reading, people_in(listed), options, say)
    except Unreadable as refusal:
        say({"refused": str(refusal)})
    except MemoryError:
        say({"refused": TOO_HEAVY})


def read(file: "io.BufferedReader[Any]", options: dict[str, Any]) -> Reading:
    """The whole file, telling how far it is."""
    rows: list[FileRow] = []

    def take(bundle: list[FileRow], read: int, total: int) -> None:
        rows.extend(bundle)
        say({"progress": [read, total]})

    if is_dsn(file.peek()):
        reading = read_dsn(iter(lambda: file.read(PIECE), b""), options["siret"], take)
    else:
        reading = read_bytes(file.read(), options, take)
    return replace(reading, rows=rows)


def compare(reading: Reading, known: list[ListedPerson], options: dict[str, Any], say: Say) -> None:
    """Say the rows of ImportLine, then what the page says of the file. Without its columns a file is not
    compared.
    """
    today = date.fromisoformat(options["today"])
    found: list[Effect] = []
    if not reading.missing:
        found = difference(reading.rows, known, today, is_whole=reading.is_whole)
    said = remarks_of(reading, found, known, today)
    for start in range(0, len(found), BUNDLE):
        bundle = found[start : start + BUNDLE]
        say([line_of(each, is_certain=said["is_certain"]) for each in bundle])
    # Without titles, what the reader says of the columns is about the cells of somebody.
    teaches = reading.has_titles and not all(row.reasons for row in reading.rows)
    names = ("source", "columns", "missing", "notes")
    result = {name: getattr(reading, name) for name in names}
    say({"result": result | {"rows": len(reading.rows), "said": said, "teaches": teaches}})


def say(words: dict[str, Any] | list[dict[str, Any]]) -> None:
    sys.stdout.buffer.write(json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    sys.stdout.buffer.flush()


def limit_resources() -> None:
    """Bounded memory and time, nothing written to disk, no core file, behind everybody else."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(BEHIND)
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
