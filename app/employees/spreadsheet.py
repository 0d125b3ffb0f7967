"""A spreadsheet, from its bytes: its titles, then its rows of text, each with its line in the file."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from app.employees.reading import MOST_ROWS, Unreadable

HEADER_WITHIN = 10  # rows that are not blank
ENOUGH_KNOWN = 3
WIDEST = 200  # columns
LOOKED_AT = 64 * 1024  # characters of the beginning, to find the separator
SEPARATORS = ";\t|,"  # in the order of French habits
MOST = f"{MOST_ROWS:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
TOO_MANY = f"Le fichier compte plus de {MOST} salariés : envoyez-le en plusieurs fois."
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")

Row = tuple[int, list[str]]
Known = Callable[[list[str]], int]  # how many columns a row of titles would give


class Sheet(NamedTuple):
    """`rows` are read as they are asked for; `total`: how many are expected, at most.

    A row without cells is a line whose quotes do not pair.
    """

    titles: list[str]
    rows: Iterator[Row]
    total: int


def csv_sheet(text: str, known: Known) -> Sheet:
    """A « sep= » line, titles above the header and blank lines are skipped, and still counted."""
    if not text.strip():
        raise Unreadable("Le fichier est vide.")
    separator = _separator(text, known)
    titles, rows, _ = with_header(_csv_rows(text, separator), known)
    return Sheet(titles, rows, text.count("\n"))


def text_of(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or Windows-1252; what mixes two, or is no text, is refused."""
    try:
        is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = _from_windows(content)
    if NOT_TEXT.search(text):
        raise Unreadable("Ce fichier n’est ni un tableur (.xlsx ou .csv) ni une DSN.")
    return text


def with_header(rows: Iterator[Row], known: Known) -> tuple[list[str], Iterator[Row], bool]:
    """The titles, the rows under them, and whether these titles are known ones.

    The header is the first of the first rows where three columns are recognised, or else the first row.
    """
    first = list(islice(rows, HEADER_WITHIN))
    for place, (_, cells) in enumerate(first):
        if known(cells) >= ENOUGH_KNOWN:
            return trimmed(cells), capped(chain(first[place + 1 :], rows)), True
    if not first:
        raise Unreadable("Le fichier est vide.")
    return trimmed(first[0][1]), capped(chain(first[1:], rows)), False


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
        return max((known(cells) for _, cells in rows), default=0), max((len(c) for _, c in rows), default=0)

    return max(SEPARATORS, key=worth)


def _csv_rows(text: str, separator: str) -> Iterator[Row]:
    """The rows that are not blank, with the line where they start."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, []
            continue
        is_hint = line == 1 and "".join(cells).lower().lstrip('"').startswith("sep=")
        if not is_hint and any(cell.strip() for cell in cells):
            yield line, cells[:WIDEST]
