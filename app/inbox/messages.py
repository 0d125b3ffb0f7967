"""A message of a member, one of somebody without an account, and the files joined to them."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Stream

from app import clock
from app.access import StaffAccess
from app.contact.forms import THEMES
from app.contact.staff import STATE_WORDS, close_inquiry
from app.employees.forms import Nothing
from app.errors import NotFound
from app.files.types import disposition
from app.inbox.answers import inserted
from app.inbox.forms import Answer
from app.inbox.frame import frame_of, see_thing
from app.inbox.person import company_around, person_around
from app.inbox.queries import inquiry_thread
from app.inbox.staff import answer_public, close_public, version_of
from app.inbox.staff import answer_thread as answer_inquiry
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page
from app.web.signatures import Request, Staff, get, post
from db.models import Employee, Inquiry, InquiryMessage, InquiryState, InquiryTheme, PublicInquiry, Subject

THREAD = "/service/messages/{inquiry_id:int}"
PUBLIC = "/service/messages-sans-compte/{message_id:int}"
DONE = {
    "prendre": "Vous suivez cet échange.",
    "rendre": "Plus personne ne suit cet échange.",
    "donner": "L’échange est confié à votre collègue.",
    "repondu": "Votre réponse est partie.",
    "termine": "L’échange est terminé : son auteur en est averti.",
    "note": "La note est gardée, pour vos collègues seulement.",
    "classe": "Le message est classé sans réponse.",
}


@get(THREAD, right=StaffRight.INBOX)
async def thread(
    request: Request, access: Staff, inquiry_id: FromPath[int], fait: NamedDependency[str] = ""
) -> Response[Any]:
    return await _thread_page(request, access, inquiry_id, Form(), DONE.get(fait, ""))


@post(THREAD, right=StaffRight.INBOX)
async def answer_thread(request: Request, access: Staff, inquiry_id: FromPath[int]) -> Response[Any]:
    if under_way := await inserted(request, access):
        return await _thread_page(request, access, inquiry_id, under_way)
    form = await Form.attempted(
        request, access, Answer, lambda data: answer_inquiry(access, inquiry_id, data, clock.now())
    )
    return await _see_thread(request, access, inquiry_id, form, "repondu")


@get(f"{THREAD}/fin", right=StaffRight.INBOX)
async def closing(request: Request, access: Staff, inquiry_id: FromPath[int]) -> Response[Any]:
    return await _thread_page(request, access, inquiry_id, Form())


@post(f"{THREAD}/fin", right=StaffRight.INBOX)
async def close(request: Request, access: Staff, inquiry_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Nothing, lambda _: close_inquiry(access, inquiry_id, clock.now())
    )
    return await _see_thread(request, access, inquiry_id, form, "termine")


@get(f"{THREAD}/fichiers/{{message_id:int}}", right=StaffRight.INBOX)
async def thread_file(access: Staff, inquiry_id: FromPath[int], message_id: FromPath[int]) -> Response[Any]:
    """The file joined to a message: saved, never displayed in place."""
    message = await access.get(InquiryMessage, message_id)
    if message.inquiry_id != inquiry_id or not message.sha256:
        raise NotFound
    return await stored_file(access, message)


async def stored_file(access: StaffAccess, row: Any) -> Stream:
    """The bytes that a row names, piece by piece; the size reveals a cut."""
    chunks = await access.portal.storage.opened(row.sha256)
    headers = {"Content-Disposition": disposition(row.file_name), "Content-Length": str(row.size)}
    return Stream(chunks, media_type=row.media_type, headers=headers)


async def _see_thread(
    request: Request, access: StaffAccess, inquiry_id: int, form: Form[Any], done: str
) -> Response[Any]:
    if form.errors:
        return await _thread_page(request, access, inquiry_id, form)
    return see_thing(request, Subject.INQUIRY, inquiry_id, done)


async def _thread_page(
    request: Request, access: StaffAccess, inquiry_id: int, form: Form[Any], notice: str = ""
) -> Page:
    inquiry, now = await access.get(Inquiry, inquiry_id), clock.now()
    if inquiry.employee_id:
        employee = await access.get(Employee, inquiry.employee_id)
        around = await person_around(access, employee, now, inquiry.account_id)
    else:
        around = await company_around(access, inquiry.company_id, inquiry.account_id)
    return page(
        "inbox/thread.html", form=form, notice=notice, inquiry=inquiry, around=around,
        thread=await inquiry_thread(access, inquiry), state=STATE_WORDS[InquiryState(inquiry.state)],
        theme=THEMES[InquiryTheme(inquiry.theme)], version=version_of(inquiry),
        frame=await frame_of(request, access, Subject.INQUIRY, inquiry_id),
    )  # fmt: skip


@get(PUBLIC, right=StaffRight.INBOX)
async def public(
    request: Request, access: Staff, message_id: FromPath[int], fait: NamedDependency[str] = ""
) -> Response[Any]:
    return await _public_page(request, access, message_id, Form(), DONE.get(fait, ""))


@post(PUBLIC, right=StaffRight.INBOX)
async def reply_public(request: Request, access: Staff, message_id: FromPath[int]) -> Response[Any]:
    if under_way := await inserted(request, access):
        return await _public_page(request, access, message_id, under_way)
    form = await Form.attempted(
        request, access, Answer, lambda data: answer_public(access, message_id, data.text, clock.now())
    )
    return await _see_public(request, access, message_id, form, "repondu")


@get(f"{PUBLIC}/classement", right=StaffRight.INBOX)
async def shelving(request: Request, access: Staff, message_id: FromPath[int]) -> Response[Any]:
    return await _public_page(request, access, message_id, Form())


@post(f"{PUBLIC}/classement", right=StaffRight.INBOX)
async def shelve(request: Request, access: Staff, message_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Nothing, lambda _: close_public(access, message_id, clock.now())
    )
    return await _see_public(request, access, message_id, form, "classe")


async def _see_public(
    request: Request, access: StaffAccess, message_id: int, form: Form[Any], done: str
) -> Response[Any]:
    if form.errors:
        return await _public_page(request, access, message_id, form)
    return see_thing(request, Subject.PUBLIC, message_id, done)


async def _public_page(
    request: Request, access: StaffAccess, message_id: int, form: Form[Any], notice: str = ""
) -> Page:
    message = await access.get(PublicInquiry, message_id)
    return page(
        "inbox/public.html", form=form, notice=notice, message=message,
        theme=THEMES[InquiryTheme(message.theme)],
        frame=await frame_of(request, access, Subject.PUBLIC, message_id),
    )  # fmt: skip


STAFF: list[Any] = [
    thread, answer_thread, closing, close, thread_file, public, reply_public, shelving, shelve,
]  # fmt: skip
