"""The file of members that the service's software exports: read whole, or refused with every reason at once."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from stdnum import luhn
from stdnum.fr import siret

from app.fields import email_address, mobile_number
from db.numbers import DECLARANT_LENGTH, company_code, declarant_number, is_declarant_number

BIGGEST = 5 * 1024 * 1024  # bytes
SHOWN = 50
# Other files than CSV, and CSV in UTF-16, by their first bytes.
FOREIGN = (b"PK", b"\xd0\xcf\x11\xe0", b"%PDF", b"\xff\xfe", b"\xfe\xff")
# Marks without width, that copying leaves behind.
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))


class WrongFile(Exception):  # noqa: N818
    """Why nothing was loaded: sentences in French, one a line of the file. Beyond 50 they are only counted."""

    def __init__(self, problems: list[str]) -> None:
        more = len(problems) - SHOWN
        rest = "Et une autre ligne à corriger." if more == 1 else f"Et {more} autres lignes à corriger."
        self.problems = problems[:SHOWN] + ([rest] if more > 0 else [])
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """A company as the file tells it. `line` is its line in the file, whose first is 1; `number` "" is to be drawn.

    None stands for a column that the file has not; "" for an empty cell.
    """

    line: int
    code: str
    name: str
    town: str
    siret: str
    number: str = field(repr=False)
    address: str | None = None
    postcode: str | None = None
    naf: str | None = None
    email: str | None = None
    phone: str | None = None


def parse_members(content: bytes) -> list[MemberLine]:
    """Every member of the file, or `WrongFile` naming every wrong line; it never repeats a n° télédéclarant."""
    rows = _rows(_decoded(content))
    header = next(rows)[1]
    places = _places(header)
    lines, problems, seen = list[MemberLine](), list[str](), dict[str, int]()
    for line, cells in rows:
        values, reasons = _read(cells, places, len(header))
        code = values.get("code", "")
        if code and seen.setdefault(code, line) != line:
            reasons.append(f"le code adhérent {code} est déjà à la ligne {seen[code]}")
        if reasons:
            problems.append(f"Ligne {line} : {' ; '.join(reasons)}.")
        else:
            lines.append(MemberLine(line=line, **values))
    if problems or not lines:
        raise WrongFile(problems or ["Le fichier ne contient aucun adhérent sous sa ligne de titres."])
    return lines


def _decoded(content: bytes) -> str:
    """Text whose first line has semicolons, or `WrongFile` with one sentence on what the file is instead."""
    if len(content) > BIGGEST:
        raise WrongFile(["Le fichier pèse plus de 5 Mio : chargez-le en plusieurs fois."])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if content.startswith(FOREIGN) or "\0" in text:
        raise WrongFile(["Ce fichier n’est pas un CSV : enregistrez-le au format « CSV UTF-8 »."])
    if not text.strip():
        raise WrongFile(["Le fichier est vide."])
    title_line = text.lstrip().splitlines()[0]
    if ";" not in title_line:
        found = "virgules" if "," in title_line else "tabulations" if "\t" in title_line else ""
        instead = f", et non par des {found}" if found else ""
        raise WrongFile([f"Les colonnes doivent être séparées par des points-virgules{instead}."])
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with the number of their first line. An empty row: quotes that do not pair."""
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
    """Where each known column is. Of two spellings of one column, the first of `COLUMNS` wins."""
    titles = [_folded(title) for title in header]
    places: dict[str, int] = {}
    for name, column in COLUMNS.items():
        spelled = next((each for each in column.spellings.split() if each in titles), "")
        if spelled and titles.count(spelled) > 1:
            raise WrongFile([f"La colonne « {column.title} » figure deux fois dans la ligne de titres."])
        if spelled:
            places[name] = titles.index(spelled)
    missing = [f"« {COLUMNS[name].title} »" for name in NEEDED if name not in places]
    if missing:
        raise WrongFile([f"Il manque à la ligne de titres : {', '.join(missing)}."])
    return places


def _folded(title: str) -> str:
    """`N° Télédéclarant ` → `nteledeclarant`: its letters and digits, without accents or capitals."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", title).lower())


def _read(cells: list[str], places: dict[str, int], width: int) -> tuple[dict[str, str], list[str]]:
    """The row's values by column, and what is wrong with it. A spreadsheet may leave out the last empty cells."""
    if not cells:
        return {}, ["un guillemet est mal placé ou n’est pas refermé"]
    if any(cell.strip() for cell in cells[width:]):
        return {}, [f"elle a plus de {width} colonnes (un point-virgule dans un texte ?)"]
    values, reasons = dict[str, str](), list[str]()
    for name, place in places.items():
        try:
            values[name] = _value(COLUMNS[name], cells[place] if place < len(cells) else "")
        except ValueError as error:
            reasons.append(f"{COLUMNS[name].title} : {error}")
    return values, reasons
