"""What follows an appointment: the request it answers, the history, and nobody in two places at once."""

from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.errors import Refused
from app.planning.staff import assign_slot, mark_absent, mark_done, move_slot, withdraw_slot
from db.models import AppointmentRequest, AuditKind, RequestMotive, RequestState, SlotState, VisitKind
from tests.employees.people import as_shown
from tests.planning.steps import (
    PLANNING,
    WEDNESDAY,
    a_person,
    a_slot,
    confirm,
    service,
    the_slot,
    told_events,
)
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
EARLY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # an hour ago


@pytest.fixture
async def request_(portal, world, elise):
    """Her periodic visit was asked for."""
    async with service(portal, world) as staff:
        made = AppointmentRequest(
            company_id=world.site.key, employee_id=elise.key, account_id=world.alice.key, batch="un-lot-1",
            motive=RequestMotive.OVERDUE, kind=VisitKind.VIP, sent_at=clock.now(), updated_at=clock.now(),
        )  # fmt: skip
        staff.add(made)
        await staff.flush()
        return made


async def state_of(portal, request):
    (found,) = await rows(portal, AppointmentRequest, AppointmentRequest.id == request.id)
    return found.state


async def give_back(actor, slot, word="absence", **more):
    path = f"{PLANNING}/{slot.id}/{word}"
    return await actor.fill(path, **await as_shown(actor, path) | more)


async def test_a_request_follows_the_appointment_that_is_confirmed_given_back_and_taken_back(
    alice, world, portal, elise, request_
):
    slot = await a_slot(portal, world.site, elise)
    await confirm(alice, slot)
    assert await state_of(portal, request_) == RequestState.PLANNED
    assert (await the_slot(portal, slot.id)).request_id == request_.id
    await give_back(alice, slot, reason="a_refaire")
    assert await state_of(portal, request_) == RequestState.TAKEN
    await confirm(alice, slot)
    assert await state_of(portal, request_) == RequestState.PLANNED


async def test_proposed_without_naming_the_request_it_is_answered_all_the_same(
    world, portal, elise, request_
):
    slot = await a_slot(portal, world.site, starts_at=EARLY)
    async with service(portal, world) as staff:
        await assign_slot(staff, slot.key, elise.key, clock.now())
    assert await state_of(portal, request_) == RequestState.PLANNED
    async with service(portal, world) as staff:
        await mark_done(staff, slot.key, clock.now())
    assert await state_of(portal, request_) == RequestState.DONE


async def test_another_date_asked_then_the_slot_taken_back_nothing_is_looked_for_any_more(
    alice, world, portal, elise
):
    slot = await a_slot(portal, world.site, elise)
    await give_back(alice, slot, "autre-date")
    (request,) = await rows(portal, AppointmentRequest, AppointmentRequest.employee_id == elise.id)
    assert request.state == RequestState.SENT
    await confirm(alice, slot)
    assert await state_of(portal, request) == RequestState.PLANNED


async def test_another_date_asked_twice_from_one_page_is_asked_once(alice, world, portal, elise):
    slot = await a_slot(portal, world.site, elise)
    path = f"{PLANNING}/{slot.id}/autre-date"
    seen = await as_shown(alice, path)
    first, second = [await alice.fill("/deconnexion", to=path, **seen) for _ in range(2)]
    assert (first.status_code, second.headers["location"]) == (303, first.headers["location"])
    assert len(await rows(portal, AppointmentRequest, AppointmentRequest.employee_id == elise.id)) == 1


async def test_proposed_to_somebody_else_the_first_is_told_and_their_request_waits_again(
    alice, world, portal, elise, request_
):
    slot = await a_slot(portal, world.site, elise)
    await confirm(alice, slot)
    yann = await a_person(portal, world.site, "MORVAN", first_names="Yann")
    async with service(portal, world) as staff:
        await assign_slot(staff, slot.key, yann.key, clock.now())
    assert await state_of(portal, request_) == RequestState.TAKEN
    row = await the_slot(portal, slot.id)
    assert (row.state, row.employee_id, row.request_id) == (SlotState.PROPOSED, yann.id, None)


