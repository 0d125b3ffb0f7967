"""/service/comptabilite: accounts, closings with what they enter, the export of the entries (FEC)."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Stream

from app import clock
from app.access import StaffAccess, VisitorAccess
from app.bookkeeping.fec import HEAD, lines_of, name_of_file
from app.bookkeeping.forms import LAST_MONTHS, BooksFields, Period, Until
from app.bookkeeping.queries import (
    balance_of,
    books_of,
    closings_of,
    documents_cents,
    records_after,
    waiting_until,
)
from app.bookkeeping.rules import JOURNALS, USES, USUAL, exercise_days, exercise_of
from app.bookkeeping.staff import (
    NO_BOOKS,
    change_books,
    close_books,
    closed_until,
    first_open_day,
    trace_export,
)
from app.errors import Refused
from app.portal import Portal
from app.staff_rights import StaffRight
from app.text.formats import day
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from db.models import BooksClosing, ClosingState, Journal

ALL = "/service/comptabilite"
ONE = f"{ALL}/arretes/{{closing_id:int}}"
RIGHT = StaffRight.BILLING
WHOLE = "La comptabilité concerne toutes les équipes, et votre compte une partie d’entre elles."
DONE = {"comptes": "Les comptes sont enregistrés : les prochaines écritures les portent."}
NO_SIREN = "Le SIRET du service manque dans les réglages : il nomme le fichier des écritures."


@get(ALL, right=RIGHT)
async def index(access: Staff, fait: NamedDependency[str] = "") -> Response[Any]:
    return await _index(access, Form({"until": _usual_until(clock.today()).isoformat()}), DONE.get(fait, ""))


async def _index(access: StaffAccess, form: Form[Any], notice: str = "") -> Page:
    access.require_everything(WHOLE)
    books, closings = await books_of(access), await closings_of(access)
    return page(
        "bookkeeping/index.html", form=form, notice=notice, books=books, closings=closings,
        since=first_open_day(books, closings) if books else None,
        is_running=bool(closings) and closings[0].state == ClosingState.RUNNING,
    )  # fmt: skip


def _usual_until(today: date) -> date:
    """The last day of the month before."""
    return today.replace(day=1) - timedelta(days=1)


@get(f"{ALL}/comptes", right=RIGHT)
async def accounts(access: Staff) -> Response[Any]:
    books = await books_of(access)
    numbers = USUAL | books.accounts if books else USUAL
    starts_on = books.starts_on if books else clock.today().replace(month=1, day=1)
    month = str(books.last_month if books else 12)
    typed = {"starts_on": starts_on.isoformat(), "last_month": month, **numbers}
    if books and books.takes_vat_back:
        typed["vat_back"] = "oui"
    return _accounts_page(access, Form(typed))


@post(f"{ALL}/comptes", right=RIGHT)
async def change_accounts(request: Request, access: Staff) -> Response[Any]:
    access.require_everything(WHOLE)
    form = await Form.attempted(
        request, access, BooksFields,
        lambda data: change_books(
            access, data.first_day, data.month, data.numbers, clock.now(), takes_vat_back=data.vat_back
        ),
    )  # fmt: skip
    if form.errors:
        return _accounts_page(access, form)
    return see(request, "bookkeeping.index", query={"fait": "comptes"})


def _accounts_page(access: StaffAccess, form: Form[Any]) -> Page:
    access.require_everything(WHOLE)
    has_vat = not access.portal.settings.service_vat_exemption
    return page("bookkeeping/accounts.html", form=form, uses=USES, months=LAST_MONTHS, has_vat=has_vat)


async def _closing_page(access: StaffAccess, form: Form[Any], until: date) -> Page:
    books, closings = await books_of(access), await closings_of(access)
    if books is None:
        form.refuse(Refused(NO_BOOKS))
        return await _index(access, form)
    since = first_open_day(books, closings)
    waiting = await waiting_until(access, books, since, until)
    return page("bookkeeping/closing.html", form=form, since=since, until=until, waiting=waiting)


@get(f"{ALL}/arretes", right=RIGHT)
async def closing(access: Staff, until: FromQuery[str] = "") -> Response[Any]:
    """Display of all that a closing until that day would enter."""
    access.require_everything(WHOLE)
    form: Form[Until] = Form({"until": until or _usual_until(clock.today()).isoformat()})
    form.check(Until)
    return await (_closing_page(access, form, form.data.day) if form.data else _index(access, form))


@post(f"{ALL}/arretes", right=RIGHT)
async def close(request: Request, access: Staff) -> Response[Any]:
    access.require_everything(WHOLE)
    made: list[BooksClosing] = []

    async def attempt(data: Until) -> None:
        made.append(await close_books(access, data.day, clock.moment()))

    form = await Form.attempted(request, access, Until, attempt)
    if form.errors:
        return await _index(access, form)
    return see(request, "bookkeeping.show", closing_id=made[0].key)


@get(ONE, right=RIGHT)
async def show(access: Staff, closing_id: FromPath[int]) -> Response[Any]:
    """A closing: while it works, how far it is; then its balance, and the proof of its sums."""
    access.require_everything(WHOLE)
    found = await access.get(BooksClosing, closing_id)
    rows = await balance_of(access, found) if found.state == ClosingState.DONE else []
    of_members = sum(
        each.debit_cents - each.credit_cents
        for each in rows
        if each.journal == Journal.SALES and each.account.startswith("41")
    )
    return page(
        "bookkeeping/show.html", "partials/bookkeeping/progress.html", found=found, rows=rows,
        is_running=found.state == ClosingState.RUNNING, journals=JOURNALS,
        debit=sum(each.debit_cents for each in rows), credit=sum(each.credit_cents for each in rows),
        documents=await documents_cents(access, found), of_members=of_members,
    )  # fmt: skip


@get(f"{ALL}/fec", right=RIGHT)
async def exporting(access: Staff) -> Response[Any]:
    """The days to export: by default the financial year of the last day that is closed."""
    books, last = await books_of(access), await closed_until(access)
    typed = {}
    if books and last:
        since, until = exercise_days(exercise_of(last, books.last_month), books.last_month)
        typed = {"since": max(since, books.starts_on).isoformat(), "until": min(until, last).isoformat()}
    return await _exporting_page(access, Form(typed))


async def _exporting_page(access: StaffAccess, form: Form[Any]) -> Page:
    access.require_everything(WHOLE)
    return page("bookkeeping/exporting.html", form=form, last=await closed_until(access))


@post(f"{ALL}/fec", right=RIGHT, status_code=200)
async def export(request: Request, access: Staff) -> Response[Any]:
    """Entries as a file, read and sent page by page."""
    access.require_everything(WHOLE)
    siren, last = access.portal.settings.service_siret[:9], await closed_until(access)

    async def attempt(data: Period) -> None:
        if not siren:
            raise Refused(NO_SIREN)
        if last is None or data.day > last:
            words = f"jusqu’au {day(last)} seulement" if last else "jusqu’à aucun jour"
            raise Refused(f"Les écritures sont arrêtées {words} : arrêtez-les d’abord.", "until")
        if data.first_day > data.day:
            raise Refused("Le premier jour suit le dernier : échangez-les.", "since")
        trace_export(access, data.first_day, data.day, clock.now())

    form = await Form.attempted(request, access, Period, attempt)
    if not form.data or form.errors:
        return await _exporting_page(access, form)
    since, until = form.data.first_day, form.data.day
    headers = {"Content-Disposition": f'attachment; filename="{name_of_file(siren, until)}"'}
    pieces = pieces_of(access.portal, since, until)
    return Stream(pieces, media_type="text/plain; charset=iso-8859-15", headers=headers)


async def pieces_of(portal: Portal, since: date, until: date) -> AsyncIterator[bytes]:
    """The file in pieces. Each is read by itself: entries never change, so that none can differ."""
    yield HEAD
    after, rows = 0, True
    while rows:
        async with portal.database.transaction(write=False) as session:
            found = await records_after(VisitorAccess(portal, session), since, until, after)
        rows = bool(found)
        if rows:
            after = found[-1][0]
            yield lines_of((record for _, record in found), JOURNALS)


STAFF: list[Any] = [
    index, accounts, change_accounts, closing, close, show, exporting, export
]  # fmt: skip
