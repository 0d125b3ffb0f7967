"""The contracts of one person: the present one, and since when. Pure, for a DSN as for a file with one line
per contract.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

NEVER = date.max


@dataclass(frozen=True, slots=True)
class Spell:
    """A contract. `place`: where it stands among what its reader holds.

    `start`: None when it cannot be read. `end`: the departure, None while it runs. `planned`: the end that a
    fixed term was to have, which is no departure: it only tells whether the next contract left a gap.
    """

    place: int
    start: date | None
    end: date | None = None
    planned: date | None = None


def current(spells: Iterable[Spell]) -> list[Spell]:
    """The contract that goes on, the latest begun of several, or else the last to end.

    More than one when their days are equal; nothing when there is no contract.
    """
    known = list(spells)
    best = max(map(_rank, known), default=None)
    return [each for each in known if _rank(each) == best]


def entry_of(spells: Iterable[Spell], chosen: Spell) -> Spell:
    """The first of the contracts that lead to the chosen one without a day between two."""
    first = chosen
    for each in sorted(spells, key=_start, reverse=True):
        if each.start and each.start < _start(first) and _follows(each, first):
            first = each
    return first


def _follows(before: Spell, after: Spell) -> bool:
    """A contract that had no end, or was still running when the other began, leaves no gap."""
    end = before.end or before.planned or NEVER
    return end == NEVER or end + timedelta(days=1) >= _start(after)


def _rank(spell: Spell) -> tuple[date, date]:
    return spell.end or NEVER, _start(spell)


def _start(spell: Spell) -> date:
    """The start, for sorting: a contract without a readable one is never preferred to one that has it."""
    return spell.start or date.min
