"""The use of a declaration: its nature, its type, its fraction, trial or not."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.employee_files.dsn import Declaration
from app.employee_files.rows import Unreadable
from db.numbers import is_digits

NORM = "P26V01"
MONTHLY, LEAVING = "01", {"02", "07"}
CANCELLED, REPLACED = "04", {"03", "05"}
INSTEAD = "envoyez la DSN mensuelle"
HEALTH = f"n’apprend rien au portail, et parle de santé : {INSTEAD}"
# Natures of which nothing is read, and why.
REFUSED = {
    "04": f"Un signalement d’arrêt de travail {HEALTH}.",
    "05": f"Un signalement de reprise après un arrêt {HEALTH}.",
    "08": f"Un signalement d’amorçage des données variables ne dit pas qui travaille chez vous : {INSTEAD}.",
    "09": f"Une DSN de substitution n’est pas faite par votre paie : {INSTEAD}.",
    "10": f"Un signalement d’embauche ne dit pas tout ce qu’il faut d’un salarié : {INSTEAD}.",
}
SCOPES = {"02": "du régime agricole", "03": "du régime général"}
ABSENT = "les personnes qui n’y sont pas ne sont pas comptées comme absentes"


@dataclass(frozen=True, slots=True)
class ChosenDeclarations:
    """`read`: the declarations that are read, the oldest first. `month`: of the latest, "2026-11", or "".

    `notes`: sentences in French. `is_whole`: together they name everybody.
    """

    read: list[Declaration]
    month: str = ""
    notes: list[str] = field(default_factory=list)
    is_whole: bool = True


def chosen(declarations: Sequence[Declaration]) -> ChosenDeclarations:
    """The declarations of a file that are read, or `Unreadable` when none is."""
    refusals = [words for each in declarations if (words := _refusal(each))]
    in_force = sorted(_in_force(declarations), key=lambda each: each.when)
    if not in_force:
        raise Unreadable(refusals[0] if refusals else "Cette DSN ne contient aucune déclaration.")
    month = max(each.month for each in in_force)
    notes = [f"Une partie de ce fichier n’a pas été lue. {words}" for words in dict.fromkeys(refusals)]
    notes += _norms(in_force) + _months(in_force, month) + _kinds(in_force)
    missing = _missing([each for each in in_force if each.month == month])
    return ChosenDeclarations(in_force, month, notes + missing, not missing)


def _refusal(declaration: Declaration) -> str:
    nature = declaration.said.get("nature", "")
    if declaration.said.get("kind") == CANCELLED:
        return f"Cette DSN en annule une autre : elle n’apprend rien au portail ; {INSTEAD}."
    if nature in REFUSED:
        return REFUSED[nature]
    if nature and nature != MONTHLY and nature not in LEAVING:
        return f"Le portail ne connaît pas les DSN de nature « {nature[:10]} » : {INSTEAD}."
    return ""


def _in_force(declarations: Sequence[Declaration]) -> list[Declaration]:
    """The declarations left once those that cancel or replace another, further in the file, have done so."""
    in_force: list[Declaration] = []
    for each in declarations:
        if each.said.get("kind") in {CANCELLED, *REPLACED}:
            in_force = [other for other in in_force if not _is_about(each, other)]
        if not _refusal(each):
            in_force.append(each)
    return in_force


def _is_about(one: Declaration, other: Declaration) -> bool:
    """The same nature, month and fraction, of the same establishments. One that declares nobody any more is
    about all of them.
    """
    names = ("nature", "month", "fraction")
    places = [{person.siret for person in each.people} for each in (one, other)]
    is_same = all(one.said.get(name) == other.said.get(name) for name in names)
    return is_same and (not places[0] or places[0] == places[1])


def _norms(declarations: Sequence[Declaration]) -> list[str]:
    notes = []
    for norm in dict.fromkeys(each.sent.get("norm", "")[:20] for each in declarations):
        which = f"suit la norme « {norm} »" if norm else "ne dit pas quelle norme elle suit"
        if norm != NORM:
            notes.append(f"Cette DSN {which} ; le portail connaît {NORM} : relisez ce qui a été lu.")
    return notes


def _months(declarations: Sequence[Declaration], latest: str) -> list[str]:
    older = dict.fromkeys(each.month for each in declarations if each.month and each.month != latest)
    if not older:
        return []
    named = " et de ".join(map(in_digits, [*older, latest]))
    return [f"Ce fichier contient les DSN de {named} : la plus récente l’emporte."]


def _kinds(declarations: Sequence[Declaration]) -> list[str]:
    if any(each.said.get("kind") in REPLACED for each in declarations):
        return ["Cette DSN en annule et remplace une autre : c’est elle qui est lue."]
    return []


def _missing(declarations: Sequence[Declaration]) -> list[str]:
    """Reasons why these may not name everybody, as sentences; nothing when they do."""
    reasons = []
    monthly = [each for each in declarations if each.said.get("nature") == MONTHLY]
    if not monthly and any(each.said.get("nature") in LEAVING for each in declarations):
        reasons.append("Ce signalement de fin de contrat ne dit que des départs")
    elif not monthly:
        reasons.append("Cette DSN ne dit pas qu’elle est mensuelle")
    if any(each.sent.get("test") == "01" for each in declarations):
        reasons.append("Cette DSN est un envoi de test : relisez ce qui a été lu")
    scopes = dict.fromkeys(each.said.get("scope", "") for each in monthly)
    only = "Cette DSN ne porte que sur les salariés"
    reasons += [f"{only} {SCOPES[each]}" for each in scopes if each in SCOPES]
    reasons += _fractions(monthly)
    return [f"{words} ; {ABSENT}." for words in reasons]


def _fractions(monthly: Sequence[Declaration]) -> list[str]:
    """« 12 » is the first fraction of two."""
    there: dict[int, set[int]] = defaultdict(set)
    for each in monthly:
        written = each.said.get("fraction", "")
        if len(written) == 2 and is_digits(written):
            there[int(written[1])].add(int(written[0]))
    return [
        f"Fraction {' et '.join(map(str, sorted(parts)))} sur {of} : les autres peuvent être ailleurs"
        for of, parts in there.items()
        if not set(range(1, of + 1)) <= parts
    ]


def in_digits(month: str) -> str:
    """2026-11 → 11/2026"""
    return f"{month[5:]}/{month[:4]}"
