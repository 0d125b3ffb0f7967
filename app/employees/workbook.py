"""A workbook (.xlsx), from its bytes: looked at before it is opened, then read row by row as text."""

import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from app.employees.file_kinds import ARCHIVE, LOCKED, SAVE_AS
from app.employees.reading import Unreadable
from app.employees.spreadsheet import WIDEST, Known, Row, Sheet, with_header

MOST_MEMBERS = 200
MOST_BYTES = 60 * 1024 * 1024  # once unpacked
MOST_RATIO = 200  # unpacked to packed, of one member
SMALL = 256 * 1024  # bytes: a member below is harmless whatever its ratio
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
# What a malformed archive or its XML makes the libraries raise.
FAULTS = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, SyntaxError, ValueError, TypeError, LookupError),
    *(AttributeError, ArithmeticError, OSError, EOFError, RuntimeError, AssertionError),
)


def xlsx_sheet(content: bytes, known: Known) -> Sheet:
    """The first sheet where columns are recognised, or else the first that holds rows; hidden ones last."""
    try:
        check_archive(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheets = [each for each in book.worksheets if isinstance(each, ReadOnlyWorksheet)]
    except FAULTS:
        raise Unreadable(DAMAGED) from None
    found: Sheet | None = None
    for each in sorted(sheets, key=lambda sheet: bool(sheet.sheet_state != "visible")):
        total = each.max_row or 0
        rows = _rows(each)
        first = next(rows, None)
        if first is None:
            continue
        sheet, is_known = with_header(chain([first], rows), known, total)
        if is_known:
            return sheet
        found = found or sheet
    if found is None:
        raise Unreadable("Le classeur est vide.")
    return found


def check_archive(content: bytes) -> None:
    """What is in the archive, before any of it is unpacked."""
    members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    names = {each.filename for each in members}
    if found := next((words for name, words in INSIDE.items() if name in names), ""):
        raise Unreadable(found)
    if not any(name.casefold().startswith("xl/") for name in names):
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


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[Row]:
    """The rows that are not blank. The size that a sheet says it has is often wrong: it is not used.

    Colours and borders make rows without end: after BLANK of them, nobody follows.
    """
    sheet.reset_dimensions()
    last = 0
    try:
        for line, cells in enumerate(sheet.iter_rows(), 1):
            if line > LAST_LINE:
                raise Unreadable(DAMAGED)
            texts = [_text(cell) for cell in cells[:WIDEST]]
            if any(text and not text.isspace() for text in texts):
                last = line
                yield Row(line, texts)
            elif line - last > BLANK:
                return
    except FAULTS:
        raise Unreadable(DAMAGED) from None


def _text(cell: Any) -> str:
    """What the cell shows. A formula is only « = »: its last result is nobody's word."""
    stored = cell.value
    if stored is None:
        return ""
    if cell.data_type == "f":
        return "="
    if isinstance(stored, str):
        return f"'{stored}" if stored.startswith("=") else stored
    if isinstance(stored, bool):
        return "VRAI" if stored else "FAUX"
    if isinstance(stored, datetime) and stored.time() == time():
        return stored.date().isoformat()
    if isinstance(stored, int | float):
        return _number(stored, cell.number_format or "")
    return stored.isoformat() if isinstance(stored, date) else str(stored)


def _number(stored: float, shown_as: str) -> str:
    """12345.0 is 12345; 0.8 shown as a percentage is 80 %; 7 shown as 00000 is 00007."""
    if not math.isfinite(stored):
        return str(stored)
    if "%" in shown_as:
        return f"{stored * 100:.10g} %"
    if stored != int(stored):
        return f"{stored:.15g}"
    zeros = re.fullmatch("0+", shown_as)
    return str(int(stored)).zfill(len(shown_as) if zeros else 1)
