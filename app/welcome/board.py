"""The board of a person who acts for several companies: what waits in each, counted, sorted and in words:
its counters, its columns, and a cell for what waits of each kind in each company.

An account acts for hundreds of companies at most: their figures come in one statement a column, whatever
their number, and the rest is done in the process. A member stays before its sites however they are sorted,
and what waits in any of them moves them all. Revisit for accounts with thousands.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode

from app.access import AccountAccess
from app.clock import Moment
from app.companies.queries import Mine, my_companies
from app.contributions.filings import years_due_at
from app.employees.standings import undated_at
from app.invoices.queries import late_at
from app.planning.queries import to_confirm_at
from app.rights import Right, rights_of, role_name
from app.sections import SECTIONS, section_of
from app.text.counts import plural, thousands
from app.text.formats import TIED, amount, short_day
from app.text.search import folded
from app.web.pages import Page, page
from db.numbers import is_digits

PAGE = 50
KINDS = ("declarations", "rendez-vous", "visites", "impayes")
TEXTS = {"code": "code", "nom": "name", "commune": "town"}
SORTS = ("", *TEXTS, *KINDS)
LONGEST = 80  # letters of a search
HOME = SECTIONS[0].key


class Line(NamedTuple):
    """A company and what waits in it. `years`: of the declarations to file; `undated`: visits that are
    late without a date."""

    company: Mine
    years: tuple[int, ...] = ()
    to_confirm: int = 0
    undated: int = 0
    late_cents: int = 0

    @property
    def figures(self) -> tuple[int, int, int, int]:
        """In the order of KINDS, of things or of cents."""
        return len(self.years), self.to_confirm, self.undated, self.late_cents


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """The view that an address asks for: words searched, the one kind of what waits, the order. `section`:
    the key of the one that a company chosen here opens at, "" for its home.
    """

    q: str = ""
    kind: str = ""
    sort: str = ""
    section: str = ""

    @classmethod
    def of(cls, q: str, kind: str, sort: str, section: str = "") -> "BoardQuery":
        """Whatever is not known is left aside."""
        key = section_of(section).key if section else HOME
        return cls(
            q[:LONGEST].strip(), kind if kind in KINDS else "", sort if sort in SORTS else "",
            "" if key == HOME else key,
        )  # fmt: skip

    def query(self) -> dict[str, str]:
        """Its part of an address."""
        given = {"q": self.q, "attente": self.kind, "tri": self.sort, "rubrique": self.section}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Board:
    """Every company of one person, by code. `usual`: the roles that most of them give."""

    lines: list[Line] = field(default_factory=list)
    usual: tuple[Any, ...] = ()

    def totals(self) -> list[int]:
        """In the order of KINDS."""
        return _summed(self.lines)

    def differs(self, line: Line) -> bool:
        return access_given_by(line.company) != self.usual


async def board_of(access: AccountAccess, at: Moment) -> Board:
    """One statement for the companies and one for each column; only the first with less than two of them."""
    companies = await my_companies(access, at.today)
    usual = Counter(map(access_given_by, companies)).most_common(1)
    if len(companies) < 2:
        return Board([Line(each) for each in companies], usual[0][0] if usual else ())
    years, undated = await years_due_at(access, at.today), await undated_at(access, at)
    to_confirm, late = await to_confirm_at(access, at.today, at.now), await late_at(access, at.today)
    lines = [
        Line(
            each,
            years.get(each.id, ()) if Right.DECLARATION in rights_of(each.roles) else (),
            to_confirm.get(each.code, 0),
            undated.get(each.id, 0),
            late.get(each.code, 0),
        )
        for each in companies
    ]
    return Board(lines, usual[0][0])


def access_given_by(company: Mine) -> tuple[tuple[str, ...], bool, date | None]:
    """The access that a company gives to this person: roles, as a third party or not, until when."""
    return tuple(sorted(company.roles)), company.third_party, company.ends_on


def chosen_lines(lines: Sequence[Line], asked: BoardQuery) -> list[Line]:
    """The lines that hold every word, and something of the kind asked for; in the order asked for."""
    words, found = folded(asked.q).split(), lines

    def holds(line: Line) -> bool:
        of = line.company
        text = folded(f"{of.code} {of.name} {of.town} {of.siret}")
        return all(word in text for word in words)

    if asked.kind:
        place = KINDS.index(asked.kind)
        found = [each for each in found if each.figures[place] > 0]
    return _sorted([each for each in found if holds(each)] if words else found, asked.sort)


def _summed(lines: Sequence[Line]) -> list[int]:
    return [sum(each) for each in zip(*(line.figures for line in lines), strict=True)] or [0] * len(KINDS)


def _sorted(lines: Sequence[Line], sort: str) -> list[Line]:
    """Families in order, each a member and its sites by code."""
    by_code = sorted(lines, key=lambda each: each.company.code)
    families = [list(family) for _, family in groupby(by_code, key=lambda each: each.company.member_code)]
    families.sort(key=_key_of(sort))
    return [line for family in families for line in family]


def _key_of(sort: str) -> Callable[[list[Line]], Any]:
    """Words go up, figures down; what is equal stays by code."""
    if text := TEXTS.get(sort):
        return lambda family: folded(getattr(family[0].company, text))
    if sort in KINDS:
        place = KINDS.index(sort)
        return lambda family: -sum(each.figures[place] for each in family)
    return _weight


def _weight(family: list[Line]) -> tuple[int, int, int]:
    """Less for those where more waits: more kinds of things, then more things, then more money."""
    years, to_confirm, undated, cents = family[0].figures if len(family) == 1 else _summed(family)
    kinds = (years > 0) + (to_confirm > 0) + (undated > 0) + (cents > 0)
    return -kinds, -(years + to_confirm + undated), -cents


def page_of(lines: Sequence[Line], typed: str) -> tuple[list[Line], int, int]:
    """The lines of the page of that number, its number and how many pages there are. A number that makes no
    sense is the nearest that does.
    """
    pages = max(1, -(-len(lines) // PAGE))
    number = min(int(typed) if is_digits(typed) and len(typed) < 5 else 1, pages)
    number = max(number, 1)
    return list(lines[(number - 1) * PAGE : number * PAGE]), number, pages


NONE = "–"
HEADS = {
    "code": "Code",
    "nom": "Nom",
    "commune": "Commune",
    "declarations": "Déclarations à faire",
    "rendez-vous": "Rendez-vous à confirmer",
    "visites": "Visites en retard, sans date",
    "impayes": "Montant en retard",
}
SORT_WORDS = {"": "Ce qui attend le plus"} | HEADS
COUNTED = {
    "declarations": ("déclaration à faire", "déclarations à faire"),
    "rendez-vous": ("rendez-vous à confirmer", "rendez-vous à confirmer"),
    "visites": ("visite en retard, sans date", "visites en retard, sans date"),
    "impayes": ("en retard", "en retard"),
}
# Where it is done, in a company: route and what follows its path.
PLACES = {
    "declarations": ("contributions.index", ""),
    "rendez-vous": ("planning.index", "?etat=confirmer"),
    "visites": ("employees.index", "?visite=retard&tri=echeance"),
    "impayes": ("invoices.index", "?etat=en_retard"),
}
COLOURS = {"declarations": "wait", "rendez-vous": "wait", "visites": "bad", "impayes": "bad"}


@dataclass(frozen=True, slots=True)
class BoardCounter:
    """A figure over all the companies, which filters the list. `colour`: "" when nothing waits."""

    figure: str
    words: str
    query: str
    colour: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """`figure` is written and `heard` said; no `route` when nothing waits."""

    head: str
    figure: str = NONE
    heard: str = ""
    route: str = ""
    query: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def counters_of(board: Board, asked: BoardQuery) -> list[BoardCounter]:
    counters = []
    for kind, number in zip(KINDS, board.totals(), strict=True):
        query = urlencode({"attente": kind, "tri": kind})
        colour = COLOURS[kind] if number else ""
        one, many = COUNTED[kind]
        words = one if number < 2 else many
        # Of a sum over all the companies, the cents would only take room.
        figure = f"{thousands(-(-number // 100))}{TIED}€" if kind == "impayes" else thousands(number)
        counters.append(BoardCounter(figure, words, query, colour, kind == asked.kind))
    return counters


def cells_of(line: Line) -> list[Cell]:
    return [_cell(line, kind, number) for kind, number in zip(KINDS, line.figures, strict=True)]


def _cell(line: Line, kind: str, number: int) -> Cell:
    if not number:
        return Cell(HEADS[kind])
    route, query = PLACES[kind]
    params = {}
    if kind == "declarations" and number == 1:
        route, params = "contributions.show", {"year": line.years[0]}
    figure = _figure(kind, number)
    one, many = COUNTED[kind]
    heard = f"{figure} {one if number < 2 else many}, {line.company.code}"
    return Cell(head=HEADS[kind], figure=figure, heard=heard, route=route, query=query, params=params)


def _figure(kind: str, number: int) -> str:
    return amount(number) if kind == "impayes" else thousands(number)


def caption_of(shown: int, found: int, board: Board, asked: BoardQuery, number: int, pages: int) -> str:
    """12 entreprises sur 40 : rendez-vous à confirmer, page 1 sur 2"""
    total = len(board.lines)
    words = plural(total, "entreprise") if found == total else f"{found} sur {plural(total, 'entreprise')}"
    narrowed = [HEADS[asked.kind].lower()] if asked.kind else []
    narrowed += [f"recherche « {asked.q} »"] if asked.q else []
    words += f" : {', '.join(narrowed)}" if narrowed else ""
    return f"{words}, page {number} sur {pages}" if pages > 1 and shown else words


def roles_words(line: Line) -> str:
    """Administrateur, Facturation (tiers déclarant jusqu’au 31/12/2026)"""
    roles, third_party, ends_on = access_given_by(line.company)
    until = f" jusqu’au {short_day(ends_on)}" if ends_on else ""
    names = ", ".join(map(role_name, roles))
    return f"{names} (tiers déclarant{until})" if third_party else names


def board_page(board: Board, asked: BoardQuery, typed: str) -> Page:
    """`typed`: the number of a page of the list."""
    found = chosen_lines(board.lines, asked)
    lines, number, pages = page_of(found, typed)
    return page(
        "welcome/index.html",
        "partials/welcome/list.html",
        counters=counters_of(board, asked),
        lines=[(each, cells_of(each)) for each in lines],
        found=len(found),
        caption=caption_of(len(lines), len(found), board, asked=asked, number=number, pages=pages),
        asked=asked,
        kind_words=HEADS[asked.kind].lower() if asked.kind else "",
        sorts=SORT_WORDS,
        heads=[(key, words, urlencode(asked.query() | {"tri": key})) for key, words in HEADS.items()],
        numeric=HEADS.keys() - TEXTS.keys(),
        usual=roles_words(next(each for each in board.lines if not board.differs(each))),
        differing={each.company.code: roles_words(each) for each in lines if board.differs(each)},
        pages=pages,
        page_number=number,
        previous=urlencode(asked.query() | {"page": number - 1}) if number > 1 else "",
        following=urlencode(asked.query() | {"page": number + 1}) if number < pages else "",
    )


def few_page(board: Board) -> Page:
    line = next(iter(board.lines), None)
    return page("welcome/few.html", line=line, roles=roles_words(line) if line else "")
