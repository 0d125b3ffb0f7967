"""The companies chosen, and what one may do with them: files of invoices, declarations to begin. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from app.companies.queries import Mine
from app.contributions.filings import DeclarationAt
from app.contributions.states import WORDS, State
from app.invoices.queries import MOST_EXPORTED
from app.rights import Right
from app.text.formats import short_day

MOST = 100  # companies at once
MOST_PAPERS = 500  # in one ZIP: about a minute of drawing


@dataclass(frozen=True, slots=True)
class Lot:
    """As many companies as one may act on at once. `first`: the place of the first of them among `total`;
    `following`: the query of the next lot.
    """

    companies: list[Mine]
    first: int
    total: int
    following: str


@dataclass(frozen=True, slots=True)
class Files:
    """The invoices of a year, or of all of them: their number, and the queries of the files that hold them
    ("" when they are too many for one).
    """

    words: str
    number: int
    papers: str
    lines: str


@dataclass(frozen=True, slots=True)
class DeclarationLine:
    """The state of a company's declaration: words, and its page when there is something to go on with.
    `why`: it cannot be begun.
    """

    company: Mine
    words: str
    kind: str = ""
    why: str = ""
    route: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def lot_of(companies: list[Mine], number: int, asked: list[tuple[str, str]]) -> Lot:
    """The lot of that number, from 1; `asked`: the fields of the address that chose the companies."""
    start = (max(number, 1) - 1) * MOST
    goes_on = start + MOST < len(companies)
    following = urlencode([*asked, ("lot", str(start // MOST + 2))]) if goes_on else ""
    return Lot(companies[start : start + MOST], start + 1, len(companies), following)


def codes_with(companies: Iterable[Mine], right: Right) -> list[str]:
    return [each.code for each in companies if right in each.rights]


def files_of(numbers: dict[int, int], codes: list[str]) -> list[Files]:
    """All the years first, when there are several; then each, the latest first."""
    years: list[tuple[str, str, int]] = [(str(year), str(year), number) for year, number in numbers.items()]
    if len(years) > 1:
        years.insert(0, ("Toutes les années", "", sum(numbers.values())))
    files = []
    for words, year, number in years:
        query = urlencode({"code": codes} | ({"annee": year} if year else {}), doseq=True)
        papers, lines = query if number <= MOST_PAPERS else "", query if number <= MOST_EXPORTED else ""
        files.append(Files(words, number, papers, lines))
    return files


def declaration_line(company: Mine, declarations: Sequence[DeclarationAt]) -> DeclarationLine:
    """The oldest declaration that is due; without any, the latest one and why there is nothing to begin."""
    mine = [each for each in declarations if each.company_id == company.id]
    if not mine:
        return DeclarationLine(company, "Aucune campagne", why="le service n’a pas encore ouvert de campagne")
    declaration = next((each for each in reversed(mine) if each.is_due), mine[0])
    words = f"{declaration.year} : {WORDS[declaration.state].lower()}"
    if not declaration.may:
        return DeclarationLine(
            company, words, why="vous n’avez pas le rôle « Déclaration » dans cette entreprise"
        )
    if not declaration.is_due:
        return DeclarationLine(company, words, why=_reason(declaration))
    kind = "bad" if declaration.state == State.LATE else "wait"
    if declaration.is_begun and declaration.state == State.LATE:
        words += ", commencée"
    return DeclarationLine(
        company=company,
        words=words,
        kind=kind,
        why="",
        route="contributions.show",
        params={"year": declaration.year},
    )


def _reason(declaration: DeclarationAt) -> str:
    """The reason why there is nothing to begin."""
    if declaration.state == State.COMING:
        return f"la campagne ouvre le {short_day(declaration.campaign.opens_on)}"
    if declaration.state == State.NONE:
        return "l’entreprise n’était pas encore adhérente"
    return "elle est déjà validée"
