"""/espace/{code}/demandes: requests to the service, and their outcome."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.appointments import asking
from app.appointments.acts import cancel_request, mark_as_read, write_message
from app.appointments.forms import NewMessage
from app.appointments.queries import requests_of
from app.appointments.views import request_details, request_lines
from app.rights import Right
from app.text.fields import Input, once_token
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import PAGE, read_place
from app.web.signatures import Member, Request, get, post

ONE = "/espace/{code:str}/demandes/{request_id:int}"
DONE = {
    "envoyee": "La demande est envoyée. Vous serez prévenu par courriel à chaque réponse du service.",
    "envoyees": "Les demandes sont envoyées. Vous serez prévenu par courriel à chaque réponse du service.",
    "deja": "Cette demande était déjà envoyée : la voici.",
    "annulee": "La demande est annulée.",
    "message": "Votre message est envoyé au service.",
    "lu": "La réponse est marquée comme lue.",
}
STATE_CHOICES = {"": "Toutes", "lire": "Réponse à lire", "encours": "En cours", "finies": "Terminées"}


@get("/espace/{code:str}/demandes", right=Right.VIEW)
async def index(
    access: Member, etat: FromQuery[str] = "", avant: FromQuery[str] = "", fait: NamedDependency[str] = ""
) -> Response[Any]:
    state = etat if etat in STATE_CHOICES else ""
    before = read_place(avant)
    rows = await requests_of(access, state, before, unread=state == "lire")
    lines = request_lines(rows[:PAGE])
    return page(
        "appointments/index.html",
        "partials/appointments/table.html",
        lines=lines,
        state=state,
        states=STATE_CHOICES,
        older=lines[-1].place if len(rows) > PAGE else "",
        is_first=before is None,
        may_ask=Right.APPOINTMENTS in access.rights,
        notice=DONE.get(fait, ""),
    )


@get(ONE, right=Right.VIEW)
async def show(access: Member, request_id: FromPath[int], fait: NamedDependency[str] = "") -> Response[Any]:
    return await _request_page(access, request_id, Form({"token": once_token()}), DONE.get(fait, ""))


@get(f"{ONE}/messages", right=Right.APPOINTMENTS)
async def messages(access: Member, request_id: FromPath[int]) -> Response[Any]:
    """The form of the next message, with the thread above it."""
    return await _request_page(access, request_id, Form({"token": once_token()}))


@post(f"{ONE}/messages", right=Right.APPOINTMENTS)
async def write(request: Request, access: Member, request_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, NewMessage, lambda data: write_message(access, request_id, data, clock.moment())
    )
    if form.errors:
        return await _request_page(access, request_id, form)
    return _see_request(request, request_id, "message")


@get(f"{ONE}/lecture", right=Right.APPOINTMENTS)
async def reading(access: Member, request_id: FromPath[int]) -> Response[Any]:
    return await _request_page(access, request_id, Form({"token": once_token()}))


@post(f"{ONE}/lecture", right=Right.APPOINTMENTS)
async def read(request: Request, access: Member, request_id: FromPath[int]) -> Response[Any]:
    form = await Form.read(request, Input)
    if form.errors:
        form.typed["token"] = once_token()
        return await _request_page(access, request_id, form)
    await mark_as_read(access, request_id)
    return _see_request(request, request_id, "lu")


@get(f"{ONE}/annulation", right=Right.APPOINTMENTS)
async def cancelling(access: Member, request_id: FromPath[int]) -> Response[Any]:
    return await _cancelling_page(access, request_id, Form())


@post(f"{ONE}/annulation", right=Right.APPOINTMENTS)
async def cancel(request: Request, access: Member, request_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Input, lambda _: cancel_request(access, request_id, clock.moment())
    )
    if form.errors:
        return await _cancelling_page(access, request_id, form)
    return _see_request(request, request_id, "annulee")


async def _cancelling_page(access: MemberAccess, request_id: int, form: Form[Any]) -> Page:
    details = await request_details(access, request_id)
    return page("appointments/cancelling.html", form=form, shown=details)


async def _request_page(access: MemberAccess, request_id: int, form: Form[Any], notice: str = "") -> Page:
    return page(
        "appointments/show.html",
        form=form,
        shown=await request_details(access, request_id),
        may_ask=Right.APPOINTMENTS in access.rights,
        notice=notice,
    )


def _see_request(request: Request, request_id: int, done: str) -> Response[Any]:
    query = {"fait": done}
    return see(request, "appointments.show", query=query, request_id=request_id)


MEMBER: list[Any] = [
    index, *asking.MEMBER, show, messages, write, reading, read, cancelling,
    cancel,
]  # fmt: skip
