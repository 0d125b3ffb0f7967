"""A slot given back, free or not, taken back, or exchanged for another date."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.planning.staff import assign_slot, move_slot
from db.models import AppointmentRequest, RequestMotive, RequestState, SlotState, VisitKind
from tests.appointments.steps import a_request, the_request
from tests.employees.people import acting, as_shown, fields_of
from tests.pages import check
from tests.planning.steps import (
    FREE_UNTIL,
    PLANNING,
    WEDNESDAY,
    a_person,
    a_slot,
    confirm,
    notices,
    service,
    the_slot,
    told_events,
)
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def give_back(actor, slot, reason="a_refaire", **more):
    path = f"{PLANNING}/{slot.id}/absence"
    return await actor.fill(path, **await as_shown(actor, path) | {"reason": reason} | more)


async def test_the_notice_and_the_fee_are_said_before_the_click(app, alice, world, portal, slot, monkeypatch):
    monkeypatch.setattr(portal.settings, "service_absence_fee_cents", 7050)
    assert (
        "n’est pas confirmé : le rendre au service ne coûte rien."
        in (await alice.get(f"{PLANNING}/{slot.id}/absence")).text
    )
    await confirm(alice, slot)
    page = await alice.get(f"{PLANNING}/{slot.id}/absence")
    assert f"Annulation sans frais jusqu’au {FREE_UNTIL} ; ensuite" in page.text
    assert "(70,50 € hors taxes)" in page.text
    assert "La raison d’une absence n’est ni demandée ni gardée" in page.text
    check(page)


async def test_given_back_in_time_it_costs_nothing_and_the_person_is_told(alice, world, portal, slot):
    await confirm(alice, slot)
    done = await alice.follow(await give_back(alice, slot))
    assert "Le créneau est rendu au service." in done.text
    row = await the_slot(portal, slot.id)
    assert (row.state, row.reason, row.fee_cents) == (SlotState.DECLINED, "a_refaire", 0)
    assert [kind for kind, _ in await notices(portal)] == ["summons", "cancelled"]
    assert (await told_events(portal))[-1][1].endswith(": la visite reste à faire")
    assert "LE GALL" not in (await alice.get(PLANNING)).text
    assert "rendu au service par Alice Martin" in (await alice.get(PLANNING, params={"etat": "rendus"})).text


async def test_given_back_late_the_fee_of_the_page_is_owed(alice, world, portal, elise, monkeypatch):
    monkeypatch.setattr(portal.settings, "service_absence_fee_cents", 7000)
    slot = await a_slot(portal, world.site, elise, starts_at=datetime(2026, 3, 3, 9, 0, tzinfo=UTC))
    await confirm(alice, slot)
    page = await alice.get(f"{PLANNING}/{slot.id}/absence")
    assert "Le délai pour annuler sans frais est passé" in page.text
    await give_back(alice, slot, "a_refaire")
    assert (await the_slot(portal, slot.id)).fee_cents == 7000
    assert "manqués" not in (await alice.get(f"{PLANNING}/passees")).text


async def test_appointments_missed_are_listed_once_over_and_told_from_those_given_back_late(
    alice, world, portal, elise
):
    over = datetime(2026, 2, 25, 9, 0, tzinfo=UTC)
    await a_slot(portal, world.site, elise, over, state=SlotState.DECLINED, fee_cents=7000)
    await a_slot(portal, world.site, elise, over + timedelta(days=1), state=SlotState.ABSENT, fee_cents=7000)
    page = (await alice.get(f"{PLANNING}/passees")).text.partition("manqués</caption>")[2]
    lines = [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in page.split("<tr>")[2:]]
    assert lines[0].startswith("25/02/2026 LE GALL Élise rendu trop tard 70 €")
    assert lines[1].startswith("26/02/2026 LE GALL Élise absent 70 €")


async def test_a_proposal_that_nobody_confirmed_is_given_back_for_nothing(
    alice, world, portal, elise, monkeypatch
):
    monkeypatch.setattr(portal.settings, "service_absence_fee_cents", 7000)
    slot = await a_slot(portal, world.site, elise, starts_at=datetime(2026, 3, 3, 9, 0, tzinfo=UTC))
    await give_back(alice, slot)
    row = await the_slot(portal, slot.id)
    assert (row.state, row.fee_cents) == (SlotState.DECLINED, 0)


async def test_what_was_free_on_the_page_is_not_billed_without_being_said(
    alice, world, portal, elise, monkeypatch, time_machine_at
):
    monkeypatch.setattr(portal.settings, "service_absence_fee_cents", 7000)
    slot = await a_slot(portal, world.site, elise, starts_at=datetime(2026, 3, 4, 9, 5, tzinfo=UTC))
    await confirm(alice, slot)
    path = f"{PLANNING}/{slot.id}/absence"
    seen = await as_shown(alice, path) | {"reason": "a_refaire"}
    time_machine_at.shift(timedelta(minutes=10))
    refused = await alice.fill(path, **seen)
    assert refused.status_code == 422
    assert "vient de passer" in refused.text
    assert "70 € hors taxes" in refused.text
    assert (await the_slot(portal, slot.id)).state == SlotState.CONFIRMED
    again = fields_of(refused.text) | {"reason": "a_refaire"}
    assert (await alice.fill(path, **again)).status_code == 303
    assert (await the_slot(portal, slot.id)).fee_cents == 7000


async def test_a_slot_given_back_or_moved_meanwhile_is_not_confirmed_unread(app, alice, world, portal, slot):
    path = f"{PLANNING}/{slot.id}/confirmation"
    async with acting(app, portal, world.site, "rendez-vous") as bob:
        seen = await as_shown(bob, path)
        await give_back(alice, slot)
        late = await bob.fill(path, **seen)
        assert late.status_code == 409
        assert "Alice Martin a déjà rendu ce créneau" in late.text
        assert (await the_slot(portal, slot.id)).state == SlotState.DECLINED
        assert (await confirm(bob, slot)).status_code == 303
        seen = await as_shown(bob, f"{PLANNING}/{slot.id}/absence") | {"reason": "a_refaire"}
        async with service(portal, world) as staff:
            await move_slot(staff, slot.id, WEDNESDAY + timedelta(hours=3), clock.now())
        beaten = await bob.fill(f"{PLANNING}/{slot.id}/absence", **seen)
    assert beaten.status_code == 409
    assert "Le service a déplacé ce rendez-vous au mercredi 11 mars à 12 h 30" in beaten.text
    assert "Rendez-vous du mercredi 11 mars 2026 à 12 h 30" in beaten.text


@pytest.mark.parametrize("reason", ["", "maladie", "autre_date", "x" * 500])
async def test_a_reason_outside_the_short_list_is_refused_and_the_form_comes_back(
    alice, world, portal, slot, reason
):
    refused = await give_back(alice, slot, reason)
    assert refused.status_code == 422
    assert "Choisissez ce que devient cette visite." in refused.text
    check(refused)
    assert (await the_slot(portal, slot.id)).state == SlotState.PROPOSED


async def test_a_slot_given_back_by_mistake_is_taken_back(alice, world, portal, slot):
    await give_back(alice, slot)
    assert "Reprendre" in (await alice.get(f"{PLANNING}/{slot.id}")).text
    done = await alice.follow(await confirm(alice, slot))
    assert "Le créneau est repris et confirmé." in done.text
    row = await the_slot(portal, slot.id)
    assert (row.state, row.reason, row.fee_cents) == (SlotState.CONFIRMED, "", 0)


async def test_a_slot_that_went_to_another_company_meanwhile_is_not_taken_back(alice, world, portal, slot):
    await give_back(alice, slot)
    await a_slot(portal, world.theirs, starts_at=WEDNESDAY)
    refused = await confirm(alice, slot)
    assert refused.status_code == 409
    assert "Ce créneau a été donné à quelqu’un d’autre entre-temps." in refused.text
    assert (await the_slot(portal, slot.id)).state == SlotState.DECLINED


async def test_asking_for_another_date_gives_back_and_opens_a_request_with_its_wishes(
    alice, world, portal, elise, slot
):
    path = f"{PLANNING}/{slot.id}/autre-date"
    await confirm(alice, slot)
    page = await alice.get(path)
    assert f"sans frais jusqu’au {FREE_UNTIL}" in page.text
    check(page)
    wishes = {"half_jeu_matin": "oui", "message": "Plutôt en fin de mois."}
    done = await alice.follow(await alice.fill(path, **await as_shown(alice, path) | wishes))
    assert "Autre date pour un rendez-vous proposé" in done.text
    assert "Jeudi matin" in done.text
    assert "Plutôt en fin de mois." in done.text
    (request,) = await rows(portal, AppointmentRequest, AppointmentRequest.company_id == world.site.id)
    assert (request.motive, request.kind, request.state) == (
        RequestMotive.ANOTHER_DATE, VisitKind.VIP, RequestState.SENT,
    )  # fmt: skip
    assert (await the_slot(portal, slot.id)).state == SlotState.DECLINED


@pytest.mark.parametrize("state", ["cancelled", "declined", "done", "absent"])
async def test_what_is_over_offers_no_form_to_give_it_back(alice, world, portal, elise, state):
    slot = await a_slot(portal, world.site, elise, state=state)
    page = await alice.get(f"{PLANNING}/{slot.id}/absence")
    check(page)
    assert "Ce créneau ne peut plus être rendu" in page.text
    assert "Rendre au service" not in page.text


async def test_a_slot_taken_again_answers_the_request_of_now_and_not_the_one_that_was_cancelled(
    alice, portal, world
):
    """Cancelled meanwhile and asked again, the visit was planned for nobody; and asking for another date
    opened the cancelled request again beside the new one, which the database refused.
    """
    person = await a_person(portal, world.site)
    kind = VisitKind.EMPLOYER
    first = await a_request(portal, world.site, person, world.alice)
    slot = await a_slot(portal, world.site, kind=kind)
    async with service(portal, world) as access:
        await assign_slot(access, slot.id, person.key, clock.now(), first.id)
    slot = await the_slot(portal, slot.id)
    assert (await give_back(alice, slot, reason="a_refaire")).status_code == 303
    cancelled = f"/espace/00010-2/demandes/{first.id}/annulation"
    assert (await alice.fill(cancelled)).status_code == 303
    again = await a_request(portal, world.site, person, world.alice)
    slot = await the_slot(portal, slot.id)
    assert (await confirm(alice, slot)).status_code == 303
    slot = await the_slot(portal, slot.id)
    assert (slot.state, slot.request_id) == (SlotState.CONFIRMED, again.id)
    assert (await the_request(portal, again.id)).state == RequestState.PLANNED
    path = f"{PLANNING}/{slot.id}/autre-date"
    assert (await alice.fill(path, **await as_shown(alice, path))).status_code == 303
    assert (await the_request(portal, first.id)).state == RequestState.CANCELLED
    assert (await the_request(portal, again.id)).state == RequestState.TAKEN
