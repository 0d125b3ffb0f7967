"""Where a page of a list by time starts, as the address says it: an instant and the number of a row."""

from datetime import datetime, timedelta

from app.access import BIGGEST_ID

Place = tuple[datetime, int]


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
    digits = number.removeprefix("-")
    if at.utcoffset() != timedelta(0) or not digits.isascii() or not digits.isdigit():
        return None
    return (at, int(number)) if 0 < int(digits) <= BIGGEST_ID else None
