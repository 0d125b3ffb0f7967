"""The sheet of a day: arrivals, an earlier next date, a whole day off."""

from datetime import UTC, date, datetime, timedelta

import pytest

from db.models import AuditEvent, AuditKind, Employee, OutboxMail, SlotState, Visit
from tests.clinic.steps import BOARD, MONDAY, SHEET, a_session, the_session
from tests.pages import check
from tests.planning.steps import a_person, a_slot, confirm, the_slot
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
NINE = datetime(2026, 3, 9, 8, tzinfo=UTC)
PATH = f"{SHEET}?centre=1&jour={MONDAY:%d/%m/%Y}"
CLOSING = f"{SHEET}/fermeture?centre=1&jour={MONDAY:%d/%m/%Y}"


async def called(portal, world, alice, name="LE GALL", hour=0, *, is_confirmed=True):
    person = await a_person(portal, world.site, name)
    slot = await a_slot(portal, world.site, person, NINE + timedelta(hours=hour))
    if is_confirmed:
        await confirm(alice, slot)
    return slot


async def test_an_arrival_is_noted_before_the_hour(clerk, alice, portal, world, time_machine_at):
    slot = await called(portal, world, alice)
    assert "arrive" not in (await clerk.get(PATH)).text.partition("<main>")[2]
    time_machine_at.move_to(datetime(2026, 3, 9, 7, 50, tzinfo=UTC))
    await clerk.signed_in(world.clerk)
    page = await clerk.follow(await clerk.fill(PATH, **{f"slot_{slot.id}": "arrive"}))
    check(page)
    assert "arrivé à 8 h 50" in page.text
    assert (await the_slot(portal, slot.id)).state == SlotState.CONFIRMED


async def test_an_earlier_next_date_counts_and_a_wrong_one_is_said(
    clerk, alice, portal, world, time_machine_at
):
    slot = await called(portal, world, alice)
    time_machine_at.move_to(datetime(2026, 3, 9, 16, tzinfo=UTC))
    await clerk.signed_in(world.clerk)
    field, following = f"slot_{slot.id}", f"next_{slot.id}"
    for fields, words in (
        ({field: "venu", following: "bientôt"}, "ne se lit pas"),
        ({field: "venu", following: "01/01/2026"}, "vient après aujourd’hui"),
        ({field: "absent", following: "01/09/2026"}, "va avec « venu »"),
        ({field: "", following: "01/09/2026"}, "va avec « venu »"),
        ({field: "", following: "bientôt"}, "ne se lit pas"),
    ):
        answer = await clerk.fill(PATH, **fields)
        check(answer)
        assert words in answer.text
        assert f'href="#{following}"' in answer.text
        assert f'value="{fields[following]}"' in answer.text
    await clerk.follow(await clerk.fill(PATH, **{field: "venu", following: "01/09/2026"}))
    (visit,) = await rows(portal, Visit, Visit.next_on.is_not(None))
    assert visit.next_on == date(2026, 9, 1)
    (employee,) = await rows(portal, Employee, Employee.id == visit.employee_id)
    assert employee.due_on == date(2026, 9, 1)


async def test_a_whole_day_is_off_in_one_act_and_everybody_hears(clerk, alice, portal, world):
    confirmed = [await called(portal, world, alice, name, hour) for hour, name in enumerate(("A", "B"))]
    proposed = await called(portal, world, alice, "C", 3, is_confirmed=False)
    elsewhere = await called(portal, world, alice, "D", 24)
    page = await clerk.get(CLOSING)
    check(page)
    assert "Excuser 3 rendez-vous" in page.text
    await clerk.follow(await clerk.fill(CLOSING))
    for each in (*confirmed, proposed):
        row = await the_slot(portal, each.id)
        assert (row.state, row.fee_cents) == (SlotState.CANCELLED, 0)
    assert (await the_slot(portal, elsewhere.id)).state == SlotState.CONFIRMED
    templates = [each.template for each in await rows(portal, OutboxMail)]
    assert templates.count("slot_changed") == 2
    assert templates.count("slots_proposed") == 1
    assert "aucun rendez-vous en cours" in (await clerk.get(CLOSING)).text


async def test_a_day_off_cancels_the_sessions_too_so_that_nobody_is_proposed_a_time(
    clerk, alice, portal, world
):
    made, later = await a_session(portal, world), await a_session(
        portal, world, MONDAY + timedelta(days=1), name="Dr Nédélec"
    )  # fmt: skip
    await called(portal, world, alice)
    page = await clerk.get(CLOSING)
    check(page)
    assert "1 vacation est annulée aussi" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    await clerk.follow(await clerk.fill(CLOSING))
    assert (await the_session(portal, made.id)).cancelled_at
    assert not (await the_session(portal, later.id)).cancelled_at
    assert f"{BOARD}/{made.id}/heure/" not in (await clerk.get(f"{BOARD}/{made.id}")).text
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.CENTRE_CHANGED)
    assert "journée excusée" in event.about


async def test_an_empty_day_is_off_as_well(clerk, portal, world):
    made = await a_session(portal, world)
    assert "Excuser toute la journée" in (await clerk.get(PATH)).text
    page = await clerk.get(CLOSING)
    check(page)
    assert "Annuler 1 vacation" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    await clerk.follow(await clerk.fill(CLOSING))
    assert (await the_session(portal, made.id)).cancelled_at


@pytest.mark.parametrize("wrong", ["", "bientôt"])
async def test_a_day_that_cannot_be_read_is_not_taken_for_today(clerk, alice, portal, world, wrong):
    today = await called(portal, world, alice, hour=4 - 7 * 24)
    path = f"{SHEET}/fermeture?centre=1&jour={wrong}"
    answer = await clerk.post(path, data={"csrf": await clerk.token(CLOSING)})
    assert answer.status_code == 404
    assert (await the_slot(portal, today.id)).state == SlotState.CONFIRMED
