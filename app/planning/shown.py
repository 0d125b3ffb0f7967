"""Slots as their pages tell them: nothing is left to compute in the templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from app.employees.listing import french_day
from app.employees.questions import VISITS
from app.formats import euros
from app.planning.rules import LIVE, REASONS, Notice, monday_of
from app.planning.slot_queries import SlotRow
from db.models import SlotState

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SlotLine:
    """`said`: what just became of it, for who does not see it change. `may_*`: acts that are possible now."""

    id: int
    sequence: int
    hour: str
    instant: str
    ends: str
    day: str
    kind: str
    name: str
    employee_id: int | None
    professional: str
    centre: str
    place: str
    state: str
    words: str
    short: str
    warning: str
    said: str
    acts: bool
    may_confirm: bool
    may_choose: bool
    may_take_back: bool
    is_confirmed: bool


def line_of(row: SlotRow, now: datetime, who: dict[int, str], *, may_answer: bool) -> SlotLine:
    is_coming = row.starts_at > now
    acts = may_answer and is_coming
    gone = _gone(row)
    live = row.state in LIVE
    words = _words(row, who)
    return SlotLine(
        id=row.id,
        sequence=row.sequence,
        hour=hour(row.starts),
        instant=row.starts_at.isoformat(timespec="seconds"),
        ends=hour(row.ends),
        day=f"{long_day(row.starts.date())} {row.starts.year}",
        kind=VISITS[row.kind],
        name=row.name,
        employee_id=row.employee_id,
        professional=f"{row.professional}, {row.role}" if row.role else row.professional,
        centre=row.centre,
        place=row.place,
        state=row.state,
        words=words,
        short=short_words(row),
        warning=gone if live else "",
        said=f"{row.name or 'Créneau'}, {long_day(row.starts.date())} : {words}",
        acts=acts and row.state in {*LIVE, SlotState.DECLINED},
        may_confirm=acts and row.state == SlotState.PROPOSED and bool(row.name) and not gone,
        may_choose=acts and live,
        may_take_back=acts and row.state == SlotState.DECLINED and not gone,
        is_confirmed=row.state == SlotState.CONFIRMED,
    )


class Day(NamedTuple):
    title: str
    lines: list[SlotLine]


class Week(NamedTuple):
    title: str
    days: list[Day]


def weeks_of(rows: Sequence[SlotRow], lines: Sequence[SlotLine]) -> list[Week]:
    """Lines by week, then by day, in the order of time."""
    both = list(zip(rows, lines, strict=True))

    def day_of(pair: tuple[SlotRow, SlotLine]) -> date:
        return pair[0].starts.date()

    return [
        Week(
            f"Semaine du {numbered(monday)} {MONTHS[monday.month - 1]} {monday.year}",
            [
                Day(long_day(day).capitalize(), [line for _, line in of_day])
                for day, of_day in groupby(list(of_week), day_of)
            ],
        )
        for monday, of_week in groupby(both, lambda pair: monday_of(day_of(pair)))
    ]


class Cell(NamedTuple):
    """A day of the month's table. `is_other`: of the month before or after."""

    number: int
    title: str
    day: str
    is_today: bool
    is_other: bool
    slots: list[tuple[int, str, str, str]]


def grid_of(rows: Sequence[SlotRow], first: date, end: date, today: date) -> list[list[Cell]]:
    """Weeks of seven days that hold a month; each slot as (number, hour, name, state)."""
    by_day: dict[date, list[tuple[int, str, str, str]]] = {}
    for row in rows:
        told = (row.id, hour(row.starts), row.name or "Créneau libre", short_words(row))
        by_day.setdefault(row.starts.date(), []).append(told)
    monday, weeks = monday_of(first), []
    while monday < end:
        days = [monday + timedelta(days=index) for index in range(7)]
        weeks.append([_cell(day, by_day.get(day, []), first, end, today) for day in days])
        monday += timedelta(days=7)
    return weeks


def slot_words(row: SlotRow) -> str:
    return f"{row.starts:%d/%m/%Y} à {hour(row.starts)}"


def about_slot(row: SlotRow) -> str:
    """LE GALL Élise, 11/03/2026 à 9 h 30: for the history."""
    return f"{row.name or 'Créneau libre'}, {slot_words(row)}"


def short_words(row: SlotRow) -> str:
    """Of a living slot, without who answered: for the month, and for a sheet that hangs on a wall."""
    return {"proposed": "à confirmer" if row.name else "libre"}.get(row.state, "confirmé")


def _cell(day: date, slots: list[tuple[int, str, str, str]], first: date, end: date, today: date) -> Cell:
    is_other = not first <= day < end
    return Cell(day.day, long_day(day), day.isoformat(), day == today, is_other, slots)


def hour(at: datetime) -> str:
    """9 h 30 (babel takes fifty times as long, and there are fifty hours a page)"""
    return f"{at.hour}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{at.minute:02}"


def numbered(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def long_day(day: date) -> str:
    """mardi 1er décembre"""
    return f"{DAYS[day.weekday()]} {numbered(day)} {MONTHS[day.month - 1]}"


def notice_words(notice: Notice) -> str:
    """Until when an appointment is given back for free, and what it costs afterwards."""
    if not notice.is_bound:
        return "Ce rendez-vous n’est pas confirmé : le rendre au service ne coûte rien."
    until = f"{long_day(notice.free_until.date())} à {hour(notice.free_until)}"
    cost = f"{euros(notice.fee_cents)} hors taxes" if notice.fee_cents else "selon le tarif du service"
    billed = f"l’absence peut être facturée à l’entreprise ({cost})."
    if notice.is_free:
        return f"Annulation sans frais jusqu’au {until} ; ensuite {billed}"
    return f"Le délai pour annuler sans frais est passé ({until}) : {billed}"


def _gone(row: SlotRow) -> str:
    if row.exit_on and row.is_gone:
        return f"{row.name} quitte l’entreprise le {french_day(row.exit_on)} : remplacez cette personne."
    return ""


def _words(row: SlotRow, who: dict[int, str]) -> str:
    by = f" par {who[row.answered_by]}" if row.answered_by in who else ""
    if row.state == SlotState.PROPOSED:
        return "à confirmer" if row.name else "à attribuer"
    if row.state == SlotState.CONFIRMED:
        told = f"confirmé{by}" + (f" le {french_day(row.confirmed_at)}" if row.confirmed_at else "")
        is_moved = row.answered_at is not None and not row.is_as_answered
        return f"{told}, déplacé par le service le {french_day(row.updated_at)}" if is_moved else told
    if row.state == SlotState.DECLINED:
        fee = f", {euros(row.fee_cents)} hors taxes facturables" if row.fee_cents else ""
        return f"rendu au service{by} : {REASONS.get(row.reason, '').lower()}{fee}"
    words = {SlotState.CANCELLED: "annulé par le service", SlotState.DONE: "honoré"}
    return words.get(SlotState(row.state), "absent")
