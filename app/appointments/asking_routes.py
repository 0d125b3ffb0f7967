"""Asking for a visit: why, for whom, then what is to be said. Every choice is in the address."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request, get, post
from litestar.datastructures import MultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.appointments.asking_service import FOR_ONE, LONG_STOP, ask_for_visits
from app.appointments.forms import CAUSES, DAYS, FORMS, HALVES
from app.appointments.people_queries import Person, people_by_id, people_for
from app.appointments.queries import batch_of
from app.appointments.rules import MOTIVES
from app.appointments.shown import new_token, verdict
from app.appointments.thread_queries import centres
from app.employees.declared import declared_of, name_of, names_apart
from app.employees.listing import place_of
from app.employees.queries import PAGE
from app.employees.service import Moment
from app.errors import NotFound
from app.fields import once_key
from app.forms import Form
from app.places import row_number
from app.rights import Right
from app.web import Page, page, page_number, see
from db.models import AppointmentRequest, RequestMotive, ReturnCause

NEW = "/espace/{code:str}/demandes/nouvelle"
CARRIED = ("cause", "stop_from", "back_on")  # of an absence, from one page to the next
MOST_SHOWN = 100  # more than one request may hold: who is too many is seen, then told


# What the buttons of the list say and send: lynx shows the value of a button as its text.
GO_ON, NEXT_PEOPLE = "Continuer", "Salariés suivants"
NOBODY = "Choisissez au moins un salarié."


@get(NEW, name="appointments.new")
async def new(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    """Why: only what an employer may ask for. The pré-reprise is explained, never offered."""
    access.require(Right.APPOINTMENTS)
    people = await people_by_id(access, asked_people(request.query_params))
    return page(
        "appointments/new.html",
        company=access.company,
        motives=MOTIVES,
        people=[name_of(declared_of(each)) for each in people.values()],
        chosen="&".join(f"salarie={key}" for key in people),
    )


@get(f"{NEW}/{{motive:str}}/salaries", name="appointments.people")
async def people(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    motive: FromPath[str],
    q: FromQuery[str] = "",
    etape: FromQuery[str] = "",
    suivants: FromQuery[str] = "",
) -> Response[Any]:
    """For whom: a list to tick, searched by name. What was ticked before is carried along.

    One form that sends to this address: `etape` is the button pressed, none for a search.
    """
    access.require(Right.APPOINTMENTS)
    wanted, chosen = _motive(motive), asked_people(request.query_params)
    if etape == GO_ON and chosen:
        query = _carried(request.query_params) | {"salarie": [str(each) for each in chosen]}
        return see(request, "appointments.form", query=query, code=access.company.code, motive=wanted.value)
    after = place_of(suivants, "nom") if etape == NEXT_PEOPLE else None
    found = await people_for(access, wanted, q[:100], clock.today(), after)
    form: Form[Any] = Form()
    if etape == GO_ON:
        form.errors[f"salarie-{found[0].id}" if found else ""] = NOBODY
    return page(
        "appointments/people.html",
        "partials/appointments/people.html",
        form=form,
        q=q[:100],
        typed=_carried(request.query_params),
        is_first=after is None,
        page_number=page_number(request.query_params, "suivants") if after else 1,
        **await _people_shown(access, wanted, found, chosen),
    )


async def _people_shown(
    access: MemberAccess, motive: RequestMotive, found: Sequence[Person], chosen: list[int]
) -> dict[str, Any]:
    """The page of the list, who was ticked on others, and where the next page begins."""
    kept = await people_by_id(access, chosen)
    listed = found[:PAGE]
    names = names_apart([(each.name, each.birth_on) for each in listed])
    here = {each.id for each in listed}
    last = found[PAGE - 1] if len(found) > PAGE else None
    return {
        "company": access.company,
        "motive": motive,
        "title": MOTIVES[motive].title,
        "for_one": motive in FOR_ONE,
        "go_on": GO_ON,
        "next_people": NEXT_PEOPLE,
        "people": list(zip(listed, names, strict=True)),
        "chosen": set(kept),
        "kept": [(key, name_of(declared_of(each))) for key, each in kept.items() if key not in here],
        "following": f"{last.sort_key}~{last.id}" if last else "",
    }


@get(f"{NEW}/{{motive:str}}", name="appointments.form")
async def form(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    motive: FromPath[str],
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    wanted, chosen = _motive(motive), asked_people(request.query_params)
    if not chosen:
        return see(request, "appointments.people", code=access.company.code, motive=wanted.value)
    typed = _carried(request.query_params) | {f"salarie_{each}": "oui" for each in chosen}
    typed["batch"] = new_token()
    return await _form(access, wanted, Form(typed), chosen)


@post(f"{NEW}/{{motive:str}}", name="appointments.ask")
async def ask(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    motive: FromPath[str],
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    wanted, asked = _motive(motive), list[AppointmentRequest]()
    form = await Form.read(request, FORMS[wanted])
    already = 0
    if form.data:
        already = len(await batch_of(access, once_key(form.data)))
        async with form.attempt(access):
            asked = await ask_for_visits(access, wanted, form.data, Moment(clock.now(), clock.today()))
    if form.data and form.errors and (asked := await batch_of(access, once_key(form.data))):
        # Sent twice at once: the first one was written meanwhile.
        already = len(asked)
    elif form.errors:
        return await _form(access, wanted, form, _ticked(form))
    return _asked(request, access, asked, is_again=bool(already))


def asked_people(query: MultiDict[str]) -> list[int]:
    """`salarie=12&salarie=40`: what is no number is left aside."""
    return _numbers(query.getall("salarie", []))


def _carried(query: MultiDict[str]) -> dict[str, str]:
    """What was already typed of an absence, on the page before."""
    return {name: query[name][:20] for name in CARRIED if name in query}


def _ticked(form: Form[Any]) -> list[int]:
    boxes = [name for name, value in form.typed.items() if name.startswith("salarie_") and value]
    return _numbers(name.removeprefix("salarie_") for name in boxes)


def _numbers(given: Iterable[str]) -> list[int]:
    return [each for each in dict.fromkeys(map(row_number, given)) if each][:MOST_SHOWN]


async def _form(access: MemberAccess, motive: RequestMotive, form: Form[Any], chosen: list[int]) -> Page:
    found = await people_by_id(access, chosen)
    return page(
        "appointments/form.html",
        form=form,
        company=access.company,
        motive=motive,
        told=MOTIVES[motive],
        people=[
            (name_of(declared_of(each)), key)
            for key, each in sorted(found.items(), key=lambda row: (row[1].sort_key, row[0]))
        ],
        chosen="&".join(f"salarie={key}" for key in found),
        verdict=verdict(form["cause"], form["stop_from"], form["back_on"]),
        today=clock.today(),
        may_ask=True,
        long_stop=LONG_STOP,
        to_return=urlencode(
            [("salarie", each) for each in found]
            + [("cause", ReturnCause.ACCIDENT_AT_WORK.value)]
            + [(name, form[name]) for name in CARRIED[1:]]
        ),
        causes={"": "Choisir"} | CAUSES,
        centres={"": "Indifférent"} | await centres(access),
        days=DAYS,
        halves=HALVES,
    )


def _asked(
    request: Request[Any, Any, Any], access: MemberAccess, asked: list[AppointmentRequest], *, is_again: bool
) -> Response[Any]:
    code = access.company.code
    if len(asked) == 1:
        done = {"fait": "deja" if is_again else "envoyee"}
        return see(request, "appointments.show", query=done, code=code, request_id=asked[0].key)
    return see(request, "appointments.index", query={"fait": "envoyees"}, code=code)


def _motive(word: str) -> RequestMotive:
    """A motive that may be asked for; another one, forced by hand, is no address."""
    if word not in {each.value for each in MOTIVES}:
        raise NotFound
    return RequestMotive(word)


MEMBER: list[Any] = [new, people, form, ask]
