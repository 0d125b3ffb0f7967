"""An employee as an employer declares one: text by field, the same in forms, files, drafts and the history.

Days are written 2026-12-31, `part_time` "oui" or "non", `risks` as codes separated by spaces; "" is nothing.
The columns of a row, its deadline and its sort key are computed from these fields here and nowhere else, so
any change can be undone by giving back the fields of before. Revisit for fields that are not single values.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from app.follow_up.law import (
    RISKS,
    YOUNGEST,
    Deadline,
    DoneVisit,
    FollowUpFacts,
    add_months,
    follow_up,
    is_minor,
    next_visit,
)
from app.follow_up.words import CONTRACTS, QUESTIONS, SEXES, VISITS
from app.jobs.pcs import label_of
from app.text.names import person_name
from app.text.phones import phone_words
from app.text.search import words_of
from db.kinds import NEVER, ChangeKind, Contract

LABELS = {
    "birth_name": "Nom de naissance",
    "usual_name": "Nom d’usage",
    "first_names": "Prénom",
    "sex": "Sexe",
    "birth_on": "Date de naissance",
    "email": "Adresse e-mail",
    "phone": "Téléphone",
    "staff_number": "Matricule",
    "entry_on": "Date d’entrée",
    "exit_on": "Date de sortie",
    "contract": "Type de contrat",
    "contract_ends_on": "Fin prévue du contrat",
    "job_title": "Poste",
    "pcs": "Code PCS-ESE",
    "part_time": "Temps partiel",
    "risks": "Expositions",
    "post_reason": "Motif écrit du poste à risque",
    "driving_until": "Autorisation de conduite, fin",
    "electrical_until": "Habilitation électrique, fin",
}
DAY_FIELDS = {"birth_on", "entry_on", "exit_on", "contract_ends_on", "driving_until", "electrical_until"}
FARTHEST = 5  # years to an exit: no contract with an end is longer, an apprentice's 4 years included
ONE_DAY = timedelta(days=1)
Declared = dict[str, str]


def declared_of(employee: Any) -> Declared:
    """Every declared field of a row, as text."""
    return {name: text_of(getattr(employee, name)) for name in LABELS}


def text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    return value.isoformat() if isinstance(value, date) else str(value)


def in_words(name: str, value: str) -> str:
    """A declared value as it is read: 2026-12-31 is 31/12/2026, NUIT is « Travaille de nuit »."""
    if not value:
        return ""
    if name.endswith(("_on", "_until")):
        return f"{value[8:]}/{value[5:7]}/{value[:4]}"
    if name == "risks":
        return " ; ".join(QUESTIONS[code] for code in value.split())
    if name == "phone":
        return phone_words(value)
    if name == "pcs":
        return f"{value} – {label_of(value)}"
    return {**CONTRACTS, **SEXES}.get(value, value) if name in {"contract", "sex"} else value


def columns_of(values: Declared) -> dict[str, Any]:
    """The columns that these fields fill, with those that follow from them. `values` holds all the fields."""
    columns: dict[str, Any] = {name: values[name] for name in LABELS}
    for name in DAY_FIELDS:
        columns[name] = date.fromisoformat(values[name]) if values[name] else None
    columns["part_time"] = values["part_time"] == "oui"
    columns["contract"] = Contract(values["contract"])
    columns["monitoring"] = follow_up(values["risks"].split(), date.min, date.max).monitoring
    names = (values["usual_name"] or values["birth_name"], values["first_names"], values["birth_name"])
    columns["person_key"] = person_key(values["birth_name"], values["birth_on"])
    return columns | _keys(names, values["job_title"], values["staff_number"])


def person_key(birth_name: str, birth_on: str) -> str:
    """The same for one person wherever they work: a name at birth does not change with a marriage, and is
    written with or without accents, hyphens and spaces.

    >>> person_key("Le Bœuf-Martin", "1980-01-31")
    'leboeufmartin 1980-01-31'
    """
    return f"{''.join(words_of(birth_name))[:100]} {birth_on}"


def _keys(names: tuple[str, ...], *others: str) -> dict[str, str]:
    """The sort key of these names; the search key, with the other words."""
    sort_key = " ".join(words_of(" ".join(names)))[:240]
    return {"sort_key": sort_key, "search_key": (" " + " ".join(words_of(" ".join((*names, *others)))))[:500]}


def name_keys(birth_name: str, first_names: str) -> dict[str, str]:
    """The keys of somebody known by these names alone."""
    return _keys((birth_name, first_names, birth_name))


class LikeRow:
    """Columns by name, as the rules read a row, before there is one."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self.__dict__.update(columns)


def facts_of(employee: Any) -> FollowUpFacts:
    risks = frozenset(employee.risks.split())
    return FollowUpFacts(employee.birth_on, employee.entry_on, Contract(employee.contract), risks)


def deadline_of(employee: Any, seen: list[DoneVisit]) -> Deadline | None:
    """The next visit, unless the person leaves before it is due, or on the day of the entry: never came."""
    deadline = next_visit(facts_of(employee), seen)
    if deadline and employee.exit_on and employee.exit_on < max(deadline.by, employee.entry_on + ONE_DAY):
        return None
    return deadline


def due_columns(employee: Any, seen: list[DoneVisit]) -> dict[str, Any]:
    """The columns that say which visit comes next, and until when."""
    deadline = deadline_of(employee, seen)
    if deadline is None:
        return {"due_on": NEVER, "due_kind": ""}
    return {"due_on": deadline.by, "due_kind": str(deadline.kind)}


