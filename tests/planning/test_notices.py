"""Convocations and reminders, as they leave through a real mail server."""

import asyncio
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from app import clock
from app.planning.reminder_service import remind_of_visits, reminder_at
from app.planning.service import move_slot
from db.models import ContactKind, Employee, NoticeKind
from db.seeds.world import World
from tests.planning.told import PLANNING, WEDNESDAY, a_person, a_slot, confirm, notices, service

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def confirmed(alice, portal, told, **declared):
    person = await a_person(portal, told.site, **declared)
    slot = await a_slot(portal, told.site, person)
    assert (await confirm(alice, slot)).status_code == 303
    return slot


def read(letter):
    """Its text, and the text of the PDF that is joined."""
    (pdf,) = [part for part in letter.iter_attachments() if part.get_content_type() == "application/pdf"]
    assert pdf.get_filename() == "convocation.pdf"
    pages = PdfReader(BytesIO(pdf.get_content())).pages
    text = letter.get_body(("plain",)).get_content().replace("\N{NO-BREAK SPACE}", " ")
    return text, " ".join(pages[0].extract_text().split())


async def test_the_employee_is_called_with_all_that_they_need(app, alice, told, portal, mailbox):
    await confirmed(alice, portal, told, email="elise@example.fr")
    (letter,) = await mailbox.delivered(app)
    assert letter["to"] == "elise@example.fr"
    text, pdf = read(letter)
    for words in ("mercredi 11 mars 2026 à 9 h 30", "LE GALL Élise", "Centre de la Baie", "Solenn Prigent"):
        assert words in text, words
    assert "secret médical" in text
    assert "LE GALL Élise" in pdf
    html = letter.get_body(("html",)).get_content()
    assert "Convocation à une visite de santé au travail" in html
    assert "À remettre" not in html


async def test_without_an_address_the_convocations_contact_receives_it_to_hand_over(
    app, alice, told, portal, mailbox
):
    async with portal.database.transaction(write=True) as session:
        await World(session).a_contact(told.site, ContactKind.SUMMONS, "Planning", "planning@ours.example")
    await confirmed(alice, portal, told)
    (letter,) = await mailbox.delivered(app)
    assert letter["to"] == "planning@ours.example"
    assert "À remettre à LE GALL Élise, dont nous n’avons pas l’adresse." in read(letter)[0]
    page = await alice.get(f"{PLANNING}/1")
    assert page.status_code == 404


async def test_without_any_contact_who_confirmed_receives_it(app, alice, told, portal, mailbox):
    slot = await confirmed(alice, portal, told)
    (letter,) = await mailbox.delivered(app)
    assert letter["to"] == "alice@ours.example"
    page = await alice.get(f"{PLANNING}/{slot.id}")
    assert "à alice@ours.example (à remettre au salarié, dont l’adresse n’est pas connue)" in page.text


async def test_cancelled_the_letter_says_not_to_come(app, alice, told, portal, mailbox):
    slot = await confirmed(alice, portal, told, email="elise@example.fr")
    await mailbox.delivered(app)
    await alice.fill(f"{PLANNING}/{slot.id}/absence", sequence="1", reason="conges")
    letter, news = sorted(await mailbox.delivered(app), key=lambda each: each["to"] != "elise@example.fr")
    assert news["subject"].startswith("Créneau rendu : 00010-2 - BRIEUC-marque-7f3a")
    text, pdf = read(letter)
    assert "annulé : ne vous déplacez pas" in text
    assert "annulé" in pdf
    assert "congés" not in text.lower()


async def test_a_letter_that_the_server_dropped_is_sent_again_as_the_same_letter(
    app, alice, told, portal, mailbox
):
    await confirmed(alice, portal, told, email="elise@example.fr")
    mailbox.mood = "drop"
    letters = await mailbox.delivered(app)
    assert len({each["message-id"] for each in letters}) == 1
    assert len({read(each) for each in letters}) == 1
    assert await notices(portal) == [("summons", "elise@example.fr")]


