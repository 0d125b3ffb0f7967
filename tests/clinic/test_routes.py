"""/service/vacations and the sheet of a day, through their pages."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from db.models import AppointmentRequest, ClinicSession, Professional, RequestState, Slot, SlotState
from tests.appointments.steps import a_request
from tests.clinic.steps import BOARD, MONDAY, NEW, SHEET, a_session, the_session
from tests.inbox.steps import propose, times_on
from tests.pages import check
from tests.planning.steps import a_person, a_slot, the_slot
from tests.reading import rows
from tests.staff.scopes import another_centre

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


@pytest.fixture
async def doctor(clerk, portal):
    await clerk.fill("/service/professionnels", name="Dr Claire Abgrall", role="médecin du travail")
    (found,) = await rows(portal, Professional)
    return found


def session(doctor, **more):
    usual = {"centre": "1", "professional": str(doctor.id), "first": "09/03/2026", "opens": "9 h", "kind": ""}
    return usual | {"closes": "12 h 00", "weeks": "1", "minutes": "30"} | more


async def test_sessions_of_a_pattern_are_opened_and_shown_with_what_is_free(clerk, portal, doctor):
    answer = await clerk.fill(NEW, **session(doctor, weeks="6", first="30/03/2026"))
    page = await clerk.follow(answer)
    check(page)
    assert "Lundi 30 mars" in page.text
    assert "6 sur 6" in page.text
    # The first Monday after is Easter's.
    assert len(await rows(portal, ClinicSession)) == 5


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"closes": "8 h"}, "La fin vient après le début."),
        ({"first": "01/03/2026", "weeks": "1"}, "fériés ou chômés"),
        ({"first": "27/02/2026"}, "ne commence pas dans le passé"),
        ({"first": "le neuf"}, "ne se lit pas"),
        ({"opens": "neuf heures"}, "Exemple : 9 h 30"),
        ({"minutes": "5"}, "de 10 à 120 minutes"),
        ({"weeks": "27"}, "De 1 à 26 semaines"),
        ({"weeks": "²"}, "Écrivez un nombre"),
        ({"centre": ""}, "Choisissez dans la liste"),
    ],
)
async def test_what_cannot_be_opened_is_said_and_nothing_of_it_stays(clerk, portal, doctor, wrong, words):
    answer = await clerk.fill(NEW, **session(doctor, **wrong))
    assert answer.status_code == 422
    assert words in answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert not await rows(portal, ClinicSession)


async def test_nobody_receives_at_two_places_at_once(clerk, portal, doctor):
    await clerk.fill(NEW, **session(doctor))
    answer = await clerk.fill(NEW, **session(doctor, opens="11 h 00", closes="13 h 00"))
    assert answer.status_code == 409
    assert "reçoit déjà le 09/03/2026" in answer.text
    assert len(await rows(portal, ClinicSession)) == 1


async def test_a_session_cancelled_whole_tells_everybody_and_their_requests_wait_again(
    app, alice, clerk, portal, world, mailbox
):
    made = await a_session(portal, world)
    asked = await a_request(portal, world.site, await a_person(portal, world.site), world.alice, kind="vip")
    await propose(clerk, asked, (await times_on(clerk, asked))[0])
    assert "1 rendez-vous : chacun sera averti" in (
        await clerk.get(f"{BOARD}/{made.id}/annulation")
    ).text.replace("\N{NO-BREAK SPACE}", " ")
    await clerk.fill(f"{BOARD}/{made.id}/annulation")
    assert (await the_session(portal, made.id)).cancelled_at
    (slot,) = await rows(portal, Slot, Slot.session_id == made.id)
    assert slot.state == SlotState.CANCELLED
    (row,) = await rows(portal, AppointmentRequest, AppointmentRequest.id == asked.id)
    assert row.state in {RequestState.SENT, RequestState.TAKEN}
    assert "Aucun créneau ne convient" in (await clerk.get(f"/service/demandes/{asked.id}/creneau")).text


async def test_the_sheet_of_a_day_marks_several_at_once(clerk, portal, world, time_machine_at):
    people = [await a_person(portal, world.site, name) for name in ("LE GALL", "RIOU", "MORVAN")]
    slots = [
        await a_slot(
            portal, world.site, person, datetime(2026, 3, 9, 8 + place, tzinfo=UTC), state="confirmed",
            confirmed_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
        for place, person in enumerate(people)
    ]  # fmt: skip
    path = f"{SHEET}?centre=1&jour={MONDAY:%d/%m/%Y}"
    before = await clerk.get(path)
    check(before)
    assert before.text.count("confirmé") == 3
    assert "Enregistrer" not in before.text
    time_machine_at.move_to(datetime(2026, 3, 9, 16, tzinfo=UTC))
    await clerk.signed_in(world.clerk)
    marks = dict(zip((f"slot_{each.id}" for each in slots), ("venu", "absent", "excuse"), strict=True))
    page = await clerk.follow(await clerk.fill(path, **marks))
    assert "honoré" in page.text
    states = [(await the_slot(portal, each.id)).state for each in slots]
    assert states == [SlotState.DONE, SlotState.ABSENT, SlotState.ABSENT]
    assert "Enregistrer" not in page.text


async def test_an_empty_day_says_so(clerk):
    page = await clerk.get(f"{SHEET}?jour=n'importe+quoi&centre=99")
    check(page)
    assert "Aucun rendez-vous lundi 2 mars" in page.text
    assert "La date « n&#39;importe quoi » ne se lit pas" in page.text
    assert 'aria-describedby="jour-hint jour-error"' in page.text


async def test_an_empty_day_leads_to_the_next_ones_where_somebody_comes(clerk, portal, world):
    other = await another_centre(portal)
    for centre, day in ((1, 9), (other, 10), (1, 10)):
        at, person = datetime(2026, 3, day, 8 + centre, tzinfo=UTC), await a_person(portal, world.site)
        slot = await a_slot(portal, world.site, person, at, professional=f"Dr {centre}", state="confirmed")
        async with portal.database.transaction(write=True) as session_:
            (await session_.get(Slot, slot.key)).centre_id = centre
    page = await clerk.get(SHEET)
    check(page)
    found = re.findall(r'centre=(\d+)&amp;jour=([0-9/]+)">(?:Lundi|Mardi)', page.text)
    assert found == [("1", "09/03/2026"), ("1", "10/03/2026"), (str(other), "10/03/2026")]
    # Nobody has chosen a centre: the one where somebody comes.
    sheet = await clerk.get(f"{SHEET}?jour=10/03/2026")
    assert "confirmé" in sheet.text
    assert "Feuilles suivantes" not in sheet.text


async def test_an_empty_week_leads_to_the_next_one_that_is_open(clerk, portal, world):
    assert "La prochaine" not in (await clerk.get(BOARD)).text
    await a_session(portal, world, MONDAY + timedelta(days=8))
    page = await clerk.get(BOARD)
    check(page)
    assert "La prochaine est la semaine du 16 mars 2026" in page.text
    (path,) = re.findall(r'href="([^"]+)">La prochaine', page.text)
    assert "Mardi 17 mars" in (await clerk.get(html.unescape(path))).text


async def test_a_centre_is_named_once(clerk):
    fields = {"name": "Centre de la Baie", "address": "1 quai", "postcode": "22000", "town": "Paimpol"}
    answer = await clerk.fill("/service/lieux", **fields)
    assert answer.status_code == 422
    assert "porte déjà ce nom" in answer.text
    assert (await clerk.fill("/service/lieux", **fields | {"name": "Centre du Port"})).status_code == 303


async def test_the_same_hours_serve_the_morning_and_the_afternoon(clerk, portal, doctor):
    await clerk.fill(NEW, **session(doctor))
    assert (await clerk.fill(NEW, **session(doctor, opens="14:00", closes="17h30"))).status_code == 303
    afternoon = (await rows(portal, ClinicSession))[1]
    assert afternoon.ends_at - afternoon.starts_at == timedelta(hours=3, minutes=30)
    assert afternoon.starts_at.hour == 13


async def test_days_and_weeks_follow_one_another(clerk, portal, doctor):
    """Each link leads to the day that it names, and the day of the field may be sent as it stands."""
    sheet = await clerk.get(f"{SHEET}?centre=1&jour=09/03/2026")
    assert 'value="09/03/2026"' in sheet.text
    for rel, words in (("prev", "dimanche 8 mars"), ("next", "mardi 10 mars")):
        assert f"Aucun rendez-vous {words}" in (await clerk.get(link(sheet, rel))).text
    board = await clerk.get(f"{BOARD}?semaine=16/03/2026")
    for rel, words in (("prev", "9 mars 2026"), ("next", "23 mars 2026")):
        assert f"la semaine du {words}" in (await clerk.get(link(board, rel))).text


def link(page, rel):
    return html.unescape(re.search(rf'href="([^"]*)" rel="{rel}"', page.text)[1])
