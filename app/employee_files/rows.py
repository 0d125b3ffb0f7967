"""The contents of a file: the words between the process that reads it and the portal. It imports nothing
heavy, since that process starts anew for each file.
"""

from dataclasses import dataclass, field
from typing import Any

MOST_ROWS = 10_000
FEWER = "ne gardez que les colonnes utiles, ou envoyez-le en plusieurs fois"


class Unreadable(Exception):  # noqa: N818
    """The reason why nothing of the file was read: one sentence in French, for its sender."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A person as the file tells them. `line`: where, from 1.

    `fields`: the columns that the file has, in their stored form, "" for an empty cell; a cell that could not
    be read is only in `reasons`, clauses in French that can follow « Ligne 4 : ».
    `left`: optional cells that were left aside, [field, the cell as typed (≤ 40 characters), why].
    `doubts`: clauses in French that tell why nothing of this line is ticked beforehand.
    `guessed`: the fields that the file says only in part, completed for want of better: they never change
    what is declared, and each has its doubt, before the others.
    `moved`: of somebody who goes on at another establishment of the company, what they are there, as `fields`
    are, with its "siret".
    `sheet`: which of the sheets of a workbook, "" when only one is read.
    """

    line: int
    fields: dict[str, str]
    reasons: list[str] = field(default_factory=list)
    left: list[list[str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The contents of a file. `source`: "tableur" or "dsn". `columns`: [title in the file, field or ""];
    without `has_titles` they are named by their letter, with the cell of the first person as an example.

    `missing`: titles of the required columns that were not recognised; there are then no rows.
    `notes`: sentences in French. `month`: of a DSN, "2026-11".
    `samples`: beside each of `columns`, up to three cells as they stand in the file.
    `dates`: field → how its days were read: {"order": "dmy", "words": "jour/mois/année", "samples": [two
    cells], "is_sure": whether the cells themselves leave no other order}.
    `encoding`: {"chosen": "cp1252", "words": "Windows", "sample": "André", "others": [[name, words], …]}, or
    nothing where the file leaves no choice.
    `aside`: [a person's name, why nothing was read of them], reasons being clauses in French.
    `is_whole`: the file is a complete list, so that who is not in it has left. `is_certain`: what it says may
    be ticked beforehand; when not, `notes` tell why.
    """

    source: str
    columns: list[list[str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    rows: list[FileRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    month: str = ""
    has_titles: bool = True
    samples: list[list[str]] = field(default_factory=list)
    dates: dict[str, dict[str, Any]] = field(default_factory=dict)
    encoding: dict[str, Any] = field(default_factory=dict)
    aside: list[list[str]] = field(default_factory=list)
    is_whole: bool = True
    is_certain: bool = True
