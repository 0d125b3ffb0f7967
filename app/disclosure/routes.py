"""/service/droit-acces: an employee asks what is held of them, and that it be right."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Response, Stream

from app import clock
from app.access import StaffAccess
from app.disclosure import staff
from app.disclosure.forms import Asked, Chosen, Corrected, read_records, written
from app.disclosure.person import Record, record_of
from app.disclosure.queries import (
    accounts_like,
    check_everywhere,
    chosen_records,
    given_before,
    records_like,
)
from app.disclosure.rules import WORDS, Likeness, Wanted
from app.disclosure.views import DATA, PAGE, as_json, periods_in_words, said
from app.employees.declared import declared_of
from app.files.types import disposition
from app.files.zipped import Stored, names_in, zip_of
from app.retention.queries import periods
from app.search.queries import Found
from app.staff_rights import StaffRight
from app.text.values import read_day
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from db.models import Employee

RIGHT = StaffRight.ADMISSIONS
FEW = 20  # exports given before
DONE = {"correction": "L’identité est corrigée. L’historique de chaque adhérent concerné le dit."}


@get("/service/droit-acces", right=RIGHT)
async def index(
    access: Staff, last_name: FromQuery[str] = "", first_name: FromQuery[str] = "", born: FromQuery[str] = ""
) -> Response[Any]:
    check_everywhere(access)
    typed = {"last_name": last_name, "first_name": first_name, "born": born}
    form: Form[Asked] = Form(typed)
    found: dict[Likeness, Any] = {}
    accounts: list[Found] = []
    if any(typed.values()):
        form.check(Asked)
    if form.data:
        wanted = Wanted(form.data.last_name, form.data.first_name, read_day(form.data.born))
        found, accounts = await records_like(access, wanted), await accounts_like(access, wanted)
    return page(
        "disclosure/index.html", form=form, is_asked=form.data is not None, found=found, accounts=accounts,
        words=WORDS, sure=Likeness.SAME, given=await given_before(access, FEW),
    )  # fmt: skip


@get("/service/droit-acces/fiches", right=RIGHT)
async def show(
    request: Request, access: Staff, fiches: FromQuery[str] = "", fait: NamedDependency[str] = ""
) -> Response[Any]:
    """All that is held in the records ticked, before it is given."""
    ticked = request.query_params.getall("fiche", [])
    people = await _people(access, "-".join([fiches, *ticked]))
    if not people:
        return see(request, "disclosure.index")
    return await _show(access, people, Form(), DONE.get(fait, ""))


@post("/service/droit-acces/fiches", right=RIGHT)
async def give(request: Request, access: Staff) -> Response[Any]:
    """The export, as one ZIP that is kept nowhere."""
    form = await Form.read(request, Chosen)
    people = await _people(access, form["records"])
    if not people:
        return see(request, "disclosure.index")
    if form.errors:
        return await _show(access, people, form)
    at = clock.moment()
    records = [await record_of(access, each) for each in people]
    staff.trace_export(access, people, at)
    html = request.app.state.templates.render("disclosure/export.html", "", await _words(access, records))
    files = [each for record in records for each in record.files]
    names = names_in([(f"documents-{each.title}", each.file_name) for each in files])
    stored = [Stored(name, each.sha256) for name, each in zip(names, files, strict=True)]
    chunks = zip_of(stored, access.portal.storage, {PAGE: html.encode(), DATA: as_json(records, at.now)})
    headers = {"Content-Disposition": disposition(f"droit-acces-{at.today:%Y-%m-%d}.zip")}
    return Stream(chunks, media_type="application/zip", headers=headers, status_code=200)


@get("/service/droit-acces/correction", right=RIGHT)
async def correcting(request: Request, access: Staff, fiches: FromQuery[str] = "") -> Response[Any]:
    people = await _people(access, fiches)
    if not people:
        return see(request, "disclosure.index")
    declared = declared_of(people[0])
    return _correction(people, Form({name: declared[name] for name in staff.IDENTITY}))


@post("/service/droit-acces/correction", right=RIGHT)
async def correct(request: Request, access: Staff) -> Response[Any]:
    form = await Form.read(request, Corrected)
    ids = read_records(form["records"])
    if form.data:
        async with form.attempt(access):
            await staff.correct(access, ids, form.data, clock.moment())
    if form.errors:
        people = await _people(access, form["records"])
        return _correction(people, form) if people else see(request, "disclosure.index")
    return see(request, "disclosure.show", query={"fiches": written(ids), "fait": "correction"})


async def _people(access: StaffAccess, typed: str) -> list[Employee]:
    check_everywhere(access)
    return list(await chosen_records(access, read_records(typed)))


def _correction(people: list[Employee], form: Form[Any]) -> Page:
    return page(
        "disclosure/correcting.html", form=form, people=people, records=written([each.key for each in people])
    )


async def _show(access: StaffAccess, people: list[Employee], form: Form[Any], notice: str = "") -> Page:
    for each in people:
        access.reads(each)
    records = [await record_of(access, each) for each in people]
    return page(
        "disclosure/show.html", form=form, notice=notice, numbers=written([each.key for each in people]),
        **await _words(access, records),
    )  # fmt: skip


async def _words(access: StaffAccess, records: list[Record]) -> dict[str, Any]:
    return {
        "records": records, "said": said, "made_at": clock.now(),
        "is_medical": StaffRight.MEDICAL in access.rights, "periods": periods_in_words(await periods(access)),
    }  # fmt: skip


STAFF = [index, show, give, correcting, correct]
