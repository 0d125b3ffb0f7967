"""Lines of one file that are about one person, made one: whatever their order, the same. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.employee_files.contracts import Spell, current, entry_of
from app.employee_files.rows import FileRow
from app.employees.declared import LABELS, Declared, in_words
from app.text.search import words_of

Identity = tuple[str, str, str]


def identities(fields: Declared) -> list[Identity]:
    """Identities under both names when there are two. Of several first names, the first."""
    first = " ".join(words_of(fields.get("first_names", ""))[:1])
    birth = fields.get("birth_name", "")
    names = dict.fromkeys([birth, fields.get("usual_name") or birth])
    return [(" ".join(words_of(name)), first, fields.get("birth_on", "")) for name in names]


def halves_of(identity: Identity) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Both halves that hold the birth date: with the name, and with the first name."""
    name, first, born = identity
    return ("name", name, born), ("first", first, born)


def is_half(declared: Declared, fields: Declared) -> bool:
    """Two of the three parts of an identity are the same, one of them a name."""
    pairs = [(a, b) for a in identities(declared) for b in identities(fields)]
    return any(
        (a[0] == b[0]) + (a[1] == b[1]) + (a[2] == b[2]) >= 2 and (a[0] == b[0] or a[1] == b[1])
        for a, b in pairs
    )


def may_be_one(declared: Declared, fields: Declared) -> bool:
    """False when both have several first names and these differ: Jean-Pierre is not Jean-Paul. « Anne » may
    be Anne Marie.
    """
    firsts = [words_of(each.get("first_names", "")) for each in (declared, fields)]
    shorter = min(map(len, firsts))
    return firsts[0][:shorter] == firsts[1][:shorter]


NEVER_CHANGES = ("birth_on", "sex")
# Fields that an older contract may fill, where the one that goes on leaves them empty.
OF_THE_PERSON = {"birth_name", "usual_name", "first_names", "sex", "birth_on", "email", "phone"}


