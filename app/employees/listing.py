"""The list as it is addressed and as it is shown."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from app.employees.declared import shown_name
from app.employees.queries import PAGE, SORTS, STATES, VISITS, Asked, Row, youngest_adult
from app.employees.rules import NOT_FOLLOWED, SIA
from app.places import row_number
from db.models import NEVER, Employee, Monitoring

Choices = tuple[tuple[str, str], ...]


class Words(NamedTuple):
    """What the list may be asked for, in the words of its page."""

    states: Choices
    monitorings: Choices
    visits: Choices
    sorts: Choices


WORDS = Words(
    states=(
        ("presents", "Présents"),
        ("confirmer", "dont à confirmer"),
        ("sortis", "Sortis"),
        ("tous", "Tous"),
    ),
    monitorings=(("", "Tous"), ("SI", "SI : simple"), ("SIA", "SIA : adapté"), ("SIR", "SIR : renforcé")),
    visits=(("", "Toutes"), ("retard", "En retard"), ("mois", "Dans les 30 jours")),
    sorts=(("nom", "Nom"), ("echeance", "Prochaine échéance"), ("entree", "Date d’entrée")),
)
LONGEST_SEARCH = 100


class Line(NamedTuple):
    """One employee as the table writes it: nothing is left to compute in the template."""

    path: str
    name: str
    job: str
    entry: Markup
    monitoring: str
    seen: Markup
    due: Markup
    is_late: bool
    state: str


def read_asked(q: str, etat: str, suivi: str, visite: str, tri: str, apres: str) -> Asked:
    """The list that this address asks for; what makes no sense is left aside."""
    sort = tri if tri in SORTS else "nom"
    return Asked(
        q=" ".join(q.replace("\0", "").split())[:LONGEST_SEARCH],
        state=etat if etat in STATES else "presents",
        monitoring=suivi if suivi in set(Monitoring) else "",
        visit=visite if visite in VISITS else "",
        sort=sort,
        after=place_of(apres, sort),
    )


def address_of(asked: Asked, after: str = "") -> str:
    """The query string of this list: only what differs from the ordinary one."""
    usual = Asked()
    told = {"q": asked.q, "suivi": asked.monitoring, "visite": asked.visit}
    told |= {"etat": asked.state} if asked.state != usual.state else {}
    told |= {"tri": asked.sort} if asked.sort != usual.sort else {}
    return urlencode({name: value for name, value in (told | {"apres": after}).items() if value})


def following(rows: list[Row], sort: str) -> str:
    """Where the next page starts, or "" when this is the last."""
    if len(rows) <= PAGE:
        return ""
    last = rows[PAGE - 1]
    place = getattr(last, SORTS[sort])
    return f"{place}~{last.id}"


def lines_of(rows: list[Row], path: str, today: date) -> list[Line]:
    """`path`: the address of an employee without the number."""
    adult = youngest_adult(today)
    return [_line(row, path, today, adult) for row in rows[:PAGE]]


def french_day(value: date | None) -> str:
    """25/11/2026, or "" for no day. (babel takes fifty times as long, and there are seventy days a page.)"""
    return f"{value.day:02}/{value.month:02}/{value.year}" if value and value != NEVER else ""


@lru_cache(maxsize=4096)
def day_cell(value: date | None) -> Markup:
    """A day as the table writes it, a dash for none. The same days come again and again."""
    words = french_day(value)
    return Markup('<time datetime="{}">{}</time>').format(value, words) if words else Markup("–")


def state_of(entry_on: date, exit_on: date | None, contract_ends_on: date | None, today: date) -> str:
    if exit_on and exit_on < today:
        return f"Sorti le {french_day(exit_on)}"
    if entry_on > today:
        leaves = f", part le {french_day(exit_on)}" if exit_on else ""
        return f"Arrive le {french_day(entry_on)}{leaves}"
    if exit_on:
        return f"Présent, part le {french_day(exit_on)}"
    if contract_ends_on and contract_ends_on < today:
        return "À confirmer : contrat terminé"
    return "Présent"


def is_to_confirm(employee: Employee, today: date) -> bool:
    """The contract should have ended, and nobody said whether it did."""
    return bool(employee.exit_on is None and employee.contract_ends_on and employee.contract_ends_on < today)


def _line(row: Row, path: str, today: date, adult: date) -> Line:
    is_gone = row.exit_on is not None and row.exit_on < today
    return Line(
        f"{path}{row.id}",
        shown_name(row.birth_name, row.usual_name, row.first_names, row.sex),
        row.job_title,
        day_cell(row.entry_on),
        _monitoring_of(row, adult),
        day_cell(row.last_visit_on),
        day_cell(None if is_gone else row.due_on),
        row.due_on < today and not is_gone,
        state_of(row.entry_on, row.exit_on, row.contract_ends_on, today),
    )


def _monitoring_of(row: Row, adult: date) -> str:
    """Under 18, it is at least adapted (R4624-18); nobody is followed here for an intern or a temporary."""
    if row.contract in NOT_FOLLOWED:
        return "non suivi"
    return SIA.value if row.monitoring == Monitoring.SIMPLE and row.birth_on > adult else row.monitoring


def place_of(typed: str, sort: str) -> tuple[str, int] | None:
    """None for a place that this portal did not write: the reader sees the first page."""
    place, _, number = typed[:300].replace("\0", "").rpartition("~")
    row = row_number(number)
    if not row:
        return None
    checks: dict[str, Callable[[str], Any]] = {
        "nom": str,
        "echeance": date.fromisoformat,
        "entree": date.fromisoformat,
    }
    try:
        checks[sort](place)
    except ValueError:
        return None
    return place, row
