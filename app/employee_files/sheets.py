"""The sheets of a file that are read, with a word on each of the others."""

from collections.abc import Callable
from typing import Any, NamedTuple

from app.employee_files.columns import HELP_SHEET
from app.employee_files.decoding import decoded
from app.employee_files.kinds import is_zip, refusal_of
from app.employee_files.rows import Unreadable
from app.employee_files.spreadsheet import Known, Sheet, csv_sheet
from app.employee_files.xlsx import xlsx_sheets

Missing = Callable[[Sheet], list[str]]  # titles of the required columns that a sheet does not have


class ChosenSheets(NamedTuple):
    """The sheets to read, the first of which says which columns are missing. The rest as in `Reading`."""

    sheets: list[Sheet]
    notes: list[str]
    encoding: dict[str, Any]
    is_whole: bool = True
    is_certain: bool = True


def sheets_of(content: bytes, known: Known, missing: Missing, encoding: str = "") -> ChosenSheets:
    """`encoding`: what the reader chose for a text, or ""."""
    if is_zip(content):
        return _chosen(xlsx_sheets(content, known), missing)
    if words := refusal_of(content):
        raise Unreadable(words)
    text = decoded(content, encoding)
    notes = []
    if not text.is_certain:
        sample = text.encoding["sample"]
        notes.append(
            f"Les accents de ce fichier sont peut-être mal lus (« {sample} ») :"
            " vérifiez-les avant d’appliquer."
        )
    return ChosenSheets([csv_sheet(text.text, known)], notes, text.encoding, is_certain=text.is_certain)


def _chosen(sheets: list[tuple[Sheet, bool]], missing: Missing) -> ChosenSheets:
    """Every sheet that is whole, the hidden ones only when no other is known; or else the first known."""
    seen = [sheet for sheet, is_hidden in sheets if sheet.is_known and not is_hidden]
    known = seen or [sheet for sheet, _ in sheets if sheet.is_known]
    usual = [sheet for sheet, is_hidden in sheets if not is_hidden] or [sheet for sheet, _ in sheets]
    read = [sheet for sheet in known if not missing(sheet)] or known[:1] or usual[:1]
    others = [pair for pair in sheets if pair[0] not in read and pair[0].name != HELP_SHEET]
    notes = [_why_not(sheet, is_hidden, missing) for sheet, is_hidden in others]
    is_whole = not any(sheet.is_known or not sheet.has_titles for sheet, _ in others)
    return ChosenSheets(read, notes, {}, is_whole)


def _why_not(sheet: Sheet, is_hidden: bool, missing: Missing) -> str:
    if is_hidden:
        return f"La feuille masquée « {sheet.name} » n’a pas été lue."
    if sheet.is_known:
        titles = ", ".join(missing(sheet))
        return f"La feuille « {sheet.name} » n’a pas été lue. Il y manque : {titles}."
    return f"La feuille « {sheet.name} » n’a pas été lue : ses titres de colonnes ne sont pas connus."
