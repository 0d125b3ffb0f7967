"""The members' file, as the service's software exports it: read whole, or refused with every reason."""

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from app.text.cells import COLUMNS, value
from app.text.search import letters_of

BIGGEST_MEMBER_FILE = 5 * 1024 * 1024  # bytes
SHOWN = 50
SEPARATORS = {",": "virgules", "\t": "tabulations", "|": "barres"}


class WrongFile(Exception):  # noqa: N818
    """Reasons why nothing was loaded: sentences in French, one for each wrong line. After 50 they are
    counted.
    """

    def __init__(self, problems: list[str]) -> None:
        more = len(problems) - SHOWN
        rest = "Et une autre ligne à corriger." if more == 1 else f"Et {more} autres lignes à corriger."
        self.problems = problems[:SHOWN] + [rest] * (more > 0)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """A company of the file. `line` is its place in the file, from 1; `number` "" is to be drawn.

    None stands for a column that the file has not, "" for an empty cell.
    """

    line: int
    code: str
    name: str
    town: str = ""
    siret: str = ""
    number: str = field(default="", repr=False)
    address: str | None = None
    postcode: str | None = None
    naf: str | None = None
    email: str | None = None
    phone: str | None = None


def parse_members(content: bytes) -> list[MemberLine]:
    """Every member of the file, or `WrongFile` on every wrong line. No n° télédéclarant is repeated in it."""
    lines, problems = read_members(content, BIGGEST_MEMBER_FILE)
    if problems or not lines:
        said = [f"Ligne {each.line} : {each.words}." for each in problems]
        raise WrongFile(said or ["Le fichier ne contient aucun adhérent sous sa ligne de titres."])
    return lines


class WrongLine(NamedTuple):
    """A line that cannot be read, and why."""

    line: int
    code: str
    words: str


def read_members(content: bytes, biggest: int) -> tuple[list[MemberLine], list[WrongLine]]:
    """The members that can be read and the lines that cannot; `WrongFile` when it is no such file at all."""
    rows = MemberRows(content, biggest)
    return rows.read(0, len(rows))


class MemberRows:
    """The rows of a file, to be read some at a time: reading one takes a hundred times as long as finding it.
    `WrongFile` when it is no such file at all.
    """

    def __init__(self, content: bytes, biggest: int) -> None:
        rows = _rows(_decoded(content, biggest))
        header = next(rows, (1, []))[1]
        self._places, self._width = _places(header), len(header)
        self._rows = list(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def read(self, start: int, end: int) -> tuple[list[MemberLine], list[WrongLine]]:
        """The members and the wrong lines of the rows from `start` to before `end`."""
        lines: list[MemberLine] = []
        problems: list[WrongLine] = []
        for line, cells in self._rows[start:end]:
            values, reasons = _read(cells, self._places, self._width)
            code = values.get("code", "")
            if code and self._first_lines[code] != line:
                reasons.append(f"le code adhérent {code} est déjà à la ligne {self._first_lines[code]}")
            if reasons:
                problems.append(WrongLine(line, code, " ; ".join(reasons)))
            else:
                lines.append(MemberLine(line=line, **values))
        return lines, problems

    @cached_property
    def _first_lines(self) -> dict[str, int]:
        """The line where each code first stands."""
        column, place, found = COLUMNS["code"], self._places["code"], dict[str, int]()
        for line, cells in self._rows:
            if place < len(cells) <= self._width:
                with suppress(ValueError):
                    found.setdefault(value(column, cells[place]), line)
        return found


def _decoded(content: bytes, biggest: int) -> str:
    """Text whose first line has semicolons, or `WrongFile` with one sentence on what the file is instead."""
    if len(content) > biggest:
        raise WrongFile([f"Le fichier pèse plus de {biggest // 2**20} Mio : chargez-le en plusieurs fois."])
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise WrongFile(["Ce fichier est un classeur : enregistrez-le au format « CSV UTF-8 »."])
    if b"\0" in content:
        raise WrongFile(["Ce fichier n’est pas un CSV en UTF-8 ou en Windows-1252."])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _from_windows(content)
    if not text.strip():
        raise WrongFile(["Le fichier est vide."])
    titles = text.lstrip().splitlines()[0]
    if ";" not in titles:
        found = next((words for mark, words in SEPARATORS.items() if mark in titles), "")
        instead = f", et non par des {found}" if found else ""
        raise WrongFile([f"Les colonnes du fichier doivent être séparées par des points-virgules{instead}."])
    return text


def _from_windows(content: bytes) -> str:
    """Windows-1252, unless a part of the file is UTF-8: its accents would be stored as « Ã© »."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    if not text or content.startswith(b"\xef\xbb\xbf") or "Ã©" in text:
        raise WrongFile(["Les accents du fichier ne se lisent pas : enregistrez-le au format « CSV UTF-8 »."])
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with the line where they start. An empty row: its quotes do not pair."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, []
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def _places(header: list[str]) -> dict[str, int]:
    """The position of each known column; an unknown one is left aside."""
    titles = [letters_of(title) for title in header]
    places: dict[str, int] = {}
    for name, column in COLUMNS.items():
        spelled = next((each for each in column.spellings if each in titles), None)
        if spelled is None:
            continue
        if titles.count(spelled) > 1:
            raise WrongFile([f"La colonne « {column.title} » figure deux fois dans la ligne de titres."])
        places[name] = titles.index(spelled)
    missing = [f"« {each.title} »" for name, each in COLUMNS.items() if each.is_needed and name not in places]
    if missing:
        raise WrongFile([f"La ligne de titres ne contient pas : {', '.join(missing)}."])
    return places


def _read(cells: list[str], places: dict[str, int], width: int) -> tuple[dict[str, str], list[str]]:
    """The row's values by column, and what is wrong with it. The last empty cells may be left out."""
    if not cells:
        return {}, ["un guillemet est mal placé ou n’est pas refermé"]
    if len(cells) > width:
        return {}, [f"elle a plus de {width} colonnes (un point-virgule de trop ?)"]
    values: dict[str, str] = {}
    reasons: list[str] = []
    for name, place in places.items():
        try:
            values[name] = value(COLUMNS[name], cells[place] if place < len(cells) else "")
        except ValueError as error:
            reasons.append(str(error))
    return values, reasons
