"""The meaning of each column of a file: by the names in use in software and by the reader's corrections."""

import re
from collections.abc import Collection, Mapping

from app.employee_files.columns import FULL_NAME, READABLE
from app.text.cells import holds_social_number
from app.text.search import letters_of

LONGEST = 70  # characters of a title that are shown: with « (2) », its letters_of form stays under 80
EXAMPLE = 30  # characters of the cell that shows what a column without a title holds
SPELLINGS = {spelled: field for field, column in READABLE.items() for spelled in column.spellings}
# Beside a birth name, these are the name in use; alone and without a first name, they hold both.
ANY_NAME = {"nom", "noms", "nomdefamille", "nomfamille", "lastname", "surname", "familyname", "name"}
NAME_OF_SOMEBODY = ANY_NAME | {"nomsalarie", "nomdusalarie"}
NEVER_READ = re.compile(r"nir|nss|n?(umero|o)?(de)?(securitesociale|secu|ss|insee)")
# Nobody chooses a column by what these hold, and nothing of it is kept, not even to be shown.
NEVER_SHOWN = re.compile(
    "nir|nss|securitesociale|secu|insee|salaire|remuneration|brut|taux|prime|iban|rib|bic|banque|sante|arret"
    "|maladie|handicap|rqth|boeth|inaptitude|invalidite|motif|salary|wage|bank"
)
ENGLISH = re.compile("name|birth|hire|join|start|gender|job")
ENOUGH_ENGLISH = 2  # titles


def column_names(cells: list[str]) -> list[str]:
    """Names for the columns of a file without titles: « Colonne A (ex. DURAND) ». A number of the Sécurité
    sociale is not displayed.
    """
    names = []
    for place, cell in enumerate(cells):
        example = "" if holds_social_number(cell) else " ".join(cell.split())[:EXAMPLE]
        names.append(f"Colonne {letters(place)}" + (f" (ex. {example})" if example else ""))
    return names


def distinct_titles(cells: list[str]) -> list[str]:
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
    """The number of different columns that a row of titles would give."""
    return len({corrections.get(letters_of(cell)) or field_of(cell) for cell in cells if cell} - {""})


def fields_of(
    titles: list[str], habits: Mapping[str, str], mapping: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """The field of each column ("" for none), and what is said of the columns left aside.

    What the reader says of this file comes before what was remembered, which comes before the spellings:
    a field given to "" is a column to leave. Of several columns for a field, the first keeps it.
    """
    keys = {letters_of(title) for title in titles}
    usual = _usual_meanings(
        titles, {f for source in (habits, mapping) for k, f in source.items() if k in keys}
    )
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
            words = f"dit aussi « {READABLE[field].title} », déjà lu dans « {taken[field]} »"
            notes.append(f"La colonne « {titles[place]} » n’a pas été lue : elle {words}.")
        elif field in READABLE:
            fields[place] = field
            taken[field] = titles[place]
    return fields, notes + _left_aside([t for t, f in zip(titles, fields, strict=True) if not f])


def _usual_meanings(titles: list[str], known_fields: Collection[str]) -> list[str]:
    """The meaning of each title beside the others, and beside the fields already `known_fields`.

    The column « Nom » is the name of birth, unless another one is, and both names where no column holds the
    first ones.
    """
    fields = [field_of(title) for title in titles]
    spelled = [letters_of(title) for title in titles]
    of_birth = {f for f, bare in zip(fields, spelled, strict=True) if bare not in NAME_OF_SOMEBODY}
    if "birth_name" in of_birth:
        instead = "" if "usual_name" in of_birth else "usual_name"
        return [
            instead if bare in ANY_NAME and field == "birth_name" else field
            for bare, field in zip(spelled, fields, strict=True)
        ]
    if not {"first_names", FULL_NAME} & {*fields, *known_fields}:
        return [
            FULL_NAME if bare in NAME_OF_SOMEBODY and field == "birth_name" else field
            for bare, field in zip(spelled, fields, strict=True)
        ]
    return fields


def is_french(titles: list[str]) -> bool:
    """True when the day comes first, by the language of the titles: in English it may be the month."""
    return sum(bool(ENGLISH.search(letters_of(title))) for title in titles) < ENOUGH_ENGLISH


def is_any_name(title: str) -> bool:
    """True when this column holds the name of birth of people who have no other: men, the unmarried."""
    return letters_of(title) in ANY_NAME


def _left_aside(titles: list[str]) -> list[str]:
    """A column of numbers of the Sécurité sociale is named: people must know that it was not read."""
    return [
        f"La colonne « {title} » n’a pas été lue : le portail ne demande pas ce numéro."
        for title in titles
        if NEVER_READ.fullmatch(letters_of(title))
    ]
