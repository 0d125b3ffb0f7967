"""A spreadsheet, from its bytes: its titles, then its rows of text, each with its line in the file."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from app.employees.day_cells import day_of
from app.employees.reading import MOST_ROWS, Unreadable

HEADER_WITHIN = 10  # rows that are not blank
ENOUGH_KNOWN = 3
ENOUGH_CELLS = 3  # to be somebody, with a date among them
ROW_LINES = 50  # lines of the file that one row may take: a quote still open after them was never closed
WIDEST = 200  # columns
LOOKED_AT = 64 * 1024  # characters of the beginning, to find the separator
SEPARATORS = ";\t|,"  # in the order of French habits
MOST = f"{MOST_ROWS:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
NO_SHEET = "Ce fichier n’est pas du texte, ni un tableur (.xlsx ou .csv), ni une DSN."
TOO_MANY = f"Le fichier compte plus de {MOST} salariés : envoyez-le en plusieurs fois."
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


class Row(NamedTuple):
    """`line`: where it starts in the file, from 1. `is_torn`: its quotes do not pair, it is a guess."""

    line: int
    cells: list[str]
    is_torn: bool = False


Known = Callable[[list[str]], int]  # how many columns a row of titles would give


class Sheet(NamedTuple):
    """`rows` are read as they are asked for; `total`: how many are expected, at most. Without `has_titles`,
    `titles` are the cells of the first person, who is also the first of the rows.
    """

    titles: list[str]
    rows: Iterator[Row]
    total: int
    has_titles: bool = True


def csv_sheet(text: str, known: Known) -> Sheet:
    """A « sep= » line, titles above the header and blank lines are skipped, and still counted."""
    if not text.strip():
        raise Unreadable("Le fichier est vide.")
    separator = _separator(text, known)
    return with_header(_csv_rows(text, separator), known, text.count("\n"))[0]


def text_of(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or Windows-1252; what mixes two, or is no text, is refused."""
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not is_wide and NOT_TEXT.search(content.decode("latin-1")):
        raise Unreadable(NO_SHEET)
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = _from_windows(content)
    if NOT_TEXT.search(text):
        raise Unreadable(NO_SHEET)
    return text


def with_header(rows: Iterator[Row], known: Known, total: int) -> tuple[Sheet, bool]:
    """The sheet under its titles, and whether these are known ones.

    The header is the first of the first rows where three columns are recognised, or else the first row,
    unless it holds somebody.
    """
    first = list(islice(rows, HEADER_WITHIN))
    for place, (_, cells, _) in enumerate(first):
        if known(cells) >= ENOUGH_KNOWN:
            return Sheet(trimmed(cells), capped(chain(first[place + 1 :], rows)), total), True
    if not first:
        raise Unreadable("Le fichier est vide.")
    cells = first[0].cells
    if _is_somebody(cells):
        widest = max(len(each.cells) for each in first)
        cells = cells + [""] * (widest - len(cells))
        return Sheet(cells, capped(chain(first, rows)), total, has_titles=False), False
    return Sheet(trimmed(cells), capped(chain(first[1:], rows)), total), False


def _is_somebody(cells: list[str]) -> bool:
    """No title is a date, as a person or a spreadsheet writes it."""
    return sum(bool(cell.strip()) for cell in cells) >= ENOUGH_CELLS and any(map(_is_day, cells))


def _is_day(cell: str) -> bool:
    """A shorter number may be a title; a longer one tells a day in a spreadsheet's own count."""
    try:
        return len(cell.strip()) >= len("32878") and bool(day_of(cell, ""))
    except ValueError:
        return False


def capped(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            raise Unreadable(TOO_MANY)
        yield row


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells of the end."""
    width = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return cells[:width]


def _from_windows(content: bytes) -> str:
    """Windows-1252 never has Ã before one of these: what has it is in part UTF-8, badly put together."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    if not text or content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or _is_mixed(content):
        raise Unreadable(
            "Les accents du fichier ne se lisent pas : enregistrez-le au format « CSV UTF-8 » ou .xlsx."
        )
    return text


def _is_mixed(content: bytes) -> bool:
    return bool(re.search(rb"\xef\xbb\xbf|\xc3[\x80-\xbf]|\xe2\x80[\x90-\xbf]|\xc5[\x92\x93]", content))


def _separator(text: str, known: Known) -> str:
    """The one that gives the most known titles near the top; in doubt, the one that is there most often."""
    top = text[:LOOKED_AT]
    said = re.match(r'"?sep=([;,|\t])"?\r?\n', top, re.IGNORECASE)
    if said:
        return said[1]

    def worth(separator: str) -> tuple[int, int]:
        rows = list(islice(_csv_rows(top, separator), HEADER_WITHIN))
        return (
            max((known(each.cells) for each in rows), default=0),
            max((len(each.cells) for each in rows), default=0),
        )

    return max(SEPARATORS, key=worth)


def _csv_rows(text: str, separator: str) -> Iterator[Row]:
    """The rows that are not blank. A quote that is not closed costs its own line, and no other."""
    lines = list(io.StringIO(text, newline=""))
    place = 0
    while place < len(lines):
        line, ahead = place + 1, lines[place : place + ROW_LINES]
        reader = csv.reader(ahead, delimiter=separator, strict=True)
        try:
            cells, is_torn = next(reader), False
            place += reader.line_num
        except csv.Error:
            cells, is_torn = ahead[0].replace('"', "").strip().split(separator), True
            place += 1
        is_hint = line == 1 and "".join(cells).lower().lstrip('"').startswith("sep=")
        if not is_hint and any(cell.strip() for cell in cells):
            yield Row(line, cells[:WIDEST], is_torn)
