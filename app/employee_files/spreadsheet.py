"""A spreadsheet, from its bytes: its titles, then its rows of text, each with its line in the file."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from app.employee_files.days import is_blank, meanings_of
from app.employee_files.rows import MOST_ROWS, Unreadable
from app.text.cells import one_line

HEADER_WITHIN = 50  # rows that are not blank: logos, filters and explanations stand above some lists
ENOUGH_KNOWN = 3
ENOUGH_CELLS = 3  # to be somebody, with a date among them
ROW_LINES = 50  # lines of the file that one row may take: a quote still open after them was never closed
WIDEST = 200  # columns
MANY_LINES = 500  # enough to know how many cells a row has
LOOKED_AT = 64 * 1024  # characters of the beginning, to find the separator
SEPARATORS = ";\t|,"  # in the order of French habits
MOST = f"{MOST_ROWS:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
TOO_MANY = f"Le fichier compte plus de {MOST} salariés : envoyez-le en plusieurs fois."


class Row(NamedTuple):
    """`line`: where it starts in the file, from 1. `is_torn`: its quotes do not pair, it is a guess."""

    line: int
    cells: list[str]
    is_torn: bool = False


Known = Callable[[list[str]], int]  # how many columns a row of titles would give


class Sheet(NamedTuple):
    """`rows` are read as they are asked for; `total`: how many are expected, at most. Without `has_titles`,
    `titles` are the cells of the first person, who is also the first of the rows.

    `is_known`: these titles are those of a list of employees. `name`: of a workbook's sheet. `is_1904`: its
    day numbers count from 1904.
    """

    titles: list[str]
    rows: Iterator[Row]
    total: int
    has_titles: bool = True
    is_known: bool = False
    name: str = ""
    is_1904: bool = False


def csv_sheet(text: str, known: Known) -> Sheet:
    """A « sep= » line, titles above the header and blank lines are skipped, and still counted."""
    if not text.strip():
        raise Unreadable("Le fichier est vide.")
    separator = _separator(text, known)
    return with_header(_csv_rows(text, separator), known, text.count("\n"))


def with_header(rows: Iterator[Row], known: Known, total: int) -> Sheet:
    """The sheet under its titles, which some print again on each page; without any, under the first row,
    unless it holds somebody.
    """
    first = list(islice(rows, HEADER_WITHIN))
    place = _titles_among([each.cells for each in first], known)
    if place is not None:
        titles = trimmed(first[place].cells)
        # Under them, a second row may give them again as codes.
        below = (
            each
            for each in first[place + 1 :]
            if known(each.cells) < ENOUGH_KNOWN or _is_somebody(each.cells)
        )
        people = (each for each in chain(below, rows) if each.cells[: len(titles)] != titles)
        return Sheet(titles, capped(people), total, is_known=True)
    if not first:
        raise Unreadable("Le fichier est vide.")
    cells = first[0].cells
    if _is_somebody(cells):
        widest = max(len(each.cells) for each in first)
        cells = cells + [""] * (widest - len(cells))
        return Sheet(cells, capped(chain(first, rows)), total, has_titles=False)
    return Sheet(trimmed(cells), capped(chain(first[1:], rows)), total)


def _titles_among(rows: list[list[str]], known: Known) -> int | None:
    """The place of the titles: the first row where three columns are recognised, unless another where more
    are follows it before anybody.
    """
    counts = [known(cells) for cells in rows]
    first = next((place for place, count in enumerate(counts) if count >= ENOUGH_KNOWN), None)
    if first is None:
        return None
    end = next((n for n, cells in enumerate(rows) if n > first and _is_somebody(cells)), len(rows))
    return max(range(first, end), key=lambda place: (counts[place], -place))


def _is_somebody(cells: list[str]) -> bool:
    """No title is a date, as a person or a spreadsheet writes it."""
    return sum(bool(cell.strip()) for cell in cells) >= ENOUGH_CELLS and any(map(_is_day, cells))


def _is_day(cell: str) -> bool:
    """True for a number long enough to be a day in a spreadsheet's count; a shorter one may be a title."""
    return len(cell.strip()) >= len("32878") and bool(meanings_of(cell.strip()))


