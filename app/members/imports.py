"""/service/adherents/import: the file of the members compared first, then applied, and undone if need be.

Nothing is written before the comparison was looked at. What takes longer than a moment goes on beside the
requests, in portions (`comparing`, `importing`): the page says how far it is, and one may leave it.
"""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.employees.forms import Nothing
from app.errors import Refused
from app.files.types import disposition
from app.member_file.reading import MemberRows, WrongFile
from app.members.comparing import begin_import, sealed_file
from app.members.importing import (
    MOST_BYTES,
    MOST_LINES,
    apply_import,
    counts_of,
    lines_of,
    past_imports,
    refused_lines,
    undo_import,
)
from app.staff_rights import StaffRight
from app.text.cells import protected
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post
from app.web.uploads import DRAINED, Limit, read_file_form
from db.models import MemberImport, MemberImportKind, MemberImportState

ALL = "/service/adherents/import"
ONE = f"{ALL}/{{member_import_id:int}}"
RIGHT = StaffRight.ADMISSIONS
WHOLE = "Le fichier concerne toutes les équipes, et votre compte une partie d’entre elles."
WORDS = {
    MemberImportKind.NEW: "Nouveaux",
    MemberImportKind.CHANGED: "Modifiés",
    MemberImportKind.REFUSED: "Refusés",
}  # fmt: skip
STATES = {
    MemberImportState.READING: "comparaison en cours", MemberImportState.FAILED: "illisible",
    MemberImportState.READY: "à vérifier", MemberImportState.APPLYING: "application en cours",
    MemberImportState.APPLIED: "appliqué", MemberImportState.UNDOING: "annulation en cours",
    MemberImportState.UNDONE: "annulé",
}  # fmt: skip
WORK = {
    MemberImportState.READING: "Lignes comparées",
    MemberImportState.APPLYING: "Lignes appliquées",
    MemberImportState.UNDOING: "Lignes annulées",
}
TOO_LONG = f"Ce fichier compte plus de {MOST_LINES} lignes : envoyez-le en plusieurs fois."
DONE = {
    "applique": "Le fichier est appliqué. Les nouveaux adhérents attendent leur lettre.",
    "annule": "Le fichier est annulé : ce qu’il avait changé est comme avant.",
}


async def may_import(access: StaffAccess, **_: Any) -> None:
    """Members of every team come in one file, and its lines name no member: no scope bounds them."""
    access.require(RIGHT)
    access.require_everything(WHOLE)


@get(ALL, right=RIGHT)
async def new_import(access: Staff) -> Response[Any]:
    await may_import(access)
    return await _new(access, Form())


async def _new(access: StaffAccess, form: Form[Any]) -> Page:
    return page("members/new_import.html", form=form, imports=await past_imports(access), states=STATES)


@post(ALL, right=RIGHT, request_max_body_size=DRAINED, opt={"file": may_import})
async def send_import(request: Request, access: Staff) -> Response[Any]:
    rows, sealed = None, b""
    async with access.paused():
        upload, form = await read_file_form(request, Limit(MOST_BYTES))
        if form.data:
            try:
                rows = await asyncio.to_thread(MemberRows, upload.content, MOST_BYTES)
                sealed = await asyncio.to_thread(sealed_file, access.portal.keys, upload.content)
            except WrongFile as wrong:
                form.refuse(Refused(" ".join(wrong.problems), "fichier"))
    if rows and len(rows) > MOST_LINES:
        form.refuse(Refused(TOO_LONG, "fichier"))
    if form.errors or rows is None:
        return await _new(access, form)
    made = await begin_import(access, upload.name, sealed, rows, clock.now())
    return see(request, "members.show_import", member_import_id=made.key)


@get(ONE, right=RIGHT)
async def show_import(
    access: Staff, member_import_id: FromPath[int], nature: FromQuery[str] = "", apres: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:  # fmt: skip
    await may_import(access)
    return await _import_page(access, member_import_id, Form(), nature, row_number(apres), DONE.get(fait, ""))


async def _import_page(
    access: StaffAccess, import_id: int, form: Form[Any], nature: str = "", after: int = 0, notice: str = ""
) -> Page:
    found = await access.get(MemberImport, import_id)
    counts = await counts_of(access, import_id)
    first = next((kind for kind in WORDS if counts.get(kind)), MemberImportKind.NEW)
    kind = MemberImportKind(nature) if nature in set(MemberImportKind) else first
    rows, place = await lines_of(access, import_id, kind, after)
    return page(
        "members/show_import.html", "partials/members/progress.html", form=form, notice=notice, found=found,
        counts=counts, kind=kind, words=WORDS, rows=rows, place=place, again=clock.now().isoformat(),
        state=STATES[MemberImportState(found.state)], work=WORK.get(MemberImportState(found.state), ""),
        may_apply=found.state == MemberImportState.READY, may_undo=found.state == MemberImportState.APPLIED,
    )  # fmt: skip


@post(ONE, right=RIGHT)
async def apply(request: Request, access: Staff, member_import_id: FromPath[int]) -> Response[Any]:
    return await _act(request, access, member_import_id, apply_import, "applique")


@get(f"{ONE}/annulation", right=RIGHT)
async def undoing(access: Staff, member_import_id: FromPath[int]) -> Response[Any]:
    await may_import(access)
    return await _import_page(access, member_import_id, Form())


@post(f"{ONE}/annulation", right=RIGHT)
async def undo(request: Request, access: Staff, member_import_id: FromPath[int]) -> Response[Any]:
    return await _act(request, access, member_import_id, undo_import, "annule")


async def _act(
    request: Request, access: StaffAccess, import_id: int, act: Callable[..., Awaitable[bool]], done: str
) -> Response[Any]:
    """`done`: the word of the notice, once nothing is left to do in the background."""
    await may_import(access)
    query: dict[str, str] = {}

    async def attempt(_: Nothing) -> None:
        if await act(access, import_id, clock.now()):
            query["fait"] = done

    form = await Form.attempted(request, access, Nothing, attempt)
    if form.errors:
        return await _import_page(access, import_id, form)
    return see(request, "members.show_import", query=query, member_import_id=import_id)


@get(f"{ONE}/refus", right=RIGHT)
async def refusals(access: Staff, member_import_id: FromPath[int]) -> Response[Any]:
    """The lines refused and why, as a spreadsheet reads it."""
    await may_import(access)
    await access.get(MemberImport, member_import_id)
    text = io.StringIO()
    written = csv.writer(text, delimiter=";")
    written.writerow(("Ligne", "Code adhérent", "Raison"))
    for line, code, words in await refused_lines(access, member_import_id):
        written.writerow((line, protected(code), protected(words)))
    headers = {"Content-Disposition": disposition(f"refus-{member_import_id}.csv")}
    return Response(
        text.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers
    )


STAFF = [new_import, send_import, show_import, apply, undoing, undo, refusals]
