"""/espace/{code}/demandes: requests to the service and their outcome; asking for a visit.

A visit is asked for in three pages: the motive, the employees, then the details. Every choice is in the
address.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar.datastructures import MultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.appointments import views
from app.appointments.acts import (
    FOR_ONE,
    LONG_STOP,
    ask_for_visits,
    cancel_request,
    mark_as_read,
    objections,
    write_message,
)
from app.appointments.forms import CAUSES, DAYS, FORMS, HALVES, NewMessage
from app.appointments.queries import Candidate, batch_of, centres, people_for, requests_of
from app.appointments.rules import MOTIVES
from app.appointments.views import request_details, request_lines, return_problems
from app.employees.declared import employee_name, names_apart
from app.employees.person import employees_by_id
from app.employees.standings import standings_of
from app.errors import NotFound
from app.rights import Right
from app.text.fields import Input, once_key, once_token
from app.web.forms import Form
from app.web.pages import Page, page, page_number, see, wants_fragment
from app.web.paging import PAGE, place_of, read_place, row_numbers
from app.web.signatures import Member, Request, get, post
from db.models import AppointmentRequest, RequestMotive, ReturnCause

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


NEW = "/espace/{code:str}/demandes/nouvelle"
CARRIED = ("cause", "stop_from", "back_on")  # of an absence, from one page to the next
MOST_SHOWN = 100  # more than one request may hold: who is too many is seen, then told


# Words and values of the buttons of the list: lynx shows the value of a button as its text.
GO_ON, NEXT_PEOPLE = "Continuer", "Salariés suivants"
NOBODY = "Choisissez au moins un salarié."


@get(NEW, right=Right.APPOINTMENTS)
async def new(request: Request, access: Member) -> Response[Any]:
    """The choice of a motive. The pré-reprise is explained, never offered."""
    people = await employees_by_id(access, people_of_address(request.query_params))
    return page(
        "appointments/new.html",
        motives=MOTIVES,
        people=[employee_name(each) for each in people.values()],
        chosen="&".join(f"salarie={key}" for key in people),
    )


@get(f"{NEW}/{{motive:str}}/salaries", right=Right.APPOINTMENTS)
async def people(
    request: Request,
    access: Member,
    motive: FromPath[str],
    q: FromQuery[str] = "",
    etape: FromQuery[str] = "",
    suivants: FromQuery[str] = "",
) -> Response[Any]:
    """The choice of employees: a list to tick, searched by name. Ticks of the other pages are carried along.

    One form that sends to this address: `etape` is the button pressed, none for a search.
    """
    wanted, chosen = _motive(motive), people_of_address(request.query_params)
    if etape == GO_ON and chosen:
        query = _fields_in_address(request.query_params) | {"salarie": [str(each) for each in chosen]}
        return see(request, "appointments.form", query=query, motive=wanted.value)
    after = place_of(suivants, "nom") if etape == NEXT_PEOPLE else None
    candidates = await people_for(access, wanted, q[:100], clock.moment(), after)
    form: Form[Any] = Form()
    if etape == GO_ON:
        form.errors[f"salarie-{candidates[0].id}" if candidates else ""] = NOBODY
    return page(
        "appointments/people.html",
        "partials/appointments/people.html",
        form=form,
        q=q[:100],
        typed=_fields_in_address(request.query_params),
        is_first=after is None,
        page_number=page_number(request.query_params, "suivants") if after else 1,
        **await _people_page(access, wanted, candidates, chosen),
    )


async def _people_page(
    access: MemberAccess, motive: RequestMotive, candidates: Sequence[Candidate], chosen: list[int]
) -> dict[str, Any]:
    """The page of the list, who was ticked on others, and where the next page begins."""
    ticked = await employees_by_id(access, chosen)
    listed = candidates[:PAGE]
    names = names_apart([(each.name, each.birth_on) for each in listed])
    here = {each.id for each in listed}
    standings = await standings_of(access, listed, clock.moment())
    last = candidates[PAGE - 1] if len(candidates) > PAGE else None
    return {
        "motive": motive,
        "title": MOTIVES[motive].title,
        "for_one": motive in FOR_ONE,
        "go_on": GO_ON,
        "next_people": NEXT_PEOPLE,
        "people": [(each, name, standings[each.id]) for each, name in zip(listed, names, strict=True)],
        "chosen": set(ticked),
        "kept": [(key, employee_name(each)) for key, each in ticked.items() if key not in here],
        "following": f"{last.sort_key}~{last.id}" if last else "",
    }


@get(f"{NEW}/{{motive:str}}", right=Right.APPOINTMENTS)
async def form(request: Request, access: Member, motive: FromPath[str]) -> Response[Any]:
    wanted, chosen = _motive(motive), people_of_address(request.query_params)
    if not chosen:
        return see(request, "appointments.people", motive=wanted.value)
    typed = _fields_in_address(request.query_params) | {f"salarie_{each}": "oui" for each in chosen}
    typed["batch"] = once_token()
    return await _form_page(access, wanted, Form(typed), chosen, is_first=True)


@post(f"{NEW}/{{motive:str}}", right=Right.APPOINTMENTS)
async def ask(request: Request, access: Member, motive: FromPath[str]) -> Response[Any]:
    wanted, requests = _motive(motive), list[AppointmentRequest]()
    form, is_again = await Form.read(request, FORMS[wanted]), False
    if form.data:
        is_again = bool(requests := await batch_of(access, once_key(form.data)))
    if form.data and not is_again:
        async with form.attempt(access):
            requests = await ask_for_visits(access, wanted, form.data, clock.moment())
        if form.errors and (requests := await batch_of(access, once_key(form.data))):
            is_again, form.errors = True, {}  # Sent twice at once: the first one was written meanwhile.
    if form.errors:
        return await _form_page(access, wanted, form, _ticked_ids(form))
    return _see_requests(request, requests, is_again=is_again)


def people_of_address(query: MultiDict[str]) -> list[int]:
    """`salarie=12&salarie=40`: what is no number is left aside."""
    return _numbers(query.getall("salarie", []))


def _fields_in_address(query: MultiDict[str]) -> dict[str, str]:
    """Fields of an absence already typed, on the page before."""
    return {name: query[name][:20] for name in CARRIED if name in query}


def _ticked_ids(form: Form[Any]) -> list[int]:
    boxes = [name for name, value in form.typed.items() if name.startswith("salarie_") and value]
    return _numbers(name.removeprefix("salarie_") for name in boxes)


def _numbers(given: Iterable[str]) -> list[int]:
    return row_numbers(given, MOST_SHOWN)


async def _form_page(
    access: MemberAccess, motive: RequestMotive, form: Form[Any], chosen: list[int], *, is_first: bool = False
) -> Page:
    """`is_first`: who cannot be asked for is told at once, before anything is typed."""
    people_chosen = await employees_by_id(access, chosen)
    people_here = list(people_chosen.values()) if is_first else []
    return page(
        "appointments/form.html",
        form=form,
        motive=motive,
        told=MOTIVES[motive],
        people=[
            (employee_name(each), key)
            for key, each in sorted(people_chosen.items(), key=lambda row: (row[1].sort_key, row[0]))
        ],
        objections=await objections(access, motive, people_here, clock.moment(), is_exposed=True),
        chosen="&".join(f"salarie={key}" for key in people_chosen),
        verdict=views.verdict(form["cause"], form["stop_from"], form["back_on"]),
        may_ask=True,
        long_stop=LONG_STOP,
        to_return=urlencode(
            [("salarie", each) for each in people_chosen]
            + [("cause", ReturnCause.ACCIDENT_AT_WORK.value)]
            + [(name, form[name]) for name in CARRIED[1:]]
        ),
        causes={"": "Choisir"} | CAUSES,
        centres={"": "Indifférent"} | await centres(access),
        days=DAYS,
        halves=HALVES,
    )


def _see_requests(request: Request, requests: list[AppointmentRequest], *, is_again: bool) -> Response[Any]:
    if len(requests) == 1:
        done = {"fait": "deja" if is_again else "envoyee"}
        return see(request, "appointments.show", query=done, request_id=requests[0].key)
    return see(request, "appointments.index", query={"fait": "envoyees"})


def _motive(word: str) -> RequestMotive:
    """A motive that may be asked for; another one, forced by hand, is no address."""
    if word not in {each.value for each in MOTIVES}:
        raise NotFound
    return RequestMotive(word)


# The rule on the visit after an absence, before anything is asked.


@get("/espace/{code:str}/demandes/reprise", right=Right.VIEW)
async def verdict(
    request: Request,
    access: Member,
    cause: FromQuery[str] = "",
    stop_from: FromQuery[str] = "",
    back_on: FromQuery[str] = "",
) -> Response[Any]:
    """The rule on the visit after this absence, compulsory or not, before anything is asked."""
    typed = {"cause": cause, "stop_from": stop_from, "back_on": back_on}
    asked: Form[Any] = Form({name: value[:20] for name, value in typed.items()})
    if not wants_fragment(request):  # A field still being typed is not wrong yet.
        asked.errors, asked.status_code = return_problems(cause, stop_from, back_on), 200
    return page(
        "appointments/verdict.html",
        "partials/appointments/verdict.html",
        form=asked,
        verdict=views.verdict(cause, stop_from, back_on),
        kept=urlencode(asked.typed) if not asked.errors else "",
        causes={"": "Choisir"} | CAUSES,
        may_ask=Right.APPOINTMENTS in access.rights,
    )


MEMBER: list[Any] = [
    index, new, people, form, ask, verdict, show, messages, write, reading, read, cancelling,
    cancel,
]  # fmt: skip
