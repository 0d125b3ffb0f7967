"""/espace/{code}/cotisation: the years, one year, its receipt; its steps, each saved before the next.

A step gets its `Filing` from the gate (`open_filing` and its like) and nowhere else: another page answers
`Instead` where the declaration is not where the page needs it to be. What is written is refused by the acts,
under a lock. Called in the handler: a dependency that raises after the door would leave the door's
transaction open (Litestar enters the clean-up of dependencies once all of them are there).
"""

from collections.abc import Set as AbstractSet
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.contributions import acts
from app.contributions.acts import SeenAmount
from app.contributions.filings import Filing, corrections_of, filing_of, filings_of, phone_call_of
from app.contributions.forms import Answers, Contact, CorrectionRequest, Jobs, NobodyLeft, Validation
from app.contributions.receipt import Receipt, pdf_of
from app.contributions.states import FILED, OPEN_STATES, State
from app.contributions.tariff import MONITORING_WORDS, vat_words
from app.contributions.views import (
    company_page,
    correcting_page,
    jobs_page,
    known_contact,
    missing_page,
    next_act,
    nobody_page,
    people_page,
    progress,
    recap_page,
    state_parts,
    validation_page,
)
from app.errors import NotFound, Refused
from app.rights import Right
from app.text.fields import Input, once_token
from app.web.forms import Form
from app.web.pages import Instead, page, see
from app.web.paging import row_number
from app.web.posted import posted
from app.web.signatures import Member, Request, get, post
from db.models import AnnualDeclaration

ONE = "/espace/{code:str}/cotisation/{year:int}"


