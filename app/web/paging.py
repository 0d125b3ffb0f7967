"""The query of an address: the number of a row, and the start of a page of a list by time."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from app.access import BIGGEST_ID

Place = tuple[datetime, int]


def row_number(typed: str) -> int:
    """The number as we write it, or 0: +5, 05, 1_0 and ٥, which `int` would take, were not written by this
    portal.
    """
    number = int(typed) if re.fullmatch("[1-9][0-9]{0,9}", typed) else 0
    return number if number <= BIGGEST_ID else 0


def row_numbers(given: Iterable[str], most: int) -> list[int]:
    """Each number once, as far as `most`; what is no number is left aside."""
    return [each for each in dict.fromkeys(map(row_number, given)) if each][:most]


def written_place(at: datetime, row_id: int) -> str:
    return f"{at.isoformat()}~{row_id}"


def read_place(typed: str) -> Place | None:
    """The place; None when this portal did not write it: the reader sees the first page."""
    instant, _, number = typed[:60].partition("~")
    try:
        at = datetime.fromisoformat(instant)
    except ValueError:
        return None
    # Where two kinds of rows share a list, the numbers of one are negative.
    row = row_number(number.removeprefix("-"))
    if at.utcoffset() != timedelta(0) or not row:
        return None
    return at, -row if number.startswith("-") else row


# Reads of one company's employees. The list reads columns, from statements made once: see tests/bench.

PAGE = 25


def place_of(typed: str, sort: str) -> tuple[str, int] | None:
    """The place; None when this portal did not write it: the reader sees the first page."""
    place, _, number = typed[:300].replace("\0", "").rpartition("~")
    row = row_number(number)
    if not row:
        return None
    checks: dict[str, Callable[[str], Any]] = {
        "nom": str,
        "echeance": date.fromisoformat,
        "entree": date.fromisoformat,
        "vue": date.fromisoformat,
    }
    try:
        checks[sort](place)
    except ValueError:
        return None
    return place, row


def day_place(typed: str) -> tuple[date, int] | None:
    """The place in a list by day; None when this portal did not write it: the reader sees the latest."""
    place = place_of(typed, "echeance")
    return (date.fromisoformat(place[0]), place[1]) if place else None
