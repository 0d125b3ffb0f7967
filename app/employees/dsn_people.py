"""The people of a DSN as rows: one each, whatever the number of their contracts."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from app import formats
from app.employees.choice_cells import NATURES
from app.employees.columns import COLUMNS, problems_of, read
from app.employees.dsn import Person, Statement
from app.employees.reading import FileRow, Unreadable
from db.models.employee import Contract

SCHEMES = {
    "61": Contract.PROFESSIONALISATION,
    "64": Contract.APPRENTICESHIP,
    "65": Contract.APPRENTICESHIP,
    "81": Contract.APPRENTICESHIP,
}
SEXES = {"01": "M", "02": "F"}
PART_TIME = {"10": "non", "20": "oui"}  # other kinds may tell of health: nothing is kept of them
# The workplace of somebody on a mission is the customer's; they are followed by who employs them.
ON_MISSION = {"03", "08"}
# Columns that may stay empty: what cannot be read in them is left, and said once. Nobody can write in a DSN:
# a nature of contract that is not known changes nothing of who is declared, and is asked for of the others.
OPTIONAL = ("staff_number", "usual_name", "email", "pcs", "sex", "contract")
NAMED = 3  # people, in one note
NEVER = date.max


class Unread(dict[str, list[str]]):
    """Who has a column that was left, by its title."""

    def leave(self, field: str, who: str) -> None:
        self.setdefault(COLUMNS[field].title, []).append(who)

    def notes(self) -> list[str]:
        return [
            f"« {title} », illisible dans la DSN, n’a pas été repris pour {formats.named(people, NAMED)}."
            for title, people in self.items()
        ]


def people_of(statement: Statement, siret: str) -> tuple[list[Person], list[str]]:
    """Who works at this establishment, everybody when it is "", and what is said of the others."""
    places: dict[str, list[Person]] = {}
    for person in statement.people:
        places.setdefault(workplace_of(person), []).append(person)
    if not statement.people:
        raise Unreadable("Cette DSN ne contient aucun salarié.")
    found = ", ".join(f"{formats.siret(each) or 'inconnu'} ({len(them)})" for each, them in places.items())
    if not siret:
        words = (
            "Le SIRET de votre entreprise n’est pas connu du portail : vérifiez que cette DSN est la sienne"
        )
        return statement.people, [f"{words}. Elle concerne : {found}."]
    if siret not in places:
        ours = formats.siret(siret)
        raise Unreadable(f"Personne dans cette DSN ne travaille au SIRET {ours}. Elle concerne : {found}.")
    others = len(statement.people) - len(places[siret])
    words = formats.plural(
        others, "personne d’un autre établissement a", "personnes d’autres établissements ont"
    )
    left = formats.plural(others, "laissée")[len(str(others)) :]
    return places[siret], [f"{words} été{left} de côté."] if others else []


def workplace_of(person: Person) -> str:
    """The SIRET of the place where the person works, or else that of the establishment that declares them."""
    contract = current(person.contracts) or {}
    place = re.sub(r"\s", "", contract.get("workplace", ""))
    is_elsewhere = re.fullmatch("[0-9]{14}", place) and contract.get("nature") not in ON_MISSION
    return place if is_elsewhere else person.siret


def rows_of(people: list[Person], unread: Unread) -> Iterator[FileRow]:
    """`unread` is filled as the rows are asked for."""
    for person in people:
        contract = current(person.contracts) or {}
        kept: dict[str, str] = {}
        reasons: list[str] = []
        left: list[str] = []
        refused: set[str] = set()
        for field, cell in _cells(person, contract).items():
            try:
                kept[field] = read(field, cell)
            except ValueError as error:
                refused.add(field)
                if field in OPTIONAL:
                    kept[field] = ""
                    left.append(field)
                else:
                    reasons.append(str(error))
        who = f"{kept.get('birth_name', '')} {kept.get('first_names', '')}".strip()
        for field in left:
            unread.leave(field, f"{who} (ligne {person.line})".strip())
        yield FileRow(person.line, kept, reasons + problems_of(kept, refused))


def current(contracts: list[dict[str, str]]) -> dict[str, str] | None:
    """The contract that goes on, the latest begun of several, or else the last to end."""
    return max(contracts, key=lambda each: (_end(each), _start(each)), default=None)


def entry_of(contracts: list[dict[str, str]], chosen: dict[str, str]) -> str:
    """As it is written, the start of the first of the contracts that follow one another without a gap."""
    first = chosen
    for each in sorted(contracts, key=_start, reverse=True):
        follows = _end(each) == NEVER or _end(each) + timedelta(days=1) >= _start(first)
        if _start(each) < _start(first) and follows:
            first = each
    return first.get("start", "")


def _cells(person: Person, contract: dict[str, str]) -> dict[str, str]:
    """By column, what a spreadsheet would have in its cells."""
    said = person.said
    planned = contract.get("planned_end", "")
    return {
        **{
            field: said.get(field, "")
            for field in ("staff_number", "birth_name", "usual_name", "first_names")
        },
        "sex": SEXES.get(said.get("sex", ""), ""),
        "birth_on": said.get("birth_on", ""),
        "email": said.get("email", ""),
        "entry_on": entry_of(person.contracts, contract),
        "exit_on": contract.get("end", ""),
        "contract": _contract(contract),
        "contract_ends_on": planned,
        "job_title": contract.get("job", ""),
        "pcs": contract.get("pcs", "")[:4],
        "part_time": PART_TIME.get(contract.get("hours", ""), ""),
    }


def _contract(contract: dict[str, str]) -> str:
    """A nature that is not known is given as it is, and will not be read."""
    kind = SCHEMES.get(contract.get("scheme", "")) or NATURES.get(contract.get("nature", ""))
    return kind.value if kind else contract.get("nature", "")


def _start(contract: dict[str, str]) -> date:
    return _day(contract.get("start", "")) or date.min


def _end(contract: dict[str, str]) -> date:
    """NEVER while it runs."""
    return _day(contract.get("end", "")) or NEVER


def _day(written: str) -> date | None:
    """03022026, or None for anything else: the row will say what is wrong."""
    try:
        return date.fromisoformat(f"{written[4:]}-{written[2:4]}-{written[:2]}")
    except ValueError:
        return None
