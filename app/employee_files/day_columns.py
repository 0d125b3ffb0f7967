"""A column of dates, decided as a whole: in which order its days are written, and what makes one doubt it."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from app.employee_files.days import ORDERS, Kind, Order, day_of, is_no_date, meanings_of
from app.text.cells import holds_social_number, one_line

USUAL: Order = "dmy"
ONE_IN = 10  # to one: with so many cells of an order for each of another, the others are slips
ENOUGH_DATES = 4  # all within the first twelve days of a month: one chance in forty
SAMPLES = 2
UNSETTLED = {"dmy", "mdy"}
PADDED, UNPADDED = re.compile(r"(?<![0-9])0[0-9](?![0-9])"), re.compile(r"(?<![0-9])[1-9](?![0-9])")


class DayColumn(NamedTuple):
    """`words`: its name in a sentence. `kind`: see `day_cells`. `chosen`: the order that the reader said."""

    cells: Collection[str]
    words: str
    kind: Kind
    chosen: str = ""


class Evidence(NamedTuple):
    """`ways`: how many different cells can be read in exactly these orders. `exact`: how many say one day
    whatever the order; `early`: of these, how many are within the first twelve of a month.

    `is_two_hands`: what could be read in two orders is written with zeros, the rest without.
    """

    ways: Counter[frozenset[str]]
    exact: int
    early: int
    is_compact: bool
    is_two_hands: bool


class Days(NamedTuple):
    """`order`: "" where no cell depends on it. `is_sure`: the cells, or somebody, leave no other.
    `doubts`: clauses in French, about every row. `as_likely`: the orders that the cells say as much for.
    """

    order: str
    is_sure: bool
    is_compact: bool = False
    doubts: tuple[str, ...] = ()
    as_likely: frozenset[str] = frozenset()


def decided(columns: Mapping[str, DayColumn], *, is_1904: bool, is_french: bool) -> dict[str, Days]:
    """Each column by itself first; one that says nothing follows the others, which the same hand wrote."""
    alone = {field: _alone(each, evidence_of(each, is_1904)) for field, each in columns.items()}
    sure = {days.order for days in alone.values() if days.is_sure and days.order}
    orders = {}
    for field, days in alone.items():
        is_mute = bool(days.order) and not days.is_sure and not days.doubts
        others = sure & days.as_likely
        if is_mute and len(others) == 1:
            orders[field] = days._replace(order=min(others))
        elif is_mute and (others or not is_french):
            words = f"rien ne dit si {columns[field].words} est en jour/mois ou en mois/jour"
            orders[field] = days._replace(doubts=(words,))
        else:
            orders[field] = days
    return orders


def evidence_of(column: DayColumn, is_1904: bool = False) -> Evidence:
    spelled = dict.fromkeys(one_line(cell) for cell in column.cells if not is_no_date(cell, column.kind))
    is_compact = any(re.fullmatch("[0-9]{6}", cell) and meanings_of(cell) for cell in spelled)
    meanings = {cell: meanings_of(cell, is_1904=is_1904, is_compact=is_compact) for cell in spelled}
    ways = Counter(
        frozenset(map(str, spellings)) for spellings in meanings.values() if spellings and "" not in spellings
    )
    exact = [spellings[""].day for spellings in meanings.values() if "" in spellings]
    in_doubt = [cell.split()[0] for cell, spellings in meanings.items() if spellings.keys() >= UNSETTLED]
    settled = [
        cell.split()[0] for cell, spellings in meanings.items() if len(spellings.keys() & UNSETTLED) == 1
    ]
    is_two_hands = (
        all(map(PADDED.search, in_doubt)) and any(map(UNPADDED.search, settled)) if in_doubt else False
    )
    return Evidence(ways, len(exact), sum(day <= 12 for day in exact), is_compact, is_two_hands)


def reader_of(column: DayColumn, days: Days, *, is_1904: bool, today: date) -> Callable[[str], str]:
    """The function that turns a cell of this column into the day to store, "" for none; it
    raises ValueError.
    """
    order: Any = days.order or USUAL
    read = partial(
        day_of, kind=column.kind, order=order, is_1904=is_1904, is_compact=days.is_compact, today=today
    )
    return lambda typed: "" if is_no_date(typed, column.kind) else read(typed, column.words).isoformat()


def told(column: DayColumn, days: Days) -> dict[str, Any]:
    """The column for `Reading.dates`: two cells that depend on its order, with the order in words."""
    depending = (
        cell
        for cell in dict.fromkeys(map(one_line, column.cells))
        if not is_no_date(cell, column.kind) and not holds_social_number(cell) and "" not in meanings_of(cell)
    )
    samples = [cell for cell, _ in zip(depending, range(SAMPLES), strict=False)]
    words = ORDERS.get(days.order, "")  # type: ignore[call-overload]
    return {"order": days.order, "words": words, "samples": samples, "is_sure": days.is_sure}


def _alone(column: DayColumn, seen: Evidence) -> Days:
    if column.chosen in ORDERS:
        turned = tuple(_turned(column, seen, column.chosen))
        return Days(column.chosen, is_sure=True, is_compact=seen.is_compact, doubts=turned)
    if not seen.ways:
        return Days("", is_sure=True, is_compact=seen.is_compact)
    votes = {order: sum(n for ways, n in seen.ways.items() if order in ways) for order in ORDERS}
    best = max(ORDERS, key=lambda order: (votes[order], order == USUAL))
    as_likely = frozenset(order for order, count in votes.items() if count == votes[best])
    doubts = (*_two_orders(column, seen, best), *_turned(column, seen, best))
    return Days(best, len(as_likely) == 1, seen.is_compact, doubts, as_likely)


def _two_orders(column: DayColumn, seen: Evidence, best: str) -> Iterable[str]:
    against = sum(n for ways, n in seen.ways.items() if best not in ways)
    settled = sum(n for ways, n in seen.ways.items() if not ways >= UNSETTLED)
    if against and against * ONE_IN >= settled - against:
        yield f"{column.words} est écrite tantôt en jour/mois, tantôt en mois/jour"


def _turned(column: DayColumn, seen: Evidence, best: str) -> Iterable[str]:
    """A spreadsheet that expects the other order makes dates of those it can, turned over, and leaves the
    others as text: all of its dates are then of the first twelve days of a month, and no text is.
    """
    is_split = seen.exact and seen.exact == seen.early and any(not ways >= UNSETTLED for ways in seen.ways)
    is_by_chance = any(ways >= UNSETTLED for ways in seen.ways) and seen.exact < ENOUGH_DATES
    if (is_split and not is_by_chance) or (best == "mdy" and seen.is_two_hands):
        yield (
            f"dans la colonne de {column.words}, un tableur semble avoir inversé le jour et le mois"
            " d’une partie des dates"
        )
