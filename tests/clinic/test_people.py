"""Centres and professionals: changed, closed, away, gone; a session moved whole."""

from datetime import UTC, datetime, time, timedelta

import pytest

from app import clock
from app.clinic.people import add_professional
from app.clinic.staff import Pattern, make_sessions
from db.models import CareCentre, ClinicSession, OutboxMail, Professional, ProfessionalAbsence, SlotState
from tests.appointments.steps import a_request
from tests.clinic.steps import BOARD, MONDAY, NEW, a_session, the_session
from tests.inbox.steps import propose, times_on
from tests.pages import check
from tests.planning.steps import a_person, a_slot, confirm, service, the_slot
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
NINE = datetime(2026, 3, 9, 8, tzinfo=UTC)


async def called(portal, world, alice, made, hour=NINE, name="LE GALL", **more):
    """Somebody with a confirmed appointment in this session."""
    (doctor,) = await rows(portal, Professional, Professional.id == made.professional_id)
    person = await a_person(portal, world.site, name)
    usual = {"professional": doctor.name, "role": doctor.role, "session_id": made.id}
    slot = await a_slot(portal, world.site, person, hour, **usual | more)
    await confirm(alice, slot)
    return slot


async def mails(portal):
    return [each.template for each in await rows(portal, OutboxMail)]


async def test_a_session_moved_whole_takes_everybody_with_it_and_they_hear_of_it(portal, world, alice, clerk):
    made = await a_session(portal, world)
    first = await called(portal, world, alice, made)
    second = await called(portal, world, alice, made, NINE + timedelta(minutes=30), "RIOU")
    path = f"{BOARD}/{made.id}/modification"
    page = await clerk.get(path)
    check(page)
    assert "2 rendez-vous" in page.text
    fields = {"centre": "1", "professional": str(made.professional_id), "minutes": "30", "room": "2"}
    moved = fields | {"first": "09/03/2026", "opens": "9 h 30", "closes": "11 h", "kind": ""}
    check(await clerk.follow(await clerk.fill(path, **moved)))
    at = [(await the_slot(portal, each.id)).starts_at for each in (first, second)]
    assert at == [NINE + timedelta(minutes=30), NINE + timedelta(hours=1)]
    assert (await mails(portal)).count("slot_changed") == 2
    assert (await the_session(portal, made.id)).room == "2"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"first": "06/04/2026"}, "est férié à Saint-Brieuc (Lundi de Pâques) : rien n’a été déplacé"),
        ({"first": "14/03/2026"}, "tombe un week-end"),
        ({"first": "10/03/2026"}, "est un jour d’absence de Dr Abgrall"),
        ({"first": "27/02/2026"}, "ne commence pas dans le passé"),
        ({"closes": "9 h 20"}, "n’y tiendrait plus"),
    ],
)
async def test_a_session_does_not_move_to_where_nobody_receives(portal, world, alice, clerk, wrong, words):
    made = await a_session(portal, world)
    slot = await called(portal, world, alice, made)
    await clerk.fill(
        f"/service/professionnels/{made.professional_id}/absence", first_on="10/03/2026", last_on="10/03/2026"
    )
    fields = {"centre": "1", "professional": str(made.professional_id), "minutes": "30"}
    asked = fields | {"first": "09/03/2026", "opens": "9 h", "closes": "10 h"} | wrong
    answer = await clerk.fill(f"{BOARD}/{made.id}/modification", **asked)
    assert answer.status_code == 422
    assert words in answer.text
    assert (await the_slot(portal, slot.id)).starts_at == NINE


async def test_sessions_skip_holidays_and_absences_and_say_so(portal, world, clerk):
    made = await a_session(portal, world)
    await clerk.fill(
        f"/service/professionnels/{made.professional_id}/absence", first_on="13/04/2026", last_on="14/04/2026"
    )
    usual = {"centre": "1", "professional": str(made.professional_id), "opens": "9 h", "closes": "12 h"}
    answer = await clerk.fill(NEW, **usual, first="30/03/2026", weeks="4", minutes="30", kind="")
    page = await clerk.follow(answer)
    check(page)
    words = "2 vacations ouvertes. Laissé de côté : lundi 6 avril (férié), lundi 13 avril (absence)."
    assert words in page.text
    assert len(await rows(portal, ClinicSession)) == 3


