"""Instants of the demo's story: the hours of working days, in Paris."""

from datetime import date, datetime, time, timedelta

from app.clock import PARIS, day_of
from app.planning.rules import is_working_day


def at_work(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """That hour of that day, or of the last working day before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(hour, minute), PARIS)


def days_ago(now: datetime, days: int, hour: int, minute: int = 0) -> datetime:
    """That hour, so many working days before the day of `now`."""
    day = day_of(now)
    for _ in range(days):
        day = at_work(day - timedelta(days=1)).date()
    return datetime.combine(day, time(hour, minute), PARIS)
