"""An import as its pages tell it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from app.access import MemberAccess
from app.employees.service import UNDOABLE
from app.imports.queries import counts_of, is_stalled
from app.imports.service import LOST
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


@dataclass(frozen=True, slots=True)
class Shown:
    """`read` of `total`: how far the reading is. `unread`: titles of the columns that are left.

    `said`: how far, in the words that are spoken. `aside`: who was left aside, and why. `is_undoable`:
    applied less than 30 days ago.
    """

    id: int
    state: str
    title: str
    source: str
    problem: str
    read: int
    total: int
    said: str
    unread: list[str]
    counts: dict[str, Any]
    aside: list[tuple[str, str]]
    applied_at: datetime | None
    undone_at: datetime | None
    is_undoable: bool


class Counted(NamedTuple):
    """How many lines of a category there are, and how many of them are chosen."""

    word: str
    category: Category
    number: int
    chosen: int


def shown_import(imported: EmployeeImport, now: datetime) -> Shown:
    state, problem = imported.state, imported.problem
    if state == ImportState.READING and is_stalled(imported, now):
        state, problem = ImportState.FAILED, LOST
    applied = imported.applied_at
    return Shown(
        imported.key, str(state), TITLES[state], SOURCES[imported.source], problem,
        imported.rows_read, imported.rows_total, _said(imported),
        [title for title, field in imported.columns if not field],
        imported.counts, imported.counts.get("aside", []), applied, imported.undone_at,
        state == ImportState.APPLIED and applied is not None and now - applied <= UNDOABLE,
    )  # fmt: skip


def _said(imported: EmployeeImport) -> str:
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
