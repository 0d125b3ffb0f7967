"""The process that reads one employee file: bytes on its input, lines of JSON on its output.

The first line says what is known of the file; the rest is the file. Answers: {"progress": [read, total]},
{"rows": […]}, then {"result": …} or {"refused": "…"}.
"""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.addresses import accept_reserved
from app.employees.columns import CODE, COLUMNS, problems_of, read, written
from app.employees.dsn import statement_of
from app.employees.dsn_people import Unread, people_of, rows_of
from app.employees.file_kinds import is_dsn, is_zip, refusal_of
from app.employees.headers import column_names, fields_of, how_many_known, shown_titles
from app.employees.reading import MOST_ROWS, FileRow, Reading, Unreadable
from app.employees.spreadsheet import TOO_MANY, Known, Sheet, csv_sheet, text_of
from app.employees.workbook import xlsx_sheet

try:
    import resource
except ImportError:  # a system without such limits still reads files
    resource = None  # type: ignore[assignment]

MEMORY = 512 * 1024 * 1024  # bytes, over what the process uses before it opens the file
CPU_SECONDS = 60
STEP = 200  # rows between two words of progress
NO_TITLES = "Ce fichier n’a pas de ligne de titres : sa première ligne est lue comme un salarié."
TORN = "un guillemet est mal placé ou n’est pas refermé"

Say = Callable[[dict[str, Any]], None]


def read_bytes(content: bytes, asked: Mapping[str, Any], say: Say) -> Reading:
    """Everything but the rows, which `say` is told in their order."""
    if is_dsn(content):
        return read_dsn(content, asked["siret"], say)
    habits: dict[str, str] = asked["habits"]
    mapping: dict[str, str] = asked["mapping"]
    same: dict[str, str] = asked["same"]
    corrections = {**habits, **mapping}
    sheet = sheet_of(content, lambda cells: how_many_known(cells, corrections))
    titles = shown_titles(sheet.titles) if sheet.has_titles else column_names(sheet.titles)
    fields, notes = fields_of(titles, habits if sheet.has_titles else {}, mapping)
    notes += [] if sheet.has_titles else [NO_TITLES]
    notes += [
        f"{COLUMNS[n].title} : {written(n, v)}, pour ceux dont le fichier ne le dit pas."
        for n, v in same.items()
    ]
    columns = [list(pair) for pair in zip(titles, fields, strict=True)]
    missing = [
        each.title for name, each in COLUMNS.items() if each.is_needed and name not in {*fields, *same}
    ]
    if not missing and not tell(sheet_rows(sheet, fields, asked["code"], same), sheet.total, say):
        raise Unreadable("Le fichier ne contient aucun salarié sous sa ligne de titres.")
    return Reading("tableur", columns, missing, notes=notes, has_titles=sheet.has_titles)


def read_dsn(content: bytes, siret: str, say: Say) -> Reading:
    statement = statement_of(content)
    people, notes = people_of(statement, siret)
    if len(people) > MOST_ROWS:
        raise Unreadable(TOO_MANY)
    unread = Unread()
    tell(rows_of(people, unread), len(people), say)
    return Reading("dsn", notes=statement.notes + notes + unread.notes(), month=statement.month)


def sheet_of(content: bytes, known: Known) -> Sheet:
    if is_zip(content):
        return xlsx_sheet(content, known)
    if words := refusal_of(content):
        raise Unreadable(words)
    return csv_sheet(text_of(content), known)


def sheet_rows(sheet: Sheet, fields: list[str], code: str, same: Mapping[str, str]) -> Iterator[FileRow]:
    for line, cells, is_torn in sheet.rows:
        kept: dict[str, str] = {}
        reasons: list[str] = []
        refused: set[str] = set()
        for place, field in enumerate(fields):
            if not field:
                continue
            try:
                kept[field] = read(field, cells[place] if place < len(cells) else "")
            except ValueError as error:
                reasons.append(str(error))
                refused.add(field)
        if any(cell.strip() for cell in cells[len(fields) :]):
            reasons.append(f"elle a plus de {len(fields)} colonnes (un séparateur de trop ?)")
        kept |= {name: stored for name, stored in same.items() if not kept.get(name) and name not in refused}
        said = kept.pop(CODE, "")
        if code and said and said != code:
            reasons.append(f"le code adhérent {said} n’est pas celui de l’entreprise, {code}")
        yield FileRow(line, kept, [TORN] if is_torn else reasons + problems_of(kept, refused))


def tell(rows: Iterator[FileRow], expected: int, say: Say) -> int:
    """The rows in bundles, with how far the reading is. How many there were."""
    bundle: list[list[Any]] = []
    count = 0
    for count, row in enumerate(rows, 1):
        bundle.append([row.line, row.fields, row.reasons])
        if len(bundle) == STEP:
            say({"rows": bundle})
            say({"progress": [count, max(count, expected)]})
            bundle = []
    say({"rows": bundle})
    say({"progress": [count, count]})
    return count


def main() -> None:
    limit_resources()
    asked = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    accept_reserved(asked["reserved"])
    try:
        reading = asdict(read_bytes(content, asked, say))
        del reading["rows"]
        say({"result": reading})
    except Unreadable as refusal:
        say({"refused": str(refusal)})


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
    """The address space already taken, in bytes; a guess where the system does not tell it."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 1024 * 1024 * 1024


if __name__ == "__main__":
    main()
