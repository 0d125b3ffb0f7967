"""The people of a DSN as rows: one each, whatever the number of their blocks and of their contracts."""

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from app.employee_files.cells import NATURES
from app.employee_files.columns import COLUMNS, problems_of, read
from app.employee_files.contracts import Spell, current, entry_of
from app.employee_files.dsn import Declaration, DeclaredPerson
from app.employee_files.dsn_kinds import in_digits
from app.employee_files.rows import FileRow, Unreadable
from app.text import counts
from app.text.cells import holds_social_number
from app.text.search import folded
from db.kinds import Contract

UNKNOWN = "99"


class Birth(NamedTuple):
    """`written`: 31121985. `doubts`: why it is only a proposal, as clauses in French."""

    written: str
    doubts: tuple[str, ...] = ()


def birth_of(typed: str) -> Birth:
    """99991985 is some day of 1985, 99031985 some day of March: the last possible day is proposed, since a
    minor must not be taken for an adult. Anything else is left as it is.
    """
    spelled = re.fullmatch(r"([0-9]{2})([0-9]{2})((?:19|20)[0-9]{2})", typed)
    if not spelled or UNKNOWN not in spelled.groups()[:2]:
        return Birth(typed)
    _, month, year = spelled.groups()
    what = "le jour et le mois de naissance sont inconnus"
    if month == UNKNOWN:
        month = "12"
    elif "01" <= month <= "12":
        what = "le jour de naissance est inconnu"
    else:
        return Birth(typed)
    last = calendar.monthrange(int(year), int(month))[1]
    words = f"{what} dans la paie : le {last}/{month}/{year} est proposé, à confirmer"
    return Birth(f"{last}{month}{year}", (words,))


SCHEMES = {
    "61": Contract.PROFESSIONALISATION,
    "64": Contract.APPRENTICESHIP,
    "65": Contract.APPRENTICESHIP,
    "81": Contract.APPRENTICESHIP,
}
SEXES = {"01": "M", "02": "F"}
PART_TIME = {"10": "non", "20": "oui"}  # other kinds may tell of health: nothing is kept of them
# The workplace of somebody on a mission is the customer's; their employer follows them.
ON_MISSION = {"03", "08"}
IDENTITY = ("staff_number", "birth_name", "usual_name", "first_names", "sex", "birth_on", "email")
TELLING = ("birth_name", "first_names", "birth_on")
TYPED = 40  # characters of a cell that was left aside
PLACES = 5  # named, in one refusal


# In a payroll the same job, the same contract and the same empty cells come again and again.
_read = lru_cache(maxsize=2_000)(read)


class HeldContracts(NamedTuple):
    """A contract, with the block of the person that holds it and the SIRET of where they work."""

    block: DeclaredPerson
    said: dict[str, str]
    siret: str
    declared: int  # in which declaration, of those that are read


@dataclass(slots=True)
class Somebody:
    """One person of the file. `month`: of the latest declaration that names them."""

    block: DeclaredPerson
    month: str
    held: list[HeldContracts] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.block.said.get('birth_name', '')} {self.block.said.get('first_names', '')}".strip()

    def at(self, siret: str) -> list[HeldContracts]:
        return [each for each in self.held if not siret or each.siret == siret]


class Sorted(NamedTuple):
    """`here`: who works at this establishment. `aside`: [name, why they are not taken]."""

    here: list[Somebody]
    aside: list[list[str]]
    notes: list[str]