async def test_what_the_service_does_is_in_the_companys_history(world, portal, elise):
    first = await a_slot(portal, world.site)
    over = await a_slot(portal, world.site, elise, EARLY, kind=VisitKind.EXAM, state="confirmed")
    missed = EARLY - timedelta(hours=1)
    gone = await a_slot(portal, world.site, elise, missed, kind=VisitKind.EMPLOYER, state="confirmed")
    async with service(portal, world) as staff:
        await assign_slot(staff, first.key, elise.key, clock.now())
        await move_slot(staff, first.key, WEDNESDAY + timedelta(hours=1), clock.now())
        await withdraw_slot(staff, first.key, clock.now())
        await mark_done(staff, over.key, clock.now())
        await mark_absent(staff, gone.key, clock.now())
    assert await told_events(portal) == [
        (AuditKind.SLOT_PROPOSED, "LE GALL Élise, 11/03/2026 à 9 h 30"),
        (AuditKind.SLOT_MOVED, "LE GALL Élise, 11/03/2026 à 10 h 30"),
        (AuditKind.SLOT_WITHDRAWN, "LE GALL Élise, 11/03/2026 à 10 h 30"),
        (AuditKind.VISIT_DONE, "LE GALL Élise, 02/03/2026 à 9 h 00"),
        (AuditKind.VISIT_MISSED, "LE GALL Élise, 02/03/2026 à 8 h 00"),
    ]


# --- Nobody in two places at once: the database says so, whatever the lengths


@pytest.mark.parametrize("minutes", [-44, -15, 0, 20, 29])
async def test_an_employee_is_not_in_two_appointments_that_overlap(world, portal, elise, minutes):
    await a_slot(portal, world.site, elise)
    at = WEDNESDAY + timedelta(minutes=minutes)
    other = await a_slot(
        portal, world.site, starts_at=at, minutes=45, kind=VisitKind.EXAM, professional="Dr Morvan"
    )
    async with service(portal, world) as staff:
        with pytest.raises(Refused, match="déjà un rendez-vous"):
            await assign_slot(staff, other.key, elise.key, clock.now())
    assert (await the_slot(portal, other.id)).employee_id is None


@pytest.mark.parametrize("minutes", [-45, 30])
async def test_appointments_that_touch_are_two_appointments(world, portal, elise, minutes):
    await a_slot(portal, world.site, elise)
    at = WEDNESDAY + timedelta(minutes=minutes)
    other = await a_slot(portal, world.site, starts_at=at, minutes=45, kind=VisitKind.EXAM)
    async with service(portal, world) as staff:
        await assign_slot(staff, other.key, elise.key, clock.now())
    assert (await the_slot(portal, other.id)).employee_id == elise.id


async def test_a_slot_is_not_moved_onto_another_of_the_same_professional(world, portal):
    await a_slot(portal, world.theirs)
    slot = await a_slot(portal, world.site, starts_at=WEDNESDAY + timedelta(hours=1))
    async with service(portal, world) as staff:
        with pytest.raises(Refused, match="déjà un rendez-vous"):
            await move_slot(staff, slot.key, WEDNESDAY + timedelta(minutes=15), clock.now())


async def test_a_long_slot_given_back_is_not_taken_back_over_what_was_published_within(
    alice, world, portal, elise
):
    slot = await a_slot(portal, world.site, elise, minutes=60)
    await give_back(alice, slot, reason="a_refaire")
    await a_slot(portal, world.theirs, starts_at=WEDNESDAY + timedelta(minutes=30))
    refused = await confirm(alice, slot)
    assert refused.status_code == 409
    assert "Ce créneau a été donné à quelqu’un d’autre entre-temps." in refused.text
