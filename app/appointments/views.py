"""Requests as their pages display them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from app.access import MemberAccess
from app.appointments.forms import CAUSES, HALF_DAYS
from app.appointments.queries import (
    RequestMessageRow,
    RequestRow,
    account_name,
    centres,
    slot_of_request,
    slots_in_vain,
    thread_of,
)
from app.appointments.rules import Return, return_visit
from app.appointments.staff import OVER, motive_title, state_words
from app.clock import PARIS
from app.employees.declared import employee_name
from app.follow_up.words import MOTIVE_TITLES
from app.rights import Right
from app.text.values import read_day
from app.web.paging import written_place
from db.models import AppointmentRequest, Employee, RequestMotive, RequestState, ReturnCause, Slot, SlotState

IN_VAIN = {
    SlotState.DECLINED: "rendu au service,",
    SlotState.CANCELLED: "annulé par le service,",
    SlotState.ABSENT: "manqué, noté",
}
EXPOSURE = (RequestMotive.AFTER_EXPOSURE, RequestMotive.END_OF_CAREER)
BACK_ON = {
    RequestMotive.AFTER_EXPOSURE: "Fin de l’exposition",
    RequestMotive.END_OF_CAREER: "Départ à la retraite",
}


class RequestLine(NamedTuple):
    """`place`: after which row the next page starts."""

    id: int
    name: str
    motive: str
    state: str
    sent_at: datetime
    updated_at: datetime
    starts_at: datetime | None
    is_unread: bool
    place: str


def request_lines(rows: Sequence[RequestRow]) -> list[RequestLine]:
    return [
        RequestLine(
            id=row.id,
            name=row.name,
            motive=motive_title(row.motive),
            state=state_words(row.motive, row.state),
            sent_at=row.sent_at,
            updated_at=row.updated_at,
            starts_at=row.starts_at,
            is_unread=row.unread_at is not None,
            place=written_place(row.sent_at, row.id),
        )
        for row in rows
    ]


class RequestStage(NamedTuple):
    words: str
    at: datetime


class RequestDetails(NamedTuple):
    """`verdict`: what the law says of a return. `slot`: the appointment that answers. `may_cancel`: still."""

    id: int
    employee_id: int
    name: str
    title: str
    state: str
    asked_by: str
    on_behalf: bool
    steps: list[RequestStage]
    facts: list[tuple[str, str]]
    verdict: Return | None
    refusal: str
    thread: list[RequestMessageRow]
    slot: Slot | None
    is_unread: bool
    may_cancel: bool
    is_over: bool


async def request_details(access: MemberAccess, request_id: int) -> RequestDetails:
    """One request, whole. Its reason and its messages are for people who may ask for visits."""
    request = await access.get(AppointmentRequest, request_id)
    employee = await access.get(Employee, request.employee_id)
    slot = await slot_of_request(access, request.key)
    may_read_all = Right.APPOINTMENTS in access.rights
    names = await centres(access) if request.centre_id else {}
    has_slot = slot is not None and slot.state in {SlotState.PROPOSED, SlotState.CONFIRMED}
    return RequestDetails(
        id=request.key,
        employee_id=employee.key,
        name=employee_name(employee),
        title=motive_title(request.motive),
        state=state_words(request.motive, request.state),
        asked_by=await account_name(access, request.account_id),
        on_behalf=request.on_behalf,
        steps=_steps(request, await slots_in_vain(access, request.key)),
        facts=facts_of(request, names.get(str(request.centre_id), "")) if may_read_all else [],
        verdict=verdict_of(request) if may_read_all else None,
        refusal=request.refusal if may_read_all else "",
        thread=await thread_of(access, request.key) if may_read_all else [],
        slot=slot,
        is_unread=request.unread_at is not None,
        may_cancel=request.state not in OVER and not has_slot,
        is_over=request.state in OVER,
    )


def _steps(request: AppointmentRequest, missed: Sequence[Slot]) -> list[RequestStage]:
    """Stages of the request, and of the appointments that answered it in vain."""
    stages = [
        RequestStage(state_words(request.motive, state).capitalize(), getattr(request, f"{state}_at"))
        for state in RequestState
        if getattr(request, f"{state}_at")
    ]
    for slot in missed:
        day = slot.starts_at.astimezone(PARIS)
        stages.append(
            RequestStage(f"Rendez-vous du {day:%d/%m/%Y} {IN_VAIN[SlotState(slot.state)]}", slot.updated_at)
        )
    return sorted(stages, key=lambda each: each.at)


def facts_of(request: AppointmentRequest, centre: str = "") -> list[tuple[str, str]]:
    """The facts of a request, (label, words) each; `centre`: the name of the one that is wished. A
    reader who may not know of health is told of the wishes alone.
    """
    is_secret = MOTIVE_TITLES.is_secret(request.motive)
    causes = [] if is_secret else _causes_of(request)
    facts = [
        *causes,
        ("Demi-journées souhaitées", ", ".join(HALF_DAYS[each] for each in request.half_days.split())),
        ("Centre souhaité", centre),
        ("Accessibilité", "Locaux accessibles demandés" if request.needs_access else ""),
        ("Interprète", request.interpreter),
    ]
    return [(label, value) for label, value in facts if value]


def _causes_of(request: AppointmentRequest) -> list[tuple[str, str]]:
    return [
        ("Cause de l’arrêt", CAUSES[ReturnCause(request.cause)] if request.cause else ""),
        ("Début de l’arrêt", _day(request.stop_from)),
        (BACK_ON.get(RequestMotive(request.motive), "Reprise"), _day(request.back_on)),
        ("Risques de l’exposition" if request.motive in EXPOSURE else "Motif écrit", request.reason),
    ]


def verdict_of(request: AppointmentRequest) -> Return | None:
    """The rule of law on the return that this request is about, if it is about one."""
    if MOTIVE_TITLES.is_secret(request.motive):
        return None
    if request.motive != RequestMotive.RETURN or not request.stop_from or not request.back_on:
        return None
    return return_visit(ReturnCause(request.cause), request.stop_from, request.back_on)


def verdict(cause: str, stop_from: str, back_on: str) -> Return | None:
    """The rule of law on a return, from the fields typed so far; None while one is missing."""
    try:
        visit = return_visit(ReturnCause(cause), read_day(stop_from), read_day(back_on))
    except ValueError:
        return None
    return visit if visit.days > 0 else None


def return_problems(cause: str, stop_from: str, back_on: str) -> dict[str, str]:
    """Field → error in the request about a return; an empty form has none."""
    days: dict[str, date] = {}
    problems = {} if cause in set(ReturnCause) else {"cause": "Choisissez la cause de l’arrêt."}
    asked = (("stop_from", stop_from, "de début de l’arrêt"), ("back_on", back_on, "de reprise"))
    for name, typed, which in asked:
        try:
            days[name] = read_day(typed)
        except ValueError:
            problems[name] = f"Saisissez la date {which}, par exemple 05/03/2026."
    if len(days) == 2 and days["back_on"] <= days["stop_from"]:
        problems["back_on"] = "La reprise doit suivre le début de l’arrêt."
    return problems if cause or stop_from or back_on else {}


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""
