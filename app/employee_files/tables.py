"""The people of a spreadsheet: each column read as a whole, then each row in the form that is stored.

A cell says little alone: 2/3/90 is a day by the order of the others (`days.py`), 1 is a yes or a whole
full time (`part_time.py`), a byte is an accent by the letters around (`decoding.py`). Where the cells leave a
doubt, the page shows it and offers the choice; a column that looks turned over is never ticked. A cell that
may stay empty and cannot be read is left and named; one that is needed costs its line.
"""

import html
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from app import clock
from app.employee_files import days
from app.employee_files.columns import CODE, COLUMNS, FULL_NAME, KINDS, problems_of, read, written
from app.employee_files.days import EDGES_OF_YEAR, in_french, is_blank
from app.employee_files.part_time import part_time, scale_of, tells_health
from app.employee_files.rows import MOST_ROWS, FileRow, Reading, Unreadable
from app.employee_files.sheets import sheets_of
from app.employee_files.spreadsheet import TOO_MANY, Row, Sheet
from app.employee_files.titles import (
    Cut,
    column_names,
    cut_names,
    distinct_titles,
    fields_of,
    how_many_known,
    is_french,
    is_shown,
)
from app.text.cells import holds_social_number, one_line
from app.text.search import letters_of, words_of

NO_TITLES = "Ce fichier n’a pas de ligne de titres : sa première ligne est lue comme un salarié."
LOST_LETTER = "un « ? » semble tenir la place d’une lettre accentuée"
TORN = "un guillemet est mal placé ou n’est pas refermé"
LONGEST_SHOWN = 40  # characters of a cell
SAMPLES = 3
SEEN = 200  # rows, to find them
# Words of software in an empty cell; not in a required column: somebody may be called so.
NOTHING = {"null", "nan", "nat", "none", "na", "nd"}
FLOAT = re.compile(r"([0-9]+)\.0")  # a whole number, in a column of numbers of which pandas found one empty
TYPED_AS_TEXT = re.compile(r"'(?=[0-9])|'(?=.*'$)")  # the mark of a spreadsheet, or a quote of a database
ENTITY = re.compile("&(?:#[0-9]+|#x[0-9a-f]+|[a-z]+);", re.IGNORECASE)
# In the name of a sheet, they say that its people have left.
GONE = {"ancien", "anciens", "sorti", "sortis", "sorties", "parti", "partis", "departs", "former", "leavers"}
LOST = re.compile(r"[^\W\d]\?|\?[^\W\d]")
NAMES = ("birth_name", "usual_name", "first_names", "job_title")

Tell = Callable[[Iterator[FileRow], int], int]
Read = Callable[[str], tuple[str, str]]  # a cell → what is stored, or "" and why it is not


class Table(NamedTuple):
    """A sheet with the field of each of its columns."""

    sheet: Sheet
    titles: list[str]
    fields: list[str]
    rows: list[Row]

    def cells(self, field: str) -> list[str]:
        place = self.fields.index(field) if field in self.fields else -1
        return [] if place < 0 else [row.cells[place] if place < len(row.cells) else "" for row in self.rows]


def read_table(content: bytes, options: Mapping[str, Any], report: Tell) -> Reading:
    """The reading without its rows, which go to `report` with their number."""
    corrections = {**options["habits"], **options["mapping"]}
    missing = partial(_missing, options=options)
    chosen = sheets_of(
        content,
        lambda cells: how_many_known(cells, corrections),
        lambda sheet: missing(_fields(sheet, options)[1]),
        options.get("encoding", ""),
    )
    notes = [*chosen.notes]
    tables = [_table(sheet, options, notes) for sheet in chosen.sheets]
    if sum(len(table.rows) for table in tables) > MOST_ROWS:
        raise Unreadable(TOO_MANY)
    readers = Readers(tables, options)
    reading = Reading(
        "tableur",
        _columns(tables),
        missing(tables[0].fields),
        notes=[*dict.fromkeys(notes), *readers.notes, *_same_notes(options["same"])],
        has_titles=tables[0].sheet.has_titles,
        samples=_samples(tables),
        dates=readers.dates,
        encoding=chosen.encoding,
        is_whole=chosen.is_whole,
        is_certain=chosen.is_certain,
    )
    rows = (row for table in tables for row in _rows(table, readers, options, is_one=len(tables) == 1))
    if not reading.missing and not report(rows, sum(len(table.rows) for table in tables)):
        raise Unreadable("Le fichier ne contient aucun salarié sous sa ligne de titres.")
    return reading


