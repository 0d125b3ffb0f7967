"""The requests that appointments answer: planned when one is fixed, waiting again when it falls through."""

from datetime import datetime

from app.access import MemberAccess, StaffAccess
from app.appointments.service import OVER, tell_asker
from app.planning.document import when_words
from app.planning.queries import open_request_of
from app.planning.slot_queries import SlotRow
from db.models import AppointmentRequest, RequestState, Slot, SlotState


async def request_for(
    access: MemberAccess | StaffAccess, slot: Slot, employee_id: int
) -> AppointmentRequest | None:
    """What an appointment of this person answers: the request it came from, or one for that visit."""
    if slot.request_id and slot.employee_id == employee_id:
        return await access.get(AppointmentRequest, slot.request_id)
    return await open_request_of(access, employee_id, slot.kind)


def planned(request: AppointmentRequest | None, now: datetime) -> int | None:
    """Its number, for the slot that answers it."""
    if request is None:
        return None
    if request.state not in OVER:
        request.state, request.planned_at, request.updated_at = RequestState.PLANNED, now, now
    return request.key


async def tell_of(
    access: StaffAccess, request: AppointmentRequest | None, row: SlotRow, now: datetime
) -> None:
    """To who asked: what became of the appointment, as it is (`row`)."""
    if request is None:
        return
    when = when_words(row.starts)
    news = {
        SlotState.CANCELLED: f"Le service annule le rendez-vous ({when}) et proposera une autre date.",
        SlotState.ABSENT: f"Personne n’est venu au rendez-vous ({when}) : dites au service ce qu’il en est.",
        SlotState.DONE: f"La visite a eu lieu ({when}).",
    }.get(SlotState(row.state), f"Rendez-vous proposé : {when}, {row.place}. Répondez dans « Mon planning ».")
    await tell_asker(access, request, now, news=news)


async def release_request(
    access: MemberAccess | StaffAccess, slot: Slot, now: datetime
) -> AppointmentRequest | None:
    """The request that this slot answered waits for another."""
    if not slot.request_id:
        return None
    request = await access.get(AppointmentRequest, slot.request_id)
    if request.state == RequestState.PLANNED:
        request.state, request.planned_at, request.updated_at = RequestState.TAKEN, None, now
        request.taken_at = request.taken_at or now
    return request
