"""What a line of a file would do, in French clauses."""

from datetime import date

from app.employees.declared import LABELS, Declared
from app.employees.forms import in_words
from app.employees.questions import MONITORINGS, VISITS
from app.employees.rules import Facts, follow_up, next_visit
from app.imports.merging import comes_back
from db.models import Contract


def told_changes(declared: Declared, after: Declared) -> str:
    """Each field that changes, old and new; a return is told as one, with both its days."""
    told = []
    if comes_back(declared, after):
        told.append(f"revient {_on(after, 'entry_on')} après son départ {_on(declared, 'exit_on', 'du')}")
        after = {name: value for name, value in after.items() if name != "entry_on" and value}
    for name, value in after.items():
        old, new = in_words(name, declared[name]), in_words(name, value)
        told.append(f"{LABELS[name]} : {old or '(vide)'} → {new or '(vide)'}")
    return " ; ".join(told)


def too_soon(declared: Declared, given: Declared, today: date) -> str:
    """Why a return is not taken from a file: the person is still here, and the departure would be lost."""
    if not comes_back(declared, given) or declared["exit_on"] < today.isoformat():
        return ""
    return (
        f"revient {_on(given, 'entry_on')} après son départ {_on(declared, 'exit_on', 'du')}, qui n’a pas"
        " encore eu lieu : renvoyez cette ligne après ce départ, ou corrigez d’abord sa fiche"
    )


def told_person(values: Declared) -> str:
    """Who is on the list: the job and the entry."""
    return f"{values['job_title']}, {_agreed('entré', values)} {_on(values, 'entry_on')}"


def told_new(values: Declared, today: date) -> str:
    """Who would be declared, as the list would hold them, with a visit that must come before the work."""
    contract = in_words("contract", values["contract"])
    told = f"{birth_of(values)}, {contract}, {told_person(values)}"
    if has_left(values, today):
        return (
            f"{told}, {_agreed('parti', values)} {_on(values, 'exit_on')} : ne travaille plus chez vous,"
            " à choisir seulement pour garder sa trace"
        )
    if values["exit_on"]:
        told += f", part {_on(values, 'exit_on')}"
    return f"{told}{_before_post(values)}"


def birth_of(values: Declared) -> str:
    """née le 03/02/1990"""
    return f"{_agreed('né', values)} {_on(values, 'birth_on')}"


def has_left(values: Declared, today: date) -> bool:
    return "" < values["exit_on"] < today.isoformat()


def _before_post(values: Declared) -> str:
    birth, entry = date.fromisoformat(values["birth_on"]), date.fromisoformat(values["entry_on"])
    risks = frozenset(values["risks"].split())
    visit = next_visit(Facts(birth, entry, Contract(values["contract"]), risks), [])
    if visit is None or not visit.before_post:
        return ""
    followed, kind = MONITORINGS[follow_up(risks, birth, entry).monitoring], VISITS[visit.kind]
    return f" ; {_lower(followed)} : {_lower(kind)} {visit.words}"


def _on(values: Declared, name: str, article: str = "le") -> str:
    return f"{article} {in_words(name, values[name])}"


def _agreed(word: str, values: Declared) -> str:
    return word + {"F": "e", "M": ""}.get(values["sex"], "(e)")


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
