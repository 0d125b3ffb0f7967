"""/espace/{code}/demandes: what was asked of the service, and what became of it."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.appointments import asking_routes, return_routes
from app.appointments.asking_service import cancel_request, mark_as_read, write_message
from app.appointments.forms import NewMessage
from app.appointments.queries import STATES, requests_of
from app.appointments.shown import followed, new_token, request_lines
from app.employees.queries import PAGE
from app.employees.service import Moment
from app.fields import Input
from app.forms import Form
from app.places import read_place
from app.rights import Right
from app.web import Page, page, see

ONE = "/espace/{code:str}/demandes/{request_id:int}"
DONE = {
    "envoyee": "La demande est envoyée. Vous serez prévenu par courriel à chaque réponse du service.",
    "envoyees": "Les demandes sont envoyées. Vous serez prévenu par courriel à chaque réponse du service.",
    "deja": "Cette demande était déjà envoyée : la voici.",
    "annulee": "La demande est annulée.",
    "message": "Votre message est envoyé au service.",
    "lu": "La réponse est marquée comme lue.",
}
STATE_CHOICES = {"": "Toutes", "encours": "En cours", "finies": "Terminées"}


@get("/espace/{code:str}/demandes", name="appointments.index")
async def index(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    etat: FromQuery[str] = "",
    avant: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    access.require(Right.VIEW)
    state = etat if etat in STATES else ""
    before = read_place(avant)
    found = await requests_of(access, state, before)
    lines = request_lines(found[:PAGE])
    return page(
        "appointments/index.html",
        "partials/appointments/table.html",
        company=access.company,
        lines=lines,
        state=state,
        states=STATE_CHOICES,
        older=lines[-1].place if len(found) > PAGE else "",
        is_first=before is None,
        may_ask=Right.APPOINTMENTS in access.rights,
        notice=DONE.get(fait, ""),
    )


@get(ONE, name="appointments.show")
async def show(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    request_id: FromPath[int],
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    access.require(Right.VIEW)
    return await _shown(access, request_id, Form({"token": new_token()}), DONE.get(fait, ""))


@get(f"{ONE}/messages", name="appointments.messages")
async def messages(
    access: NamedDependency[MemberAccess], code: FromPath[str], request_id: FromPath[int]
) -> Response[Any]:
    """The form of the next message, with the thread above it."""
    access.require(Right.APPOINTMENTS)
    return await _shown(access, request_id, Form({"token": new_token()}))


@post(f"{ONE}/messages", name="appointments.write")
async def write(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    request_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    form = await Form.read(request, NewMessage)
    if form.data:
        async with form.attempt(access):
            await write_message(access, request_id, form.data, _now())
    if form.errors:
        return await _shown(access, request_id, form)
    return _seen(request, access, request_id, "message")


@get(f"{ONE}/lecture", name="appointments.reading")
async def reading(
    access: NamedDependency[MemberAccess], code: FromPath[str], request_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    return await _shown(access, request_id, Form({"token": new_token()}))


@post(f"{ONE}/lecture", name="appointments.read")
async def read(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    request_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    form = await Form.read(request, Input)
    if form.errors:
        form.typed["token"] = new_token()
        return await _shown(access, request_id, form)
    await mark_as_read(access, request_id)
    return _seen(request, access, request_id, "lu")


@get(f"{ONE}/annulation", name="appointments.cancelling")
async def cancelling(
    access: NamedDependency[MemberAccess], code: FromPath[str], request_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    return await _cancelling(access, request_id, Form())


@post(f"{ONE}/annulation", name="appointments.cancel")
async def cancel(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    request_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await cancel_request(access, request_id, _now())
    if form.errors:
        return await _cancelling(access, request_id, form)
    return _seen(request, access, request_id, "annulee")


async def _cancelling(access: MemberAccess, request_id: int, form: Form[Any]) -> Page:
    shown = await followed(access, request_id)
    return page("appointments/cancelling.html", form=form, company=access.company, shown=shown)


async def _shown(access: MemberAccess, request_id: int, form: Form[Any], notice: str = "") -> Page:
    return page(
        "appointments/show.html",
        form=form,
        company=access.company,
        shown=await followed(access, request_id),
        may_ask=Right.APPOINTMENTS in access.rights,
        today=clock.today(),
        notice=notice,
    )


def _seen(request: Request[Any, Any, Any], access: MemberAccess, request_id: int, done: str) -> Response[Any]:
    query = {"fait": done}
    return see(request, "appointments.show", query=query, code=access.company.code, request_id=request_id)


def _now() -> Moment:
    return Moment(clock.now(), clock.today())


MEMBER: list[Any] = [
    index, *return_routes.MEMBER, *asking_routes.MEMBER, show, messages, write, reading, read, cancelling,
    cancel,
]  # fmt: skip
