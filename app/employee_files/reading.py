"""An employee file, read: its people in bundles, then what is to be said of it. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from app.employee_files.dsn import TOO_LONG, declarations_of
from app.employee_files.dsn_kinds import chosen
from app.employee_files.dsn_people import gathered, rows_of, sorted_out
from app.employee_files.kinds import is_dsn
from app.employee_files.rows import MOST_ROWS, FileRow, Reading, Unreadable
from app.employee_files.spreadsheet import MOST
from app.employee_files.tables import read_table

STEP = 200  # rows of a bundle

# Takes a bundle, with how many people are read so far, and of how many.
Take = Callable[[list[FileRow], int, int], None]


def read_bytes(content: bytes, options: Mapping[str, Any], take: Take) -> Reading:
    """The reading without its rows, which `take` is given in their order."""
    if is_dsn(content):
        return read_dsn([content], options["siret"], take)
    return read_table(content, options, lambda rows, total: hand_over(rows, total, take))


def read_dsn(pieces: Iterable[bytes], siret: str, take: Take) -> Reading:
    """The same of a DSN, never whole in memory."""
    declared = chosen(declarations_of(pieces))
    people = sorted_out(gathered(declared.read), siret, declared.month)
    if len(people.here) > MOST_ROWS:
        raise Unreadable(f"Cette DSN compte plus de {MOST} salariés de votre établissement. {TOO_LONG}")
    hand_over(rows_of(people.here, siret), len(people.here), take)
    return Reading(
        "dsn",
        notes=declared.notes + people.notes,
        month=declared.month,
        aside=people.aside,
        is_whole=declared.is_whole,
    )


def hand_over(rows: Iterator[FileRow], expected: int, take: Take) -> int:
    """The rows in bundles, with how far the reading is. How many there were."""
    bundle: list[FileRow] = []
    count = 0
    for count, row in enumerate(rows, 1):
        bundle.append(row)
        if len(bundle) == STEP:
            take(bundle, count, max(count, expected))
            bundle = []
    take(bundle, count, count)
    return count
