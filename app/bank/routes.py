"""/service/releves: bank statements sent, matched with invoices, recorded as payments, taken back."""

import asyncio
from collections.abc import Collection
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.bank import staff, views
from app.bank.forms import KEEP, RECORD, Picked, Ticked
from app.bank.queries import (
    debit_behind,
    invoices_numbered,
    invoices_of,
    lines_of,
    past_statements,
    payments_of,
    run_behind,
    search_invoices,
    tallies_of,
)
from app.bank.reading import MOST_BYTES, read_statement
from app.bank.rules import WrongStatement
from app.bank.staff import record_statement, undo_statement
from app.employees.forms import Nothing
from app.errors import Refused
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post
from app.web.uploads import DRAINED, Limit, read_file_form
from db.models import BankStatement, LineMatch, StatementWork

RIGHT = StaffRight.BILLING
ALL = "/service/releves"
ONE = f"{ALL}/{{statement_id:int}}"
LINE = f"{ONE}/lignes/{{line_id:int}}"
WHOLE = "Un relevé concerne toutes les équipes, et votre compte une partie d’entre elles."
SHOW = "bank/show.html"
ADVICE = "demandez le relevé à la banque pour moins de jours"
DONE = {
    "enregistre": "Les règlements sont enregistrés : les adhérents les voient sur leurs factures.",
    "annule": "Les règlements de ce relevé sont annulés : les factures sont comme avant.",
    "deja": "Ce relevé était déjà là : rien n’a changé.",
    "choix": "Le choix est gardé. Il reste à enregistrer les règlements.",
}


async def may_send(access: StaffAccess, **_: Any) -> None:
    """Lines of a bank name no member of their own: no scope bounds them."""
    access.require(RIGHT)
    access.require_everything(WHOLE)


@get(ALL, right=RIGHT)
async def index(access: Staff) -> Response[Any]:
    await may_send(access)
    return await _index(access, Form())


async def _index(access: StaffAccess, form: Form[Any]) -> Page:
    rows = [(each, views.title_of(each), views.state_of(each)) for each in await past_statements(access)]
    return page("bank/index.html", form=form, rows=rows)


@post(ALL, right=RIGHT, request_max_body_size=DRAINED, opt={"file": may_send})
async def send(request: Request, access: Staff) -> Response[Any]:
    read, lines, at, iban = None, [], clock.moment(), access.portal.settings.service_iban
    async with access.paused():
        upload, form = await read_file_form(request, Limit(MOST_BYTES, ADVICE))
        if form.data:
            try:
                read = await asyncio.to_thread(read_statement, upload.content, iban)
                lines = await staff.match_statement(access, read, at.today)
            except WrongStatement as wrong:
                form.refuse(Refused(str(wrong), "fichier"))
    kept = None
    if read and not form.errors:
        async with form.attempt(access):
            kept = await staff.keep_statement(access, upload.name, read, lines, at)
    if kept is None:
        return await _index(access, form)
    query = {} if kept.created_at == at.now else {"fait": "deja"}
    return see(request, "bank.show", query=query, statement_id=kept.key)


