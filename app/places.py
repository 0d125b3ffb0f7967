"""What the query of an address says: the number of a row, and where a page of a list by time starts."""

import re
from datetime import datetime, timedelta

from app.access import BIGGEST_ID

Place = tuple[datetime, int]


def row_number(typed: str) -> int:
    """As we write it, or 0: +5, 05, 1_0 and ٥, which `int` would take, were not written by this portal."""
    number = int(typed) if re.fullmatch("[1-9][0-9]{0,9}", typed) else 0
    return number if number <= BIGGEST_ID else 0


def written_place(at: datetime, row_id: int) -> str:
    return f"{at.isoformat()}~{row_id}"


def read_place(typed: str) -> Place | None:
    """None for a place that this portal did not write: the reader sees the first page."""
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
