"""Times of a session, the free ones among them, and the days when none is held. Pure, no clock."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple

from app.clock import PARIS
from app.text.search import words_of
from db.kinds import VisitKind

MOST_WEEKS = 26
SHORTEST, LONGEST = 10, 120  # minutes of a visit
AROUND = timedelta(hours=4)  # no appointment that was ever published is longer

Taken = tuple[datetime, int]  # an appointment: its start and its minutes


def times_of(starts_at: datetime, ends_at: datetime, minutes: int) -> list[datetime]:
    """Starts of the visits that fit whole between these two instants."""
    step = timedelta(minutes=minutes)
    return [starts_at + place * step for place in range((ends_at - starts_at) // step)]


def free_times(times: Sequence[datetime], minutes: int, taken: Sequence[Taken]) -> list[datetime]:
    """Those of these starts, which come in order, whose visit would overlap none of the appointments, which
    come by their starts: only those around are looked at, since a professional has hundreds.
    """
    if not times:
        return []
    step = timedelta(minutes=minutes)
    first = bisect_left(taken, (times[0] - AROUND, 0))
    last = bisect_left(taken, (times[-1] + step, 0))
    busy: set[int] = set()
    for start, length in taken[first:last]:
        end = start + timedelta(minutes=length)
        busy.update(range(bisect_right(times, start - step), bisect_left(times, end)))
    return [each for place, each in enumerate(times) if place not in busy]


def receives(kinds: str, kind: str) -> bool:
    """True when a session of these kinds ("" for all) receives for this visit."""
    return not kinds or VisitKind(kind) in kinds.split()


def days_of_pattern(first: date, weeks: int) -> list[date]:
    """The same weekday of that many weeks."""
    return [first + timedelta(weeks=week) for week in range(weeks)]


# Bank holidays of their own: Alsace and Moselle keep two more, each territory overseas its own.
SUBDIVISIONS = {
    "67": "6AE", "68": "6AE", "57": "57", "971": "971", "972": "972", "973": "973", "974": "974",
    "975": "PM", "976": "976", "986": "WF", "987": "PF", "988": "NC", "97133": "BL", "97150": "MF",
}  # fmt: skip


def subdivision_of(postcode: str) -> str:
    """The part of France whose bank holidays are kept there, "" where they are those of all of it."""
    return next((SUBDIVISIONS[postcode[:size]] for size in (5, 3, 2) if postcode[:size] in SUBDIVISIONS), "")


@cache
def _holidays_of(subdivision: str) -> Any:
    import holidays  # noqa: PLC0415 - few processes keep a calendar

    return holidays.country_holidays("FR", subdiv=subdivision or None, language="fr")


def holiday_on(day: date, postcode: str) -> str:
    """The bank holiday of that day at that postcode, by its name; "" for none."""
    return str(_holidays_of(subdivision_of(postcode)).get(day, ""))


Absence = tuple[date, date]  # the first day and the last
FREE = "férié"
WEEKEND = "week-end"
AWAY = "absence"
SATURDAY = 5


def day_off(day: date, postcode: str, absences: Iterable[Absence]) -> str:
    """The reason why nobody is received on that day, in a word; "" when there is none."""
    if day.weekday() >= SATURDAY:
        return WEEKEND
    if holiday_on(day, postcode):
        return FREE
    return AWAY if any(first <= day <= last for first, last in absences) else ""


def instant_of(day: date, at: time) -> datetime:
    """The instant of that hour in Paris, where centres are."""
    return datetime.combine(day, at, PARIS)


class Seen(NamedTuple):
    """Somebody seen on a day. `names`: folded words of the last name and of the first one; `numbers`: the
    staff number, the number of the appointment.
    """

    slot_id: int
    last: frozenset[str]
    first: str
    numbers: frozenset[str]


def seen_by_name(file_name: str, people: Sequence[Seen]) -> int | None:
    """The appointment that the name of a file tells: by a number, else by last and first name, else by a last
    name that one person of the day has. None when it tells nobody, or several.
    """
    words = frozenset(words_of(file_name.rpartition(".")[0] or file_name))
    by_number = [each for each in people if each.numbers & words]
    by_last = [each for each in people if each.last and each.last <= words]
    by_both = [each for each in by_last if each.first in words]
    found = next((group for group in (by_number, by_both, by_last) if group), [])
    return found[0].slot_id if len(found) == 1 else None
