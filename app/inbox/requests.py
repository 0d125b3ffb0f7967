"""A request for a visit: everything about it on one page, a time proposed, an answer, a refusal."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.appointments.staff import OVER, state_words
from app.appointments.views import facts_of, verdict_of
from app.employees.declared import employee_name
from app.employees.forms import Nothing
from app.follow_up.words import VISITS
from app.inbox.answers import inserted
from app.inbox.forms import MORE, Answer, Choice, Refusal
from app.inbox.frame import frame_of, see_thing
from app.inbox.person import person_around, times_for
from app.inbox.queries import request_thread
from app.inbox.staff import answer as answer_request
from app.inbox.staff import may_propose, propose_for, read_reply, version_of, visit_of
from app.inbox.staff import refuse as refuse_request
from app.inbox.views import service_title
from app.inbox.way import Way
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page
from app.web.signatures import Request, Staff, get, post
from db.models import AppointmentRequest, CareCentre, Employee, RequestState, Subject

REQUEST = "/service/demandes/{request_id:int}"
DONE = {
    "prendre": "Vous suivez cette demande : l’employeur sait qu’elle est prise en charge.",
    "rendre": "Plus personne ne suit cette demande.",
    "donner": "La demande est confiée à votre collègue.",
    "proposee": "Le rendez-vous est proposé : l’employeur en est averti et le confirme dans son planning.",
    "repondue": "Votre réponse est partie.",
    "precision": "Votre question est partie : la demande reviendra dans « À traiter » avec la réponse.",
    "refusee": "La demande est refusée : l’employeur en a reçu la raison.",
    "lue": "Le message est lu.",
    "note": "La note est gardée, pour vos collègues seulement.",
}


@get(REQUEST, right=StaffRight.INBOX)
async def show(
    request: Request, access: Staff, request_id: FromPath[int], fait: NamedDependency[str] = ""
) -> Response[Any]:
    return await _request_page(request, access, request_id, Form(), notice=DONE.get(fait, ""))


@post(REQUEST, right=StaffRight.INBOX)
async def read(request: Request, access: Staff, request_id: FromPath[int]) -> Response[Any]:
    """The employer's last words call for no answer."""
    form = await Form.attempted(
        request, access, Nothing, lambda _: read_reply(access, request_id, clock.now())
    )
    return await _see_request(request, access, request_id, form, "lue")


@get(f"{REQUEST}/creneau", right=StaffRight.INBOX)
async def choosing(request: Request, access: Staff, request_id: FromPath[int]) -> Response[Any]:
    return await _choosing_page(request, access, request_id, Form())


@post(f"{REQUEST}/creneau", right=StaffRight.INBOX)
async def propose(request: Request, access: Staff, request_id: FromPath[int]) -> Response[Any]:
    asked = await access.get(AppointmentRequest, request_id)
    form = await Form.attempted(
        request, access, Choice, lambda data: propose_for(access, asked, data.creneau, clock.now())
    )
    if form.errors:
        return await _choosing_page(request, access, request_id, form)
    return await _see_request(request, access, request_id, form, "proposee")


@get(f"{REQUEST}/reponse", right=StaffRight.INBOX)
async def answering(request: Request, access: Staff, request_id: FromPath[int]) -> Response[Any]:
    return await _request_page(request, access, request_id, Form())


@post(f"{REQUEST}/reponse", right=StaffRight.INBOX)
async def answer(request: Request, access: Staff, request_id: FromPath[int]) -> Response[Any]:
    if under_way := await inserted(request, access):
        return await _request_page(request, access, request_id, under_way)
    form = await Form.attempted(
        request, access, Answer, lambda data: answer_request(access, request_id, data, clock.now())
    )
    return await _see_request(
        request, access, request_id, form, "precision" if form["then"] == MORE else "repondue"
    )


@get(f"{REQUEST}/refus", right=StaffRight.INBOX)
async def refusing(request: Request, access: Staff, request_id: FromPath[int]) -> Response[Any]:
    return await _request_page(request, access, request_id, Form(), "inbox/refusing.html")


@post(f"{REQUEST}/refus", right=StaffRight.INBOX)
async def refuse(request: Request, access: Staff, request_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Refusal, lambda data: refuse_request(access, request_id, data, clock.now())
    )
    if form.errors:
        return await _request_page(request, access, request_id, form, "inbox/refusing.html")
    return await _see_request(request, access, request_id, form, "refusee")


async def _see_request(
    request: Request, access: StaffAccess, request_id: int, form: Form[Any], done: str
) -> Response[Any]:
    """The request as the act left it, which is said; or what was wrong."""
    if form.errors:
        return await _request_page(request, access, request_id, form)
    return see_thing(request, Subject.REQUEST, request_id, done)


async def _request_page(
    request: Request,
    access: StaffAccess,
    request_id: int,
    form: Form[Any],
    template: str = "inbox/show.html",
    notice: str = "",
) -> Page:
    asked = await access.get(AppointmentRequest, request_id)
    employee = await access.get(Employee, asked.employee_id)
    centre = await access.get(CareCentre, asked.centre_id) if asked.centre_id else None
    kind, now = visit_of(asked, employee), clock.now()
    proposes = may_propose(asked, kind)
    return page(
        template, form=form, notice=notice, asked=asked, title=service_title(asked.motive),
        state=state_words(asked.motive, asked.state), visit=VISITS[kind] if kind else "",
        facts=facts_of(asked, centre.name if centre else ""), verdict=verdict_of(asked),
        thread=await request_thread(access, asked), version=version_of(asked),
        around=await person_around(access, employee, now, asked.account_id),
        times=(await times_for(access, employee, kind, now))[:3] if proposes and kind else [],
        is_over=asked.state in OVER, may_ask_more=asked.state in {RequestState.SENT, RequestState.TAKEN},
        may_propose=proposes, frame=await frame_of(request, access, Subject.REQUEST, request_id),
    )  # fmt: skip


async def _choosing_page(request: Request, access: StaffAccess, request_id: int, form: Form[Any]) -> Page:
    asked = await access.get(AppointmentRequest, request_id)
    employee = await access.get(Employee, asked.employee_id)
    kind, now = visit_of(asked, employee), clock.now()
    return page(
        "inbox/choosing.html", form=form, asked=asked, name=employee_name(employee),
        around=await person_around(access, employee, now, asked.account_id),
        visit=VISITS[kind] if kind else "", facts=facts_of(asked),
        times=await times_for(access, employee, kind, now) if kind else [],
        may_propose=may_propose(asked, kind), way=Way.read(request.query_params),
    )  # fmt: skip


STAFF: list[Any] = [show, read, choosing, propose, answering, answer, refusing, refuse]
