"""/service/feuille: the sheet of a day at a centre, its marks, a whole day off; …/attestations: its papers.

Papers are dropped as files, looked at, then shared with the companies as documents: an aptitude notice for an
examination, else an attestation. Only the medical team drops and shares them.
"""

from datetime import date, timedelta
from typing import Any

from litestar.params import FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.clinic import queries
from app.clinic.acts import add_papers, seen_people, share_papers
from app.clinic.forms import Choices, Marks
from app.clinic.queries import day_rows, papers_of
from app.clinic.rules import seen_by_name
from app.clinic.staff import DayMark, excuse_day, mark_day
from app.clinic.views import day_lines
from app.employees.forms import Nothing
from app.errors import NotFound, Refused
from app.kept_files import Kept, store_file
from app.planning.views import hour
from app.staff_rights import StaffRight
from app.text.fields import Input
from app.text.formats import long_day
from app.text.values import read_day
from app.web.caller import Caller
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post
from app.web.uploads import DRAINED, FILE_FIELD, Limit, Upload, read_upload

HERE = "/service/feuille"
COMING = 6  # sheets proposed instead of an empty one


@get(HERE, right=StaffRight.PLANNING)
async def day_sheet(access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = "") -> Response[Any]:
    form: Form[Any] = Form({"jour": jour})
    try:
        day = read_day(jour) if jour.strip() else clock.today()
    except ValueError as error:
        day = clock.today()
        form.refuse(Refused(str(error), "jour"))
    return await _day_sheet_page(access, centre, day, form)


@post(HERE, right=StaffRight.PLANNING)
async def mark(
    request: Request, access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = ""
) -> Response[Any]:
    """Mark each appointment of the day for which something was chosen."""
    day = _day(jour)
    form = await Form.attempted(
        request,
        access,
        Marks,
        lambda data: mark_day(access, [_mark(*each) for each in data.marks], clock.now()),
    )
    if form.errors:
        return await _day_sheet_page(access, centre, day, form)
    return _see_day(request, centre, day)


def _mark(slot_id: int, word: str, following: str) -> DayMark:
    try:
        return DayMark(slot_id, word, read_day(following) if following else None)
    except ValueError as wrong:
        raise Refused(str(wrong), f"next_{slot_id}") from None


@get(f"{HERE}/fermeture", right=StaffRight.PLANNING)
async def excusing(access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = "") -> Response[Any]:
    """The question before a whole day is off."""
    return await _day_sheet_page(access, centre, _day(jour), Form(), "clinic/excusing.html")


@post(f"{HERE}/fermeture", right=StaffRight.PLANNING)
async def excuse(
    request: Request, access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = ""
) -> Response[Any]:
    try:
        day = read_day(jour)
    except ValueError:
        raise NotFound from None  # no other day is off in its place
    form = await Form.attempted(
        request, access, Nothing, lambda _: excuse_day(access, row_number(centre), day, clock.now())
    )
    if form.errors:
        return await _day_sheet_page(access, centre, day, form, "clinic/excusing.html")
    return _see_day(request, centre, day)


def _day(typed: str) -> date:
    try:
        return read_day(typed)
    except ValueError:
        return clock.today()


def _see_day(request: Request, centre: str, day: date) -> Response[Any]:
    return see(request, "clinic.day_sheet", query={"centre": centre, "jour": f"{day:%d/%m/%Y}"})


async def _day_sheet_page(
    access: StaffAccess, chosen: str, day: date, form: Form[Any], template: str = "clinic/day_sheet.html"
) -> Page:
    places = {str(each.key): each.name for each in await queries.centres(access)}
    coming = [(each, str(place)) for each, place in await queries.coming_sheets(access, day, COMING)]
    # Without a choice, a centre that receives somebody that day.
    open_one = next((place for each, place in coming if each == day and place in places), "")
    centre = chosen if chosen in places else open_one or next(iter(places), "")
    if not centre and template != "clinic/day_sheet.html":
        raise NotFound
    rows = await day_rows(access, int(centre), day) if centre else []
    lines = day_lines(rows, clock.now())
    return page(
        template, form=form, centres=places, centre=centre, day=day, words=long_day(day),
        coming=[(each, long_day(each), place) for each, place in coming if place in places],
        lines=lines, may_mark=any(each.may_mark or each.may_arrive for each in lines),
        papers=await queries.papers_waiting(access, int(centre), day) if centre else 0,
        may_share=StaffRight.MEDICAL in access.rights and any(each.is_done for each in lines),
        open=sum(each.is_open for each in lines),
        sessions=len(await queries.sessions_left(access, int(centre), day, clock.now())) if centre else 0,
        before=day - timedelta(days=1), after=day + timedelta(days=1),
    )  # fmt: skip


