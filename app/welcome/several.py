"""/entreprises/choix: acts on several companies at once, each only where this person has the right to it:
files of invoices, declarations to begin.

The form of the list is read, not sent: what is ticked stands in the address, so that the page of acts can be
opened again. Only beginning declarations writes.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Stream

from app import clock
from app.access import AccountAccess
from app.clock import Moment
from app.companies.queries import Mine, my_companies
from app.contributions.acts import begin_each
from app.contributions.filings import DeclarationAt, declarations_at
from app.contributions.states import WORDS, State
from app.errors import NotFound
from app.invoices.paper import MOST_PAPERS, zip_of
from app.invoices.queries import MOST_EXPORTED, bills_at, numbers_at
from app.invoices.views import csv_of_lines
from app.rights import Right
from app.text.fields import Input
from app.text.formats import short_day
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.posted import posted
from app.web.signatures import Request, SignedIn, get, post
from app.welcome.board import BoardQuery, board_of, chosen_lines

MOST = 100  # companies at once


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


CHOSEN = "/entreprises/choix"


KEPT = {"code", "tout", "q", "attente"}  # of the address, from a lot to the next
NOTICES = {
    "commencees": "Les déclarations sont commencées : il reste à les remplir, une par une.",
    "archive": "Une archive se prépare déjà pour vous : demandez la suivante quand elle est arrivée.",
}


class Chosen(Input):
    """`code` comes once for each company."""

    code: str = ""


@get(CHOSEN)
async def chosen(
    request: Request,
    access: SignedIn,
    q: FromQuery[str] = "",
    attente: FromQuery[str] = "",
    tout: FromQuery[str] = "",
    lot: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    """A lot of the companies that are ticked; with `tout`, of all those of the list."""
    at = clock.moment()
    if tout:
        found = chosen_lines((await board_of(access, at)).lines, BoardQuery.of(q, attente, "code"))
        companies = [each.company for each in found]
    else:
        companies = await _my_companies_among(access, _codes_in_address(request), at)
    asked = [(name, value) for name, value in request.query_params.multi_items() if name in KEPT]
    chosen_lot = lot_of(companies, row_number(lot), asked)
    return await _chosen_page(access, chosen_lot, at, notice=NOTICES.get(fait, ""))


@post(CHOSEN)
async def begin(request: Request, access: SignedIn) -> Response[Any]:
    """Begin the declarations that are due and not begun, where this person may make them."""
    at, codes = clock.moment(), _codes_in_form((await posted(request)).fields)
    companies = (await _my_companies_among(access, codes, at))[:MOST]

    to_begin = [each for each in await _declarations(access, companies, at) if _waits(each)]
    form = await Form.attempted(request, access, Chosen, lambda _: begin_each(access, to_begin, at))
    if form.errors:
        return await _chosen_page(access, lot_of(companies, 1, []), at, form=form)
    query: dict[str, str | list[str]] = {"code": [each.code for each in companies]}
    return see(request, "welcome.chosen", query=query | ({"fait": "commencees"} if to_begin else {}))


@get("/entreprises/factures/{kind:str}")
async def export(
    request: Request, access: SignedIn, kind: FromPath[str], annee: FromQuery[str] = ""
) -> Response[Any]:
    """The invoices of the companies chosen, in that year or all of them: the papers, or their lines."""
    if kind not in {"zip", "csv"}:
        raise NotFound
    at = clock.moment()
    companies = (await _my_companies_among(access, _codes_in_address(request), at))[:MOST]
    codes, most = codes_with(companies, Right.INVOICES), MOST_PAPERS if kind == "zip" else MOST_EXPORTED
    year = row_number(annee) if len(annee) == 4 else 0
    bills = await bills_at(access, codes, year or None, at.today, most + 1) if codes else []
    is_busy = kind == "zip" and access.account.key in access.portal.archives
    if is_busy or not 0 < len(bills) <= most:
        # The page of acts says why, and offers what can be had.
        query: dict[str, str | list[str]] = {"code": [each.code for each in companies]}
        return see(request, "welcome.chosen", query=query | ({"fait": "archive"} if is_busy else {}))
    name = f"factures-{year or at.today.isoformat()}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if kind == "zip":
        papers = zip_of(bills, access.portal, access.account.key, at.today)
        return Stream(papers, media_type="application/zip", headers=headers)
    content = await asyncio.to_thread(csv_of_lines, bills, at.today)
    return Response(content, media_type="text/csv", headers=headers)


async def _chosen_page(
    access: AccountAccess, lot: Lot, at: Moment, notice: str = "", form: Form[Any] | None = None
) -> Page:
    declarations = await _declarations(access, lot.companies, at)
    codes = codes_with(lot.companies, Right.INVOICES)
    numbers = await numbers_at(access, codes, at.today) if codes else {}
    return page(
        "welcome/chosen.html",
        form=form,
        lot=lot,
        most=MOST,
        most_papers=MOST_PAPERS,
        most_lines=MOST_EXPORTED,
        files=files_of(numbers, codes),
        unseen=[each for each in lot.companies if Right.INVOICES not in each.rights],
        declarations=[declaration_line(each, declarations) for each in lot.companies],
        to_begin=sum(map(_waits, declarations)),
        notice=notice,
    )


async def _declarations(access: AccountAccess, companies: list[Mine], at: Moment) -> list[DeclarationAt]:
    ids = {each.id for each in companies}
    return [each for each in await declarations_at(access, at.today) if each.company_id in ids] if ids else []


def _waits(declaration: DeclarationAt) -> bool:
    return declaration.is_due and not declaration.is_begun


async def _my_companies_among(access: AccountAccess, codes: set[str], at: Moment) -> list[Mine]:
    """By code. Another's company is none, as one that never was."""
    return [each for each in await my_companies(access, at.today) if each.code in codes]


def _codes_in_address(request: Request) -> set[str]:
    return set(request.query_params.getall("code", []))


def _codes_in_form(fields: tuple[tuple[str, str], ...]) -> set[str]:
    return {value for name, value in fields if name == "code"}


ACCOUNT: list[Any] = [chosen, begin, export]
