"""/espace/{code}/factures: the list, one of them, the paper, the file."""

import asyncio
from typing import Any
from urllib.parse import urlencode

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Stream

from app import clock
from app.errors import NotFound
from app.invoices.life_cycle import member_words
from app.invoices.paper import MOST_PAPERS, bank_of, file_name, paper_of, pdf_of, zip_of
from app.invoices.parties import printed_of
from app.invoices.queries import (
    FILTERS,
    LAST,
    MOST_EXPORTED,
    Totals,
    bills_of,
    coming_debit,
    invoices_before,
    notes_of,
    payments_of,
    row_of,
    totals_of,
)
from app.invoices.reminders import disputes_of, plan_of, reminders_of
from app.invoices.rules import STATE_WORDS, shares_of
from app.invoices.steps import flow_of, life_of, member_words_of
from app.invoices.views import csv_of, items_of, line_of, sums_of
from app.rights import Right
from app.text.formats import amount
from app.web.pages import page, see
from app.web.paging import PAGE, day_place, row_number
from app.web.signatures import Member, Request, get
from db.models import Invoice, InvoiceKind

INVOICES = "/espace/{code:str}/factures"
ONE = f"{INVOICES}/{{invoice_id:int}}"
NOTICES = {
    "archive": "Une archive se prépare déjà pour vous : demandez la suivante quand elle est arrivée.",
    "trop": f"Une archive contient {MOST_PAPERS} factures au plus : téléchargez la liste, ou chaque facture.",
}
STATE_CHOICES = {"": "Tous", "dues": "Restant à payer"} | {
    str(state): words.capitalize() for state, words in STATE_WORDS.items()
}


@get(INVOICES, right=Right.INVOICES)
async def index(
    access: Member, annee: FromQuery[str] = "", etat: FromQuery[str] = "", avant: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:  # fmt: skip
    """The latest first, 25 a page."""
    today, totals = clock.today(), await totals_of(access, clock.today())
    years, year, state = _years(totals), _year(annee), etat if etat in FILTERS else ""
    place = day_place(avant)
    found = await invoices_before(access, state, year, place, today)
    asked = {name: value for name, value in (("annee", annee if year else ""), ("etat", state)) if value}
    last = found[PAGE - 1] if len(found) > PAGE else None
    older = urlencode(asked | {"avant": f"{last.issued_on}~{last.id}"}) if last else ""
    return page(
        "invoices/index.html",
        "partials/invoices/table.html",
        lines=[line_of(row, today) for row in found[:PAGE]],
        electronic=await member_words_of(access, access.company.key, [row.id for row in found[:PAGE]]),
        notice=NOTICES.get(fait, ""),
        due=amount(totals.due_cents) if totals.due_cents else "",
        late=amount(totals.late_cents) if totals.late_cents else "",
        since=totals.first_due_on,
        owed=amount(totals.owed_cents) if totals.owed_cents else "",
        years={"": "Toutes"} | {str(each): str(each) for each in years},
        year=str(year or ""),
        states=STATE_CHOICES,
        state=state,
        asked=urlencode(asked),
        older=older,
        is_first=place is None,
        sums=sums_of(found) if place is None and 1 < len(found) <= PAGE else {},
    )


@get(ONE, right=Right.INVOICES)
async def show(access: Member, invoice_id: FromPath[int]) -> Response[Any]:
    """One invoice: its lines, what was paid of it and when, and how to pay the rest."""
    invoice, today = await access.get(Invoice, invoice_id), clock.today()
    row = await row_of(access, invoice)
    settled = await access.get(Invoice, invoice.settles_id) if invoice.settles_id else None
    printed = printed_of(invoice, await access.company_row(), access.portal.settings)
    flow = await flow_of(access, invoice)
    electronic = member_words(flow) if flow else ""
    return page(
        "invoices/show.html",
        invoice=invoice,
        word="Avoir" if invoice.kind == InvoiceKind.CREDIT_NOTE else "Facture",
        line=line_of(row, today),
        items=items_of(invoice.lines),
        payments=[(each, amount(each.cents)) for each in await payments_of(access, invoice)],
        vats=[(each.words, amount(each.vat_cents)) for each in shares_of(invoice.lines)],
        printed=printed,
        notes=[line_of(each, today) for each in await notes_of(access, invoice)],
        reminders=await reminders_of(access, invoice),
        plan=await plan_of(access, invoice, today),
        disputes=await disputes_of(access, invoice),
        settles=settled,
        left=amount(row.left_cents) if row.left_cents > 0 else "",
        owed=amount(-row.left_cents) if row.left_cents < 0 else "",
        bank=bank_of(row, access.portal.settings),
        electronic=electronic,
        steps=await life_of(access, invoice) if electronic else [],
        debit=await coming_debit(access, invoice) if row.left_cents > 0 else None,
    )


@get(f"{ONE}/pdf", right=Right.INVOICES)
async def paper(access: Member, invoice_id: FromPath[int]) -> Response[Any]:
    """Drawn at once, so that it says what is left to pay today."""
    invoice = await access.get(Invoice, invoice_id)
    row, payments = await row_of(access, invoice), await payments_of(access, invoice)
    company, settings = await access.company_row(), access.portal.settings
    content = await pdf_of(
        paper_of(company, invoice, row, payments=payments, settings=settings, today=clock.today())
    )
    is_note = invoice.kind == InvoiceKind.CREDIT_NOTE
    return _file_answer(content, "application/pdf", file_name(invoice.number, is_note=is_note))


@get(f"{INVOICES}/export/{{kind:str}}", right=Right.INVOICES)
async def export(
    access: Member, kind: FromPath[str], annee: FromQuery[str] = "", etat: FromQuery[str] = ""
) -> Response[Any]:
    """The list with these filters, all its pages."""
    if kind != "csv":
        raise NotFound
    today, state = clock.today(), etat if etat in FILTERS else ""
    rows = await invoices_before(access, state, _year(annee), place=None, today=today, most=MOST_EXPORTED)
    content = await asyncio.to_thread(csv_of, rows, today)
    return _file_answer(content, "text/csv", f"factures-{access.company.code}-{today.isoformat()}.csv")


@get(f"{INVOICES}/archive/{{year:int}}", right=Right.INVOICES)
async def archive(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    """The papers of a year in one file, drawn while it arrives."""
    code, account_id = access.company.code, access.account.key
    if not 1 <= year <= LAST.year:
        raise NotFound
    if account_id in access.portal.archives:
        return see(request, "invoices.index", query={"fait": "archive"}, code=code)
    bills = await bills_of(access, year, MOST_PAPERS + 1)
    if not bills:
        raise NotFound
    if len(bills) > MOST_PAPERS:
        return see(request, "invoices.index", query={"fait": "trop"}, code=code)
    headers = {"Content-Disposition": f'attachment; filename="factures-{code}-{year}.zip"'}
    papers = zip_of(bills, access.portal, account_id, clock.today())
    return Stream(papers, media_type="application/zip", headers=headers)


def _file_answer(content: bytes, kind: str, name: str) -> Response[Any]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


def _years(totals: Totals) -> list[int]:
    if totals.first_on is None or totals.last_on is None:
        return []
    return list(range(totals.last_on.year, totals.first_on.year - 1, -1))


def _year(typed: str) -> int | None:
    """A year that makes no sense is left aside."""
    return row_number(typed) if len(typed) == 4 and row_number(typed) else None


MEMBER: list[Any] = [index, export, archive, show, paper]
