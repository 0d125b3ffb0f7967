"""Remarks on a file beside its lines: its reading, the parts not read, the doubts. Pure."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from app.employee_files.columns import COLUMNS, SAME_FOR_ALL
from app.employee_files.rows import FileRow, Reading
from app.imports.difference import Effect, ListedPerson
from app.text.counts import plural
from app.text.formats import month_words, of
from db.kinds import LineKind

MOST_NAMED = 200  # people told by name
FEW_PEOPLE = 4  # people: of a list so short, a third is one or two
OLDEST = 2  # months between a DSN and today, of one that still tells the present
SAYABLE = {COLUMNS[field].title for field in SAME_FOR_ALL}
LOOK_AT_IT = "Rien n’est coché d’avance."


def remarks_of(
    reading: Reading, effects: Sequence[Effect], known: Sequence[ListedPerson], today: date
) -> dict[str, Any]:
    """EmployeeImport.said: the attributes of Reading by their name, without the empty ones.

    `left`: [name, title of the column, the cell, why] of the optional cells left aside. `moved`: [name,
    SIRET, since when, job] of people who go on at a sister establishment. `is_certain`: false when nothing is
    chosen beforehand.
    """
    old = age_words(reading.month, today)
    notes = [*reading.notes, old, growth_words(effects, known)]
    remarks = {
        "month": reading.month,
        "notes": [each for each in notes if each],
        "samples": reading.samples,
        "dates": reading.dates,
        "encoding": reading.encoding,
        "aside": reading.aside[:MOST_NAMED],
        "left": [each for row in reading.rows if not row.reasons for each in _left(row)][:MOST_NAMED],
        "moved": [_moved(row) for row in reading.rows if row.moved][:MOST_NAMED],
    }
    stored: dict[str, Any] = {name: value for name, value in remarks.items() if value}
    return stored | {"is_certain": reading.is_certain and not old}


def told_missing(titles: Collection[str]) -> str:
    """Compulsory columns of which none was recognised, by their title on the screen."""
    where = "dans quelle colonne se trouve cette information"
    if len(titles) > 1:
        where = "dans quelles colonnes se trouvent ces informations"
    or_else = ", ou choisissez ce qui est le même pour tous" if SAYABLE & {*titles} else ""
    return f"Il manque : {', '.join(titles)}. Dites {where}{or_else}."


def age_words(month: str, today: date) -> str:
    """A DSN of a past season would put people back where they were."""
    if not month:
        return ""
    age = (today.year - int(month[:4])) * 12 + today.month - int(month[5:])
    if age <= OLDEST:
        return ""
    words = f"Cette DSN est {of(month_words(month))} : ce qui a changé depuis serait remis en arrière"
    return f"{words}. {LOOK_AT_IT}"


def growth_words(effects: Sequence[Effect], known: Sequence[ListedPerson]) -> str:
    """A list that would grow or shrink by more than a third: perhaps not the right file."""
    present = sum(not each.declared["exit_on"] for each in known)
    new = sum(each.kind == LineKind.NEW and not each.is_odd for each in effects)
    gone = sum(each.kind in {LineKind.ABSENT, LineKind.LEFT} for each in effects)
    if present < FEW_PEOPLE or max(new, gone) * 3 <= present:
        return ""
    words = [f"{plural(new, 'personne')} de plus"] if new * 3 > present else []
    words += [f"{plural(gone, 'personne')} de moins"] if gone * 3 > present else []
    here = plural(present, "personne présente", "personnes présentes")
    return (
        f"Ce fichier compte {' et '.join(words)}, pour {here} dans votre liste : vérifiez que c’est bien le"
        " fichier complet de cette entreprise."
    )


def _left(row: FileRow) -> list[list[str]]:
    return [[_name(row.fields), _title(field), cell, why] for field, cell, why in row.left]


def _moved(row: FileRow) -> list[str]:
    there = row.moved
    return [_name(row.fields), there.get("siret", ""), there.get("entry_on", ""), there.get("job_title", "")]


def _name(fields: dict[str, str]) -> str:
    return " ".join(filter(None, (fields.get("birth_name", ""), fields.get("first_names", ""))))


def _title(field: str) -> str:
    return COLUMNS[field].title if field in COLUMNS else field