def gathered(declarations: Sequence[Declaration]) -> list[Somebody]:
    """One row for each person, of declarations from the oldest to the latest. Name, first names and birth
    date identify a person, since rarer identifiers are not stored.
    """
    people: dict[tuple[str, ...], Somebody] = {}
    for place, declaration in enumerate(declarations):
        for block in declaration.people:
            key = tuple(folded(block.said.get(name, "")) for name in TELLING)
            one = people.setdefault(key, Somebody(block, declaration.month))
            if declaration.month and one.month != declaration.month:
                # A contract that ran and is not declared any more has ended, nobody knows when.
                one.held = [each for each in one.held if each.said.get("end")]
            one.block, one.month = block, declaration.month or one.month
            for contract in block.contracts:
                if one.held and one.held[0].declared != place:
                    one.held = [each for each in one.held if not _is_same(each.said, contract)]
                one.held.append(HeldContracts(block, contract, _workplace(contract, block.siret), place))
    return list(people.values())


def sorted_out(people: Sequence[Somebody], siret: str, month: str) -> Sorted:
    """The people of this establishment, everybody when it is "", and the reasons for leaving
    the others out.
    """
    if not people:
        raise Unreadable("Cette DSN ne contient aucun salarié.")
    now = [each for each in people if each.month in {month, ""}]
    gone = [each for each in people if each.month not in {month, ""}]
    aside = [[each.name, f"n’est que dans la DSN de {in_digits(each.month)}, plus ancienne"] for each in gone]
    if not siret:
        words = (
            "Le SIRET de votre entreprise n’est pas connu du portail : vérifiez que cette DSN est la sienne"
        )
        return Sorted(now, aside, [f"{words}. Elle concerne : {_places(now)}."])
    here = [each for each in now if _is_at(each, siret)]
    if not here:
        ours = counts.siret(siret)
        raise Unreadable(
            f"Personne dans cette DSN ne travaille au SIRET {ours}. Elle concerne : {_places(now)}."
        )
    away = [each for each in now if not _is_at(each, siret)]
    aside += [[each.name, f"travaille au SIRET {counts.siret(_place(each))}"] for each in away]
    return Sorted(here, aside, [_left(len(away))] if away else [])


def rows_of(people: Sequence[Somebody], siret: str) -> Iterator[FileRow]:
    for each in people:
        here = each.at(siret)
        chosen, doubts = _current(here)
        row = _row(each, here, chosen)
        row.doubts.extend(doubts)
        if chosen and chosen.said.get("end") and (there := _goes_on(each, siret)):
            moved = _row(each, each.at(there.siret), there)
            row.moved.update(moved.fields | {"siret": there.siret})
        yield row


def _is_at(somebody: Somebody, siret: str) -> bool:
    """A contract here, even one that ended: the end is what the list has to hear of."""
    return bool(somebody.at(siret)) or (not somebody.held and somebody.block.siret == siret)


def _goes_on(somebody: Somebody, siret: str) -> HeldContracts | None:
    """The contract that runs elsewhere, of somebody whose last one here has ended."""
    running = [each for each in somebody.held if siret and each.siret != siret and not each.said.get("end")]
    return _current(running)[0]


def _current(held: Sequence[HeldContracts]) -> tuple[HeldContracts | None, list[str]]:
    """The present contract; and, when several disagree, the reason for the doubt."""
    best = [held[each.place] for each in current(_spells(held))]
    if not best:
        return None, []
    jobs = sorted({each.said.get("job", "") for each in best})
    chosen = max(best, key=lambda each: (each.said.get("job", ""), _contract(each.said), each.block.line))
    if len({(each.said.get("job", ""), _contract(each.said)) for each in best}) == 1:
        return chosen, []
    words = " et ".join(f"« {job} »" for job in jobs)
    return chosen, [f"deux contrats commencés le même jour ne disent pas la même chose ({words})"]


