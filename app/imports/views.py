"""An import as its pages display it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from app.access import MemberAccess
from app.employee_files.columns import COLUMNS
from app.employees.acts import UNDOABLE
from app.imports.difference import cell_words
from app.imports.queries import counts_of, is_stalled
from app.imports.reading import LOST
from app.text.formats import month_words, of
from db.models import EmployeeImport, ImportState

SOURCES = {"dsn": "DSN", "tableur": "Tableur", "": "Autre fichier"}  # "": nothing of it could be read


TITLES = {
    ImportState.READING: "Lecture du fichier",
    ImportState.COLUMNS: "Colonnes à préciser",
    ImportState.READY: "Comparaison avec votre liste",
    ImportState.FAILED: "Fichier non repris",
    ImportState.APPLIED: "Import appliqué",
    ImportState.UNDONE: "Import annulé",
    ImportState.DROPPED: "Import abandonné",
}


NOTHING_SAID: dict[str, Any] = {"notes": [], "encoding": {}, "left": [], "aside": [], "moved": []}
OWN_CHOICE = "Au choix du portail"  # whatever somebody said before
QUARTERS = ("", "Un quart est lu.", "La moitié est lue.", "Trois quarts sont lus.", "Tout est lu.")


class Category(NamedTuple):
    """`words`: what is done with these lines. `is_choice`: the reader decides for each."""

    kind: str
    title: str
    words: str
    is_choice: bool = True


# By their word in the address.
KINDS = {
    "nouveaux": Category("new", "Nouveaux salariés", "seront déclarés"),
    "modifies": Category("changed", "Fiches à corriger", "seront corrigées"),
    "departs": Category("left", "Départs écrits dans le fichier", "seront enregistrés"),
    "absents": Category(
        "absent", "Présents chez vous, absents du fichier", "rien ne change sans votre accord"
    ),
    "doublons": Category("duplicate", "Doublons probables", "à vous de dire qui c’est"),
    "inchanges": Category("unchanged", "Inchangés", "rien à faire", is_choice=False),
    "erreurs": Category("wrong", "Lignes en erreur", "ne seront pas reprises", is_choice=False),
}


def told_done(done: str) -> str:
    """The notice of the last act: lines chosen, or a line put right, by the word of its new place."""
    if done == "choix":
        return "Votre choix est gardé."
    return (
        f"La ligne est corrigée : elle est maintenant dans « {KINDS[done].title} »." if done in KINDS else ""
    )


@dataclass(frozen=True, slots=True)
class ImportView:
    """`read` of `total`: how far the reading is. `unread`: titles of the columns that are left.

    `spoken`: how far. `left`: whose optional cells were left aside, and which. `aside`: who was left aside
    when it was applied, and why. `said`: see EmployeeImport.
    `is_undoable`: applied less than 30 days ago.
    """

    id: int
    state: str
    title: str
    source: str
    problem: str
    read: int
    total: int
    spoken: str
    said: dict[str, Any]
    dates: list["DatesRead"]
    left: list[tuple[str, str]]
    unread: list[str]
    counts: dict[str, Any]
    aside: list[tuple[str, str]]
    applied_at: datetime | None
    undone_at: datetime | None
    is_undoable: bool


class DatesRead(NamedTuple):
    """The reading of a column of days: `words`, jour/mois/année. `samples`: two of its cells."""

    field: str
    title: str
    words: str
    samples: list[str]
    is_sure: bool


class Counted(NamedTuple):
    """The number of lines of a category, and the number chosen."""

    word: str
    category: Category
    number: int
    chosen: int


def import_page(imported: EmployeeImport, now: datetime) -> ImportView:
    state, problem = imported.state, imported.problem
    if state == ImportState.READING and is_stalled(imported, now):
        state, problem = ImportState.FAILED, LOST
    applied = imported.applied_at
    source = source_of(imported)
    return ImportView(
        id=imported.key,
        state=str(state),
        title=_title(state, source),
        source=source,
        problem=problem,
        read=imported.rows_read,
        total=imported.rows_total,
        spoken=_spoken(imported),
        said=NOTHING_SAID | imported.said,
        dates=dates_read(imported),
        left=[(name, cell_words(*cell)) for name, *cell in imported.said.get("left", [])],
        unread=[title for title, field in imported.columns if not field],
        counts=imported.counts,
        aside=imported.counts.get("aside", []),
        applied_at=applied,
        undone_at=imported.undone_at,
        is_undoable=state == ImportState.APPLIED and applied is not None and now - applied <= UNDOABLE,
    )


def source_of(imported: EmployeeImport) -> str:
    """DSN de janvier 2026"""
    month = imported.said.get("month")
    return f"{SOURCES[imported.source]}{f' {of(month_words(month))}' if month else ''}"


def _title(state: ImportState, source: str) -> str:
    has_month = state == ImportState.READY and source not in SOURCES.values()
    return f"{TITLES[state]} – {source}" if has_month else TITLES[state]


def dates_read(imported: EmployeeImport) -> list[DatesRead]:
    columns = []
    for field, read in imported.said.get("dates", {}).items():
        if field in COLUMNS:
            words, samples = read.get("words", ""), read.get("samples", [])
            columns.append(DatesRead(field, COLUMNS[field].title, words, samples, read.get("is_sure", True)))
    return columns


def encodings_of(imported: EmployeeImport) -> dict[str, str]:
    """Those that the reader offers, by name, its own choice first."""
    read = imported.said.get("encoding", {})
    own = {read["chosen"]: read["words"]} if read else {}
    return {"": OWN_CHOICE} | own | dict(read.get("others", ()))


def sampled(imported: EmployeeImport) -> list[tuple[list[str], list[str]]]:
    """Each column, with up to three of its cells."""
    samples = imported.said.get("samples", [])
    return list(zip(imported.columns, [*samples, *[[]] * len(imported.columns)], strict=False))


def _spoken(imported: EmployeeImport) -> str:
    """Four times in all: a count that is spoken each second drowns the rest."""
    quarters = imported.rows_read * 4 // imported.rows_total if imported.rows_total else 0
    return QUARTERS[min(quarters, 4)]


async def counted(access: MemberAccess, imported: EmployeeImport) -> list[Counted]:
    if imported.state != ImportState.READY:
        return []
    counts = await counts_of(access, imported.key)
    return [
        Counted(
            word, each, sum(counts[each.kind].values()), sum(n for c, n in counts[each.kind].items() if c)
        )
        for word, each in KINDS.items()
    ]
