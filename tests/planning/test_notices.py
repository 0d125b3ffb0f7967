"""Convocations and reminders, as they leave through a real mail server."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import icalendar
import pytest
from pypdf import PdfReader

from app import clock
from app.planning.reminders import remind_of_visits, reminder_at
from app.planning.staff import move_slot
from db.models import ContactKind, Employee, NoticeKind
from db.seeds.world import World
from tests.planning.steps import PLANNING, WEDNESDAY, a_person, a_slot, confirm, notices, service
from tests.postbox import words_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def confirmed(alice, portal, world, **declared):
    person = await a_person(portal, world.site, **declared)
    slot = await a_slot(portal, world.site, person)
    assert (await confirm(alice, slot)).status_code == 303
    return slot


def read(letter):
    """Its text, and the text of the PDF that is joined."""
    (pdf,) = [part for part in letter.iter_attachments() if part.get_content_type() == "application/pdf"]
    assert re.fullmatch(
        r"(convocation|nouvelle-convocation|annulation)-2026-03-1\d-\d+\.pdf", pdf.get_filename()
    )
    pages = PdfReader(BytesIO(pdf.get_content())).pages
    text = words_of(letter)
    return text, " ".join(pages[0].extract_text().split())


async def test_the_employee_is_called_with_all_that_they_need(app, alice, world, portal, mailbox):
    await confirmed(alice, portal, world, email="elise@example.fr")
    (letter,) = await mailbox.delivered(app)
    assert letter["to"] == "elise@example.fr"
    text, pdf = read(letter)
    for words in ("mercredi 11 mars 2026 à 9 h 30", "LE GALL Élise", "Centre de la Baie", "Solenn Prigent"):
        assert words in text, words
    assert "secret médical" in text
    assert "LE GALL Élise" in pdf
    html = letter.get_body(("html",)).get_content()
    assert "Vous êtes convoqué à une visite de santé au travail" in html
    assert "À remettre" not in html


async def test_without_an_address_the_convocations_contact_receives_it_to_hand_over(
    app, alice, world, portal, mailbox
):
    async with portal.database.transaction(write=True) as session:
        await World(session).a_contact(world.site, ContactKind.SUMMONS, "Planning", "planning@ours.example")
    await confirmed(alice, portal, world)
    (letter,) = await mailbox.delivered(app)
    assert letter["to"] == "planning@ours.example"
    assert "À remettre à LE GALL Élise, dont nous n’avons pas l’adresse." in read(letter)[0]
    page = await alice.get(f"{PLANNING}/1")
    assert page.status_code == 404


async def test_without_any_contact_who_confirmed_receives_it(app, alice, world, portal, mailbox):
    slot = await confirmed(alice, portal, world)
    (letter,) = await mailbox.delivered(app)
    assert letter["to"] == "alice@ours.example"
    page = await alice.get(f"{PLANNING}/{slot.id}")
    assert "à alice@ours.example (à remettre au salarié, dont l’adresse n’est pas connue)" in page.text


async def test_cancelled_the_letter_says_not_to_come(app, alice, world, portal, mailbox):
    slot = await confirmed(alice, portal, world, email="elise@example.fr")
    await mailbox.delivered(app)
    await alice.fill(f"{PLANNING}/{slot.id}/absence", sequence="1", reason="a_refaire")
    letter, news = sorted(await mailbox.delivered(app), key=lambda each: each["to"] != "elise@example.fr")
    assert news["subject"].startswith("Créneau rendu : 00010-2 - BRIEUC-marque-7f3a")
    text, pdf = read(letter)
    assert "annulé : ne vous déplacez pas" in text
    assert "annulé" in pdf
    assert "reste à faire" not in text.lower()


def calendar_in(letter):
    """The method, and the one event, of the calendar that is joined."""
    (part,) = [part for part in letter.iter_attachments() if part.get_content_type() == "text/calendar"]
    calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    assert part.get_param("method") == calendar["METHOD"]
    (event,) = calendar.walk("VEVENT")
    return part.get_filename(), str(calendar["METHOD"]), event


async def test_a_calendar_follows_the_appointment_from_its_convocation_to_its_end(
    app, alice, world, portal, mailbox
):
    """Each has a name of its own, and a later sequence: it takes the place of the one before."""
    slot = await confirmed(alice, portal, world, email="elise@example.fr")
    seen = [calendar_in(letter) for letter in await mailbox.delivered(app)]
    async with service(portal, world) as staff:
        await move_slot(staff, slot.key, WEDNESDAY + timedelta(days=1), clock.now())
    seen += [calendar_in(each) for each in await mailbox.delivered(app) if each["to"] == "elise@example.fr"]
    await alice.fill(f"{PLANNING}/{slot.id}/absence", sequence="2", reason="a_refaire")
    seen += [calendar_in(each) for each in await mailbox.delivered(app) if each["to"] == "elise@example.fr"]
    names, methods, events = zip(*seen, strict=True)
    assert names == (
        f"convocation-2026-03-11-{slot.id}.ics",
        f"nouvelle-convocation-2026-03-12-{slot.id}.ics",
        f"annulation-2026-03-12-{slot.id}.ics",
    )
    assert methods == ("REQUEST", "REQUEST", "CANCEL")
    assert [event["STATUS"] for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert len({str(event["UID"]) for event in events}) == 1
    sequences = [int(event["SEQUENCE"]) for event in events]
    assert sequences == sorted(set(sequences))
    assert {str(event["ATTENDEE"]) for event in events} == {"mailto:elise@example.fr"}
    assert events[1]["DTSTART"].dt == WEDNESDAY + timedelta(days=1)


async def test_a_letter_that_the_server_dropped_is_sent_again_as_the_same_letter(
    app, alice, world, portal, mailbox
):
    await confirmed(alice, portal, world, email="elise@example.fr")
    mailbox.mood = "drop"
    letters = await mailbox.delivered(app)
    assert len({each["message-id"] for each in letters}) == 1
    assert len({read(each) for each in letters}) == 1
    assert await notices(portal) == [("summons", "elise@example.fr")]


async def test_reminders_leave_7_and_2_days_before_and_each_once(
    app, alice, world, portal, mailbox, time_machine_at
):
    await confirmed(alice, portal, world, email="elise@example.fr")
    await mailbox.delivered(app)
    seen = []
    for hours in (7 * 24 + 1, 7 * 24, 6 * 24, 2 * 24, 1, -1):
        time_machine_at.move_to(WEDNESDAY - timedelta(hours=hours))
        seen.append(await remind_of_visits(portal, clock.now()))
    assert seen == [0, 1, 0, 1, 0, 0]
    letters = await mailbox.delivered(app)
    assert [each["subject"].split(" :")[0] for each in letters] == ["Rappel", "Rappel"]
    assert [kind for kind, _ in await notices(portal)] == ["summons", "reminder_7", "reminder_2"]


async def test_a_change_of_date_is_reminder_enough(alice, world, portal, time_machine_at):
    slot = await confirmed(alice, portal, world, email="elise@example.fr")
    time_machine_at.move_to(WEDNESDAY - timedelta(days=7))
    assert await remind_of_visits(portal, clock.now()) == 1
    for hours in (2, 4):
        async with service(portal, world) as staff:
            await move_slot(staff, slot.key, WEDNESDAY + timedelta(hours=hours), clock.now())
        time_machine_at.shift(timedelta(hours=6))
        assert await remind_of_visits(portal, clock.now()) == 0
    time_machine_at.move_to(WEDNESDAY - timedelta(days=1))
    assert await remind_of_visits(portal, clock.now()) == 1
    assert [kind for kind, _ in await notices(portal)] == [
        "summons", "reminder_7", "changed", "changed", "reminder_2",
    ]  # fmt: skip


async def test_who_will_have_left_is_not_reminded(alice, world, portal, time_machine_at):
    slot = await confirmed(alice, portal, world, email="elise@example.fr")
    async with portal.database.transaction(write=True) as session:
        (await session.get(Employee, slot.employee_id)).exit_on = WEDNESDAY.date() - timedelta(days=1)
    time_machine_at.move_to(WEDNESDAY - timedelta(days=1))
    assert await remind_of_visits(portal, clock.now()) == 0


async def test_two_processes_remind_once(alice, world, portal, time_machine_at):
    await confirmed(alice, portal, world, email="elise@example.fr")
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


async def test_the_convocation_is_a_pdf_of_the_confirmed_appointment_only(alice, world, portal):
    person = await a_person(portal, world.site)
    slot = await a_slot(portal, world.site, person)
    path = f"{PLANNING}/{slot.id}/convocation"
    assert (await alice.get(path)).status_code == 404
    await confirm(alice, slot)
    answer = await alice.get(path)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'inline; filename="convocation-2026-03-11-{slot.id}.pdf"'
    (page,) = PdfReader(BytesIO(answer.content)).pages
    assert "Solenn Prigent" in page.extract_text()
