"""A week of sessions and the sheet of a day, as their pages display them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.clinic.queries import SessionRow
from app.clinic.rules import AWAY, FREE, MOST_WEEKS, WEEKEND, Taken, free_times
from app.clock import PARIS, day_of
from app.follow_up.words import SLOT_TAGS, VISITS
from app.planning.queries import SlotRow
from app.planning.views import hour
from app.text.counts import plural
from app.text.formats import long_day
from db.models import SlotState
from db.numbers import is_digits


class SessionLine(NamedTuple):
    """A session of the week. `free`: how many of its `times` nobody has."""

    id: int
    day: str
    hours: str
    centre: str
    room: str
    professional: str
    role: str
    kinds: str
    times: int
    free: int


def session_lines(rows: Sequence[SessionRow], booked: Mapping[str, Sequence[Taken]]) -> list[SessionLine]:
    return [
        SessionLine(
            id=row.id,
            day=long_day(row.starts.date()),
            hours=f"{hour(row.starts)} – {hour(row.ends)}",
            centre=row.centre,
            room=row.room,
            professional=row.professional,
            role=row.role,
            kinds=kind_words(row.kinds),
            times=len(row.times),
            free=len(free_times(row.times, row.minutes, booked.get(row.professional, ()))),
        )
        for row in rows
    ]


def kind_words(kinds: str) -> str:
    return ", ".join(VISITS[each] for each in kinds.split()) or "Toutes les visites"


class DayLine(NamedTuple):
    """An appointment on the sheet of a day. `tag`: its state and the colour of it. `may_mark`: it has begun,
    and nothing was marked yet.
    """

    id: int
    hour: str
    name: str
    company: str
    code: str
    kind: str
    professional: str
    tag: tuple[str, str]
    may_mark: bool
    may_arrive: bool
    is_open: bool
    is_done: bool


def day_lines(rows: Sequence[SlotRow], now: datetime) -> list[DayLine]:
    return [
        DayLine(
            id=row.id,
            hour=hour(row.starts),
            name=row.name,
            company=row.company,
            code=row.code,
            kind=VISITS[row.kind],
            professional=row.professional,
            tag=_day_tag(row),
            may_mark=row.starts_at <= now and _is_open(row),
            is_open=_is_open(row),
            is_done=row.state == SlotState.DONE,
            may_arrive=_is_open(row) and not row.arrived_at and row.starts.date() == day_of(now),
        )
        for row in rows
    ]


def _is_open(row: SlotRow) -> bool:
    return row.state in {SlotState.PROPOSED, SlotState.CONFIRMED}


def _day_tag(row: SlotRow) -> tuple[str, str]:
    if row.arrived_at and _is_open(row):
        return f"arrivé à {hour(row.arrived_at.astimezone(PARIS))}", "ok"
    return SLOT_TAGS[SlotState(row.state)]


class TimeLine(NamedTuple):
    """One time of a session: its hour, and who has it, "" for nobody; `at`: its instant, when it is free."""

    hour: str
    name: str
    company: str
    tag: tuple[str, str]
    at: int = 0


def time_lines(session: SessionRow, booked: Sequence[SlotRow], taken: Sequence[Taken]) -> list[TimeLine]:
    """Appointments of the session and its free times, by hour."""
    lines = [
        (row.starts_at, TimeLine(hour(row.starts), row.name, row.company, SLOT_TAGS[SlotState(row.state)]))
        for row in booked
    ]
    lines += [
        (start, TimeLine(hour(start.astimezone(PARIS)), "", "", ("libre", ""), int(start.timestamp())))
        for start in free_times(session.times, session.minutes, taken)
    ]
    return [line for _, line in sorted(lines, key=lambda each: each[0])]


def opened_words(opened: str, left: str) -> str:
    """Outcome of opening a pattern, of the two words that its address holds: « 5 vacations ouvertes. Laissé
    de côté : lundi 6 avril (férié) ». "" for anything else.
    """
    if not is_digits(opened) or len(opened) > 2:
        return ""
    days = []
    for each in left.split(",")[:MOST_WEEKS]:
        day, _, reason = each.partition("~")
        if reason in {FREE, WEEKEND, AWAY}:
            with suppress(ValueError):
                days.append(f"{long_day(date.fromisoformat(day))} ({reason})")
    said = f"{plural(int(opened), 'vacation ouverte', 'vacations ouvertes')}."
    return f"{said} Laissé de côté : {', '.join(days)}." if days else said


def weeks_around(monday: date) -> tuple[date, date]:
    """Mondays of the week before and of the week after."""
    return monday - timedelta(weeks=1), monday + timedelta(weeks=1)
