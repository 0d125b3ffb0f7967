"""Appointments of a week confirmed with one press: each as the page showed it, whoever is quicker."""

import asyncio
import re
from collections import Counter
from datetime import timedelta

import pytest

from app import clock
from app.planning.rules import ShownWeek
from app.planning.staff import move_slot
from db.models import AppointmentRequest, AuditKind, RequestMotive, RequestState, SlotState
from tests.employees.people import acting, as_shown
from tests.pages import check
from tests.planning.steps import (
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
NAMES = ("LE GALL", "MORVAN", "RIOU", "THOMAS")


@pytest.fixture
async def week(portal, world):
    """Four appointments of one week, an hour apart."""
    return [
        await a_slot(
            portal,
            world.site,
            await a_person(portal, world.site, name, email=f"{name[:2].lower()}@example.fr"),
            WEDNESDAY + timedelta(hours=number),
        )
        for number, name in enumerate(NAMES)
    ]


def offered(page):
    """What the button of the week would send."""
    (word,) = re.findall(r'name="shown" value="([^"]+)"', page.text)
    return word


async def states(portal, slots):
    return [(await the_slot(portal, each.id)).state for each in slots]


async def test_the_appointments_of_a_week_are_confirmed_with_one_press(alice, portal, week):
    page = await alice.get(PLANNING)
    assert "<button>Confirmer les 4 rendez-vous</button>" in page.text
    assert offered(page) == " ".join(["2026-W11", *(f"{each.id}-0" for each in week)])
    done = await alice.follow(await alice.fill(PLANNING, shown=offered(page)))
    check(done)
    assert "Les rendez-vous sont confirmés et les convocations sont envoyées." in done.text
    assert "<strong>0</strong> à confirmer" in done.text
    assert "Confirmer" not in done.text
    assert await states(portal, week) == [SlotState.CONFIRMED] * 4
    sent = [f"{name[:2].lower()}@example.fr" for name in NAMES]
    assert sorted(await notices(portal)) == [("summons", each) for each in sorted(sent)]
    assert [kind for kind, _ in await told_events(portal)] == [AuditKind.SLOT_CONFIRMED] * 4


async def test_one_alone_needs_no_button_of_its_week(alice, portal, world, slot):
    await a_slot(portal, world.site, starts_at=WEDNESDAY + timedelta(hours=1))
    page = await alice.get(PLANNING)
    assert ">Confirmer</button>" in page.text
    assert 'name="shown"' not in page.text


async def test_each_week_has_its_own(alice, portal, world, week):
    for number, name in enumerate(("GUILLOU", "NÉDÉLEC")):
        person, at = await a_person(portal, world.site, name), WEDNESDAY + timedelta(days=7, hours=number)
        await a_slot(portal, world.site, person, at)
    page = await alice.get(PLANNING)
    check(page)
    assert re.findall(r"Confirmer les \d rendez-vous", page.text) == [
        "Confirmer les 4 rendez-vous", "Confirmer les 2 rendez-vous",
    ]  # fmt: skip
    words = re.findall(r'name="shown" value="([^"]+)"', page.text)
    await alice.fill(PLANNING, shown=words[1])
    assert await states(portal, week) == [SlotState.PROPOSED] * 4
    assert "<strong>4</strong> à confirmer" in (await alice.get(PLANNING)).text


async def test_what_changed_meanwhile_is_named_and_the_rest_is_confirmed(app, alice, world, portal, week):
    shown = offered(await alice.get(PLANNING))
    async with acting(app, portal, world.site, "rendez-vous") as bob:
        await confirm(bob, week[1])
    async with service(portal, world) as staff:
        await move_slot(staff, week[2].id, WEDNESDAY + timedelta(hours=5), clock.now())
    answer = await alice.fill(PLANNING, shown=shown)
    assert answer.status_code == 409
    check(answer)
    assert "2 rendez-vous sont confirmés." in answer.text
    summary = answer.text.partition('class="summary"')[2].partition("</div>")[0]
    links = re.findall(r'href="#(planning-slot-\d+)">([^<]+)', summary)
    assert [each for each, _ in links] == [f"planning-slot-{each.id}" for each in week[1:3]]
    assert "a déjà confirmé ce rendez-vous pour MORVAN Élise" in links[0][1]
    assert "RIOU Élise, 11/03/2026 à 14 h 30 : Le service a modifié ce créneau" in links[1][1]
    assert await states(portal, week) == [
        SlotState.CONFIRMED, SlotState.CONFIRMED, SlotState.PROPOSED, SlotState.CONFIRMED,
    ]  # fmt: skip
    assert len(await notices(portal)) == 3


async def test_what_left_the_week_is_named_without_a_link_to_nowhere(alice, world, portal, week):
    shown = offered(await alice.get(PLANNING))
    await alice.fill(f"{PLANNING}/{week[0].id}/absence", sequence="0", reason="a_refaire")
    answer = await alice.fill(PLANNING, shown=shown)
    assert "3 rendez-vous sont confirmés." in answer.text
    summary = answer.text.partition('class="summary"')[2].partition("</div>")[0]
    assert "LE GALL Élise, 11/03/2026 à 9 h 30 : Alice Martin a déjà rendu ce créneau" in summary
    assert "href" not in summary


async def test_who_leaves_before_is_neither_offered_nor_confirmed_by_hand(alice, world, portal, week):
    gone = await a_person(portal, world.site, "PARTI", exit_on="2026-03-10")
    slot = await a_slot(portal, world.site, gone, WEDNESDAY + timedelta(hours=6))
    shown = offered(await alice.get(PLANNING))
    assert f" {slot.id}-" not in shown
    answer = await alice.fill(PLANNING, shown=f"{shown} {slot.id}-0")
    assert "PARTI Élise quitte l’entreprise le 10 mars 2026" in answer.text
    assert await states(portal, [*week, slot]) == [SlotState.CONFIRMED] * 4 + [SlotState.PROPOSED]


async def test_pressed_twice_it_is_done_once(alice, portal, week):
    shown = offered(await alice.get(PLANNING))
    assert [(await alice.fill(PLANNING, shown=shown)).status_code for _ in range(2)] == [303, 303]
    assert len(await notices(portal)) == 4
    assert [(await the_slot(portal, each.id)).sequence for each in week] == [1] * 4


async def test_two_colleagues_at_once_confirm_each_appointment_once(app, alice, world, portal, week):
    """Requests are answered with it, and a single answer comes in between."""
    async with service(portal, world) as staff:
        for slot in week:
            request = AppointmentRequest(
                company_id=slot.company_id, employee_id=slot.employee_id, account_id=world.alice.key,
                batch=f"un-lot-{slot.id}", motive=RequestMotive.EMPLOYER, kind=slot.kind,
                sent_at=clock.now(), updated_at=clock.now(),
            )  # fmt: skip
            staff.add(request)
    shown = offered(await alice.get(PLANNING))
    async with acting(app, portal, world.site, "rendez-vous") as bob:
        tokens = {each: await each.token(PLANNING) for each in (alice, bob)}
        both = [each for each in (alice, bob) for _ in range(10)]
        last = f"{PLANNING}/{week[-1].id}/confirmation"
        answers = await asyncio.gather(
            *(each.post(PLANNING, data={"csrf": tokens[each], "shown": shown}) for each in both),
            *(each.post(last, data={"csrf": tokens[each], "sequence": "0"}) for each in both),
        )
    assert set(Counter(answer.status_code for answer in answers)) <= {303, 409, 503}
    assert await states(portal, week) == [SlotState.CONFIRMED] * 4
    assert Counter(await notices(portal)).most_common(1)[0][1] == 1
    assert len(await notices(portal)) == 4
    assert {
        each.state
        for each in await rows(portal, AppointmentRequest, AppointmentRequest.batch.startswith("un-lot"))
    } == {RequestState.PLANNED}


@pytest.mark.parametrize("word", ["", "2026-W11", "2026-W11 x-0", "2026-W11 1-0 " * 30, "2026-W11 1"])
async def test_what_no_page_wrote_confirms_nothing(alice, portal, week, word):
    answer = await alice.fill(PLANNING, shown=word)
    assert answer.status_code == 422
    check(answer)
    assert "Cette page a changé" in answer.text
    assert await states(portal, week) == [SlotState.PROPOSED] * 4


async def test_another_companys_appointment_is_not_found_and_ours_are_left(alice, world, portal, week):
    theirs = await a_slot(portal, world.theirs, await a_person(portal, world.theirs), professional="Dr Nom")
    shown = offered(await alice.get(PLANNING))
    for number in (theirs.id, 2_147_483_647, 9_999_999_999):
        assert (await alice.fill(PLANNING, shown=f"{shown} {number}-0")).status_code == 404
    assert await states(portal, [*week, theirs]) == [SlotState.PROPOSED] * 5


async def test_who_may_only_read_is_offered_nothing(app, portal, world, week):
    async with acting(app, portal, world.site) as reader:
        page = await reader.get(PLANNING)
        assert "Confirmer" not in page.text
        token = await reader.token("/deconnexion")
        data = {"csrf": token, "shown": f"2026-W11 {week[0].id}-0"}
        assert (await reader.post(PLANNING, data=data)).status_code == 403


async def test_in_place_the_button_of_the_week_counts_one_less(alice, world, portal, week):
    shown = offered(await alice.get(PLANNING))
    fields = await as_shown(alice, f"{PLANNING}/{week[0].id}/confirmation") | {"shown": shown}
    answer = await alice.fill(
        f"{PLANNING}/{week[0].id}/confirmation", partial=True, around=PLANNING, **fields
    )
    assert 'data-hx-target="#planning-group-2026-W11"' in answer.text
    assert "Confirmer les 3 rendez-vous" in answer.text
    assert offered(answer) == str(ShownWeek.read(shown).after(week[0].id, None))
    stale = await alice.fill(
        f"{PLANNING}/{week[1].id}/confirmation", partial=True, around=PLANNING,
        shown=offered(answer), sequence="7",
    )  # fmt: skip
    assert stale.status_code == 409
    assert set(offered(stale).split()) == set(offered(answer).split())


async def test_a_slot_moved_out_of_its_week_leaves_the_button_of_the_week_that_the_page_shows(
    alice, world, portal, week
):
    shown = offered(await alice.get(PLANNING))
    async with service(portal, world) as staff:
        await move_slot(staff, week[0].id, WEDNESDAY + timedelta(days=7), clock.now())
    path = f"{PLANNING}/{week[0].id}/confirmation"
    answer = await alice.fill(path, partial=True, around=PLANNING, shown=shown, sequence="0")
    assert answer.status_code == 409
    assert 'data-hx-target="#planning-group-2026-W11"' in answer.text


def test_a_week_is_read_as_it_was_written():
    week = ShownWeek("2026-W11", {12: 0, 13: 4})
    assert str(week) == "2026-W11 12-0 13-4"
    assert ShownWeek.read(str(week)) == week
    assert str(week.after(12, 1)) == "2026-W11 13-4 12-1"
    with pytest.raises(ValueError, match="a changé"):
        ShownWeek.read("2026-W11 12-0 13")