def _missing(fields: list[str], options: Mapping[str, Any]) -> list[str]:
    known = {*fields, *options["same"]} | ({"birth_name", "first_names"} if FULL_NAME in fields else set())
    return [each.title for name, each in COLUMNS.items() if each.is_needed and name not in known]


def _fields(sheet: Sheet, options: Mapping[str, Any]) -> tuple[list[str], list[str], list[str]]:
    """The titles as displayed, the field of each column, and a word on those left aside."""
    titles = distinct_titles(sheet.titles) if sheet.has_titles else column_names(sheet.titles)
    fields, notes = fields_of(titles, options["habits"] if sheet.has_titles else {}, options["mapping"])
    return titles, fields, notes


def _table(sheet: Sheet, options: Mapping[str, Any], notes: list[str]) -> Table:
    titles, fields, remarks = _fields(sheet, options)
    notes += remarks + ([] if sheet.has_titles else [NO_TITLES])
    rows = list(_without_others(sheet.rows, fields) if fields.count("") * 2 > len(fields) else sheet.rows)
    table = Table(sheet, titles, fields, rows)
    if (
        FULL_NAME in fields
        and options["mapping"].get(letters_of(titles[fields.index(FULL_NAME)])) != FULL_NAME
    ):
        words = [len(cell.split()) for cell in table.cells(FULL_NAME) if cell.strip()]
        if sum(count > 1 for count in words) * 2 < len(words):
            fields[fields.index(FULL_NAME)] = "birth_name"
    return table


def _without_others(rows: Iterable[Row], fields: list[str]) -> Iterator[Row]:
    """The rows without the cells that are not read, but for the first, which are shown: wide files would fill
    the memory.
    """
    for place, row in enumerate(rows):
        if place < SEEN:
            yield row
            continue
        cells = [cell if field else "" for cell, field in zip(row.cells, fields, strict=False)]
        yield row._replace(cells=cells + row.cells[len(fields) :])


class Readers:
    """The reader of each column, decided on all the cells of the column, in all the sheets."""

    def __init__(self, tables: list[Table], options: Mapping[str, Any]) -> None:
        self.notes: list[str] = []
        fields = dict.fromkeys(field for table in tables for field in table.fields if field)
        decided = {*KINDS, "part_time", FULL_NAME} & {*fields}
        cells = {f: _different(cell for table in tables for cell in table.cells(f)) for f in decided}
        titles = {f: t for table in tables for t, f in zip(table.titles, table.fields, strict=True) if f}
        self.read: dict[str, Read] = {field: _remembered(field) for field in fields}
        self._decide_days(tables, cells, options)
        if "part_time" in fields:
            parse = partial(part_time, scale=scale_of(cells["part_time"], titles["part_time"]))
            self.read["part_time"] = _remembered("part_time", parse)
        self.cuts: dict[str, Cut] = {}
        if FULL_NAME in fields:
            self.cuts = cut_names(cells[FULL_NAME], titles[FULL_NAME])
            if not {"birth_name", "first_names"} <= {*fields}:
                self._show_cut(titles[FULL_NAME])
            for field in ("birth_name", "first_names"):
                self.read[field] = _remembered(field)

    def _decide_days(
        self, tables: list[Table], cells: Mapping[str, Collection[str]], options: Mapping[str, Any]
    ) -> None:
        chosen = options.get("dates", {})
        columns = {
            field: days.DayColumn(cells[field], COLUMNS[field].words, kind, chosen.get(field, ""))
            for field, kind in KINDS.items()
            if field in cells
        }
        is_1904 = tables[0].sheet.is_1904
        today = date.fromisoformat(options["today"]) if options.get("today") else clock.today()
        read_days = days.decided(columns, is_1904=is_1904, is_french=is_french(tables[0].titles))
        self.doubts = [(field, clause) for field, each in read_days.items() for clause in each.doubts]
        self.dates = {
            field: days.summary_of(columns[field], each) for field, each in read_days.items() if each.order
        }
        for field, each in read_days.items():
            parse = days.reader_of(columns[field], each, is_1904=is_1904, today=today)
            self.read[field] = _remembered(field, parse)

    def _show_cut(self, title: str) -> None:
        first_cut = next((cut for cut in self.cuts.values() if cut.first_names), None)
        if first_cut:
            self.notes.append(
                f"La colonne « {title} » a été séparée ainsi : nom « {first_cut.birth_name} »,"
                f" prénom « {first_cut.first_names} »."
            )


