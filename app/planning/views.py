"""Slots as their pages display them: nothing is left to compute in the templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from app.employees.listing import french_day
from app.follow_up.words import SLOT_TAGS, VISITS
from app.planning.queries import SlotRow
from app.planning.rules import LIVE, REASONS, Notice, ShownWeek, monday_of, week_word
from app.text.formats import MONTHS, euros, long_day, numbered, short_day
from db.models import SlotState, VisitNotice

VIP = "Visite d’information et de prévention"


@dataclass(frozen=True, slots=True)
class SlotLine:
    """`said`: the outcome of the last act, for a reader who does not see it change. `tag`: the state and its
    kind; `more`: what else is to be known of it at a glance. `may_*`: acts that are possible now.
    """

    id: int
    sequence: int
    hour: str
    instant: str
    ends: str
    day: str
    date: str
    week: str
    kind: str
    visit: str
    name: str
    employee_id: int | None
    professional: str
    place: str
    words: str
    tag: tuple[str, str]
    more: str
    warning: str
    said: str
    may_confirm: bool
    may_choose: bool
    may_take_back: bool
    is_called: bool


def line_of(row: SlotRow, now: datetime, who: dict[int, str], *, may_answer: bool) -> SlotLine:
    is_coming = row.starts_at > now
    acts = may_answer and is_coming
    gone, live = _gone(row), row.state in LIVE
    words, starts = _words(row, who), row.starts
    day = long_day(starts.date())
    return SlotLine(
        id=row.id,
        sequence=row.sequence,
        hour=hour(starts),
        instant=row.starts_at.isoformat(timespec="seconds"),
        ends=hour(row.ends),
        day=f"{day} {starts.year}",
        date=day.capitalize(),
        week=week_word(starts.date()),
        kind=VISITS[row.kind],
        visit=VISITS[row.kind].replace(VIP, "VIP"),
        name=row.name,
        employee_id=row.employee_id,
        professional=f"{row.professional}, {row.role}" if row.role else row.professional,
        place=row.place,
        words=words,
        tag=(short_words(row), SLOT_TAGS[SlotState(row.state)][1]),
        more=_more(row, words),
        warning=gone if live else "",
        said=f"{row.name or 'Créneau'}, {day} : {words}",
        may_confirm=acts and row.state == SlotState.PROPOSED and bool(row.name) and not gone,
        may_choose=acts and live,
        may_take_back=acts and row.state == SlotState.DECLINED and not gone,
        is_called=acts and row.state == SlotState.CONFIRMED,
    )


class Day(NamedTuple):
    title: str
    lines: list[SlotLine]


class Sitting(NamedTuple):
    """Days of one professional in one place, in a week: both are named once, above them."""

    title: str
    days: list[Day]


class Week(NamedTuple):
    """`shown`: the appointments that may be confirmed at once."""

    title: str
    word: str
    sittings: list[Sitting]
    shown: ShownWeek


def weeks_of(rows: Sequence[SlotRow], lines: Sequence[SlotLine]) -> list[Week]:
    """Lines by week, then by place and professional, then by day; each in the order of time."""
    both = zip(rows, lines, strict=True)
    return [
        _week(monday, [line for _, line in of_week])
        for monday, of_week in groupby(both, lambda pair: monday_of(pair[0].starts.date()))
    ]


def week_title(monday: date) -> str:
    return f"semaine du {numbered(monday)} {MONTHS[monday.month - 1]} {monday.year}"


def sittings_of(lines: Sequence[SlotLine]) -> list[Sitting]:
    """Lines of one week by place and professional, then by day."""
    by_title: dict[str, list[SlotLine]] = {}
    for line in lines:
        by_title.setdefault(f"{line.place} – avec {line.professional}", []).append(line)
    return [
        Sitting(
            title, [Day(day, list(of_day)) for day, of_day in groupby(of_sitting, lambda line: line.date)]
        )
        for title, of_sitting in by_title.items()
    ]


def _week(monday: date, lines: list[SlotLine]) -> Week:
    word = week_word(monday)
    shown = ShownWeek(word, {line.id: line.sequence for line in lines if line.may_confirm})
    return Week(week_title(monday).capitalize(), word, sittings_of(lines), shown)


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
        slot = (row.id, hour(row.starts), row.name or "Créneau", short_words(row))
        by_day.setdefault(row.starts.date(), []).append(slot)
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
    return f"{row.name or 'Créneau à attribuer'}, {slot_words(row)}"


SHORT = {
    SlotState.CONFIRMED: "confirmé",
    SlotState.DECLINED: "rendu",
    SlotState.CANCELLED: "annulé",
    SlotState.DONE: "honoré",
    SlotState.ABSENT: "absent",
}


def short_words(row: SlotRow) -> str:
    """The state in a word or two, without the name of the person who answered: it fits a sheet on a wall."""
    if row.state == SlotState.PROPOSED:
        return "à confirmer" if row.name else "à attribuer"
    return SHORT[SlotState(row.state)]


def _cell(day: date, slots: list[tuple[int, str, str, str]], first: date, end: date, today: date) -> Cell:
    is_other = not first <= day < end
    return Cell(
        number=day.day,
        title=long_day(day),
        day=day.isoformat(),
        is_today=day == today,
        is_other=is_other,
        slots=slots,
    )


def hour(at: datetime) -> str:
    """9 h 30"""
    return f"{at.hour}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{at.minute:02}"


def notice_words(notice: Notice) -> str:
    """The delay for a free cancellation, and the cost afterwards."""
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


def _is_moved(row: SlotRow) -> bool:
    """True when the service changed what the company had confirmed."""
    return row.state == SlotState.CONFIRMED and row.answered_at is not None and not row.is_as_answered


def _more(row: SlotRow, words: str) -> str:
    """News that the tag does not tell, for whoever reads the week."""
    if _is_moved(row):
        return f"déplacé par le service le {short_day(row.updated_at)}"
    is_over = row.state in {SlotState.DECLINED, SlotState.CANCELLED}
    return words.removeprefix(short_words(row)).strip() if is_over else ""


def _words(row: SlotRow, who: dict[int, str]) -> str:
    by = f" par {who[row.answered_by]}" if row.answered_by in who else ""
    if row.state == SlotState.PROPOSED:
        return "à confirmer" if row.name else "à attribuer"
    if row.state == SlotState.CONFIRMED:
        confirmed = f"confirmé{by}" + (f" le {short_day(row.confirmed_at)}" if row.confirmed_at else "")
        moved = f", déplacé par le service le {short_day(row.updated_at)}" if _is_moved(row) else ""
        return confirmed + moved
    if row.state == SlotState.DECLINED:
        fee = f", {euros(row.fee_cents)} hors taxes facturables" if row.fee_cents else ""
        return f"rendu au service{by} : {REASONS.get(row.reason, '').lower()}{fee}"
    words = {SlotState.CANCELLED: "annulé par le service", SlotState.DONE: "honoré"}
    return words.get(SlotState(row.state), "absent")


# What left about a slot.

NOTICES = {
    "summons": "Convocation",
    "changed": "Nouvelle date",
    "cancelled": "Annulation",
    "reminder_7": "Rappel, 7 jours avant",
    "reminder_2": "Rappel, 2 jours avant",
}

UNDELIVERED = {
    "summons": "La convocation n’a pas pu être remise",
    "changed": "La nouvelle date n’a pas pu être remise",
    "cancelled": "L’annulation n’a pas pu être remise",
    "reminder_7": "Le rappel n’a pas pu être remis",
    "reminder_2": "Le rappel n’a pas pu être remis",
}


class NoticeLine(NamedTuple):
    """`undelivered`: what did not arrive, "" unless a server said so; then when it said so, and why."""

    words: str
    recipient: str
    to_employee: bool
    sent_at: datetime
    undelivered: str
    bounced_at: datetime | None
    bounce: str


def notice_lines(notices: Sequence[VisitNotice]) -> list[NoticeLine]:
    return [
        NoticeLine(
            words=NOTICES[each.kind],
            recipient=each.recipient,
            to_employee=each.to_employee,
            sent_at=each.sent_at,
            undelivered=UNDELIVERED[each.kind] if each.bounced_at else "",
            bounced_at=each.bounced_at,
            bounce=each.bounce,
        )
        for each in notices
    ]