@get(f"{ONE}/entreprise", right=Right.DECLARATION)
async def company(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    filing = await open_filing(request, access, year)
    return await company_page(access, filing, Form(await known_contact(access, filing)))


@post(f"{ONE}/entreprise", right=Right.DECLARATION)
async def save_company(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    at = clock.moment()
    form = await Form.attempted(
        request, access, Contact, lambda data: acts.save_contact(access, year, data.model_dump(), at)
    )
    if not form.errors:
        return see(request, "contributions.people", year=year)
    return await company_page(access, await known_filing(request, access, year), form)


@get(f"{ONE}/salaries", right=Right.DECLARATION)
async def people(
    request: Request,
    access: Member,
    year: FromPath[int],
    apres: FromQuery[str] = "",
    reste: FromQuery[str] = "",
) -> Response[Any]:
    """The people who count. `reste`: only those without an answer yet."""
    filing = await open_filing(request, access, year)
    form: Form[Any] = Form({"apres": apres[:300], "reste": reste and "oui"})
    return await people_page(access, filing, form, apres, only_left=bool(reste))


@post(f"{ONE}/salaries", right=Right.DECLARATION)
async def save_people(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    """The answers of one page. On to the next step once every doubt has its answer."""
    form, left, at = await Form.read(request, Answers), 0, clock.moment()
    if given := form.data:
        async with form.attempt(access):
            left = await acts.save_answers(access, year, given.answers, at, proposed=bool(given.proposed))
        if left and not (given.answers or given.proposed or given.suite or form.errors):
            form.refuse(Refused("Répondez oui ou non pour chaque personne.", "doubt"))
    if form.errors:
        filing = await known_filing(request, access, year)
        return await people_page(access, filing, form, form["apres"], only_left=bool(form["reste"]))
    if form["suite"]:
        query = {"reste": "oui"} if form["reste"] else {}
        query |= {"apres": form["suivants"], "page": form["page"]}
        return see(request, "contributions.people", query=query, year=year)
    if left:
        return see(request, "contributions.people", query={"reste": "oui"}, year=year)
    return see(request, "contributions.jobs", year=year)


@get(f"{ONE}/postes", right=Right.DECLARATION)
async def jobs(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    filing = await open_filing(request, access, year)
    return await jobs_page(access, filing, Form({"checked": "oui"} if filing.has("postes") else None))


@post(f"{ONE}/postes", right=Right.DECLARATION)
async def save_jobs(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(request, access, Jobs, lambda _: acts.save_jobs(access, year, clock.moment()))
    if not form.errors:
        return see(request, "contributions.recap", year=year)
    return await jobs_page(access, await known_filing(request, access, year), form)


@get(f"{ONE}/recapitulatif", right=Right.DECLARATION)
async def recap(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    filing = await open_filing(request, access, year)
    return await recap_page(access, filing)


@get(f"{ONE}/validation", right=Right.DECLARATION)
async def validation(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    filing = await open_filing(request, access, year)
    return await validation_page(access, filing, Form())


@post(f"{ONE}/validation", right=Right.DECLARATION)
async def file(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    form, is_mine = await Form.read(request, Validation), False
    if form.data:
        seen = SeenAmount(form.data.version, form.data.late, form.data.shown)
        async with form.attempt(access):
            is_mine = await acts.file_declaration(access, year, seen, clock.moment())
    if form.errors:
        return await validation_page(access, await known_filing(request, access, year), form)
    return await _see_receipt(request, access, year, is_mine=is_mine)


@get(f"{ONE}/plus-de-salarie", right=Right.DECLARATION)
async def nobody(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    filing = await open_filing(request, access, year)
    return await nobody_page(access, filing, Form())


@post(f"{ONE}/plus-de-salarie", right=Right.DECLARATION)
async def file_nobody(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    form, is_mine = await Form.read(request, NobodyLeft), False
    if form.data:
        seen = SeenAmount(form.data.version, form.data.late)
        async with form.attempt(access):
            is_mine = await acts.file_nobody(access, year, seen, clock.moment())
    if form.errors:
        return await nobody_page(access, await known_filing(request, access, year), form)
    return await _see_receipt(request, access, year, is_mine=is_mine)


@get(f"{ONE}/correction", right=Right.DECLARATION)
async def correcting(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    """Take it up again, or when the campaign is over ask the service."""
    filing = await filed_filing(request, access, year)
    return correcting_page(filing, Form({"token": once_token()}))


@post(f"{ONE}/correction", right=Right.DECLARATION)
async def correct(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    """The fields name the form that was sent, of two; one sent too late gets the other form."""
    asks = any(name == "token" for name, _ in (await posted(request)).fields)
    form: Form[Any] = await Form.read(request, CorrectionRequest if asks else Input)
    if form.data:
        async with form.attempt(access):
            if asks:
                await acts.ask_correction(access, year, form.data, clock.moment())
            else:
                await acts.reopen(access, year, clock.moment())
    if form.errors:
        form.typed.setdefault("token", once_token())
        return correcting_page(await known_filing(request, access, year), form)
    done = {"fait": "demandee" if asks else "rouverte"}
    return see(request, "contributions.show", query=done, year=year)


async def _see_receipt(request: Request, access: MemberAccess, year: int, *, is_mine: bool) -> Response[Any]:
    """The receipt. A second press of the button is not reported as somebody else's."""
    filing = None if is_mine else await filing_of(access, year, clock.today())
    declaration = filing.declaration if filing else None
    is_mine = is_mine or (declaration is not None and declaration.submitted_by == access.account.key)
    query = {"fait": "valide" if is_mine else "deja"}
    return see(request, "contributions.receipt", query=query, year=year)


ALL = "/espace/{code:str}/cotisation"

DONE = {
    "valide": "Votre déclaration est validée. Le reçu part aussi par courriel.",
    "deja": "Cette déclaration vient d’être validée par quelqu’un d’autre : voici son reçu.",
    "rouverte": "La déclaration est rouverte : corrigez, puis validez de nouveau.",
    "demandee": "Votre demande de correction est envoyée au service.",
}
ANSWERS = {"sent": "Envoyée au service", "accepted": "Acceptée", "refused": "Refusée"}


@get(ALL, right=Right.VIEW)
async def index(access: Member) -> Response[Any]:
    filings = await filings_of(access, clock.today())
    return page(
        "contributions/index.html",
        years=[(each, state_parts(each), next_act(access, each)) for each in filings],
    )


@get(ONE, right=Right.VIEW)
async def show(
    request: Request, access: Member, year: FromPath[int], fait: NamedDependency[str] = ""
) -> Response[Any]:
    filing = await known_filing(request, access, year)
    return page(
        "contributions/show.html",
        filing=filing,
        words=state_parts(filing),
        act=next_act(access, filing),
        steps=progress(filing) if filing.state in OPEN_STATES else [],
        is_late=filing.state == State.LATE,
        corrections=await corrections_of(access, filing.declaration_id),
        answers=ANSWERS,
        may_declare=Right.DECLARATION in access.rights,
        phone=await phone_call_of(access, filing),
        notice=DONE.get(fait, ""),
    )


@get(f"{ONE}/recu", right=Right.VIEW)
async def receipt(
    request: Request,
    access: Member,
    year: FromPath[int],
    fait: NamedDependency[str] = "",
    rang: FromQuery[str] = "",
) -> Response[Any]:
    """The receipt in force; with `rang`, one that another took the place of."""
    filing = await known_filing(request, access, year)
    stored = _receipt_of(filing.declaration, rang)
    return page(
        "contributions/receipt.html",
        filing=filing,
        receipt=stored,
        rank=rang,
        replaced=filing.declaration.replaced if filing.declaration and not rang else [],
        vat=vat_words(stored.vat_points),
        monitoring=MONITORING_WORDS,
        may_declare=Right.DECLARATION in access.rights,
        is_closed=filing.state == State.CLOSED,
        phone=None if rang else await phone_call_of(access, filing),
        notice=DONE.get(fait, ""),
    )


@get(f"{ONE}/recu/pdf", right=Right.VIEW)
async def receipt_pdf(access: Member, year: FromPath[int], rang: FromQuery[str] = "") -> Response[Any]:
    filing = await filing_of(access, year, clock.today())
    stored = _receipt_of(filing.declaration if filing else None, rang)
    content = await pdf_of(stored, access.portal.settings)
    name = f"recu-{stored.number.replace('/', '-')}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _receipt_of(declaration: AnnualDeclaration | None, rank: str) -> Receipt:
    if declaration is None or not declaration.receipt:
        raise NotFound
    if not rank:
        return Receipt(**declaration.receipt)
    if not 0 < row_number(rank) <= len(declaration.replaced):
        raise NotFound
    return Receipt(**declaration.replaced[row_number(rank) - 1])


async def open_filing(request: Request, access: MemberAccess, year: int) -> Filing:
    """One that is to be made, or made again."""
    return await _filing_in(OPEN_STATES, request, access, year)


async def filed_filing(request: Request, access: MemberAccess, year: int) -> Filing:
    """One that was made, and that nobody takes up again yet."""
    return await _filing_in(FILED - OPEN_STATES, request, access, year)


async def known_filing(request: Request, access: MemberAccess, year: int) -> Filing:
    """Wherever it is, as long as there is a campaign."""
    return await _filing_in(set(State), request, access, year)


async def _filing_in(states: AbstractSet[State], request: Request, access: MemberAccess, year: int) -> Filing:
    filing = await filing_of(access, year, clock.today())
    if filing is None:
        raise Instead(missing_page(year))
    if filing.state not in states:
        raise Instead(see(request, "contributions.show", year=year))
    return filing


MEMBER: list[Any] = [
    recap,
    validation,
    file,
    nobody,
    file_nobody,
    correcting,
    correct,
    index,
    show,
    receipt,
    receipt_pdf,
    company,
    save_company,
    people,
    save_people,
    jobs,
    save_jobs,
]
