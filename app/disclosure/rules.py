"""Likeness of a row to the person who writes. Pure.

A name may have changed with a marriage and a birth date been mistyped: the operator decides, with the rows
side by side, which records are of this person.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from textwrap import wrap
from typing import NamedTuple

from app.text.counts import plural
from app.text.search import words_of

LINE = 160  # characters of numbers in a line of the history, whose words hold 200


class Likeness(StrEnum):
    """From the surest."""

    SAME = "same"
    OTHER_NAME = "other_name"
    OTHER_DAY = "other_day"


WORDS = {
    Likeness.SAME: "Même nom et même date de naissance",
    Likeness.OTHER_NAME: "Même date de naissance, autre nom ou autre prénom",
    Likeness.OTHER_DAY: "Même nom, autre date de naissance",
}


class Wanted(NamedTuple):
    name: str
    first_name: str
    born: date


def likeness(wanted: Wanted, names: Iterable[str], first_names: str, born: date) -> Likeness | None:
    """None for somebody else. `names`: at birth and in use.

    >>> her = Wanted("Le Goff", "Anne", date(1980, 1, 31))
    >>> likeness(her, ("MARTIN", "LE GOFF"), "Anne Marie", date(1980, 1, 31)).value
    'same'
    >>> likeness(her, ("MARTIN", ""), "Anne", date(1980, 1, 31)).value
    'other_name'
    >>> likeness(her, ("LE GOFF", ""), "Anne", date(1980, 1, 30)).value
    'other_day'
    >>> likeness(her, ("MARTIN", ""), "Paul", date(1980, 1, 31)) is None
    True
    """
    has_name = set(words_of(wanted.name)) <= set(words_of(" ".join(names)))
    has_first = bool(set(words_of(wanted.first_name)) & set(words_of(first_names)))
    if born == wanted.born and has_name and has_first:
        return Likeness.SAME
    if born == wanted.born and (has_name or has_first):
        return Likeness.OTHER_NAME
    return Likeness.OTHER_DAY if has_name and has_first else None


def export_lines(numbers: Sequence[int]) -> list[str]:
    """The words of a line of the history for each portion of these records, as many as it holds whole.

    >>> export_lines([12, 57])
    ['2 fiches : n° 12, 57']
    """
    number = plural(len(numbers), "fiche")
    portions = wrap(", ".join(map(str, numbers)), LINE)
    if len(portions) == 1:
        return [f"{number} : n° {portions[0]}"]
    return [
        f"{number}, partie {part} sur {len(portions)} : n° {those.rstrip(',')}"
        for part, those in enumerate(portions, 1)
    ]