@get(ONE, right=RIGHT)
async def show(
    access: Staff, statement_id: FromPath[int], nature: FromQuery[str] = "", apres: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:  # fmt: skip
    """The statement: what each line would pay, what it paid."""
    await may_send(access)
    return await _page(access, statement_id, Form(), nature, row_number(apres), DONE.get(fait, ""))


async def _page(
    access: StaffAccess, statement_id: int, form: Form[Any], nature: str = "", after: int = 0,
    notice: str = "", template: str = SHOW,
) -> Page:  # fmt: skip
    await may_send(access)
    found = await access.get(BankStatement, statement_id)
    tallies = await tallies_of(access, statement_id)
    kind = LineMatch(nature) if nature in set(LineMatch) else views.first_kind(tallies)
    rows, place = await lines_of(access, statement_id, kind, after)
    invoices = await invoices_numbered(access, invoices_of(rows))
    payments = await payments_of(access, invoices, statement_id)
    lines = [views.shown_line(each, invoices, payments) for each in rows]
    return page(
        template, "partials/bank/progress.html" if template == SHOW else "", form=form, notice=notice,
        found=found, title=views.title_of(found),
        tag=views.state_of(found), aside=views.aside_words(found), tallies=tallies, kinds=views.KINDS,
        kind=kind, caption=views.CAPTIONS[kind], lines=lines, displayed=views.displayed(lines), place=place,
        sums=views.sums_of(tallies), is_at_work=found.work != StatementWork.IDLE,
        path=f"{ALL}/{statement_id}", record=RECORD, keep=KEEP,
        elsewhere=views.waiting_elsewhere(tallies, lines),
    )  # fmt: skip


@post(ONE, right=RIGHT)
async def apply(request: Request, access: Staff, statement_id: FromPath[int]) -> Response[Any]:
    """Keep which of the doubtful lines displayed are right, and record what is sure, ticked or chosen."""
    await may_send(access)
    form = await Form.attempted(
        request, access, Ticked, lambda data: staff.tick(access, statement_id, data.displayed, data.lines)
    )
    query: dict[str, str] = {}
    if form.data and form.data.is_kept:
        query = {"nature": LineMatch.DOUBTFUL, "fait": "choix"}
    elif form.data and not form.errors:
        async with form.attempt(access):  # Refused, what is ticked stays so.
            is_done = await record_statement(access, statement_id, clock.now())
            query = {"fait": "enregistre"} if is_done else {}
    if form.errors:
        return await _page(access, statement_id, form)
    return see(request, "bank.show", query=query, statement_id=statement_id)


@get(f"{ONE}/annulation", right=RIGHT)
async def undoing(access: Staff, statement_id: FromPath[int]) -> Response[Any]:
    return await _page(access, statement_id, Form(), template="bank/undoing.html")


@post(f"{ONE}/annulation", right=RIGHT)
async def undo(request: Request, access: Staff, statement_id: FromPath[int]) -> Response[Any]:
    await may_send(access)
    query: dict[str, str] = {}

    async def attempt(_: Nothing) -> None:
        if await undo_statement(access, statement_id, clock.now()):
            query["fait"] = "annule"

    form = await Form.attempted(request, access, Nothing, attempt)
    if form.errors:
        return await _page(access, statement_id, form)
    return see(request, "bank.show", query=query, statement_id=statement_id)


@get(f"{ONE}/abandon", right=RIGHT)
async def dropping(access: Staff, statement_id: FromPath[int]) -> Response[Any]:
    return await _page(access, statement_id, Form(), template="bank/dropping.html")


@post(f"{ONE}/abandon", right=RIGHT)
async def drop(request: Request, access: Staff, statement_id: FromPath[int]) -> Response[Any]:
    await may_send(access)
    form = await Form.attempted(
        request, access, Nothing, lambda _: staff.drop_statement(access, statement_id, clock.now())
    )
    if form.errors:
        return await _page(access, statement_id, form, template="bank/dropping.html")
    return see(request, "bank.index")


# The choice of what a line pays.


@get(LINE, right=RIGHT)
async def line(
    access: Staff, statement_id: FromPath[int], line_id: FromPath[int], facture: FromQuery[str] = ""
) -> Response[Any]:
    """One line, the invoices that it pays, and a search for others."""
    return await _line_page(access, statement_id, line_id, Form(), facture)


@post(LINE, right=RIGHT)
async def choose(
    request: Request, access: Staff, statement_id: FromPath[int], line_id: FromPath[int]
) -> Response[Any]:
    await may_send(access)
    form = await Form.attempted(
        request, access, Picked, lambda data: staff.choose(access, statement_id, line_id, data.invoices)
    )
    if form.errors:
        ticked = form.data.invoices if form.data else ()
        return await _line_page(access, statement_id, line_id, form, ticked=ticked)
    return see(request, "bank.show", query={"fait": "choix"}, statement_id=statement_id)


async def _line_page(
    access: StaffAccess, statement_id: int, line_id: int, form: Form[Any], typed: str = "",
    ticked: Collection[int] | None = None,
) -> Page:  # fmt: skip
    """`ticked`: the invoices of a choice that was refused; None for those that the line pays."""
    await may_send(access)
    found = await access.get(BankStatement, statement_id)
    one = await staff.line_of(access, statement_id, line_id)
    paid = await invoices_numbered(access, invoices_of([one]))
    payments = await payments_of(access, paid, statement_id)
    chosen = paid if ticked is None else await invoices_numbered(access, ticked)
    others = [each for each in await search_invoices(access, typed[:60], one.cents) if each.id not in chosen]
    return page(
        "bank/line.html", form=form, found=found, title=views.title_of(found),
        line=views.shown_line(one, paid, payments), paid=list(chosen.values()), others=others,
        typed=typed[:60],
        is_debit=one.cents < 0, sent_back=await debit_behind(access, one), run=await run_behind(access, one),
    )  # fmt: skip


STAFF: list[Any] = [
    index, send, show, apply, undoing, undo, dropping, drop, line, choose
]  # fmt: skip
