"""Which column of a file is which: what software and people call it, and what the reader corrected."""

import re
from collections.abc import Mapping

from app.employees.cells import holds_social_number
from app.employees.columns import COLUMNS
from app.searching import letters_of

LONGEST = 70  # characters of a title that are shown: with « (2) », its letters_of form stays under 80
EXAMPLE = 30  # characters of the cell that shows what a column without a title holds
SPELLINGS = {spelled: field for field, column in COLUMNS.items() for spelled in column.spellings}
NEVER_READ = re.compile(r"nir|nss|n?(umero|o)?(de)?(securitesociale|secu|ss|insee)")


def column_names(cells: list[str]) -> list[str]:
    """Of a file without titles: « Colonne A (ex. DURAND) ». A number of the Sécurité sociale is not shown."""
    names = []
    for place, cell in enumerate(cells):
        example = "" if holds_social_number(cell) else " ".join(cell.split())[:EXAMPLE]
        names.append(f"Colonne {letters(place)}" + (f" (ex. {example})" if example else ""))
    return names


def shown_titles(cells: list[str]) -> list[str]:
    """The titles, each different from the others: « Nom (2) », « Colonne D » when it is empty.

    A number of the Sécurité sociale is no title, and is not shown.
    """
    titles: list[str] = []
    seen: set[str] = set()
    for place, cell in enumerate(cells):
        title = "" if holds_social_number(cell) else " ".join(cell.split())[:LONGEST]
        title = title or f"Colonne {letters(place)}"
        number = 2
        unique = title
        while letters_of(unique) in seen:
            unique = f"{title} ({number})"
            number += 1
        seen.add(letters_of(unique))
        titles.append(unique)
    return titles


def letters(place: int) -> str:
    """A, B … Z, AA: how spreadsheets name a column, from 0."""
    before, last = divmod(place, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def field_of(title: str) -> str:
    """The column that this title means for everybody, or "". What is between brackets may be a comment."""
    bare = letters_of(re.sub(r"\([^)]*\)?", "", title))
    return SPELLINGS.get(letters_of(title)) or SPELLINGS.get(bare, "")


def how_many_known(cells: list[str], corrections: Mapping[str, str]) -> int:
    """How many different columns a row of titles would give."""
    return len({corrections.get(letters_of(cell)) or field_of(cell) for cell in cells if cell} - {""})


def fields_of(
    titles: list[str], habits: Mapping[str, str], mapping: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """The field of each column ("" for none), and what is said of the columns left aside.

    What the reader says of this file comes before what was remembered, which comes before the spellings:
    a field given to "" is a column to leave. Of several columns for a field, the first keeps it.
    """
    usual = _usual_meanings(titles)
    wanted: list[tuple[int, int, str]] = []
    for place, title in enumerate(titles):
        key = letters_of(title)
        sources = [source for source in (mapping, habits) if key in source]
        rank = 2 if not sources else 0 if sources[0] is mapping else 1
        wanted.append((rank, place, sources[0][key] if sources else usual[place]))
    fields = [""] * len(titles)
    taken: dict[str, str] = {}
    notes: list[str] = []
    for _, place, field in sorted(wanted):
        if field in taken:
            words = f"dit aussi « {COLUMNS[field].title} », déjà lu dans « {taken[field]} »"
            notes.append(f"La colonne « {titles[place]} » n’a pas été lue : elle {words}.")
        elif field in COLUMNS:
            fields[place] = field
            taken[field] = titles[place]
    return fields, notes + _left_aside([t for t, f in zip(titles, fields, strict=True) if not f])


def _usual_meanings(titles: list[str]) -> list[str]:
    fields = [field_of(title) for title in titles]
    others = {field for field, title in zip(fields, titles, strict=True) if letters_of(title) != "nom"}
    if "birth_name" in others:
        instead = "" if "usual_name" in others else "usual_name"
        return [
            instead if letters_of(title) == "nom" else field
            for field, title in zip(fields, titles, strict=True)
        ]
    return fields


def _left_aside(titles: list[str]) -> list[str]:
    """A column of numbers of the Sécurité sociale is named: people must know that it was not read."""
    return [
        f"La colonne « {title} » n’a pas été lue : le portail ne demande pas ce numéro."
        for title in titles
        if NEVER_READ.fullmatch(letters_of(title))
    ]