async def test_an_absence_over_sessions_is_agreed_first_and_then_cancels_them(portal, world, alice, clerk):
    made = await a_session(portal, world)
    slot = await called(portal, world, alice, made)
    path = f"/service/professionnels/{made.professional_id}/absence"
    check(await clerk.get(path))
    days = {"first_on": "08/03/2026", "last_on": "20/03/2026"}
    refused = await clerk.fill(path, **days)
    assert refused.status_code == 409
    assert "Déjà prévu ces jours-là : 1 vacation et 1 rendez-vous." in refused.text
    assert not await rows(portal, ProfessionalAbsence)
    page = await clerk.follow(await clerk.fill(path, **days, cancels="oui"))
    assert "du 8 mars 2026 au 20 mars 2026" in page.text
    assert (await the_slot(portal, slot.id)).state == SlotState.CANCELLED
    (absence,) = await rows(portal, ProfessionalAbsence)
    await clerk.fill(f"/service/professionnels/{made.professional_id}/retour", absence=str(absence.id))
    assert not await rows(portal, ProfessionalAbsence)


async def test_an_absence_cancels_all_the_appointments_that_it_counts(
    portal, world, alice, clerk, time_machine_at
):
    made = await a_session(portal, world)
    earlier = await called(portal, world, alice, made)
    apart = await called(portal, world, alice, made, NINE + timedelta(hours=5), "RIOU", session_id=None)
    time_machine_at.move_to(NINE + timedelta(hours=2))
    await clerk.signed_in(world.clerk)
    path = f"/service/professionnels/{made.professional_id}/absence"
    days = {"first_on": "09/03/2026", "last_on": "09/03/2026"}
    refused = await clerk.fill(path, **days)
    check(refused)
    assert "Déjà prévu ces jours-là : 1 rendez-vous." in refused.text
    await clerk.fill(path, **days, cancels="oui")
    states = [(await the_slot(portal, each.id)).state for each in (earlier, apart)]
    assert states == [SlotState.CONFIRMED, SlotState.CANCELLED]
    assert (await mails(portal)).count("slot_changed") == 1
    assert not (await the_session(portal, made.id)).cancelled_at


async def test_who_leaves_hands_sessions_and_appointments_over(portal, world, alice, clerk):
    made = await a_session(portal, world)
    in_session = await called(portal, world, alice, made)
    apart = await called(portal, world, alice, made, NINE + timedelta(days=2), "RIOU", session_id=None)
    async with service(portal, world) as staff:
        heir = await add_professional(staff, "Dr Nédélec", "médecin du travail")
    path = f"/service/professionnels/{made.professional_id}/depart"
    page = await clerk.get(path)
    check(page)
    assert "2 rendez-vous à venir" in page.text
    await clerk.follow(await clerk.fill(path, last_on="06/03/2026", heir=str(heir.id)))
    for each in (in_session, apart):
        row = await the_slot(portal, each.id)
        assert (row.professional, row.state) == ("Dr Nédélec", SlotState.CONFIRMED)
    assert (await the_session(portal, made.id)).professional_id == heir.id
    assert (await mails(portal)).count("slot_changed") == 2
    usual = {"centre": "1", "professional": str(made.professional_id), "opens": "9 h", "closes": "12 h"}
    answer = await clerk.fill(NEW, **usual, first="30/03/2026", weeks="1", minutes="30", kind="")
    assert "ne travaille plus ici" in answer.text


async def test_who_leaves_without_an_heir_has_everything_cancelled(portal, world, alice, clerk):
    made = await a_session(portal, world)
    slot = await called(portal, world, alice, made)
    path = f"/service/professionnels/{made.professional_id}/depart"
    await clerk.fill(path, last_on="06/03/2026", heir="annuler")
    assert (await the_slot(portal, slot.id)).state == SlotState.CANCELLED
    assert (await the_session(portal, made.id)).cancelled_at


async def test_an_heir_who_is_elsewhere_refuses_all_of_it(portal, world, alice, clerk):
    made = await a_session(portal, world)
    slot = await called(portal, world, alice, made)
    async with service(portal, world) as staff:
        heir = await add_professional(staff, "Dr Nédélec", "médecin du travail")
        pattern = Pattern(1, heir.key, MONDAY, time(9), time(12))
        await make_sessions(staff, pattern, clock.now())
    path = f"/service/professionnels/{made.professional_id}/depart"
    answer = await clerk.fill(path, last_on="06/03/2026", heir=str(heir.id))
    assert "Dr Nédélec reçoit déjà le 09/03/2026" in answer.text
    assert (await the_slot(portal, slot.id)).professional == "Dr Abgrall"


async def test_a_name_written_otherwise_is_that_of_appointments_to_come(portal, world, alice, clerk):
    made = await a_session(portal, world)
    slot = await called(portal, world, alice, made)
    path = f"/service/professionnels/{made.professional_id}"
    check(await clerk.get(path))
    await clerk.fill(path, name="Dr Anne Abgrall", role="médecin")
    assert (await the_slot(portal, slot.id)).professional == "Dr Anne Abgrall"