async def test_reminders_leave_7_and_2_days_before_and_each_once(
    app, alice, told, portal, mailbox, time_machine_at
):
    await confirmed(alice, portal, told, email="elise@example.fr")
    await mailbox.delivered(app)
    seen = []
    for hours in (7 * 24 + 1, 7 * 24, 6 * 24, 2 * 24, 1, -1):
        time_machine_at.move_to(WEDNESDAY - timedelta(hours=hours))
        seen.append(await remind_of_visits(portal, clock.now()))
    assert seen == [0, 1, 0, 1, 0, 0]
    letters = await mailbox.delivered(app)
    assert [each["subject"].split(" :")[0] for each in letters] == ["Rappel", "Rappel"]
    assert [kind for kind, _ in await notices(portal)] == ["summons", "reminder_7", "reminder_2"]


async def test_a_change_of_date_is_reminder_enough(alice, told, portal, time_machine_at):
    slot = await confirmed(alice, portal, told, email="elise@example.fr")
    time_machine_at.move_to(WEDNESDAY - timedelta(days=7))
    assert await remind_of_visits(portal, clock.now()) == 1
    for hours in (2, 4):
        async with service(portal, told) as staff:
            await move_slot(staff, slot.key, WEDNESDAY + timedelta(hours=hours), clock.now())
        time_machine_at.shift(timedelta(hours=6))
        assert await remind_of_visits(portal, clock.now()) == 0
    time_machine_at.move_to(WEDNESDAY - timedelta(days=1))
    assert await remind_of_visits(portal, clock.now()) == 1
    assert [kind for kind, _ in await notices(portal)] == [
        "summons", "reminder_7", "changed", "changed", "reminder_2",
    ]  # fmt: skip


async def test_who_will_have_left_is_not_reminded(alice, told, portal, time_machine_at):
    slot = await confirmed(alice, portal, told, email="elise@example.fr")
    async with portal.database.transaction(write=True) as session:
        (await session.get(Employee, slot.employee_id)).exit_on = WEDNESDAY.date() - timedelta(days=1)
    time_machine_at.move_to(WEDNESDAY - timedelta(days=1))
    assert await remind_of_visits(portal, clock.now()) == 0


async def test_two_processes_remind_once(alice, told, portal, time_machine_at):
    await confirmed(alice, portal, told, email="elise@example.fr")
    time_machine_at.move_to(WEDNESDAY - timedelta(days=6))
    found = await asyncio.gather(
        *(remind_of_visits(portal, clock.now()) for _ in range(4)), return_exceptions=True
    )
    assert sum(each for each in found if isinstance(each, int)) == 1
    assert [kind for kind, _ in await notices(portal)] == ["summons", "reminder_7"]


STARTS = datetime(2026, 3, 11, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("confirmed_before", "now_before", "due"),
    [
        (timedelta(days=20), timedelta(days=7), NoticeKind.REMINDER_7),
        (timedelta(days=20), timedelta(days=7, seconds=1), None),
        (timedelta(days=20), timedelta(days=2), NoticeKind.REMINDER_2),
        (timedelta(days=5), timedelta(days=4), None),  # called five days before: that is reminder enough
        (timedelta(days=5), timedelta(days=2), NoticeKind.REMINDER_2),
        (timedelta(days=1), timedelta(hours=3), None),
        (timedelta(days=2, hours=23), timedelta(days=2), None),  # called the day before
        (timedelta(days=3, hours=1), timedelta(days=2), NoticeKind.REMINDER_2),
        (timedelta(days=20), timedelta(0), None),
    ],
)
def test_a_reminder_is_due_from_its_day_on_unless_the_convocation_left_later(
    confirmed_before, now_before, due
):
    assert reminder_at(STARTS, STARTS - confirmed_before, STARTS - now_before) == due


async def test_the_convocation_is_a_pdf_of_the_confirmed_appointment_only(alice, told, portal):
    person = await a_person(portal, told.site)
    slot = await a_slot(portal, told.site, person)
    path = f"{PLANNING}/{slot.id}/convocation"
    assert (await alice.get(path)).status_code == 404
    await confirm(alice, slot)
    answer = await alice.get(path)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'inline; filename="convocation-2026-03-11-{slot.id}.pdf"'
    (page,) = PdfReader(BytesIO(answer.content)).pages
    assert "Solenn Prigent" in page.extract_text()
