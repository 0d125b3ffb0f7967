"""What an employer declares of an employee, as text by field: what forms, files and the history all hold.

Days are written 2026-12-31, `part_time` "oui" or "non", `risks` as codes separated by spaces; "" is nothing.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from app.employees.rules import RISKS, Deadline, Facts, Seen, add_months, follow_up, is_minor, next_visit
from app.searching import sign_of, words_of
from db.models.employee import NEVER, Contract, Employee

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
DAYS = {"birth_on", "entry_on", "exit_on", "contract_ends_on", "driving_until", "electrical_until"}
YOUNGEST = 14  # years at entry: below, nobody may be hired
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


def columns_of(values: Declared) -> dict[str, Any]:
    """The columns that these fields fill, with those that follow from them. `values` holds all the fields."""
    found: dict[str, Any] = {name: values[name] for name in LABELS}
    for name in DAYS:
        found[name] = date.fromisoformat(values[name]) if values[name] else None
    found["part_time"] = values["part_time"] == "oui"
    found["contract"] = Contract(values["contract"])
    found["monitoring"] = follow_up(values["risks"].split(), date.min, date.max).monitoring
    names = (values["usual_name"] or values["birth_name"], values["first_names"], values["birth_name"])
    found["sort_key"] = " ".join(words_of(" ".join(names)))[:240]
    searched = (*names, values["job_title"], values["staff_number"])
    found["search_key"] = (" " + " ".join(words_of(" ".join(searched))))[:500]
    found["search_sign"] = sign_of(found["search_key"].split())
    return found


class LikeRow:
    """Columns by name, as the rules read a row, before there is one."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self.__dict__.update(columns)


def fill(employee: Employee, values: Declared) -> None:
    for name, value in columns_of(values).items():
        setattr(employee, name, value)


def facts_of(employee: Any) -> Facts:
    risks = frozenset(employee.risks.split())
    return Facts(employee.birth_on, employee.entry_on, Contract(employee.contract), risks)


def deadline_of(employee: Any, seen: list[Seen]) -> Deadline | None:
    """The next visit, unless the person leaves before it is due, or on the day of the entry: never came."""
    deadline = next_visit(facts_of(employee), seen)
    if deadline and employee.exit_on and employee.exit_on < max(deadline.by, employee.entry_on + ONE_DAY):
        return None
    return deadline


def due_columns(employee: Any, seen: list[Seen]) -> dict[str, Any]:
    """The columns that say which visit comes next, and until when."""
    deadline = deadline_of(employee, seen)
    if deadline is None:
        return {"due_on": NEVER, "due_kind": ""}
    return {"due_on": deadline.by, "due_kind": str(deadline.kind)}


def set_due(employee: Employee, seen: list[Seen]) -> None:
    for name, value in due_columns(employee, seen).items():
        setattr(employee, name, value)


def filled(values: Declared, visits: list[Seen]) -> dict[str, Any]:
    """Every column of an employee: fields left out are empty, deadlines follow from the visits."""
    columns = columns_of(dict.fromkeys(LABELS, "") | {"part_time": "non"} | values)
    columns["last_visit_on"] = max((each.done_on for each in visits), default=None)
    return columns | due_columns(LikeRow(columns), visits)


def changed(before: Declared, after: Declared) -> list[str]:
    """The names of the fields that differ, in the order of LABELS."""
    return [name for name in LABELS if before[name] != after[name]]


def name_of(values: Declared) -> str:
    return shown_name(values["birth_name"], values["usual_name"], values["first_names"], values["sex"])


def names_apart(people: Sequence[tuple[str, date]]) -> list[str]:
    """Of a list to choose from, (name, birth date): the date is told when another has the same name."""
    names = Counter(name for name, _ in people)
    return [f"{name}, né(e) le {born:%d/%m/%Y}" if names[name] > 1 else name for name, born in people]


def shown_name(birth: str, usual: str, first: str, sex: str) -> str:
    """MARTIN Claire, or DUPONT Claire (née MARTIN)."""
    if not usual or usual.casefold() == birth.casefold():
        return f"{birth} {first}"
    born = {"F": "née", "M": "né"}.get(sex, "né(e)")
    return f"{usual} {first} ({born} {birth})"


def problems(values: Declared, today: date) -> dict[str, str]:
    """What cannot be true, by field, in French. `values` were read one by one before."""
    wrong: dict[str, str] = {}
    days = {name: date.fromisoformat(values[name]) for name in DAYS if values.get(name)}
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