async def test_a_centre_closes_after_its_last_session(portal, world, clerk):
    await a_session(portal, world)
    check(await clerk.get("/service/lieux/1"))
    fields = {"name": "Centre de la Baie", "address": "1 quai", "postcode": "22500", "town": "Paimpol"}
    refused = await clerk.fill("/service/lieux/1", **fields, closed_on="06/03/2026")
    assert "1 vacation encore ouverte" in refused.text
    assert (await clerk.fill("/service/lieux/1", **fields, closed_on="09/03/2026")).status_code == 303
    (centre,) = await rows(portal, CareCentre)
    assert centre.closed_on == MONDAY


async def test_one_room_holds_one_session(portal, world, clerk):
    await a_session(portal, world, room="3")
    async with service(portal, world) as staff:
        other = await add_professional(staff, "Dr Nédélec", "médecin du travail")
    usual = {"centre": "1", "professional": str(other.id), "opens": "9 h", "closes": "12 h", "room": "3"}
    answer = await clerk.fill(NEW, **usual, first="09/03/2026", weeks="1", minutes="30", kind="")
    assert answer.status_code == 409
    assert "La salle 3 est déjà prise le 09/03/2026" in answer.text


async def proposed(portal, world, made, hour=NINE, name="LE GALL", **more):
    """Somebody with an appointment in this session that their employer has not answered."""
    (doctor,) = await rows(portal, Professional, Professional.id == made.professional_id)
    usual = {"professional": doctor.name, "role": doctor.role, "session_id": made.id}
    return await a_slot(portal, world.site, await a_person(portal, world.site, name), hour, **usual | more)


async def letters(portal):
    """(number of appointments, whether they are withdrawn) of each mail about proposals."""
    mails = await rows(portal, OutboxMail, OutboxMail.template == "slots_proposed")
    return [(each.context["count"], each.context["are_withdrawn"]) for each in mails]


async def test_proposals_of_a_cancelled_session_are_taken_back_in_one_mail(portal, world, alice, clerk):
    made = await a_session(portal, world, closes=time(11))
    await called(portal, world, alice, made)
    for place, name in enumerate(("RIOU", "MORVAN"), 1):
        await proposed(portal, world, made, NINE + timedelta(minutes=30 * place), name)
    await clerk.fill(f"{BOARD}/{made.id}/annulation")
    assert await letters(portal) == [(2, True)]
    assert (await mails(portal)).count("slot_changed") == 1


async def test_who_leaves_has_proposals_taken_back_in_one_mail(portal, world, clerk):
    made = await a_session(portal, world)
    await proposed(portal, world, made)
    await proposed(portal, world, made, NINE + timedelta(days=2), "RIOU", session_id=None)
    path = f"/service/professionnels/{made.professional_id}/depart"
    await clerk.fill(path, last_on="06/03/2026", heir="annuler")
    assert await letters(portal) == [(2, True)]


async def test_an_absence_takes_proposals_back_in_one_mail(portal, world, clerk):
    made = await a_session(portal, world)
    await proposed(portal, world, made)
    path = f"/service/professionnels/{made.professional_id}/absence"
    await clerk.fill(path, first_on="08/03/2026", last_on="20/03/2026", cancels="oui")
    assert await letters(portal) == [(1, True)]


async def test_a_proposal_that_moves_with_its_session_or_to_an_heir_is_mailed_again(portal, world, clerk):
    made = await a_session(portal, world)
    await proposed(portal, world, made)
    await proposed(portal, world, made, NINE + timedelta(days=2), "RIOU", session_id=None)
    fields = {"centre": "1", "professional": str(made.professional_id), "minutes": "30", "kind": ""}
    moved = fields | {"first": "09/03/2026", "opens": "10 h", "closes": "11 h"}
    await clerk.fill(f"{BOARD}/{made.id}/modification", **moved)
    (mail,) = await rows(portal, OutboxMail, OutboxMail.template == "slots_proposed")
    assert "à\N{NO-BREAK SPACE}10\N{NO-BREAK SPACE}h" in mail.context["lines"][0]
    async with service(portal, world) as staff:
        heir = await add_professional(staff, "Dr Nédélec", "médecin du travail")
    path = f"/service/professionnels/{made.professional_id}/depart"
    await clerk.fill(path, last_on="06/03/2026", heir=str(heir.id))
    assert await letters(portal) == [(1, False)] * 3


async def test_the_author_of_a_request_hears_that_its_proposal_moved(portal, world, clerk):
    made = await a_session(portal, world)
    asked = await a_request(portal, world.site, await a_person(portal, world.site), world.alice, kind="vip")
    await propose(clerk, asked, (await times_on(clerk, asked))[0])
    before = (await mails(portal)).count("request_answered")
    fields = {"centre": "1", "professional": str(made.professional_id), "minutes": "30", "kind": ""}
    moved = fields | {"first": "10/03/2026", "opens": "9 h", "closes": "10 h"}
    await clerk.fill(f"{BOARD}/{made.id}/modification", **moved)
    assert (await mails(portal)).count("request_answered") == before + 1
    assert await letters(portal) == []
