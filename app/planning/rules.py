"""The delay for a free cancellation, the fitness of a candidate for a slot, and the count of weeks.

Pure functions, no clock. The notice and the fee are the service's own (practice, not law): they are settings.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.easter import easter

from app.clock import PARIS
from app.text.values import read_day
from db.models import SlotState
from db.numbers import is_digits

# Code du travail, art. L. 3133-1: the same days every year, and those counted from Easter (its Monday,
# Ascension, the Monday of Pentecost).
FIXED_DAYS = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
AFTER_EASTER = {1, 39, 50}
SATURDAY = 5
YEARS = range(1970, 2101)  # that an address may ask for
LIVE = (SlotState.PROPOSED, SlotState.CONFIRMED)
# What the service needs to know of a slot given back. Why somebody cannot come is neither asked nor kept.
REASONS = {
    "a_refaire": "La visite reste à faire",
    "parti": "La personne a quitté l’entreprise",
    "sans_besoin": "Personne à présenter sur ce créneau",
    "autre_date": "Autre date demandée",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """`free_until`: the instant, in Paris, after which giving back costs `fee_cents` (0 when not known).

    `is_bound`: somebody of the company said that somebody comes; before, giving back is always free.
    """

    free_until: datetime
    is_free: bool
    fee_cents: int
    is_bound: bool = True


@dataclass(frozen=True, slots=True)
class ShownWeek:
    """The appointments of a week that a page offers to confirm: the `sequence` of each, by its number.

    A form carries it as a word, "2026-W11 12-0 13-4": nothing is confirmed that its reader did not see.
    """

    week: str
    sequences: dict[int, int]

    def __str__(self) -> str:
        return " ".join([self.week, *(f"{number}-{seen}" for number, seen in self.sequences.items())])

    @classmethod
    def read(cls, typed: str) -> "ShownWeek":
        """ValueError for what this portal did not write: more slots than a page holds, too."""
        if not re.fullmatch(r"[0-9]{4}-W[0-9]{2}( [1-9][0-9]{0,9}-[0-9]{1,9}){1,25}", typed):
            raise ValueError("Cette page a changé : revenez à « Mon planning ».")
        week, *pairs = typed.split()
        return cls(week, {int(number): int(seen) for number, _, seen in map(_pair, pairs)})

    def after(self, number: int, sequence: int | None) -> "ShownWeek":
        """The same once this one was answered: without it, or as it now waits."""
        left = {each: seen for each, seen in self.sequences.items() if each != number}
        again = {number: sequence} if sequence is not None else {}
        return ShownWeek(self.week, left | again)


def _pair(pair: str) -> tuple[str, str, str]:
    return pair.partition("-")


def notice_for(starts_at: datetime, now: datetime, working_days: int, fee_cents: int) -> Notice:
    """The cost of giving this appointment back now."""
    until = free_until(starts_at, working_days)
    return Notice(until, now <= until, fee_cents)


def free_until(starts_at: datetime, working_days: int) -> datetime:
    """The same hour in Paris, that many working days before: neither week-ends nor bank holidays."""
    starts, left = starts_at.astimezone(PARIS), working_days
    day = starts.date()
    while left > 0:
        day -= timedelta(days=1)
        left -= is_working_day(day)
    return datetime.combine(day, starts.time(), PARIS)


def is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY and not is_bank_holiday(day)


def is_bank_holiday(day: date) -> bool:
    return (day.month, day.day) in FIXED_DAYS or (day - easter(day.year)).days in AFTER_EASTER


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def read_week(typed: str, today: date) -> date:
    """The Monday of "2026-W49", or of the week of a day; this week's for anything else."""
    year, _, week = typed.partition("-W")
    is_week = len(year) == 4 and is_digits(year + week)
    try:
        monday = date.fromisocalendar(int(year), int(week), 1) if is_week else read_day(typed)
    except ValueError:
        monday = today
    return monday_of(monday if monday.year in YEARS else today)


def week_problem(typed: str) -> str:
    """The error of the day typed to ask for its week; "" for "2026-W49", which links write."""
    if not typed.strip() or "-W" in typed:
        return ""
    try:
        year = read_day(typed).year
    except ValueError as wrong:
        return str(wrong)
    return "" if year in YEARS else f"Le planning commence en {YEARS.start}."


def week_field(typed: str, monday: date) -> str:
    """The day of the field of the week: as it was typed, or the Monday of "2026-W49"."""
    return monday.isoformat() if "W" in typed else typed[:20]


def week_word(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def read_month(typed: str, today: date) -> date:
    """The first day of "2026-12"; this month's for anything else."""
    try:
        first_day = date.fromisoformat(f"{typed}-01")
    except ValueError:
        return today.replace(day=1)
    return first_day if first_day.year in YEARS else today.replace(day=1)


def midnight(day: date) -> datetime:
    """The first instant of a day in Paris: on a night of changing clocks too."""
    return datetime.combine(day, time.min, PARIS)
