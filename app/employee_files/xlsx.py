"""A workbook (.xlsx), from its bytes: looked at before it is opened, then each of its sheets row by row.

Read with the XML parser of Python: openpyxl hides the formats of cells (neither `"M"000` nor a workbook of
the strict kind), and takes three times as long. Revisit with a library that gives the text that a cell shows.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain
from posixpath import dirname, join, normpath
from typing import NamedTuple
from xml.etree.ElementTree import Element
from xml.parsers.expat import ExpatError

from app.employee_files.kinds import ARCHIVE, LOCKED, SAVE_AS
from app.employee_files.rows import Unreadable
from app.employee_files.spreadsheet import Known, Row, Sheet, with_header
from app.employee_files.xlsx_cells import SheetReader, StringReader, Styles, local, parsed

MOST_MEMBERS = 200
MOST_BYTES = 60 * 1024 * 1024  # once unpacked
MOST_RATIO = 200  # unpacked to packed, of one member
SMALL = 256 * 1024  # bytes: a member below is harmless whatever its ratio
PIECE = 64 * 1024  # bytes unpacked at a time
ODD_PATH = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|[\x00-\x1f]")
NUMBERS = "Ce fichier vient de Numbers ou de Pages : exportez-le au format Excel (.xlsx) ou CSV."
INSIDE = {
    "xl/workbook.bin": f"Ce fichier est un classeur .xlsb : {SAVE_AS}.",
    "Index/Document.iwa": NUMBERS,
    "Index.zip": NUMBERS,
    "content.xml": f"Ce fichier est au format LibreOffice (.ods) : {SAVE_AS}.",
    "word/document.xml": "Ce fichier est un texte Word : envoyez la liste en .xlsx ou en CSV.",
    "ppt/presentation.xml": "Ce fichier est une présentation : envoyez la liste en .xlsx ou en CSV.",
}
DAMAGED = f"Ce classeur est abîmé : {SAVE_AS}."
ODD = f"Ce classeur n’a pas la forme d’un fichier de tableur ordinaire : {SAVE_AS}."
HEAVY = "Ce classeur est trop lourd une fois ouvert : n’y gardez que la feuille des salariés, sans image."
BLANK = 10_000  # rows without a word, one after the other
LAST_LINE = 1_048_576  # of a sheet
# Errors that the libraries raise on a malformed archive or its XML.
FAULTS = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, SyntaxError, ValueError, TypeError, LookupError),
    *(AttributeError, ArithmeticError, OSError, EOFError, RuntimeError, AssertionError, ExpatError),
)


class Part(NamedTuple):
    """A sheet of the workbook, and where it is in the archive."""

    name: str
    path: str
    is_hidden: bool


class Book:
    """An archive whose parts are found by their names, whichever slashes these were written with."""

    def __init__(self, content: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        self.parts = {_place_of(each.filename): each for each in self.archive.infolist()}

    def read(self, path: str) -> bytes:
        """The whole part, b"" when there is none."""
        part = self.parts.get(path.casefold())
        return self.archive.read(part) if part else b""

    def pieces(self, path: str) -> Iterator[bytes]:
        """The bytes of a part that may be missing."""
        if path.casefold() in self.parts:
            with self.archive.open(self.parts[path.casefold()]) as part:
                while piece := part.read(PIECE):
                    yield piece

    def targets(self, path: str) -> dict[str, tuple[str, str]]:
        """Relations of the part at `path`: id → (kind, target)."""
        beside = join(dirname(path), "_rels", path.rpartition("/")[2] + ".rels")
        relations = {}
        for each in _all(parsed(self.read(beside)), "Relationship"):
            target = each.get("Target", "").replace("\\", "/")
            where = target.lstrip("/") if target.startswith("/") else normpath(join(dirname(path), target))
            relations[each.get("Id", "")] = (each.get("Type", "").rpartition("/")[2], where)
        return relations


def xlsx_sheets(content: bytes, known: Known) -> list[tuple[Sheet, bool]]:
    """Each sheet that holds rows, under its titles, and whether it is hidden. Their rows are read as they are
    asked for, one sheet at a time.
    """
    try:
        check_archive(content)
        book = Book(content)
        path = next(
            (where for kind, where in book.targets("").values() if kind == "officeDocument"),
            "xl/workbook.xml",
        )
        root = parsed(book.read(path))
        targets = book.targets(path)
        shared = dict(targets.values())
        strings = StringReader(book.pieces(shared.get("sharedStrings", ""))).found
        is_1904 = any(each.get("date1904", "0") in {"1", "true"} for each in _all(root, "workbookPr"))
        styles = Styles(book.read(shared.get("styles", "")), is_1904=is_1904)
        parts = [_part(each, targets) for each in _all(root, "sheet")]
    except FAULTS:
        raise Unreadable(DAMAGED) from None
    sheets = []
    for part in parts:
        if part is None or part.path.casefold() not in book.parts:
            continue
        rows = _rows(book, part.path, SheetReader(strings, styles))
        if first := next(rows, None):
            sheet = with_header(chain([first], rows), known, 0)
            sheets.append((sheet._replace(name=part.name, is_1904=is_1904), part.is_hidden))
    if not sheets:
        raise Unreadable("Le classeur est vide." if parts else DAMAGED)
    return sheets


def check_archive(content: bytes) -> None:
    """Check the contents of the archive before any of it is unpacked."""
    members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    names = {_place_of(each.filename) for each in members}
    if words_inside := next((words for name, words in INSIDE.items() if name.casefold() in names), ""):
        raise Unreadable(words_inside)
    if not any(name.startswith("xl/") for name in names):
        raise Unreadable(ARCHIVE)
    if any(each.flag_bits & 1 for each in members):
        raise Unreadable(LOCKED)
    if len(names) < len(members) or any(ODD_PATH.search(each.orig_filename) for each in members):
        raise Unreadable(ODD)
    if len(members) > MOST_MEMBERS or sum(each.file_size for each in members) > MOST_BYTES:
        raise Unreadable(HEAVY)
    for each in members:
        if each.file_size > SMALL and each.file_size > MOST_RATIO * each.compress_size:
            raise Unreadable(HEAVY)


def _place_of(name: str) -> str:
    """`XL\\workbook.xml`, `./xl/workbook.xml` → xl/workbook.xml"""
    return name.replace("\\", "/").removeprefix(".").lstrip("/").casefold()


def _all(root: Element, name: str) -> Iterator[Element]:
    """The elements of that name, in whichever namespace: the strict kind of workbook has its own."""
    return (each for each in root.iter() if local(each.tag) == name)


def _part(sheet: Element, targets: dict[str, tuple[str, str]]) -> Part | None:
    """The part of a sheet of cells; None for a chart or a macro."""
    number = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
    kind, where = targets.get(number, ("", ""))
    if kind != "worksheet":
        return None
    return Part(sheet.get("name", ""), where, sheet.get("state", "visible") != "visible")


def _rows(book: Book, path: str, reader: SheetReader) -> Iterator[Row]:
    """The rows that are not blank. The size that a sheet says it has is often wrong: it is not used.

    Colours and borders make rows without end: after BLANK of them, nobody follows.
    """
    last = 0
    try:
        for line, cells in reader.rows(book.pieces(path)):
            if line > LAST_LINE:
                raise Unreadable(DAMAGED)
            if any(text and not text.isspace() for text in cells):
                last = line
                yield Row(line, cells)
            elif line - last > BLANK:
                return
    except FAULTS:
        raise Unreadable(DAMAGED) from None
