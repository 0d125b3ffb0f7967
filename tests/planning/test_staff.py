"""What the service does of its planning: published, proposed, moved, withdrawn, done, missed."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from app import clock
from app.errors import NotFound, Refused
from app.planning.staff import (
    Opening,
    assign_slot,
    give_attestation,
    mark_absent,
    mark_done,
    move_slot,
    publish_slots,
    withdraw_slot,
)
from db.models import (
    AppointmentRequest,
    CareCentre,
    Employee,
    RequestMotive,
    RequestState,
    Slot,
    SlotState,
    Visit,
    VisitKind,
)
from tests.planning.steps import PLANNING, WEDNESDAY, a_slot, confirm, notices, service, the_slot
from tests.postbox import words_of
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
NURSE = "Solenn Prigent"


async def opening(portal, starts_at=WEDNESDAY, **more):
    (centre,) = await rows(portal, CareCentre)
    return Opening(starts_at, VisitKind.VIP, centre.key, NURSE, **more)


async def a_request(portal, world, person, motive=RequestMotive.EMPLOYER, kind=VisitKind.EMPLOYER):
    async with service(portal, world) as staff:
        request = AppointmentRequest(
            company_id=person.company_id, employee_id=person.key, account_id=world.alice.key,
            batch="un-lot-1", motive=motive, kind=kind, sent_at=clock.now(), updated_at=clock.now(),
        )  # fmt: skip
        staff.add(request)
        await staff.flush()
        return request


async def the_request(portal, request):
    (found,) = await rows(portal, AppointmentRequest, AppointmentRequest.id == request.id)
    return found


async def test_published_slots_are_open_on_the_planning_of_that_company_alone(alice, charlie, world, portal):
    async with service(portal, world) as staff:
        await publish_slots(staff, world.site.key, [await opening(portal)], clock.now())
    page = await alice.get(PLANNING)
    assert '<span class="tag wait">à attribuer</span>' in page.text
    assert re.search("<caption[^>]*>Centre de la Baie, .+ – avec Solenn Prigent", page.text)
    assert "à attribuer</span>" not in (await charlie.get("/espace/00042/planning")).text


@pytest.mark.parametrize("minutes", [0, 15, 29, -15, -29])
async def test_no_two_slots_of_a_professional_run_into_each_other(world, portal, minutes):
    await a_slot(portal, world.theirs)
    async with service(portal, world) as staff:
        with pytest.raises(Refused, match="déjà un rendez-vous à cette heure"):
            await publish_slots(
                staff,
                world.site.key,
                [await opening(portal, WEDNESDAY + timedelta(minutes=minutes))],
                clock.now(),
            )
    assert not await rows(portal, Slot, Slot.company_id == world.site.id)


@pytest.mark.parametrize("minutes", [30, -30])
async def test_slots_that_touch_are_two_slots(world, portal, minutes):
    await a_slot(portal, world.theirs)
    async with service(portal, world) as staff:
        at = WEDNESDAY + timedelta(minutes=minutes)
        await publish_slots(staff, world.site.key, [await opening(portal, at)], clock.now())
    assert len(await rows(portal, Slot, Slot.company_id == world.site.id)) == 1


async def test_of_several_slots_of_which_one_is_past_none_is_published(world, portal):
    past = await opening(portal, clock.now() - timedelta(minutes=1))
    async with service(portal, world) as staff:
        with pytest.raises(Refused, match="dans le passé"):
            await publish_slots(staff, world.site.key, [await opening(portal), past], clock.now())
    assert not await rows(portal, Slot, Slot.company_id == world.site.id)


async def test_the_same_hour_published_twice_in_one_go_is_refused_as_a_whole(world, portal):
    async with service(portal, world) as staff:
        with pytest.raises(Refused):
            await publish_slots(staff, world.site.key, [await opening(portal)] * 2, clock.now())
    assert not await rows(portal, Slot, Slot.company_id == world.site.id)


async def test_a_slot_is_proposed_to_somebody_of_that_company(alice, world, portal, elise):
    slot = await a_slot(portal, world.site)
    async with service(portal, world) as staff:
        await assign_slot(staff, slot.key, elise.key, clock.now())
    page = await alice.get(PLANNING)
    assert re.search('LE GALL Élise</a></th>\n.+\n<td><span class="tag wait">à confirmer<', page.text)
    async with service(portal, world) as staff:
        with pytest.raises(NotFound):
            await assign_slot(staff, slot.key, world.their_employee.key, clock.now())


async def test_a_slot_that_answers_a_request_plans_it_and_tells_who_asked(
    alice, world, portal, app, mailbox, elise
):
    slot = await a_slot(portal, world.site, kind=VisitKind.EMPLOYER)
    request = await a_request(portal, world, elise)
    async with service(portal, world) as staff:
        await assign_slot(staff, slot.key, elise.key, clock.now(), request.key)
    assert (await the_request(portal, request)).state == RequestState.PLANNED
    (letter,) = await mailbox.delivered(app)
    assert letter["to"] == "alice@ours.example"
    assert "planifiée" in words_of(letter)
    page = await alice.get(f"/espace/00010-2/demandes/{request.id}")
    assert f"/espace/00010-2/planning/{slot.id}" in page.text


async def test_moved_who_was_called_and_who_confirmed_learn_the_new_hour(
    app, alice, world, portal, mailbox, elise
):
    slot = await a_slot(portal, world.site, elise)
    await confirm(alice, slot)
    await mailbox.delivered(app)
    async with service(portal, world) as staff:
        await move_slot(staff, slot.key, WEDNESDAY + timedelta(hours=3), clock.now())
    assert await notices(portal) == [("summons", "elise@example.fr"), ("changed", "elise@example.fr")]
    page = await alice.get(PLANNING)
    assert "12 h 30" in page.text
    assert "confirmé par Alice Martin le 02/03/2026, déplacé par le service le 02/03/2026" in page.text
    assert (await the_slot(portal, slot.id)).sequence == 2
    (letter,) = (each for each in await mailbox.delivered(app) if each["to"] == "alice@ours.example")
    text = words_of(letter)
    assert "le service déplace le rendez-vous de LE GALL Élise" in text
    assert "Nouvelle date : mercredi 11 mars 2026 à 12 h 30, Centre de la Baie" in text


async def test_moved_before_anybody_was_called_nobody_is_written_to(world, portal, elise):
    slot = await a_slot(portal, world.site, elise)
    async with service(portal, world) as staff:
        await move_slot(staff, slot.key, WEDNESDAY + timedelta(hours=3), clock.now())
    assert await notices(portal) == []


async def test_withdrawn_the_request_waits_again_and_both_are_told(alice, world, portal, elise):
    request = await a_request(portal, world, elise)
    slot = await a_slot(portal, world.site, elise, kind=VisitKind.EMPLOYER, request_id=request.key)
    await confirm(alice, slot)
    async with service(portal, world) as staff:
        await withdraw_slot(staff, slot.key, clock.now())
    assert (await the_slot(portal, slot.id)).state == SlotState.CANCELLED
    assert [kind for kind, _ in await notices(portal)] == ["summons", "cancelled"]
    found = await the_request(portal, request)
    assert (found.state, found.unread_at is not None) == (RequestState.TAKEN, True)


async def test_done_it_enters_the_history_and_moves_the_deadline(alice, world, portal, elise):
    request = await a_request(portal, world, elise, RequestMotive.OVERDUE, VisitKind.VIP)
    today = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    slot = await a_slot(portal, world.site, elise, starts_at=today, state="confirmed", request_id=request.key)
    async with service(portal, world) as staff:
        visit = await mark_done(staff, slot.key, clock.now())
        await give_attestation(staff, visit.key, "attestation de suivi")
    (kept,) = await rows(portal, Visit, Visit.employee_id == elise.id, Visit.done_on == date(2026, 3, 2))
    assert (kept.kind, kept.professional, kept.notice) == (VisitKind.VIP, NURSE, "attestation de suivi")
    (row,) = await rows(portal, Employee, Employee.id == elise.id)
    assert (row.last_visit_on, row.due_on, row.due_kind) == (date(2026, 3, 2), date(2031, 3, 2), "vip")
    assert (await the_request(portal, request)).state == RequestState.DONE
    past = await alice.get(f"{PLANNING}/passees")
    assert "attestation de suivi" in past.text
    assert "Centre de la Baie" in past.text


async def test_the_date_that_the_professional_set_comes_first(world, portal, elise):
    slot = await a_slot(
        portal, world.site, elise, starts_at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC), state="confirmed"
    )
    async with service(portal, world) as staff:
        await mark_done(staff, slot.key, clock.now(), next_on=date(2027, 3, 2))
    (row,) = await rows(portal, Employee, Employee.id == elise.id)
    assert row.due_on == date(2027, 3, 2)


@pytest.mark.parametrize(
    ("state", "excused", "fee"),
    [("confirmed", False, 7000), ("confirmed", True, 0), ("proposed", False, 0)],
)
async def test_missed_it_is_billed_if_confirmed_and_not_excused_and_the_visit_is_still_due(
    alice, world, portal, elise, monkeypatch, state, excused, fee
):
    monkeypatch.setattr(portal.settings, "service_absence_fee_cents", 7000)
    slot = await a_slot(
        portal, world.site, elise, starts_at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC), state=state
    )
    async with service(portal, world) as staff:
        await mark_absent(staff, slot.key, clock.now(), excused=excused)
    assert (await the_slot(portal, slot.id)).fee_cents == fee
    assert "Rendez-vous manqués depuis un an" in (await alice.get(f"{PLANNING}/passees")).text
    (row,) = await rows(portal, Employee, Employee.id == elise.id)
    assert row.due_on == date(2026, 6, 1)


async def test_nothing_is_marked_before_its_hour_nor_twice(world, portal, elise):
    later = await a_slot(portal, world.site, elise)
    async with service(portal, world) as staff:
        for act in (mark_done, mark_absent):
            with pytest.raises(Refused, match="n’a pas encore eu lieu"):
                await act(staff, later.key, clock.now())
    gone = await a_slot(portal, world.site, starts_at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC), state="done")
    async with service(portal, world) as staff:
        for act in (mark_done, withdraw_slot):
            with pytest.raises(Refused, match="n’est plus en cours"):
                await act(staff, gone.key, clock.now())