def capped(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            raise Unreadable(TOO_MANY)
        yield row


def trimmed(cells: list[str]) -> list[str]:
    """The row without its last empty cells."""
    width = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return cells[:width]


def _separator(text: str, known: Known) -> str:
    """The one that gives the most known titles near the top; in doubt, the one that is there most often."""
    top = text[:LOOKED_AT]
    match = re.match(r'"?sep=([;,|\t])"?\r?\n', top, re.IGNORECASE)
    if match:
        return match[1]

    def worth(separator: str) -> tuple[int, int]:
        rows = list(islice(_csv_rows(top, separator), HEADER_WITHIN))
        return (
            max((known(each.cells) for each in rows), default=0),
            max((len(each.cells) for each in rows), default=0),
        )

    return max(SEPARATORS, key=worth)


def _csv_rows(text: str, separator: str) -> Iterator[Row]:
    """The rows that say something: not the strokes under the titles of a database.

    Quotes that do not pair, or that pair over other people's lines, cost the line where they open, and no
    other.
    """
    lines = list(io.StringIO(text, newline=""))
    width = _usual_width(lines, separator)
    place = 0
    while place < len(lines):
        line, first = place + 1, lines[place]
        cells, taken, is_torn = first.rstrip("\r\n").split(separator), 1, False
        if '"' in first:
            cells, taken, is_torn = _quoted(lines[place : place + ROW_LINES], separator, width)
        place += taken
        is_hint = line == 1 and "".join(cells).lower().lstrip('"').startswith("sep=")
        if not is_hint and not all(map(is_blank, cells)):
            yield Row(line, cells[:WIDEST], is_torn)


def _quoted(ahead: list[str], separator: str, width: int) -> tuple[list[str], int, bool]:
    """The cells of a row whose first line holds a quote, how many lines it takes, and whether it is torn."""
    reader = csv.reader(ahead, delimiter=separator, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        cells = None
    if cells is None and not ahead[0].count('"') % 2:
        # « "MARTIN" ; "Ana" »: spaces around whole quotes.
        cells = next(csv.reader(ahead[:1], delimiter=separator, skipinitialspace=True))
        return [cell.strip() for cell in cells], 1, len(cells) != width
    if cells is not None and (reader.line_num == 1 or not _swallows(cells, separator, width)):
        if len(cells) == 1 and separator in cells[0]:  # a line that was put whole in one cell
            cells = next(csv.reader([one_line(cells[0])], delimiter=separator))
        is_stray = reader.line_num == 1 and ahead[0].count('"') % 2
        return [_without_stray_quote(cell) for cell in cells] if is_stray else cells, reader.line_num, False
    return ahead[0].replace('"', "").strip().split(separator), 1, True


def _without_stray_quote(cell: str) -> str:
    """A quote that ends a cell and opens none is no part of it, unless it counts inches."""
    return cell[:-1] if re.fullmatch('[^"]*[^"0-9]"', cell, re.DOTALL) else cell


def _swallows(cells: list[str], separator: str, width: int) -> bool:
    """True when a row of several lines holds other rows: a line inside a cell with as many separators as they
    have, or more cells than they have.
    """
    inside = (line for cell in cells if "\n" in cell or "\r" in cell for line in cell.splitlines())
    return len(cells) > width or any(line.count(separator) >= max(1, width - 1) for line in inside)


def _usual_width(lines: list[str], separator: str) -> int:
    """The number of cells of the lines that hold most of the file; a title on several lines makes short
    ones.
    """
    counts = Counter(line.count(separator) for line in lines[:MANY_LINES] if not line.isspace())
    return max(counts, key=lambda separators: (counts[separators] * separators, separators), default=0) + 1