def _different(cells: Iterable[str]) -> dict[str, None]:
    """Each cell of a column once, in their order."""
    return dict.fromkeys(map(meant, dict.fromkeys(cells)))


def _remembered(field: str, parse: Callable[[str], str] | None = None) -> Read:
    """Most cells of a column are also on other rows."""
    known: dict[str, tuple[str, str]] = {}
    words = NOTHING if is_optional(field) and field not in KINDS else set()

    def found(cell: str) -> tuple[str, str]:
        if cell not in known:
            try:
                is_nothing = is_blank(cell) or letters_of(cell) in words
                known[cell] = ("" if is_nothing else read(field, meant(cell), parse), "")
            except ValueError as error:
                known[cell] = ("", str(error))
        return known[cell]

    return found


def meant(cell: str) -> str:
    """The cell without what software put around it: 12.0 is 12, '0012 is 0012, L&#039;HÔTE is L'HÔTE."""
    if "'" not in cell and "&" not in cell and ".0" not in cell:
        return cell
    if match := FLOAT.fullmatch(cell.strip()):
        return match[1]
    if mark := TYPED_AS_TEXT.match(cell.strip()):
        bare = cell.strip()[mark.end() :]
        return bare.removesuffix("'")
    return html.unescape(cell) if ENTITY.search(cell) else cell


def is_optional(field: str) -> bool:
    """The code of the company may be left out, but what is in it must be right."""
    return field not in {CODE, FULL_NAME} and not COLUMNS[field].is_needed


