"""/espace/{code}/contact: messages to the service, with or without a file, and its answers."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Stream

from app import clock
from app.access import MemberAccess
from app.contact.acts import (
    end_inquiry,
    is_stored,
    mark_as_read,
    may_be_about,
    message_key,
    send_inquiry,
    write_public_message,
    write_reply,
)
from app.contact.forms import CHOICES, NewInquiry, PublicMessage, ReadForm, Reply
from app.contact.queries import (
    FILTERS,
    MOST_NAMESAKES,
    inquiries_of,
    inquiry_by_token,
    inquiry_to_act_in,
    message_by_token,
    people_named,
)
from app.contact.views import Thread, about_several, file_of, lines_of, thread_of
from app.employees.declared import employee_name
from app.employees.person import chosen_employees
from app.employees.together import MOST_ABOUT
from app.errors import Forbidden, NotFound, Refused
from app.files.types import ACCEPTED, TAKEN, disposition
from app.kept_files import Kept, keep_file
from app.rights import OWN, Right
from app.text.fields import Input, once_token
from app.web.caller import MULTIPART_TYPE, Caller
from app.web.forms import Form
from app.web.pages import Page, PublicPage, page, see
from app.web.paging import PAGE, read_place, row_number, row_numbers
from app.web.signatures import Member, Request, Visitor, get, post
from app.web.uploads import DRAINED, NO_FILE, Limit, Upload, read_upload
from db.models import Employee, InquiryTheme, Invoice

NEW = "/espace/{code:str}/contact/nouveau"


@get(NEW, right=Right.VIEW)
async def new(
    request: Request, access: Member, theme: FromQuery[str] = "", facture: FromQuery[str] = ""
) -> Response[Any]:
    """`salarie`, `facture`: 404 for those of another company, as for those that do not exist. A message is
    about one employee; of several, it begins with their names.
    """
    several = row_numbers(request.query_params.getall("salarie", []), MOST_ABOUT)
    salarie = request.query_params.get("salarie", "") if len(several) < 2 else ""
    guess = InquiryTheme.CONTRIBUTION if facture else InquiryTheme.EMPLOYEES if salarie or several else ""
    typed = {
        "token": once_token(), "theme": theme if theme in CHOICES and theme else guess,
        "salarie": salarie[:11], "facture": facture[:11],
    }  # fmt: skip
    if len(several) > 1:
        typed["text"] = about_several(await chosen_employees(access, several))
    return await _form_page(access, Form(typed))


async def may_write(access: MemberAccess, **_: Any) -> None:
    access.require(Right.VIEW)


@post(NEW, request_max_body_size=DRAINED, opt={"file": may_write}, right=OWN)
async def create(request: Request, access: Member) -> Response[Any]:
    form, file = await read_sent(request, access, NewInquiry, may_be_about)
    sent = already = await inquiry_by_token(access, message_key(form.data, file)) if form.data else None
    if form.data and not already:
        async with form.attempt(access):
            sent = await send_inquiry(access, form.data, file, clock.now())
        if form.status_code == 409 and (
            already := await inquiry_by_token(access, message_key(form.data, file))
        ):
            sent, form.errors = already, {}  # Sent twice at once: the first one was written meanwhile.
    if form.errors or sent is None:
        return await _form_page(access, form)
    return see(request, "contact.show", query={"fait": "deja" if already else "envoye"}, inquiry_id=sent.key)


async def _form_page(access: MemberAccess, form: Form[Any]) -> Page:
    return page(
        "contact/new.html", form=form, themes=CHOICES,
        people=await _people(access, form), invoice=await _invoice(access, form), team=access.team,
        accepted=ACCEPTED, taken=TAKEN,
    )  # fmt: skip


async def _people(access: MemberAccess, form: Form[Any]) -> dict[str, str]:
    """Employees to choose among: the one of the address, or those whom the name typed may mean."""
    people = list(await people_named(access, form["person"]) if form["person"] else [])
    if len(people) > MOST_NAMESAKES:
        people = []
    if number := _number_in(form, "salarie"):
        chosen = await access.get(Employee, number)
        people += [] if any(each.key == number for each in people) else [chosen]
    named = {str(each.key): employee_name(each) for each in people}
    return {"": "Aucun en particulier"} | named if named else {}


async def _invoice(access: MemberAccess, form: Form[Any]) -> Invoice | None:
    """The invoice of the address, for people who may see invoices; for the others the address
    says nothing.
    """
    number = _number_in(form, "facture")
    if not number or Right.INVOICES not in access.rights:
        form.typed["facture"] = ""
        return None
    return await access.get(Invoice, number)


def _number_in(form: Form[Any], name: str) -> int:
    """The number in the address, 0 for none; what is no number is no page. A form has said so already."""
    number = row_number(form[name])
    if not number and form[name] not in {"", "0"} and name not in form.errors:
        raise NotFound
    return number


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


@get("/espace/{code:str}/contact", right=Right.VIEW)
async def index(access: Member, etat: FromQuery[str] = "", avant: FromQuery[str] = "") -> Response[Any]:
    state, before = etat if etat in FILTERS else "", read_place(avant)
    found = await inquiries_of(access, state, before)
    lines = lines_of(found[:PAGE])
    return page(
        "contact/index.html",
        "partials/contact/table.html",
        lines=lines,
        state=state,
        states=FILTER_WORDS,
        older=lines[-1].place if len(found) > PAGE else "",
        is_first=before is None,
    )


@get(ONE, right=OWN)
async def show(access: Member, inquiry_id: FromPath[int], fait: NamedDependency[str] = "") -> Response[Any]:
    shown = await thread_of(access, inquiry_id)
    return _thread_page(shown, Form({"token": once_token()}), DONE.get(fait, ""))


@get(f"{ONE}/messages", right=OWN)
async def messages(access: Member, inquiry_id: FromPath[int]) -> Response[Any]:
    """The form of the next message, with the thread above it."""
    return await _act_page(access, inquiry_id, Form({"token": once_token()}))


async def may_reply(access: MemberAccess, inquiry_id: int, **_: Any) -> None:
    await inquiry_to_act_in(access, inquiry_id)


@post(f"{ONE}/messages", request_max_body_size=DRAINED, opt={"file": may_reply}, right=OWN)
async def write(request: Request, access: Member, inquiry_id: FromPath[int]) -> Response[Any]:
    form, file = await read_sent(request, access, Reply, lambda own, _: may_reply(own, inquiry_id))
    if form.data:
        async with form.attempt(access):
            await write_reply(access, inquiry_id, form.data, file, clock.now())
        if form.status_code == 409 and await message_by_token(
            access, inquiry_id, message_key(form.data, file)
        ):
            form.errors = {}  # Sent twice at once: the first is there.
    if form.errors:
        return await _act_page(access, inquiry_id, form)
    return _see_thread(request, inquiry_id, "message")


@get(f"{ONE}/lecture", right=OWN)
async def reading(access: Member, inquiry_id: FromPath[int]) -> Response[Any]:
    return await _act_page(access, inquiry_id, Form({"token": once_token()}))


@post(f"{ONE}/lecture", right=OWN)
async def read(request: Request, access: Member, inquiry_id: FromPath[int]) -> Response[Any]:
    """« J’ai lu »: nothing else marks an answer as read."""
    form = await Form.read(request, ReadForm)
    if form.data:
        await mark_as_read(access, inquiry_id, form.data.seen)
    if form.errors:
        form.typed["token"] = once_token()
        return await _act_page(access, inquiry_id, form)
    return _see_thread(request, inquiry_id, "lu")


@get(f"{ONE}/fin", right=OWN)
async def ending(access: Member, inquiry_id: FromPath[int]) -> Response[Any]:
    return await _act_page(access, inquiry_id, Form(), ENDING)


@post(f"{ONE}/fin", right=OWN)
async def end(request: Request, access: Member, inquiry_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Input, lambda _: end_inquiry(access, inquiry_id, clock.now())
    )
    if form.errors:
        return await _act_page(access, inquiry_id, form, ENDING)
    return _see_thread(request, inquiry_id, "termine")


@get(f"{ONE}/fichiers/{{message_id:int}}", right=OWN)
async def file(access: Member, inquiry_id: FromPath[int], message_id: FromPath[int]) -> Response[Any]:
    """The file joined to a message: saved, never displayed in place, sent piece by piece."""
    message = await file_of(access, inquiry_id, message_id)
    if message is None:
        raise NotFound
    pieces = await access.portal.storage.opened(message.sha256)
    headers = {
        "Content-Disposition": disposition(message.file_name), "Content-Length": str(message.size),
    }  # fmt: skip
    return Stream(pieces, media_type=message.media_type, headers=headers)


async def _act_page(access: MemberAccess, inquiry_id: int, form: Form[Any], template: str = THREAD) -> Page:
    """A page that is there to act in the thread."""
    shown = await thread_of(access, inquiry_id)
    if not shown.may_act:
        raise Forbidden
    return _thread_page(shown, form, template=template)


def _thread_page(shown: Thread, form: Form[Any], notice: str = "", template: str = THREAD) -> Page:
    return page(
        template, form=form, shown=shown, notice=notice, accepted=ACCEPTED,
        taken=TAKEN,
    )  # fmt: skip


def _see_thread(request: Request, inquiry_id: int, done: str) -> Response[Any]:
    query = {"fait": done}
    return see(request, "contact.show", query=query, inquiry_id=inquiry_id)


# /contact: for those who cannot sign in. It answers everybody alike.


@get("/contact")
async def public(access: Visitor) -> Response[Any]:
    return _public_page(Form({"token": once_token(), "theme": InquiryTheme.ACCESS}))


@post("/contact", harmless=True)
async def send(request: Request, access: Visitor) -> Response[Any]:
    form = await Form.read(request, PublicMessage)
    if form.data:
        async with form.attempt(access):
            await write_public_message(access, form.data, clock.now())
        if form.status_code == 409 and await is_stored(access, form.data):
            form.errors = {}  # Sent twice at once: the first one was written meanwhile.
    if form.errors:
        return _public_page(form)
    return see(request, "contact.sent", query={"fait": "envoye"})


@get("/contact/envoye", sync_to_thread=False)
def sent(fait: NamedDependency[str] = "") -> Response[Any]:
    """The same page for everybody: it does not reveal whether the code or the address is known. Opened by its
    address alone it claims nothing.
    """
    return PublicPage("contact/sent.html", kept_as=fait, is_done=bool(fait))


def _public_page(form: Form[Any]) -> Page:
    return page("contact/public.html", form=form, themes=CHOICES)


BYTES = 20_000  # of one field: the longest text, in letters that take several bytes each
ADVICE = "enregistrez-le en PDF plus léger, ou envoyez-le en plusieurs messages"


Allowed = Callable[[MemberAccess, Any], Awaitable[object]]


class SentForm(NamedTuple):
    form: Form[Any]
    file: Kept | None


async def read_sent(request: Request, access: MemberAccess, model: type[Input], allowed: Allowed) -> SentForm:
    """Read the form outside the transaction: the network and the disk may be slow. A file is stored before
    the row that names it, and after `allowed` accepted such a row: the fields may name a thread of somebody
    else.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != MULTIPART_TYPE:
        return SentForm(await Form.read(request, model), None)
    async with access.paused():
        upload = await read_upload(request, Limit(advice=ADVICE, field=BYTES))
        if not upload.fields.get("fichier", ""):
            upload.fields.pop("fichier", None)  # Browsers that cannot send files send the field's name.
        form: Form[Any] = Form.of(request, model, upload.fields, is_garbled=upload.is_garbled)
        file = await _stored(access, upload, form, allowed) if Caller.of(request).verified else None
    return SentForm(form, file)


async def _stored(access: MemberAccess, upload: Upload, form: Form[Any], allowed: Allowed) -> Kept | None:
    if upload.problem == NO_FILE and not upload.name:
        return None
    problem = upload.problem
    if not problem and form.errors:
        problem = f"Choisissez de nouveau le fichier « {upload.name[:80]} »."
    try:
        if not problem:
            return await keep_file(access, upload.name, upload.content, lambda own: allowed(own, form.data))
        form.refuse(Refused(problem, "fichier"))
    except Refused as refused:
        form.refuse(refused)
    form.data = None
    return None


ANYBODY: list[Any] = [sent]


MEMBER: list[Any] = [new, create, index, show, messages, write, reading, read, ending, end, file]


VISITOR: list[Any] = [public, send]
