"""Answers to a slot: confirmed, given to somebody, given back, asked for another date; by two at once too."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from app.follow_up.law import DoneVisit
from db.models import (
    AuditEvent,
    AuditKind,
    Slot,
    SlotState,
    VisitKind,
)
from tests.appointments.steps import a_request
from tests.employees.people import acting, an_employee, as_shown
from tests.pages import TOKEN, check
from tests.planning.steps import (
    PLANNING,
    WEDNESDAY,
    a_person,
    a_slot,
    confirm,
    notices,
    the_slot,
    told_events,
)
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


@pytest.fixture
async def open_slot(portal, world):
    return await a_slot(portal, world.site, starts_at=WEDNESDAY + timedelta(hours=1))


async def choose(actor, slot, person, **more):
    path = f"{PLANNING}/{slot.id}/salarie"
    return await actor.fill(path, **await as_shown(actor, path) | {"employee": str(person.id)} | more)


# --- Confirmed


async def test_a_slot_confirmed_after_midnight_says_the_day_of_paris(alice, world, slot, time_machine_at):
    time_machine_at.move_to(datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    await alice.signed_in(world.alice)
    done = await alice.follow(await confirm(alice, slot))
    assert "confirmé par Alice Martin le 03/03/2026" in done.text


async def test_a_proposed_slot_is_confirmed_with_one_click(alice, world, portal, slot):
    listed = await alice.get(PLANNING)
    assert "1 à confirmer" in listed.text.replace("<strong>", "").replace("</strong>", "")
    assert "9 h 30" in listed.text
    done = await alice.follow(await confirm(alice, slot))
    assert "Le rendez-vous est confirmé et la convocation est envoyée." in done.text
    assert "confirmé par Alice Martin le 02/03/2026" in done.text
    check(done)
    row = await the_slot(portal, slot.id)
    assert (row.state, row.answered_by, row.sequence) == (SlotState.CONFIRMED, world.alice.id, 1)
    assert await notices(portal) == [("summons", "elise@example.fr")]
    assert await told_events(portal) == [(AuditKind.SLOT_CONFIRMED, "LE GALL Élise, 11/03/2026 à 9 h 30")]


async def test_in_place_the_row_comes_back_with_the_counters_that_follow(alice, world, slot):
    answer = await confirm(alice, slot, partial=True, around=f"{PLANNING}?semaine=2026-W11#contenu")
    assert answer.status_code == 200
    row, _, counters = answer.text.partition("<hx-partial")
    row = row.partition("<template>\n")[2].partition("</template>")[0]
    assert f'<tr id="planning-slot-{slot.id}"' in row
    assert 'data-hx-target="#planning-counters"' in counters
    assert "<html" not in answer.text
    page = TOKEN.sub(r"\1", (await alice.get(PLANNING)).text)
    assert TOKEN.sub(r"\1", row.strip()) in page
    assert counters.partition(">")[2].removesuffix("</hx-partial>").strip() in page


@pytest.mark.parametrize("around", [f"{PLANNING}/{{}}", f"{PLANNING}/{{}}/confirmation", "", "//["])
async def test_where_no_counters_are_the_row_comes_back_alone(alice, world, slot, around):
    answer = await confirm(alice, slot, partial=True, around=around.format(slot.id))
    assert f'id="planning-slot-{slot.id}"' in answer.text
    assert "hx-partial" not in answer.text


async def test_confirming_twice_is_confirming_once(alice, world, portal, slot):
    seen = await as_shown(alice, f"{PLANNING}/{slot.id}/confirmation")
    assert [(await confirm(alice, slot, **seen)).status_code for _ in range(2)] == [303, 303]
    assert (await the_slot(portal, slot.id)).sequence == 1
    assert len(await notices(portal)) == 1


async def test_who_comes_second_is_told_who_was_quicker(app, alice, world, portal, slot):
    async with acting(app, portal, world.site, "rendez-vous") as bob:
        seen = await as_shown(bob, f"{PLANNING}/{slot.id}/confirmation")
        await confirm(alice, slot)
        late = await confirm(bob, slot, **seen)
    assert late.status_code == 409
    assert "Alice Martin a déjà confirmé ce rendez-vous pour LE GALL Élise, le 02/03 à" in late.text
    check(late)


async def test_of_200_confirmations_at_once_one_is_made(app, alice, world, portal, slot):
    path = f"{PLANNING}/{slot.id}/confirmation"
    async with acting(app, portal, world.site, "rendez-vous") as bob:
        tokens = {each: await each.token(path) for each in (alice, bob)}
        answers = await asyncio.gather(
            *(
                each.post(path, data={"csrf": tokens[each], "sequence": "0"})
                for each in (alice, bob)
                for _ in range(100)
            )
        )
    assert set(Counter(answer.status_code for answer in answers)) <= {303, 409, 503}
    row = await the_slot(portal, slot.id)
    assert (row.state, row.sequence) == (SlotState.CONFIRMED, 1)
    assert len(await notices(portal)) == 1
    assert len(await told_events(portal)) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"starts_at": datetime(2026, 3, 2, 8, 59, tzinfo=UTC)}, "Ce créneau est passé."),
        ({"state": SlotState.CANCELLED}, "Le service a annulé ce créneau"),
        ({"state": SlotState.DONE}, "Le service a modifié ce créneau"),
    ],
)
async def test_a_slot_that_is_over_is_not_confirmed(alice, world, portal, elise, more, words):
    slot = await a_slot(portal, world.site, elise, **more)
    refused = await alice.post(
        f"{PLANNING}/{slot.id}/confirmation",
        data={"csrf": await alice.token("/deconnexion"), "sequence": "0"},
    )
    assert refused.status_code in {409, 422}
    assert words in refused.text
    assert (await the_slot(portal, slot.id)).sequence == 0


async def test_an_open_slot_is_not_confirmed_without_a_name(alice, world, portal, open_slot):
    token = await alice.token("/deconnexion")
    refused = await alice.post(
        f"{PLANNING}/{open_slot.id}/confirmation", data={"csrf": token, "sequence": "0"}
    )
    assert "Choisissez d’abord qui viendra." in refused.text


async def test_who_leaves_before_is_named_and_has_to_be_replaced(alice, world, portal):
    gone = await a_person(portal, world.site, exit_on="2026-03-10")
    slot = await a_slot(portal, world.site, gone)
    assert "quitte l’entreprise le 10/03/2026 : remplacez cette personne." in (await alice.get(PLANNING)).text
    token = await alice.token("/deconnexion")
    refused = await alice.post(f"{PLANNING}/{slot.id}/confirmation", data={"csrf": token, "sequence": "0"})
    assert refused.status_code == 422
    assert "quitte l’entreprise le 10 mars 2026" in refused.text


# --- Somebody for an open slot, somebody else for another


async def test_a_candidate_who_was_asked_for_is_no_longer_late(alice, world, portal, open_slot):
    fields = {"birth_name": "TARD", "entry_on": "2020-01-06"}
    late = await an_employee(portal, world.site, DoneVisit(VisitKind.VIP_INITIAL, date(2020, 2, 3)), **fields)
    path = f"{PLANNING}/{open_slot.id}/salarie"
    assert "en retard depuis le 03/02/2025" in (await alice.get(path)).text
    await a_request(portal, world.site, late, world.alice, kind=late.due_kind)
    page = (await alice.get(path)).text
    assert "demandé le 02/03/2026" in page
    assert "en retard depuis" not in page


async def test_an_open_slot_shows_those_to_whom_this_visit_is_due_the_most_urgent_first(
    alice, world, portal, open_slot
):
    await a_person(portal, world.site, "MORVAN")
    await an_employee(portal, world.site, birth_name="NOUVEAU", entry_on="2026-02-02")
    await a_person(portal, world.site, "PARTI", exit_on="2026-03-01")
    page = await alice.get(f"{PLANNING}/{open_slot.id}/salarie")
    check(page)
    assert "MORVAN" in page.text
    assert "NOUVEAU" not in page.text
    assert "PARTI" not in page.text
    assert "à faire avant le 01/06/2026" in page.text
    found = await alice.partial(f"{PLANNING}/{open_slot.id}/salarie", params={"q": "mörvan caissière"})
    assert "1 personne possible" in found.text
    assert (
        found.text.partition("</title>\n")[2].strip()[:80]
        in (await alice.get(f"{PLANNING}/{open_slot.id}/salarie", params={"q": "mörvan caissière"})).text
    )


async def test_choosing_confirms_and_calls_that_person(alice, world, portal, elise, open_slot):
    done = await alice.follow(await choose(alice, open_slot, elise))
    assert "Le rendez-vous est confirmé pour cette personne et la convocation est envoyée." in done.text
    row = await the_slot(portal, open_slot.id)
    assert (row.employee_id, row.state) == (elise.id, SlotState.CONFIRMED)
    assert await notices(portal) == [("summons", "elise@example.fr")]


async def test_nobody_is_called_twice_for_one_visit(alice, world, portal, elise, slot, open_slot):
    page = await alice.get(f"{PLANNING}/{open_slot.id}/salarie")
    assert "Personne n’a cette visite à prévoir." in page.text
    token = await alice.token("/deconnexion")
    fields = {"csrf": token, "sequence": "0", "employee": str(elise.id)}
    refused = await alice.post(f"{PLANNING}/{open_slot.id}/salarie", data=fields)
    assert refused.status_code == 422
    assert "un rendez-vous est déjà pris." in refused.text
    assert (await the_slot(portal, open_slot.id)).employee_id is None


async def test_a_visit_of_another_kind_is_refused_even_by_hand(alice, world, portal, elise):
    slot = await a_slot(portal, world.site, kind=VisitKind.EXAM)
    fields = {"csrf": await alice.token("/deconnexion"), "sequence": "0", "employee": str(elise.id)}
    refused = await alice.post(f"{PLANNING}/{slot.id}/salarie", data=fields)
    assert refused.status_code == 422
    assert "cette visite n’est ni à prévoir ni demandée" in refused.text


async def test_somebody_of_another_company_is_not_found(alice, world, portal, open_slot):
    fields = {
        "csrf": await alice.token("/deconnexion"),
        "sequence": "0",
        "employee": str(world.their_employee.id),
    }
    assert (await alice.post(f"{PLANNING}/{open_slot.id}/salarie", data=fields)).status_code == 404
    assert (await the_slot(portal, open_slot.id)).employee_id is None


async def test_replaced_the_first_is_told_that_it_is_off_and_the_second_is_called(
    alice, world, portal, elise, slot
):
    yann = await a_person(portal, world.site, "MORVAN", first_names="Yann", email="yann@example.fr")
    await confirm(alice, slot)
    done = await alice.follow(await choose(alice, slot, yann))
    assert "MORVAN Yann" in done.text
    assert await notices(portal) == [
        ("summons", "elise@example.fr"), ("cancelled", "elise@example.fr"), ("summons", "yann@example.fr"),
    ]  # fmt: skip
    kind, about = (await told_events(portal))[-1]
    assert (kind, about) == (
        AuditKind.SLOT_REPLACED, "MORVAN Yann, 11/03/2026 à 9 h 30 (au lieu de LE GALL Élise)",
    )  # fmt: skip


async def test_two_who_choose_from_the_same_page_one_wins_and_the_other_is_told(
    app, alice, world, portal, elise, open_slot
):
    yann = await a_person(portal, world.site, "MORVAN", first_names="Yann")
    path = f"{PLANNING}/{open_slot.id}/salarie"
    async with acting(app, portal, world.site, "rendez-vous") as bob:
        seen = await as_shown(bob, path)
        await choose(alice, open_slot, elise)
        late = await bob.fill("/deconnexion", to=path, **seen | {"employee": str(yann.id)})
    assert late.status_code == 409
    assert "Alice Martin a déjà confirmé ce rendez-vous pour LE GALL Élise" in late.text
    assert (await the_slot(portal, open_slot.id)).employee_id == elise.id


async def test_one_person_chosen_for_two_slots_at_once_gets_one(alice, world, portal, elise, open_slot):
    other = await a_slot(portal, world.site, starts_at=WEDNESDAY + timedelta(hours=2))
    token = await alice.token("/deconnexion")
    fields = {"csrf": token, "sequence": "0", "employee": str(elise.id)}
    answers = await asyncio.gather(
        *(
            alice.post(f"{PLANNING}/{each.id}/salarie", data=fields)
            for each in (open_slot, other)
            for _ in range(5)
        )
    )
    assert set(Counter(answer.status_code for answer in answers)) <= {303, 409, 422}
    assert len(await rows(portal, Slot, Slot.employee_id == elise.id)) == 1


# --- By whom


async def test_another_companys_slot_is_not_found_whatever_is_asked_of_it(alice, world, portal):
    theirs = await a_slot(portal, world.theirs)
    token = await alice.token("/deconnexion")
    absent = await alice.get(f"{PLANNING}/99999")
    for word in ("", "/confirmation", "/salarie", "/absence", "/autre-date", "/convocation", "/calendrier"):
        answer = await alice.get(f"{PLANNING}/{theirs.id}{word}")
        assert (answer.status_code, answer.content) == (404, absent.content), word
    for word in ("confirmation", "salarie", "absence", "autre-date"):
        fields = {
            "csrf": token,
            "sequence": "0",
            "employee": "1",
            "reason": "a_refaire",
            "batch": "un-jeton-1",
        }
        assert (await alice.post(f"{PLANNING}/{theirs.id}/{word}", data=fields)).status_code == 404
    assert (await the_slot(portal, theirs.id)).sequence == 0


async def test_who_may_only_read_sees_the_planning_without_a_button(app, world, portal, slot):
    async with acting(app, portal, world.site) as reader:
        page = await reader.get(PLANNING)
        assert "LE GALL Élise" in page.text
        for words in ("Confirmer", "Modifier", "Choisir", "Convocation"):
            assert words not in page.text
        for word in ("confirmation", "salarie", "absence", "autre-date", "convocation"):
            assert (await reader.get(f"{PLANNING}/{slot.id}/{word}")).status_code == 403


async def test_a_third_party_is_marked_in_the_history(app, world, portal, slot):
    async with acting(app, portal, world.site, "rendez-vous", third_party=True) as accountant:
        await confirm(accountant, slot)
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.SLOT_CONFIRMED)
    assert event.on_behalf
