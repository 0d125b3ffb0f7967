"""A file against the list: what each line would do. Pure: rows in, findings out, nothing applied."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from app.employees.declared import LABELS, Declared, name_of, problems
from app.employees.reading import FileRow
from app.imports.merging import NOBODY, changes_against, merged
from app.imports.telling import birth_of, has_left, told_changes, told_new, told_person, too_soon
from app.searching import words_of
from db.models import LineKind


class Known(NamedTuple):
    """An employee already on the list."""

    id: int
    version: int
    declared: Declared


@dataclass(slots=True)
class Found:
    """What a line would do. `fields`, as text: all of them for a new person, those that the file gives for a
    probable duplicate, else those that change. `is_odd`: rarely what is wanted, hence not chosen beforehand.
    """

    line: int
    kind: LineKind
    about: str
    words: str = ""
    employee_id: int | None = None
    version: int = 0
    fields: Declared = field(default_factory=dict)
    is_odd: bool = False


def difference(rows: Iterable[FileRow], known: Sequence[Known], today: date) -> list[Found]:
    """A finding for each row of the file, then one for each present employee whom it does not name.

    An empty cell never erases what is declared: it says nothing. Capitals and accents alone change nothing.
    Who is named by a line in error is not absent.
    """
    index = _Index(known)
    found, named = [], set()
    lines: dict[tuple[Any, ...], int] = {}
    for row in rows:
        finding = _finding(row, index, lines, today)
        found.append(finding)
        if finding.employee_id:
            named.add(finding.employee_id)
    for each in known:
        if each.id not in named and not each.declared["exit_on"]:
            about, words = name_of(each.declared), told_person(each.declared)
            found.append(Found(0, LineKind.ABSENT, about, words, each.id, each.version))
    return found


class _Index:
    """The list by staff number, by identity, by birth date and by name."""

    def __init__(self, known: Sequence[Known]) -> None:
        self.by_number: dict[str, Known] = {}
        self.by_identity: dict[tuple[Any, ...], list[Known]] = defaultdict(list)
        self.by_birth: dict[str, list[Known]] = defaultdict(list)
        self.by_name: dict[tuple[Any, ...], list[Known]] = defaultdict(list)
        # Those who left come first, so that somebody present takes their place.
        for each in sorted(
            known, key=lambda known: (not known.declared["exit_on"], known.declared["entry_on"])
        ):
            declared = each.declared
            if declared["staff_number"]:
                self.by_number[declared["staff_number"].casefold()] = each
            for identity in _identities(declared):
                self.by_identity[identity].append(each)
                self.by_name[identity[:2]].append(each)
            self.by_birth[declared["birth_on"]].append(each)

    def same(self, fields: Declared) -> Known | None:
        """The same person: same identity, or same staff number and half of the identity."""
        for identity in _identities(fields):
            if identity in self.by_identity:
                return _closest(self.by_identity[identity], fields)
        numbered = self.by_number.get(fields.get("staff_number", "").casefold())
        return numbered if numbered and _is_half(numbered.declared, fields) else None

    def alike(self, fields: Declared) -> tuple[Known, str] | None:
        """Somebody who may be the same person, and why."""
        numbered = self.by_number.get(fields.get("staff_number", "").casefold())
        if numbered:
            return numbered, "même matricule"
        for identity in _identities(fields):
            if homonyms := self.by_name.get(identity[:2]):
                return _closest(homonyms, fields), "même nom, autre date de naissance"
        born = self.by_birth.get(fields.get("birth_on", ""), ())
        if halves := [each for each in born if _is_half(each.declared, fields)]:
            return _closest(halves, fields), "même date de naissance, nom ou prénom proche"
        return None


def _finding(row: FileRow, index: _Index, lines: dict[tuple[Any, ...], int], today: date) -> Found:
    given = {name: value for name, value in row.fields.items() if name in LABELS and value}
    about = name_of(NOBODY | given).strip() or f"Ligne {row.line}"
    same = index.same(given)
    twin = None if same else index.alike(given)
    if reasons := row.reasons or _reasons(row.line, given, same, lines, today):
        named = same or (twin and twin[0])
        return Found(row.line, LineKind.WRONG, about, " ; ".join(reasons), named.id if named else None)
    if same:
        return _against(row.line, same, given)
    if twin:
        other, why = twin
        words = f"ressemble à {name_of(other.declared)}, {birth_of(other.declared)} ({why}). "
        told = told_changes(other.declared, changes_against(other.declared, given))
        words += f"Si c’est la même personne : {told or 'rien ne change'}"
        return Found(row.line, LineKind.DUPLICATE, about, words, other.id, other.version, given)
    whole = NOBODY | given
    odd = has_left(whole, today)
    return Found(row.line, LineKind.NEW, about, told_new(whole, today), fields=whole, is_odd=odd)


def _reasons(
    line: int, given: Declared, same: Known | None, lines: dict[tuple[Any, ...], int], today: date
) -> list[str]:
    """Why a line whose cells are all right is not taken."""
    # Homonyms born on one day are told apart by the list, or not at all.
    first = lines.setdefault((same.id,) if same else _identities(given)[0], line)
    if first != line:
        return [f"la même personne est déjà à la ligne {first} : gardez-en une"]
    if same and (why := too_soon(same.declared, given, today)):
        return [why]
    whole = merged(same.declared, given) if same else NOBODY | given
    if not whole["contract"]:  # its nature in the DSN is none of those that the portal knows
        return ["le type de son contrat n’est pas connu : déclarez cette personne à la main, une fois"]
    return [_clause(words) for words in problems(whole, today).values()]


def _against(line: int, same: Known, given: Declared) -> Found:
    after = changes_against(same.declared, given)
    kind = LineKind.CHANGED if after else LineKind.UNCHANGED
    if after.get("exit_on") and not same.declared["exit_on"]:
        kind = LineKind.LEFT
    words = told_changes(same.declared, after)
    return Found(line, kind, name_of(same.declared), words, same.id, same.version, after)


def _closest(homonyms: Sequence[Known], fields: Declared) -> Known:
    """Of those alike, who has most in common with the line; in doubt, who is present."""
    telling = ("staff_number", "first_names", "birth_name", "usual_name", "entry_on", "job_title")
    born = fields.get("birth_on", "")

    def common(each: Known) -> tuple[int, int]:
        values = each.declared
        digits = sum(a == b for a, b in zip(values["birth_on"], born, strict=False))
        return sum(bool(values[n]) and values[n] == fields.get(n) for n in telling), digits

    return max(reversed(homonyms), key=common)


def _identities(fields: Declared) -> list[tuple[Any, ...]]:
    """Name, first name and birth date, accents and capitals aside; under both names when there are two."""
    first = " ".join(words_of(fields.get("first_names", ""))[:1])
    names = dict.fromkeys(
        [fields.get("birth_name", ""), fields.get("usual_name") or fields.get("birth_name", "")]
    )
    return [(" ".join(words_of(name)), first, fields.get("birth_on", "")) for name in names]


def _is_half(declared: Declared, fields: Declared) -> bool:
    """Two of the three parts of an identity are the same, one of them a name."""
    pairs = [(a, b) for a in _identities(declared) for b in _identities(fields)]
    return any(
        (a[0] == b[0]) + (a[1] == b[1]) + (a[2] == b[2]) >= 2 and (a[0] == b[0] or a[1] == b[1])
        for a, b in pairs
    )


def _clause(words: str) -> str:
    return words[:1].lower() + words[1:].rstrip(".")