class _Line:
    """Facts on one row, as its cells are read."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self.left: list[list[str]] = []
        self.doubts: list[str] = []

    def refuse(self, field: str, cell: str, why: str) -> None:
        """A cell that may stay empty is left aside; another costs the row."""
        if not is_optional(field):
            del self.kept[field]
            self.refused[field] = why
            return
        sample = "" if holds_social_number(cell) else one_line(cell)[:LONGEST_SHOWN]
        self.left.append([field, sample, why])
        # A person who left might be declared as present.
        self.doubts += [why] if field == "exit_on" else []

    def cut(self, cell: str, readers: Readers) -> None:
        """Both names from one cell, where no column of their own says them."""
        cut = readers.cuts[meant(cell)]
        halves = {"birth_name": cut.birth_name, "first_names": cut.first_names}
        missing = [name for name in halves if not self.kept.get(name) and name not in self.refused]
        for name in missing:
            self.kept[name], why = readers.read[name](halves[name])
            if why:
                self.refuse(name, halves[name], why)
        if missing and cut.is_guess:
            self.doubts.append(
                f"le nom et le prénom sont séparés au jugé : « {cut.birth_name} » et « {cut.first_names} »"
            )


def _rows(table: Table, readers: Readers, options: Mapping[str, Any], *, is_one: bool) -> Iterator[FileRow]:
    alone = [(place, field) for place, field in enumerate(table.fields) if field not in {"", FULL_NAME}]
    fields = [(place, field, readers.read[field]) for place, field in alone]
    full_name = table.fields.index(FULL_NAME) if FULL_NAME in table.fields else -1
    has_usual_name = "usual_name" in table.fields and "birth_name" in table.fields
    sheet = "" if is_one else table.sheet.name
    has_gone = GONE.intersection(words_of(table.sheet.name))
    gone = f"la feuille « {table.sheet.name} » semble être celle de personnes parties" if has_gone else ""
    for line, cells, is_torn in table.rows:
        row = _Line()
        for place, field, read_cell in fields:
            cell = cells[place] if place < len(cells) else ""
            row.kept[field], why = read_cell(cell)
            if why:
                row.refuse(field, cell, why)
        if full_name >= 0:
            row.cut(cells[full_name] if full_name < len(cells) else "", readers)
        if has_usual_name:
            _without_maiden_name(row.kept)
        _leave_older_ends(row)
        row.doubts += [gone] if gone and not row.kept.get("exit_on") else []
        names = " ".join([row.kept.get(name, "") for name in NAMES])
        row.doubts += [LOST_LETTER] if "?" in names and LOST.search(names) else []
        row.doubts += (clause for field, clause in readers.doubts if row.kept.get(field))
        reasons = [*row.refused.values(), *_too_long(cells, table.fields), *_settle(row, options)]
        reasons = [TORN] if is_torn else reasons + problems_of(row.kept, row.refused)
        yield FileRow(line, row.kept, reasons, row.left, row.doubts, sheet=sheet)


def _without_maiden_name(values: dict[str, str]) -> None:
    """An empty name of birth is the name in use: men have no other, nor have the unmarried."""
    if not values.get("birth_name"):
        values["birth_name"] = values["usual_name"]
    if values["usual_name"] == values["birth_name"]:
        values["usual_name"] = ""


def _leave_older_ends(row: _Line) -> None:
    """Leave an end on the edge of a year before the entry: « never », as 31/12/99 or the first day of a
    computer's count, or what remains of a contract before.
    """
    for field in ("exit_on", "contract_ends_on"):
        end = row.kept.get(field, "")
        if end and end < row.kept.get("entry_on", "") and end[5:] in EDGES_OF_YEAR:
            row.kept[field] = ""
            row.left.append([field, in_french(date.fromisoformat(end)), "précède la date d’entrée"])


def _too_long(cells: list[str], fields: list[str]) -> Iterator[str]:
    if any(cell.strip() for cell in cells[len(fields) :]):
        yield f"elle a plus de {len(fields)} colonnes (un séparateur de trop ?)"


def _settle(row: _Line, options: Mapping[str, Any]) -> Iterator[str]:
    """Fill the fields that are the same for everybody; check the code of the company, and drop it."""
    for name, stored in options["same"].items():
        if not row.kept.get(name) and name not in row.refused:
            row.kept[name] = stored
    own_code, code = row.kept.pop(CODE, ""), options["code"]
    if code and own_code and own_code != code:
        yield f"le code adhérent {own_code} n’est pas celui de l’entreprise, {code}"


def _columns(tables: list[Table]) -> list[list[str]]:
    """Those of all the sheets; two that have the same title are one."""
    fields: dict[str, list[str]] = {}
    for table in tables:
        for title, field in zip(table.titles, table.fields, strict=True):
            fields.setdefault(letters_of(title), [title, field])
    return list(fields.values())


def _samples(tables: list[Table]) -> list[list[str]]:
    """Beside each of the columns, the first cells that differ; none of a pay, of an illness, of a bank."""
    samples: dict[str, list[str]] = {}
    for table in tables:
        for place, title in enumerate(table.titles):
            cells = (row.cells[place] for row in table.rows[:SEEN] if place < len(row.cells))
            of_title = samples.setdefault(letters_of(title), [])
            if not is_shown(title):
                continue
            for cell in cells:
                if len(of_title) == SAMPLES:
                    break
                words = one_line(cell)[:LONGEST_SHOWN]
                if words and words not in of_title and not (holds_social_number(cell) or tells_health(cell)):
                    of_title.append(words)
    return list(samples.values())


def _same_notes(same: Mapping[str, str]) -> list[str]:
    return [
        f"{COLUMNS[name].title} : {written(name, stored)}, pour ceux dont le fichier ne le dit pas."
        for name, stored in same.items()
    ]
