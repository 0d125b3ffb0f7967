"""Requests as their pages tell them."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from app.access import MemberAccess
from app.appointments.forms import CAUSES, HALF_DAYS
from app.appointments.queries import RequestRow
from app.appointments.rules import Return, return_visit
from app.appointments.service import OVER, motive_title, state_words
from app.appointments.thread_queries import (
    Said,
    account_name,
    centres,
    slot_of_request,
    slots_in_vain,
    thread_of,
)
from app.clock import PARIS
from app.employees.declared import declared_of, name_of
from app.fields import read_day
from app.places import written_place
from app.rights import Right
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
            row.id, row.name, motive_title(row.motive), state_words(row.motive, row.state), row.sent_at,
            row.updated_at, row.starts_at, row.unread_at is not None, written_place(row.sent_at, row.id),
        )
        for row in rows
    ]  # fmt: skip


class Step(NamedTuple):
    words: str
    at: datetime


class Followed(NamedTuple):
    """`verdict`: what the law says of a return. `slot`: the appointment that answers. `may_cancel`: still."""

    id: int
    employee_id: int
    name: str
    title: str
    state: str
    asked_by: str
    on_behalf: bool
    steps: list[Step]
    facts: list[tuple[str, str]]
    verdict: Return | None
    refusal: str
    thread: list[Said]
    slot: Slot | None
    is_unread: bool
    may_cancel: bool
    is_over: bool


async def followed(access: MemberAccess, request_id: int) -> Followed:
    """One request, whole. Why it was asked and what is said about it are for those who may ask for visits."""
    request = await access.get(AppointmentRequest, request_id)
    employee = await access.get(Employee, request.employee_id)
    slot = await slot_of_request(access, request.key)
    tells_all = Right.APPOINTMENTS in access.rights
    has_slot = slot is not None and slot.state in {SlotState.PROPOSED, SlotState.CONFIRMED}
    return Followed(
        request.key, employee.key, name_of(declared_of(employee)), motive_title(request.motive),
        state_words(request.motive, request.state), await account_name(access, request.account_id),
        request.on_behalf, _steps(request, await slots_in_vain(access, request.key)),
        await _facts(access, request) if tells_all else [],
        _verdict(request) if tells_all else None, request.refusal if tells_all else "",
        await thread_of(access, request.key) if tells_all else [],
        slot, request.unread_at is not None,
        request.state not in OVER and not has_slot, request.state in OVER,
    )  # fmt: skip


def _steps(request: AppointmentRequest, missed: Sequence[Slot]) -> list[Step]:
    """What became of the request, and of the appointments that answered it in vain."""
    found = [
        Step(state_words(request.motive, state).capitalize(), getattr(request, f"{state}_at"))
        for state in RequestState
        if getattr(request, f"{state}_at")
    ]
    for slot in missed:
        day = slot.starts_at.astimezone(PARIS)
        found.append(Step(f"Rendez-vous du {day:%d/%m/%Y} {IN_VAIN[SlotState(slot.state)]}", slot.updated_at))
    return sorted(found, key=lambda each: each.at)


async def _facts(access: MemberAccess, request: AppointmentRequest) -> list[tuple[str, str]]:
    names = await centres(access) if request.centre_id else {}
    found = [
        ("Cause de l’arrêt", CAUSES[ReturnCause(request.cause)] if request.cause else ""),
        ("Début de l’arrêt", _day(request.stop_from)),
        (BACK_ON.get(RequestMotive(request.motive), "Reprise"), _day(request.back_on)),
        ("Risques de l’exposition" if request.motive in EXPOSURE else "Motif écrit", request.reason),
        ("Demi-journées souhaitées", ", ".join(HALF_DAYS[each] for each in request.half_days.split())),
        ("Centre souhaité", names.get(str(request.centre_id), "")),
        ("Accessibilité", "Locaux accessibles demandés" if request.needs_access else ""),
        ("Interprète", request.interpreter),
    ]
    return [(label, value) for label, value in found if value]


def _verdict(request: AppointmentRequest) -> Return | None:
    if request.motive != RequestMotive.RETURN or not request.stop_from or not request.back_on:
        return None
    return return_visit(ReturnCause(request.cause), request.stop_from, request.back_on)


def verdict(cause: str, stop_from: str, back_on: str) -> Return | None:
    """What the law says of a return, as far as it was typed; None while something is missing."""
    try:
        found = return_visit(ReturnCause(cause), read_day(stop_from), read_day(back_on))
    except ValueError:
        return None
    return found if found.days > 0 else None


def return_problems(cause: str, stop_from: str, back_on: str) -> dict[str, str]:
    """Field → what is wrong with what was asked about a return; nothing was asked of an empty form."""
    days: dict[str, date] = {}
    found = {} if cause in set(ReturnCause) else {"cause": "Choisissez la cause de l’arrêt."}
    for name, typed in (("stop_from", stop_from), ("back_on", back_on)):
        try:
            days[name] = read_day(typed)
        except ValueError:
            found[name] = "Écrivez cette date, par exemple 05/03/2026."
    if len(days) == 2 and days["back_on"] <= days["stop_from"]:
        found["back_on"] = "La reprise doit suivre le début de l’arrêt."
    return found if cause or stop_from or back_on else {}


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def new_token() -> str:
    """Drawn with a form, so that the same form sent twice is known."""
    return secrets.token_urlsafe(16)
