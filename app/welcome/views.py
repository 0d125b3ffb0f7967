"""The board in words: its counters, its columns, and a cell for what waits of each kind in each company."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from app.rights import role_name
from app.text.counts import plural, thousands
from app.text.formats import TIED, amount, short_day
from app.web.pages import Page, page
from app.welcome.board import KINDS, TEXTS, Board, BoardQuery, Line, access_given_by, chosen_lines, page_of

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
class Counter:
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


def counters_of(board: Board, asked: BoardQuery) -> list[Counter]:
    counters = []
    for kind in KINDS:
        number = board.total(kind)
        query = urlencode({"attente": kind, "tri": kind})
        colour = COLOURS[kind] if number else ""
        one, many = COUNTED[kind]
        words = one if number < 2 else many
        # Of a sum over all the companies, the cents would only take room.
        figure = f"{thousands(-(-number // 100))}{TIED}€" if kind == "impayes" else thousands(number)
        counters.append(Counter(figure, words, query, colour, kind == asked.kind))
    return counters


def cells_of(line: Line) -> list[Cell]:
    return [_cell(line, kind) for kind in KINDS]


def _cell(line: Line, kind: str) -> Cell:
    number = line.numbers[kind]
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
