"""/espace/{code}/contact: what was written to the service, and what it answered."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Stream

from app import clock
from app.access import MemberAccess
from app.appointments.shown import new_token
from app.contact import new_routes
from app.contact.forms import Read, Reply
from app.contact.queries import FILTERS, inquiries_of, inquiry_to_act_in, message_by_token
from app.contact.sent import read_sent
from app.contact.shown import Thread, file_of, lines_of, thread_of
from app.contact.writing_service import end_inquiry, key_of, mark_as_read, write_reply
from app.employees.queries import PAGE
from app.errors import Forbidden, NotFound
from app.fields import Input
from app.file_types import ACCEPTED, TAKEN, disposition
from app.forms import Form
from app.places import read_place
from app.rights import Right
from app.uploads import DRAINED
from app.web import Page, page, see

ONE = "/espace/{code:str}/contact/{inquiry_id:int}"
THREAD, ENDING = "contact/show.html", "contact/ending.html"
DONE = {
    "envoye": "Votre message est envoyé. Vous serez prévenu par courriel de la réponse.",
    "deja": "Ce message était déjà envoyé : le voici.",
    "message": "Votre message est ajouté et envoyé au service.",
    "lu": "La réponse est marquée comme lue.",
    "termine": "L’échange est terminé. Écrire de nouveau le rouvre.",
}
FILTER_WORDS = {
    "": "Tous", "attente": "En attente de réponse", "repondus": "Répondus", "termines": "Terminés",
}  # fmt: skip


@get("/espace/{code:str}/contact", name="contact.index")
async def index(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    etat: FromQuery[str] = "",
    avant: FromQuery[str] = "",
) -> Response[Any]:
    access.require(Right.VIEW)
    state, before = etat if etat in FILTERS else "", read_place(avant)
    found = await inquiries_of(access, state, before)
    lines = lines_of(found[:PAGE])
    return page(
        "contact/index.html",
        "partials/contact/table.html",
        company=access.company,
        lines=lines,
        state=state,
        states=FILTER_WORDS,
        older=lines[-1].place if len(found) > PAGE else "",
        is_first=before is None,
    )


@get(ONE, name="contact.show")
async def show(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    inquiry_id: FromPath[int],
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    shown = await thread_of(access, inquiry_id)
    return _shown(access, shown, Form({"token": new_token()}), DONE.get(fait, ""))


@get(f"{ONE}/messages", name="contact.messages")
async def messages(
    access: NamedDependency[MemberAccess], code: FromPath[str], inquiry_id: FromPath[int]
) -> Response[Any]:
    """The form of the next message, with the thread above it."""
    return await _acted_in(access, inquiry_id, Form({"token": new_token()}))


async def may_reply(access: MemberAccess, inquiry_id: int, **_: Any) -> None:
    await inquiry_to_act_in(access, inquiry_id)


@post(f"{ONE}/messages", name="contact.write", request_max_body_size=DRAINED, opt={"file": may_reply})
async def write(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    inquiry_id: FromPath[int],
) -> Response[Any]:
    form, file = await read_sent(request, access, Reply, lambda own, _: may_reply(own, inquiry_id))
    if form.data:
        async with form.attempt(access):
            await write_reply(access, inquiry_id, form.data, file, clock.now())
        if form.status_code == 409 and await message_by_token(access, inquiry_id, key_of(form.data, file)):
            form.errors = {}  # Sent twice at once: the first is there.
    if form.errors:
        return await _acted_in(access, inquiry_id, form)
    return _seen(request, access, inquiry_id, "message")


@get(f"{ONE}/lecture", name="contact.reading")
async def reading(
    access: NamedDependency[MemberAccess], code: FromPath[str], inquiry_id: FromPath[int]
) -> Response[Any]:
    return await _acted_in(access, inquiry_id, Form({"token": new_token()}))


@post(f"{ONE}/lecture", name="contact.read")
async def read(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    inquiry_id: FromPath[int],
) -> Response[Any]:
    """« J’ai lu »: nothing else marks an answer as read."""
    form = await Form.read(request, Read)
    if form.data:
        await mark_as_read(access, inquiry_id, form.data.seen)
    if form.errors:
        form.typed["token"] = new_token()
        return await _acted_in(access, inquiry_id, form)
    return _seen(request, access, inquiry_id, "lu")


@get(f"{ONE}/fin", name="contact.ending")
async def ending(
    access: NamedDependency[MemberAccess], code: FromPath[str], inquiry_id: FromPath[int]
) -> Response[Any]:
    return await _acted_in(access, inquiry_id, Form(), ENDING)


@post(f"{ONE}/fin", name="contact.end")
async def end(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    inquiry_id: FromPath[int],
) -> Response[Any]:
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await end_inquiry(access, inquiry_id, clock.now())
    if form.errors:
        return await _acted_in(access, inquiry_id, form, ENDING)
    return _seen(request, access, inquiry_id, "termine")


@get(f"{ONE}/fichiers/{{message_id:int}}", name="contact.file")
async def file(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    inquiry_id: FromPath[int],
    message_id: FromPath[int],
) -> Response[Any]:
    """What is joined to a message: saved, never shown in place, sent piece by piece."""
    message = await file_of(access, inquiry_id, message_id)
    if message is None:
        raise NotFound
    pieces = await access.portal.storage.opened(message.sha256)
    headers = {
        "Content-Disposition": disposition(message.file_name), "Content-Length": str(message.size),
    }  # fmt: skip
    return Stream(pieces, media_type=message.media_type, headers=headers)


async def _acted_in(access: MemberAccess, inquiry_id: int, form: Form[Any], template: str = THREAD) -> Page:
    """A page that is there to act in the thread."""
    shown = await thread_of(access, inquiry_id)
    if not shown.may_act:
        raise Forbidden
    return _shown(access, shown, form, template=template)


def _shown(
    access: MemberAccess, shown: Thread, form: Form[Any], notice: str = "", template: str = THREAD
) -> Page:
    return page(
        template, form=form, company=access.company, shown=shown, notice=notice, accepted=ACCEPTED,
        taken=TAKEN,
    )  # fmt: skip


def _seen(request: Request[Any, Any, Any], access: MemberAccess, inquiry_id: int, done: str) -> Response[Any]:
    query = {"fait": done}
    return see(request, "contact.show", query=query, code=access.company.code, inquiry_id=inquiry_id)


MEMBER: list[Any] = [
    index, *new_routes.MEMBER, show, messages, write, reading, read, ending, end, file,
]  # fmt: skip
