"""Texts kept to answer with: inserted into an answer under way, listed, changed."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.employees.forms import Nothing
from app.inbox.forms import Inserting, NewNote, QuickText
from app.inbox.frame import frame_of, see_thing, subject_of
from app.inbox.people import drop_answer, keep_answer, with_quick_text, write_note
from app.inbox.queries import quick_answers
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.posted import posted
from app.web.signatures import Request, Staff, get, post
from db.models import QuickAnswer

QUICK = "/service/reponses"
ONE = f"{QUICK}/{{answer_id:int}}"
NOTES = "/service/notes/{subject:str}/{row_id:int}"
DONE = {"gardee": "La réponse prête est enregistrée.", "retiree": "La réponse prête est retirée."}


async def inserted(request: Request, access: StaffAccess) -> Form[Any] | None:
    """The answer under way with the text that « Insérer » puts into it; None when it was sent."""
    if not (await posted(request)).get("inserer"):
        return None
    form = await Form.read(request, Inserting)
    form.typed.pop("then", None)
    if form.data:
        form.typed["text"] = await with_quick_text(access, form.data.text, int(form.data.modele))
    return form


@get(QUICK, right=StaffRight.INBOX)
async def quick(access: Staff, fait: NamedDependency[str] = "") -> Response[Any]:
    return await _quick_page(access, Form(), DONE.get(fait, ""))


@post(QUICK, right=StaffRight.INBOX)
async def keep_quick(request: Request, access: Staff) -> Response[Any]:
    form = await Form.attempted(
        request, access, QuickText, lambda data: keep_answer(access, data, clock.now())
    )
    if form.errors:
        return await _quick_page(access, form, "")
    return see(request, "inbox.quick", query={"fait": "gardee"})


async def _quick_page(access: StaffAccess, form: Form[Any], notice: str) -> Page:
    return page("inbox/quick.html", form=form, notice=notice, answers=await quick_answers(access))


@get(ONE, right=StaffRight.INBOX)
async def editing_quick(access: Staff, answer_id: FromPath[int]) -> Response[Any]:
    return await _one_quick_page(access, answer_id)


async def _one_quick_page(access: StaffAccess, answer_id: int) -> Page:
    row = await access.get(QuickAnswer, answer_id)
    return page("inbox/quick_edit.html", form=Form({"title": row.title, "text": row.text}), row_id=answer_id)


@post(ONE, right=StaffRight.INBOX)
async def edit_quick(request: Request, access: Staff, answer_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, QuickText, lambda data: keep_answer(access, data, clock.now(), answer_id)
    )
    if form.errors:
        return page("inbox/quick_edit.html", form=form, row_id=answer_id)
    return see(request, "inbox.quick", query={"fait": "gardee"})


@get(f"{ONE}/retrait", right=StaffRight.INBOX)
async def dropping_quick(access: Staff, answer_id: FromPath[int]) -> Response[Any]:
    return await _one_quick_page(access, answer_id)


@post(f"{ONE}/retrait", right=StaffRight.INBOX)
async def drop_quick(request: Request, access: Staff, answer_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Nothing, lambda _: drop_answer(access, answer_id, clock.now())
    )
    if form.errors:
        return page("inbox/quick_edit.html", form=form, row_id=answer_id)
    return see(request, "inbox.quick", query={"fait": "retiree"})


# Notes: read on the page of the thing, where they are written too.


@get(NOTES, right=StaffRight.INBOX)
async def noting(
    request: Request, access: Staff, subject: FromPath[str], row_id: FromPath[int]
) -> Response[Any]:
    return page("inbox/note.html", frame=await frame_of(request, access, subject_of(subject), row_id))


@post(NOTES, right=StaffRight.INBOX)
async def note(
    request: Request, access: Staff, subject: FromPath[str], row_id: FromPath[int]
) -> Response[Any]:
    thing = subject_of(subject)
    form = await Form.attempted(
        request, access, NewNote, lambda data: write_note(access, thing, row_id, data, clock.now())
    )
    if form.errors:
        return page("inbox/note.html", form=form, frame=await frame_of(request, access, thing, row_id))
    return see_thing(request, thing, row_id, "note")


STAFF: list[Any] = [
    quick, keep_quick, editing_quick, edit_quick, dropping_quick, drop_quick, noting, note,
]  # fmt: skip