@dataclass(slots=True)
class PersonOfFile:
    """`line`, in the `sheet` of a workbook that has several: of the contract that tells the present. `given`:
    what the file says of the person, no field empty. `reasons`, `left`, `doubts`: as in FileRow, of all the
    lines.
    """

    line: int
    given: Declared
    reasons: list[str] = field(default_factory=list)
    left: list[list[str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    sheet: str = ""


def people_of(rows: Sequence[FileRow], known: Callable[[Declared], int | None]) -> list[PersonOfFile]:
    """One person each, in the order of their lines. `known`: the number of the employee under
    these fields.
    """
    people = []
    for group in _groups(rows, known):
        wrong = [row for row in group if row.reasons]
        right = [row for row in group if not row.reasons]
        people += [
            PersonOfFile(row.line, _filled(row), row.reasons, row.left, list(row.doubts), row.sheet)
            for row in wrong
        ]
        if right:
            person = _one(right)
            if wrong:
                lines = _listed(wrong)
                person.doubts.append(f"une autre ligne de cette personne ne se lit pas ({lines})")
            people.append(person)
    return sorted(people, key=lambda person: (person.sheet, person.line))


def _groups(rows: Sequence[FileRow], known: Callable[[Declared], int | None]) -> list[list[FileRow]]:
    """An employee of the list is one person; the others are identified by name, first names
    and birth date.
    """
    given = [_filled(row) for row in rows]
    ids = [known(fields) for fields in given]
    joined = _Joined(len(rows))
    first_of: dict[object, int] = {}
    for place, number in enumerate(ids):
        if number is not None:
            joined.join(place, first_of.setdefault(number, place))
    for same in _alike(given):
        listed = {ids[place] for place in same} - {None}
        # Homonyms of whom the list knows two: a third line may be either.
        joins = same if len(listed) < 2 else [place for place in same if ids[place] is None]
        for place in joins:
            joined.join(place, joins[0])
    return joined.groups(rows)


def _alike(given: Sequence[Declared]) -> Iterable[list[int]]:
    """Places of lines that share an identity, or a staff number and half of an identity: the first name and
    another part, since twins share the rest.
    """
    by_identity: dict[Identity, list[int]] = defaultdict(list)
    by_number: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, fields in enumerate(given):
        number = fields.get("staff_number", "").casefold()
        for name, first, born in identities(fields):
            if born:
                firsts = " ".join(words_of(fields.get("first_names", "")))
                by_identity[name, firsts, born].append(place)
            if number and first:
                by_number[number, first, name].append(place)
                by_number[number, first, born].append(place)
    for (name, first, born), places in by_identity.items():
        # « Anne » and « Anne Marie » are one; « Anne Marie » and « Anne Lise » are two.
        words = first.split()
        shorter = (by_identity.get((name, " ".join(words[:n]), born), []) for n in range(1, len(words)))
        yield [*places, *(place for each in shorter for place in each)]
    yield from by_number.values()


class _Joined:
    """Places that are one: the smallest stands for them all, so the order in which they meet is nothing."""

    def __init__(self, number: int) -> None:
        self.to = list(range(number))

    def _end(self, place: int) -> int:
        while self.to[place] != place:
            self.to[place] = self.to[self.to[place]]
            place = self.to[place]
        return place

    def join(self, one: int, other: int) -> None:
        first, last = sorted((self._end(one), self._end(other)))
        self.to[last] = first

    def groups(self, rows: Sequence[FileRow]) -> list[list[FileRow]]:
        by_number: dict[int, list[FileRow]] = defaultdict(list)
        for place, row in enumerate(rows):
            by_number[self._end(place)].append(row)
        return list(by_number.values())


def _one(rows: Sequence[FileRow]) -> PersonOfFile:
    """The contract that goes on, since the first of its chain; what it leaves empty, the other lines say."""
    if len(rows) == 1:
        (row,) = rows
        return PersonOfFile(row.line, _filled(row), [], row.left, list(row.doubts), row.sheet)
    rows = sorted(rows, key=lambda row: (sorted(row.fields.items()), row.sheet, row.line))
    spells = [_spell(place, row) for place, row in enumerate(rows)]
    now = current(spells)
    firsts = [FileRow(0, {"first_names": identities(row.fields)[0][1].upper()}) for row in rows]
    reasons = [_unlike(firsts, ("first_names",)), _unlike(rows, NEVER_CHANGES)]
    reasons += [_unlike([rows[each.place] for each in now], tuple(LABELS))]
    reasons += [_unlike(same, ("exit_on",), or_empty=True) for same in _by_start(rows)]
    chosen = now[0]
    going_on = {each.place for each in now}
    given: Declared = {}
    for spell in sorted(
        spells, key=lambda each: (each.place not in going_on, -(each.start or date.min).toordinal())
    ):
        values = _filled(rows[spell.place]).items()
        given = {n: value for n, value in values if spell.place in going_on or n in OF_THE_PERSON} | given
    entry = entry_of(spells, chosen)
    if entry.start:
        given["entry_on"] = entry.start.isoformat()
    left = list({tuple(cell): cell for row in rows for cell in row.left}.values())
    doubts = list(dict.fromkeys(doubt for row in rows for doubt in row.doubts))
    clauses = list(dict.fromkeys(filter(None, reasons)))
    unlike = [f"{_listed(rows)} ne disent pas la même chose : {' ; '.join(clauses)}"] if clauses else []
    sheet, line = min((rows[each.place].sheet, rows[each.place].line) for each in now)
    return PersonOfFile(line, given, unlike, left, doubts, sheet)


def _spell(place: int, row: FileRow) -> Spell:
    names = ("entry_on", "exit_on", "contract_ends_on")
    start, end, planned = (date.fromisoformat(day) if (day := row.fields.get(n)) else None for n in names)
    return Spell(place, start, end, planned)


def _by_start(rows: Sequence[FileRow]) -> list[list[FileRow]]:
    by_start: dict[tuple[str, ...], list[FileRow]] = defaultdict(list)
    for row in rows:
        by_start[row.fields.get("entry_on", ""), row.fields.get("contract", "")].append(row)
    return list(by_start.values())


def _unlike(rows: Sequence[FileRow], names: tuple[str, ...], *, or_empty: bool = False) -> str:
    """Each field of which the lines say several things; `or_empty`: nothing is one of them."""
    clauses = []
    for name in names:
        values = sorted({row.fields.get(name, "") for row in rows} - (set() if or_empty else {""}))
        if len({" ".join(words_of(value)) for value in values}) > 1:
            words = " ou ".join(in_words(name, value) or "(vide)" for value in values)
            clauses.append(f"{LABELS[name]} : {words}")
    return " ; ".join(clauses)


def _listed(rows: Sequence[FileRow]) -> str:
    places = sorted({(row.sheet, row.line) for row in rows})
    lines = [f"{line}{f' de « {sheet} »' if sheet else ''}" for sheet, line in places]
    first = ", ".join(lines[:-1])
    return f"les lignes {first} et {lines[-1]}" if first else f"la ligne {lines[0]}"


def _filled(row: FileRow) -> Declared:
    return {name: value for name, value in row.fields.items() if name in LABELS and value}


# A birth that a file knows in part, of somebody whom the list knows whole.


def completed(rows: Iterable[FileRow], known: Iterable[Declared]) -> list[FileRow]:
    """The rows, with the declared birth date of the person who has the same name, first name and year of
    birth: the guess is dropped, and with it the doubt. Of two such people none is chosen.
    """
    guesses = [*rows]
    if not any("birth_on" in row.guessed for row in guesses):
        return guesses
    births: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for declared in known:
        for name, first, born in identities(declared):
            births[name, first, born[:4]].add(born)
    return [_completed(row, births) if "birth_on" in row.guessed else row for row in guesses]


def _completed(row: FileRow, births: dict[tuple[str, ...], set[str]]) -> FileRow:
    by_identity = {
        born
        for name, first, guess in identities(row.fields)
        for born in births.get((name, first, guess[:4]), ())
    }
    if len(by_identity) != 1:
        return row
    return replace(
        row, fields=row.fields | {"birth_on": by_identity.pop()}, guessed=[], doubts=row.doubts[1:]
    )
