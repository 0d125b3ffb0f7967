"""When an appointment is given back free of charge, who may take a slot, and how weeks are counted.

Pure functions, no clock. The notice and the fee are the service's own (practice, not law): they are settings.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import holidays

from app.clock import PARIS
from app.fields import read_day
from db.models import SlotState
from db.numbers import is_digits

FREE_DAYS = holidays.country_holidays("FR")
SATURDAY = 5
YEARS = range(1970, 2101)  # that an address may ask for
LIVE = (SlotState.PROPOSED, SlotState.CONFIRMED)
# Why a slot is given back: nothing medical, and nothing that would tell of an illness.
REASONS = {
    "conges": "Congés",
    "deplacement": "Déplacement ou formation",
    "indisponible": "Indisponible ce jour-là",
    "parti": "A quitté l’entreprise",
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


def notice_for(starts_at: datetime, now: datetime, working_days: int, fee_cents: int) -> Notice:
    """What giving this appointment back costs now."""
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
    return day.weekday() < SATURDAY and day not in FREE_DAYS


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def read_week(typed: str, today: date) -> date:
    """The Monday of "2026-W49", or of the week of a day; this week's for anything else."""
    year, _, week = typed.partition("-W")
    is_week = len(year) == 4 and is_digits(year + week)
    try:
        found = date.fromisocalendar(int(year), int(week), 1) if is_week else read_day(typed)
    except ValueError:
        found = today
    return monday_of(found if found.year in YEARS else today)


def day_asked(typed: str, monday: date) -> str:
    """What the field of the week says: the day as it was typed, the Monday of "2026-W49"."""
    return monday.isoformat() if "W" in typed else typed[:20]


def week_word(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def read_month(typed: str, today: date) -> date:
    """The first day of "2026-12"; this month's for anything else."""
    try:
        found = date.fromisoformat(f"{typed}-01")
    except ValueError:
        return today.replace(day=1)
    return found if found.year in YEARS else today.replace(day=1)


def midnight(day: date) -> datetime:
    """The first instant of a day in Paris: on a night of changing clocks too."""
    return datetime.combine(day, time.min, PARIS)
