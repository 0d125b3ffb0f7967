"""Lists of people due, and the load of the months, as their pages display them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from app.clinic.queries import SessionRow
from app.clinic.rules import Taken, free_times
from app.due.queries import DueRow, next_month
from app.due.rules import NOTHING, Needs, distance, is_understood
from app.follow_up.secrecy import SecretWords
from app.follow_up.words import VISITS
from app.text.formats import day, month_words

LISTS = SecretWords(
    {
        "retard": "En retard",
        "mois": "Dues dans le mois",
        "embauches": "Embauches à voir avant le poste",
        "reprises": "Reprises à voir dans les 8 jours",
    },
    secret=["reprises"],
    unsaid="À voir dans les 8 jours",
)
TITLES = [
    "Code adhérent", "Raison sociale", "Commune", "Nom", "Prénom", "Visite", "Échéance", "Dernière visite",
]  # fmt: skip


class DueLine(NamedTuple):
    """`age`: days late, "" for none; `is_together`: their company comes that day already."""

    id: int
    name: str
    code: str
    company: str
    town: str
    visit: str
    due: str
    age: str
    last: str
    note: str
    request_id: int | None
    is_together: bool


def due_line(row: DueRow, today: date, note: str = "", *, is_together: bool = False) -> DueLine:
    late = (today - row.due_on).days
    return DueLine(
        id=row.id, name=row.name, code=row.code, company=row.company, town=row.town,
        visit=VISITS[row.due_kind] if row.due_kind else "", due=day(row.due_on),
        age=f"{late} j" if late > 0 else "", last=day(row.last_visit_on) if row.last_visit_on else "",
        note=note, request_id=row.request_id, is_together=is_together,
    )  # fmt: skip


def fitting(
    rows: Sequence[DueRow], coming: set[int], needs: Mapping[int, Needs], session: SessionRow,
    today: date,
) -> list[DueLine]:  # fmt: skip
    """People for a free time: of the companies that come already, then the nearest, then the most urgent.
    After them, those for whom an interpreter must be found.
    """

    def rank(row: DueRow) -> tuple[bool, bool, int, date]:
        is_alone = row.company_id not in coming
        is_mute = not is_understood(session.languages, needs.get(row.id, NOTHING))
        return is_mute, is_alone, distance(row.postcode, session.postcode), row.due_on

    return [
        due_line(
            row, today, need_words(session, needs.get(row.id, NOTHING)), is_together=row.company_id in coming
        )
        for row in sorted(rows, key=rank)
        if session.is_accessible or not needs.get(row.id, NOTHING).access
    ]


def need_words(session: SessionRow, needs: Needs) -> str:
    """« interprète à réserver : arabe », or that the professional speaks it."""
    if not needs.interpreter:
        return needs.words
    is_spoken = is_understood(session.languages, needs)
    verb = f"parlé par {session.professional}" if is_spoken else "interprète à réserver"
    return ", ".join(filter(None, [needs._replace(interpreter="").words, f"{verb} : {needs.interpreter}"]))


def cells_of(row: DueRow) -> list[str]:
    """A line of the exported file."""
    return [
        row.code, row.company, row.town, row.usual_name or row.birth_name, row.first_names,
        VISITS[row.due_kind], f"{row.due_on:%d/%m/%Y}",
        f"{row.last_visit_on:%d/%m/%Y}" if row.last_visit_on else "",
    ]  # fmt: skip


class MonthLine(NamedTuple):
    """A month: visits due, times open and free; `due_bar`, `open_bar`: widths of its bars."""

    month: str
    words: str
    due: int
    open: int
    free: int
    due_bar: int
    open_bar: int


WIDEST = 160  # pixels of the longest bar
MONTHS = 12


def months_from(first: date) -> list[date]:
    months = [first.replace(day=1)]
    while len(months) < MONTHS:
        months.append(next_month(months[-1]))
    return months


Counts = dict[date, list[int]]  # by month: visits due, times open and free


def count_due(first: date, due: Mapping[date, int]) -> Counts:
    """The twelve months from that one, no time counted yet."""
    counts = {month: [0, 0, 0] for month in months_from(first)}
    for when, number in due.items():
        counts[when.replace(day=1)][0] += number
    return counts


def count_times(
    counts: Counts, sessions: Sequence[SessionRow], booked: Mapping[str, Sequence[Taken]]
) -> None:
    """Add the times of these sessions."""
    for each in sessions:
        times, month = each.times, counts[each.starts.date().replace(day=1)]
        month[1] += len(times)
        month[2] += len(free_times(times, each.minutes, booked.get(each.professional, ())))


def load(counts: Counts) -> list[MonthLine]:
    """The line of each month: what is due against what is open."""
    most = max((number for numbers in counts.values() for number in numbers), default=0) or 1
    return [
        MonthLine(
            f"{month:%Y-%m}", month_words(f"{month:%Y-%m}").capitalize(), numbers[0], numbers[1], numbers[2],
            round(numbers[0] / most * WIDEST), round(numbers[1] / most * WIDEST),
        )
        for month, numbers in counts.items()
    ]  # fmt: skip
