"""/espace/{code}/cotisation: the years, one year, and its receipt."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.contributions import filing_routes, step_routes
from app.contributions.pages import missing_campaign, next_act, progress, state_words
from app.contributions.queries import corrections_of, filing_of, filings_of
from app.contributions.receipt import Receipt, pdf_of
from app.contributions.states import OPEN, State
from app.contributions.tariff import MONITORING_WORDS, vat_words
from app.errors import NotFound
from app.places import row_number
from app.rights import Right
from app.web import page
from db.models import AnnualDeclaration

ALL = "/espace/{code:str}/cotisation"
ONE = f"{ALL}/{{year:int}}"
DONE = {
    "valide": "Votre déclaration est validée. Le reçu part aussi par courriel.",
    "deja": "Cette déclaration vient d’être validée par quelqu’un d’autre : voici son reçu.",
    "rouverte": "La déclaration est rouverte : corrigez, puis validez de nouveau.",
    "demandee": "Votre demande de correction est envoyée au service.",
}
ANSWERS = {"sent": "Envoyée au service", "accepted": "Acceptée", "refused": "Refusée"}


@get(ALL, name="contributions.index")
async def index(access: NamedDependency[MemberAccess], code: FromPath[str]) -> Response[Any]:
    access.require(Right.VIEW)
    filings = await filings_of(access, clock.today())
    return page(
        "contributions/index.html",
        company=access.company,
        years=[(each, state_words(each), next_act(access, each)) for each in filings],
    )


@get(ONE, name="contributions.show")
async def show(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    access.require(Right.VIEW)
    filing = await filing_of(access, year, clock.today())
    if filing is None:
        return missing_campaign(access, year)
    return page(
        "contributions/show.html",
        company=access.company,
        filing=filing,
        words=state_words(filing),
        act=next_act(access, filing),
        steps=progress(filing) if filing.state in OPEN else [],
        is_late=filing.state == State.LATE,
        corrections=await corrections_of(access, filing.declaration_id),
        answers=ANSWERS,
        may_declare=Right.DECLARATION in access.rights,
        notice=DONE.get(fait, ""),
    )


@get(f"{ONE}/recu", name="contributions.receipt")
async def receipt(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    year: FromPath[int],
    fait: NamedDependency[str] = "",
    rang: FromQuery[str] = "",
) -> Response[Any]:
    """The receipt in force; with `rang`, one that another took the place of."""
    access.require(Right.VIEW)
    filing = await filing_of(access, year, clock.today())
    if filing is None:
        return missing_campaign(access, year)
    kept = _kept(filing.declaration, rang)
    return page(
        "contributions/receipt.html",
        company=access.company,
        filing=filing,
        receipt=kept,
        rank=rang,
        replaced=filing.declaration.replaced if filing.declaration and not rang else [],
        vat=vat_words(kept.vat_points),
        monitoring=MONITORING_WORDS,
        may_declare=Right.DECLARATION in access.rights,
        is_closed=filing.state == State.CLOSED,
        notice=DONE.get(fait, ""),
    )


@get(f"{ONE}/recu/pdf", name="contributions.receipt_pdf")
async def receipt_pdf(
    access: NamedDependency[MemberAccess], code: FromPath[str], year: FromPath[int], rang: FromQuery[str] = ""
) -> Response[Any]:
    access.require(Right.VIEW)
    filing = await filing_of(access, year, clock.today())
    kept = _kept(filing.declaration if filing else None, rang)
    content = await pdf_of(kept, access.portal.settings)
    name = f"recu-{kept.number.replace('/', '-')}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _kept(declaration: AnnualDeclaration | None, rank: str) -> Receipt:
    if declaration is None or not declaration.receipt:
        raise NotFound
    if not rank:
        return Receipt(**declaration.receipt)
    if not 0 < row_number(rank) <= len(declaration.replaced):
        raise NotFound
    return Receipt(**declaration.replaced[row_number(rank) - 1])


MEMBER: list[Any] = [
    index, show, receipt, receipt_pdf, *step_routes.MEMBER, *filing_routes.MEMBER,
]  # fmt: skip