PAPERS = "/service/feuille/attestations"
MOST_FILES = 60
LIMIT = Limit(
    size=5_000_000, advice="envoyez une version plus légère", files=MOST_FILES, parts=MOST_FILES + 5,
    whole=60_000_000,
)  # fmt: skip


@get(PAPERS, right=StaffRight.MEDICAL)
async def papers(access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = "") -> Response[Any]:
    return await _papers_page(access, centre, jour, Form())


async def may_drop(access: StaffAccess) -> None:
    access.require(StaffRight.MEDICAL)


@post(PAPERS, right=StaffRight.MEDICAL, file=may_drop, request_max_body_size=DRAINED)
async def drop(
    request: Request, access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = ""
) -> Response[Any]:
    """Keep the files, each beside the visit that its name tells; nobody outside sees them yet."""
    centre_id, day = _chosen_day(centre, jour)
    async with access.paused():
        upload = await read_upload(request, LIMIT)
        upload.fields.pop(FILE_FIELD, None)  # of a browser that has no file to send
        form, kept = Form.of(request, Input, upload.fields, is_garbled=upload.is_garbled), list[Kept]()
        if Caller.of(request).verified and form.data:
            kept = await _stored(access, upload, form)
    if form.data and not form.errors:
        async with form.attempt(access):
            people = await seen_people(access, centre_id, day)
            await add_papers(
                access, centre_id, day, [(each, seen_by_name(each.file_name, people)) for each in kept],
                clock.now(),
            )  # fmt: skip
    if form.errors:
        return await _papers_page(access, centre, jour, form)
    return _see(request, centre, day)


async def _stored(access: StaffAccess, upload: Upload, form: Form[Any]) -> list[Kept]:
    """The files, stored; or what is wrong with one, and none is taken."""
    if upload.problem:
        form.refuse(Refused(upload.problem, "fichier"))
        return []
    kept = []
    for name, content in upload.files:
        try:
            if not name.lower().endswith(".pdf"):
                raise ValueError(f"{name[:60]} : une attestation est un PDF.")
            kept.append(await store_file(access.portal.storage, name, content))
        except ValueError as wrong:
            form.refuse(Refused(str(wrong), "fichier"))
    return kept


@get(f"{PAPERS}/partage", right=StaffRight.MEDICAL)
async def sharing(access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = "") -> Response[Any]:
    return await _papers_page(access, centre, jour, Form())


@post(f"{PAPERS}/partage", right=StaffRight.MEDICAL)
async def share(
    request: Request, access: Staff, centre: FromQuery[str] = "", jour: FromQuery[str] = ""
) -> Response[Any]:
    centre_id, day = _chosen_day(centre, jour)
    form = await Form.attempted(
        request,
        access,
        Choices,
        lambda data: share_papers(access, centre_id, day, dict(data.papers), clock.now()),
    )
    return await _papers_page(access, centre, jour, form) if form.errors else _see(request, centre, day)


def _chosen_day(centre: str, typed: str) -> tuple[int, date]:
    try:
        return row_number(centre), read_day(typed)
    except ValueError:
        raise NotFound from None


def _see(request: Request, centre: str, day: date) -> Response[Any]:
    return see(request, "clinic.papers", query={"centre": centre, "jour": f"{day:%d/%m/%Y}"})


async def _papers_page(access: StaffAccess, centre: str, typed: str, form: Form[Any]) -> Page:
    places = {str(each.key): each.name for each in await queries.centres(access)}
    centre = centre if centre in places else next(iter(places), "")
    try:
        day = read_day(typed)
    except ValueError:
        day = clock.today()
    rows = await papers_of(access, int(centre), day) if centre else []
    everybody = await queries.day_rows(access, int(centre), day) if centre else []
    seen = [each for each in everybody if each.state == "done"]
    return page(
        "clinic/papers.html", form=form, centre=centre, place=places.get(centre, ""), day=day,
        words=long_day(day), papers=rows,
        choices={
            "": "Choisissez", "ecarter": "Écarter ce fichier",
            **{str(each.id): f"{hour(each.starts)} {each.name}, {each.code} {each.company}" for each in seen},
        },
    )  # fmt: skip


STAFF: list[Any] = [day_sheet, mark, excusing, excuse, papers, drop, sharing, share]