def _row(somebody: Somebody, held: Sequence[HeldContracts], chosen: HeldContracts | None) -> FileRow:
    """The row of a person. An optional column that cannot be read is left out; another one is a reason to
    refuse.
    """
    block = chosen.block if chosen else somebody.block
    spells = _spells(held)
    first = entry_of(spells, spells[list(held).index(chosen)]).place if chosen else 0
    birth = birth_of(block.said.get("birth_on", ""))
    row = FileRow(block.line, {}, doubts=list(birth.doubts), guessed=["birth_on"] if birth.doubts else [])
    cells = _identity(somebody, block) | _work(chosen.said if chosen else {})
    cells |= {"birth_on": birth.written, "entry_on": held[first].said.get("start", "") if chosen else ""}
    refused = set()
    for name, cell in cells.items():
        try:
            row.fields[name] = _read(name, cell)
        except ValueError as error:
            refused.add(name)
            # Nobody can write in a DSN: a nature that is not known is asked for where it is needed.
            if COLUMNS[name].is_needed and name != "contract":
                row.reasons.append(str(error))
            else:
                row.fields[name] = ""
                if name == "exit_on":
                    row.doubts.append(str(error))
                row.left.append([name, "" if holds_social_number(cell) else cell[:TYPED], str(error)])
    row.reasons.extend(problems_of(row.fields, refused))
    return row


def _identity(somebody: Somebody, block: DeclaredPerson) -> dict[str, str]:
    """The identity of the chosen block, completed by the latest one."""
    values = {name: block.said.get(name) or somebody.block.said.get(name, "") for name in IDENTITY}
    return values | {"sex": SEXES.get(values["sex"], values["sex"])}


def _work(contract: dict[str, str]) -> dict[str, str]:
    """Cells by column, as a spreadsheet would have them."""
    return {
        "exit_on": contract.get("end", ""),
        "contract": _contract(contract),
        "contract_ends_on": contract.get("planned_end", ""),
        "job_title": contract.get("job", ""),
        "pcs": contract.get("pcs", "")[:4],
        "part_time": PART_TIME.get(contract.get("hours", ""), ""),
    }


def _contract(contract: dict[str, str]) -> str:
    """A nature that is not known is given as it is, and will not be read."""
    kind = SCHEMES.get(contract.get("scheme", "")) or NATURES.get(contract.get("nature", ""))
    return kind.value if kind else contract.get("nature", "")


def _is_same(one: dict[str, str], other: dict[str, str]) -> bool:
    """True when it is the same contract, declared again."""
    return all(one.get(name) == other.get(name) for name in ("start", "number", "workplace"))


def _workplace(contract: dict[str, str], declarant: str) -> str:
    """The SIRET of where the person works when it is of the same company: a customer's is no workplace of
    theirs, whatever the contract.
    """
    place = re.sub(r"\s", "", contract.get("workplace", ""))
    is_ours = re.fullmatch("[0-9]{14}", place) and place[:9] == declarant[:9]
    return place if is_ours and contract.get("nature") not in ON_MISSION else declarant


def _place(somebody: Somebody) -> str:
    """The place of work, or else the establishment that declares the person."""
    chosen, _ = _current(somebody.held)
    return chosen.siret if chosen else somebody.block.siret


def _places(people: Sequence[Somebody]) -> str:
    numbers: dict[str, int] = {}
    for each in people:
        numbers[_place(each)] = numbers.get(_place(each), 0) + 1
    words = [f"{counts.siret(siret) or 'inconnu'} ({counts.thousands(of)})" for siret, of in numbers.items()]
    return counts.first_few(words, PLACES)


def _left(others: int) -> str:
    words = counts.plural(
        others, "personne d’un autre établissement a", "personnes d’autres établissements ont"
    )
    return f"{words} été {'laissée' if others < 2 else 'laissées'} de côté."


def _spells(held: Sequence[HeldContracts]) -> list[Spell]:
    return [
        Spell(
            place,
            _day(each.said.get("start", "")),
            _day(each.said.get("end", "")),
            _day(each.said.get("planned_end", "")),
        )
        for place, each in enumerate(held)
    ]


def _day(written: str) -> date | None:
    """03022026, or None for anything else: the row will say what is wrong."""
    try:
        return date.fromisoformat(f"{written[4:]}-{written[2:4]}-{written[:2]}")
    except ValueError:
        return None
