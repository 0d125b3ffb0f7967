"""Times of a session, the free ones among them, and the sessions of a pattern of weeks. Pure, no clock."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from app.clock import PARIS
from app.planning.rules import is_working_day
from db.kinds import VisitKind

MOST_WEEKS = 26
SHORTEST, LONGEST = 10, 120  # minutes of a visit

Taken = tuple[datetime, int]  # an appointment: its start and its minutes


def times_of(starts_at: datetime, ends_at: datetime, minutes: int) -> list[datetime]:
    """Starts of the visits that fit whole between these two instants."""
    step, found = timedelta(minutes=minutes), []
    while starts_at + step <= ends_at:
        found.append(starts_at)
        starts_at += step
    return found


def free_times(times: Iterable[datetime], minutes: int, taken: Sequence[Taken]) -> list[datetime]:
    """Those of these starts whose visit would overlap none of the appointments."""
    step = timedelta(minutes=minutes)
    busy = [(start, start + timedelta(minutes=length)) for start, length in taken]
    return [each for each in times if not any(start < each + step and each < end for start, end in busy)]


def receives(kinds: str, kind: str) -> bool:
    """True when a session of these kinds ("" for all) receives for this visit."""
    return not kinds or VisitKind(kind) in kinds.split()


def days_of_pattern(first: date, weeks: int) -> Iterator[date]:
    """The same weekday of that many weeks, bank holidays and week-ends left out."""
    for week in range(weeks):
        day = first + timedelta(weeks=week)
        if is_working_day(day):
            yield day


def instant_of(day: date, at: time) -> datetime:
    """The instant of that hour in Paris, where centres are."""
    return datetime.combine(day, at, PARIS)