def all_columns(values: Declared, visits: list[DoneVisit]) -> dict[str, Any]:
    """Every column of an employee: fields left out are empty, deadlines follow from the visits."""
    columns = columns_of(dict.fromkeys(LABELS, "") | {"part_time": "non"} | values)
    columns["last_visit_on"] = max((each.done_on for each in visits), default=None)
    return columns | due_columns(LikeRow(columns), visits)


def changed_fields(before: Declared, after: Declared) -> list[str]:
    """The names of the fields that differ, in the order of LABELS."""
    return [name for name in LABELS if before[name] != after[name]]


def name_of(values: Declared) -> str:
    return person_name(values["birth_name"], values["usual_name"], values["first_names"], values["sex"])


def employee_name(employee: Any) -> str:
    """The name of an employee, or of a row that has the four columns of a name."""
    return person_name(employee.birth_name, employee.usual_name, employee.first_names, employee.sex)


def names_apart(people: Sequence[tuple[str, date]]) -> list[str]:
    """Names of a list of (name, birth date) to choose from; the date is added when another has
    the same name.
    """
    names = Counter(name for name, _ in people)
    return [f"{name} ({born:%d/%m/%Y})" if names[name] > 1 else name for name, born in people]


OLD = timedelta(days=730)  # the shortest period that `app.retention.lines` lets the service keep a leaver
IS_OLD = (
    "Cette date a plus de deux ans : elle est peut-être déjà au-delà de la durée de conservation, et une "
    "fiche rendue anonyme ne revient pas. Corrigez l’année, ou validez de nouveau si la date est exacte."
)


def is_old_departure(exit_on: date, today: date) -> bool:
    """True for a last day beyond which the record may be made anonymous, for good: whichever way it comes, it
    is read again before it is written.
    """
    return today - exit_on > OLD


def problems(values: Declared, today: date) -> dict[str, str]:
    """Impossible values, by field, in French. `values` were read one by one before."""
    wrong: dict[str, str] = {}
    days = {name: date.fromisoformat(values[name]) for name in DAY_FIELDS if values.get(name)}
    birth, entry = days.get("birth_on"), days.get("entry_on")
    if birth and birth >= today:
        wrong["birth_on"] = "La date de naissance est dans le futur."
    elif birth and birth.year < today.year - 110:
        wrong["birth_on"] = "La date de naissance remonte à plus de 110 ans."
    elif birth and entry and entry < add_months(birth, 12 * YOUNGEST):
        wrong["entry_on"] = "À cette date d’entrée, la personne a moins de 14 ans."
    if entry and (entry - today).days > 366:
        wrong["entry_on"] = "La date d’entrée est dans plus d’un an."
    for name, words in (("contract_ends_on", "La fin du contrat"), ("exit_on", "La date de sortie")):
        if entry and name in days and days[name] < entry:
            wrong[name] = f"{words} précède la date d’entrée."
    if "exit_on" in days and days["exit_on"] > add_months(today, 12 * FARTHEST):
        wrong["exit_on"] = f"La date de sortie est dans plus de {FARTHEST} ans."
    wrong |= _wrong_risks(values, birth, entry)
    return wrong


def _wrong_risks(values: Declared, birth: date | None, entry: date | None) -> dict[str, str]:
    wrong: dict[str, str] = {}
    risks = values.get("risks", "").split()
    if unknown := [code for code in risks if code not in RISKS]:
        wrong["risks"] = f"L’exposition « {unknown[0][:40]} » n’est pas connue."
    if "POSTE_EMPLOYEUR" in risks and not values.get("post_reason"):
        wrong["post_reason"] = "Écrivez pourquoi ce poste est sur la liste de l’entreprise (R4624-23, III)."
    if "MINEUR_TRAVAUX_REGLEMENTES" in risks and birth and entry and not is_minor(birth, entry):
        wrong["risks"] = "Les travaux réglementés des moins de 18 ans ne concernent pas un adulte."
    return wrong


# One change of one employee, decided without a database: what to write, to remember, and to tell the team.

HIRES = {ChangeKind.DECLARED, ChangeKind.CAME_BACK}


class Change(NamedTuple):
    """`row`: every column that follows from the declared fields. `trace`: those of the EmployeeChange.
    `urgent`: the employee whom the team must see before the work, and how; "" for everybody else.
    """

    row: dict[str, Any]
    trace: dict[str, Any]
    urgent: str = ""


def change(before: Declared, after: Declared, kind: ChangeKind, seen: list[DoneVisit], today: date) -> Change:
    """`before`: all that was declared, empty for a new person. `after`: the fields that are now different.

    The team is alerted whether the entry is past or to come: a person who began without the visit that comes
    before the work needs it all the sooner. It hears nothing of people who have left already.
    """
    whole = before | after
    row = columns_of(whole)
    row |= due_columns(LikeRow(row), seen)
    was = {name: before[name] for name in after} if before else {}
    about = name_of(whole)
    is_here = row["exit_on"] is None or row["exit_on"] >= today
    deadline = before_work(LikeRow(row), seen) if kind in HIRES and is_here else None
    trace = {
        "kind": kind, "about": about[:200], "before": was, "after": after,
        "urgent_on": deadline.by if deadline else None,
    }  # fmt: skip
    alert = f"{about} : {VISITS[deadline.kind]} {deadline.words}" if deadline else ""
    return Change(row, trace, alert)


def before_work(employee: Any, seen: list[DoneVisit]) -> Deadline | None:
    """The visit without which the work may not begin, for an employee who needs one."""
    deadline = deadline_of(employee, seen)
    return deadline if deadline and deadline.before_post else None
