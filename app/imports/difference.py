"""A file against the list: what each line would do. Pure: rows in, findings out, nothing applied.

An empty cell erases nothing and an absent person stays: payroll exports lack columns and sites. Erasing is
done by hand, and departures only for the people ticked, with a date asked. Revisit with a file that says it
is complete.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from app.employee_files.columns import DAY_COLUMNS
from app.employee_files.rows import FileRow
from app.employees.declared import (
    LABELS,
    Declared,
    LikeRow,
    before_work,
    columns_of,
    in_words,
    is_old_departure,
    name_of,
    problems,
)
from app.follow_up.law import follow_up
from app.follow_up.words import MONITORINGS, VISITS
from app.imports.people import (
    PersonOfFile,
    completed,
    halves_of,
    identities,
    is_half,
    may_be_one,
    people_of,
)
from app.text.counts import uncapitalised
from app.text.search import words_of
from db.kinds import LineKind

FREE_TEXT = {"birth_name", "usual_name", "first_names", "job_title", "email"}
USUAL_CHOICE = {LineKind.NEW: "apply", LineKind.CHANGED: "apply", LineKind.LEFT: "apply"}
NOBODY: Declared = dict.fromkeys(LABELS, "") | {"part_time": "non"}


def changes_against(declared: Declared, given: Declared) -> Declared:
    """The changes that the file, which gives these fields, would make to the declared ones."""
    whole = merged(declared, given)
    return {name: whole[name] for name in LABELS if not _is_same(name, declared[name], whole[name])}


def merged(declared: Declared, given: Declared) -> Declared:
    """The person as the file would make them. A payroll with one « Nom » writes the usual name in it."""
    whole = declared | given
    usual = words_of(declared["usual_name"])
    if usual and not given.get("usual_name") and words_of(given.get("birth_name", "")) == usual:
        whole["birth_name"] = declared["birth_name"]
    if comes_back(declared, given):
        whole["exit_on"] = given.get("exit_on", "")
    return whole


def comes_back(declared: Declared, given: Declared) -> bool:
    """The file knows an entry after the departure that is declared."""
    return bool(declared["exit_on"]) and given.get("entry_on", "") > declared["exit_on"]


def _is_same(name: str, old: str, new: str) -> bool:
    if old == new:
        return True
    return name in FREE_TEXT and bool(old) and bool(new) and words_of(old) == words_of(new)


# The effect of a line of a file, in French clauses.

# Fields that the sentence about a new person implies: the name is beside it, « née » is the sex.
TOLD = {
    "birth_name", "usual_name", "first_names", "sex", "birth_on", "contract", "job_title", "entry_on",
    "exit_on",
}  # fmt: skip


def change_words(declared: Declared, after: Declared) -> str:
    """Each changed field, old and new; a return is one change, with both its days."""
    clauses = []
    if comes_back(declared, after):
        clauses.append(f"revient {_on(after, 'entry_on')} après son départ {_on(declared, 'exit_on', 'du')}")
        after = {name: value for name, value in after.items() if name != "entry_on" and value}
    for name, value in after.items():
        old, new = in_words(name, declared[name]), in_words(name, value)
        clauses.append(f"{LABELS[name]} : {old or '(vide)'} → {new or '(vide)'}")
    return " ; ".join(clauses)


def too_soon(declared: Declared, given: Declared, today: date) -> str:
    """The reason why a file may not declare a return: the person is still here, and the departure would be
    lost.
    """
    if not comes_back(declared, given) or declared["exit_on"] < today.isoformat():
        return ""
    return (
        f"revient {_on(given, 'entry_on')} après son départ {_on(declared, 'exit_on', 'du')}, qui n’a pas"
        " encore eu lieu : renvoyez cette ligne après ce départ, ou corrigez d’abord sa fiche"
    )


def person_words(values: Declared) -> str:
    """A person of the list: the job and the entry."""
    return f"{values['job_title']}, {_agreed('entré', values)} {_on(values, 'entry_on')}"


def new_person_words(values: Declared, today: date) -> str:
    """A person to declare, as the list would hold them, with a visit that must come before the work."""
    contract = in_words("contract", values["contract"])
    words = f"{birth_of(values)}, {contract}, {person_words(values)}"
    if has_left(values, today):
        return (
            f"{words}, {_agreed('parti', values)} {_on(values, 'exit_on')} : ne travaille plus chez vous,"
            f" à choisir seulement pour garder sa trace{_the_rest(values)}"
        )
    if values["exit_on"]:
        words += f", part {_on(values, 'exit_on')}"
    return f"{words}{_before_work(values)}{_the_rest(values)}"


def _the_rest(values: Declared) -> str:
    """The other fields that would be written."""
    rest = [name for name in LABELS if name not in TOLD and values[name] and values[name] != "non"]
    return "".join(f" ; {LABELS[name]} : {in_words(name, values[name])}" for name in rest)


def cell_words(field: str, cell: str, why: str) -> str:
    """le téléphone « néant » n’est pas complet; the title and the cell where the reason does not say them."""
    if cell and f"« {cell} »" in why:
        return why
    return f"{LABELS.get(field, field)} « {cell} »{f' : {why}' if why else ''}"


def birth_of(values: Declared) -> str:
    """née le 03/02/1990"""
    return f"{_agreed('né', values)} {_on(values, 'birth_on')}"


def has_left(values: Declared, today: date) -> bool:
    return "" < values["exit_on"] < today.isoformat()


def _before_work(values: Declared) -> str:
    visit = before_work(LikeRow(columns_of(values)), [])
    if visit is None:
        return ""
    birth, entry = date.fromisoformat(values["birth_on"]), date.fromisoformat(values["entry_on"])
    followed, kind = follow_up(values["risks"].split(), birth, entry), VISITS[visit.kind]
    return f" ; {uncapitalised(MONITORINGS[followed.monitoring])} : {uncapitalised(kind)} {visit.words}"


def _on(values: Declared, name: str, article: str = "le") -> str:
    return f"{article} {in_words(name, values[name])}"


def _agreed(word: str, values: Declared) -> str:
    return word + {"F": "e", "M": ""}.get(values["sex"], "(e)")


class ListedPerson(NamedTuple):
    """An employee already on the list."""

    id: int
    version: int
    declared: Declared


@dataclass(slots=True)
class Effect:
    """The effect of a line. `fields`, as text: all of them for a new person, those that the file gives for a
    probable duplicate or a line in error, else those that change. `is_odd`: rarely wanted, or not sure, hence
    not chosen beforehand.
    """

    line: int
    kind: LineKind
    about: str
    words: str = ""
    employee_id: int | None = None
    version: int = 0
    fields: Declared = field(default_factory=dict)
    is_odd: bool = False


def difference(
    rows: Sequence[FileRow], known: Sequence[ListedPerson], today: date, *, is_whole: bool = True
) -> list[Effect]:
    """The effect of each person of the file, in the order of their lines; then, of a file that `is_whole`,
    one for each present employee whom it does not name.

    An empty cell never erases a declared field. Capitals and accents alone change nothing. A person named by
    a line in error is not absent.
    """
    index = _Index(known)
    rows = completed(rows, (each.declared for each in known))
    people = people_of(rows, lambda given: same.id if (same := index.same(given)) else None)
    effects = [_with_remarks(_finding(person, index, today), person) for person in people]
    named = {finding.employee_id for finding in effects}
    for each in known if is_whole else ():
        if each.id not in named and not each.declared["exit_on"]:
            about, words = name_of(each.declared), person_words(each.declared)
            effects.append(Effect(0, LineKind.ABSENT, about, words, each.id, each.version))
    return effects


def line_of(effect: Effect, *, is_certain: bool = True) -> dict[str, Any]:
    """The columns of ImportLine, but for its import. `is_certain`: unless it is odd, what it would do is
    chosen beforehand.
    """
    is_chosen = is_certain and not effect.is_odd
    return {
        "line": effect.line,
        "kind": effect.kind,
        "employee_id": effect.employee_id,
        "version": effect.version,
        "about": effect.about[:200],
        "words": effect.words[:4000],
        "fields": effect.fields,
        "choice": USUAL_CHOICE.get(effect.kind, "") if is_chosen else "",
    }


def _with_remarks(finding: Effect, person: PersonOfFile) -> Effect:
    """The effect, with the cells left aside, and why nothing is chosen beforehand."""
    remarks = [f"feuille « {person.sheet} »"] if person.sheet else []
    remarks += [*person.doubts, *(f"laissé de côté, {cell_words(*cell)}" for cell in person.left)]
    finding.words = " ; ".join(filter(None, [finding.words, *remarks]))
    finding.is_odd = finding.is_odd or bool(person.doubts)
    return finding


class _Index:
    """The list by staff number, by identity, by birth date and by name."""

    def __init__(self, known: Sequence[ListedPerson]) -> None:
        self.by_number: dict[str, ListedPerson] = {}
        self.by_identity: dict[tuple[Any, ...], list[ListedPerson]] = defaultdict(list)
        # By one of the names and the birth date, each with its place in the order below.
        self.by_half: dict[tuple[str, ...], dict[int, ListedPerson]] = defaultdict(dict)
        self.by_name: dict[tuple[Any, ...], list[ListedPerson]] = defaultdict(list)
        self.births = {each.declared["birth_on"] for each in known}
        # Those who left come first, so that somebody present takes their place.
        present_last = sorted(
            known, key=lambda known: (not known.declared["exit_on"], known.declared["entry_on"])
        )
        for place, each in enumerate(present_last):
            declared = each.declared
            if declared["staff_number"]:
                self.by_number[declared["staff_number"].casefold()] = each
            for identity in identities(declared):
                self.by_identity[identity].append(each)
                self.by_name[identity[:2]].append(each)
                for half in halves_of(identity):
                    self.by_half[half][place] = each

    def same(self, fields: Declared) -> ListedPerson | None:
        """The same person: same identity, or same staff number and half of the identity."""
        for identity in identities(fields):
            same = [each for each in self.by_identity.get(identity, ()) if may_be_one(each.declared, fields)]
            if same:
                return _closest(same, fields)
        numbered = self.by_number.get(fields.get("staff_number", "").casefold())
        return numbered if numbered and is_half(numbered.declared, fields) else None

    def _exchanged(self, fields: Declared) -> list[ListedPerson]:
        """The people who have this name as first name, and the other way round."""
        if fields.get("birth_on", "") not in self.births:
            return []
        names = {"birth_name": fields.get("first_names", ""), "first_names": fields.get("birth_name", "")}
        return self.by_identity.get(identities(fields | names | {"usual_name": ""})[0], [])

    def alike(self, fields: Declared) -> tuple[ListedPerson, str] | None:
        """Somebody who may be the same person, and why."""
        numbered = self.by_number.get(fields.get("staff_number", "").casefold())
        if numbered:
            return numbered, "même matricule"
        if exchanged := self._exchanged(fields):
            return _closest(exchanged, fields), "nom et prénom échangés"
        for identity in identities(fields):
            named = self.by_name.get(identity[:2], ())
            if homonyms := [each for each in named if each.declared["birth_on"] != identity[2]]:
                return _closest(homonyms, fields), "même nom, autre date de naissance"
        halves: dict[int, ListedPerson] = {}
        for identity in identities(fields):
            for half in halves_of(identity):
                halves |= self.by_half.get(half, {})
        if halves:
            close = [halves[place] for place in sorted(halves)]
            return _closest(close, fields), "même date de naissance, nom ou prénom proche"
        return None


def _finding(person: PersonOfFile, index: _Index, today: date) -> Effect:
    given, line = person.given, person.line
    about = name_of(NOBODY | given).strip() or f"Ligne {line}"
    same = index.same(given)
    twin = None if same else index.alike(given)
    if reasons := person.reasons or _reasons(given, same, today):
        named = same or (twin and twin[0])
        return Effect(
            line, LineKind.WRONG, about, " ; ".join(reasons), named.id if named else None, fields=given
        )
    if same:
        return _against(line, same, given, today)
    if twin:
        other, why = twin
        words = f"ressemble à {name_of(other.declared)}, {birth_of(other.declared)} ({why}). "
        clauses = change_words(other.declared, changes_against(other.declared, given))
        words += f"Si c’est la même personne : {clauses or 'rien ne change'}"
        return Effect(line, LineKind.DUPLICATE, about, words, other.id, other.version, given)
    whole = NOBODY | given
    words, odd = new_person_words(whole, today), has_left(whole, today)
    if not whole["exit_on"] and "" < whole["contract_ends_on"] < today.isoformat():
        # In a payroll it is often the departure, and a contract with an end that has passed is over.
        words, odd = f"{words} ; cette fin est passée : vérifiez que cette personne est encore là", True
    return Effect(line, LineKind.NEW, about, words, fields=whole, is_odd=odd)


def _reasons(given: Declared, same: ListedPerson | None, today: date) -> list[str]:
    """Reasons to refuse a line whose cells are all right."""
    if same and (why := too_soon(same.declared, given, today)):
        return [why]
    whole = merged(same.declared, given) if same else NOBODY | given
    if not whole["contract"]:  # its nature in the DSN is none of those that the portal knows
        return ["le type de son contrat n’est pas connu : déclarez cette personne à la main, une fois"]
    return [uncapitalised(words).rstrip(".") for words in problems(whole, today).values()]


def _against(line: int, same: ListedPerson, given: Declared, today: date) -> Effect:
    after = changes_against(same.declared, given)
    kind = LineKind.CHANGED if after else LineKind.UNCHANGED
    if after.get("exit_on") and not same.declared["exit_on"]:
        kind = LineKind.LEFT
    words = change_words(same.declared, after)
    doubts = [*_doubts(same.declared, after, today)]
    about, words = name_of(same.declared), " ; ".join([words, *doubts])
    return Effect(line, kind, about, words, same.id, same.version, after, is_odd=bool(doubts))


def _doubts(declared: Declared, after: Declared, today: date) -> Iterator[str]:
    """Reasons to think that the list is right, and not the file."""
    turned = [LABELS[name] for name in DAY_COLUMNS if _is_turned(declared[name], after.get(name, ""))]
    if turned:
        yield f"le jour et le mois semblent inversés ({', '.join(turned)})"
    if not declared["exit_on"] and "" < after.get("exit_on", "") < declared["entry_on"]:
        entry = in_words("entry_on", declared["entry_on"])
        yield f"cette fin précède l’entrée déclarée ({entry}) : elle est d’un contrat plus ancien"
    elif after.get("exit_on") and is_old_departure(date.fromisoformat(after["exit_on"]), today):
        yield "cette fin a plus de deux ans : la fiche sera peut-être rendue anonyme, vérifiez l’année"


def _is_turned(old: str, new: str) -> bool:
    """1990-02-03 against 1990-03-02."""
    return bool(new) and new != old and new == f"{old[:4]}-{old[8:]}-{old[5:7]}"


def _closest(homonyms: Sequence[ListedPerson], fields: Declared) -> ListedPerson:
    """The one of several alike who has most in common with the line; in doubt, one who is present."""
    compared = ("staff_number", "first_names", "birth_name", "usual_name", "entry_on", "job_title")
    born = fields.get("birth_on", "")

    def common(each: ListedPerson) -> tuple[int, int]:
        values = each.declared
        digits = sum(a == b for a, b in zip(values["birth_on"], born, strict=False))
        return sum(bool(values[n]) and values[n] == fields.get(n) for n in compared), digits

    return max(reversed(homonyms), key=common)
