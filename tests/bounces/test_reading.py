"""A convocation that comes back: read in each kind of box, world on the appointment and to the service."""

import mailbox as boxes
from datetime import timedelta

import pytest

from app import clock
from app.bounces.acts import Reading, read_bounces
from app.errors import CommandRefused
from app.settings import WrongSetting, load_settings
from db.models import OutboxMail, VisitNotice
from tests.bounces.imap import serving
from tests.bounces.reports import report
from tests.faults.steps import ask_reset
from tests.planning.steps import PLANNING, a_person, a_slot, confirm
from tests.reading import rows, the_mail

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026, 10 h in Paris
ANSWER = b"From: a@b.fr\r\nSubject: Absent\r\n\r\nJe suis absent."


@pytest.fixture
async def called(app, alice, portal, world, mailbox):
    """The slot of somebody who was called by mail, and the letter that left."""
    slot = await a_slot(portal, world.site, await a_person(portal, world.site, email="elise@example.fr"))
    assert (await confirm(alice, slot)).status_code == 303
    (letter,) = [each for each in await mailbox.delivered(app) if each["To"] == "elise@example.fr"]
    return slot, letter


@pytest.fixture
def folder(tmp_path, portal):
    """The Maildir of the settings."""
    made = boxes.Maildir(tmp_path / "retours d'ici")
    portal.settings.bounce_box = f"maildir://{tmp_path}/retours%20d'ici"
    return made


async def test_the_appointment_says_that_the_convocation_did_not_arrive_and_why(
    alice, portal, called, folder, time_machine_at
):
    slot, letter = called
    path = f"{PLANNING}/{slot.id}"
    assert "n’a pas pu être remise" not in (await alice.get(path)).text
    time_machine_at.shift(timedelta(minutes=20))
    folder.add(report(letter["Message-ID"]))
    assert await read_bounces(portal, clock.now()) == Reading(1, 0, 0)
    page = (await alice.get(path)).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "<strong>La convocation n’a pas pu être remise</strong> à elise@example.fr, le" in page
    assert "2 mars 2026 à 10 h 12</time> : cette adresse n’existe pas." in page
    assert "550" not in page


async def test_the_service_sees_it_among_its_mails_with_the_servers_words(clerk, portal, called, folder):
    assert "Courriels revenus" not in (await clerk.get("/service")).text
    folder.add(report(called[1]["Message-ID"]))
    await read_bounces(portal, clock.now())
    room = (await clerk.get("/service")).text
    assert "Courriels revenus" in room
    assert "cette adresse n’existe pas (550 5.1.1 &lt;elise@example.fr&gt;" in room


async def test_read_twice_or_told_twice_it_is_noted_once(portal, called, folder):
    message_id = called[1]["Message-ID"]
    key = folder.add(report(message_id))
    assert await read_bounces(portal, clock.now()) == Reading(1, 0, 0)
    first = (await the_mail(portal)).bounced_at
    assert await read_bounces(portal, clock.now()) == Reading(0, 0, 0), "it is marked as read"
    folder.add(report(message_id, "gmail", "5.2.2"))
    assert await read_bounces(portal, clock.now() + timedelta(hours=1)) == Reading(0, 1, 0)
    mail, (notice,) = await the_mail(portal), await rows(portal, VisitNotice)
    assert (mail.bounced_at, notice.bounced_at) == (first, first)
    assert notice.bounce == "cette adresse n’existe pas"
    assert folder.get_message(key).get_flags() == "S"


async def test_what_is_no_report_stays_for_somebody_to_read(portal, called, folder):
    key = folder.add(ANSWER)
    folder.add(report("<somebody@else.example>"))
    assert await read_bounces(portal, clock.now()) == Reading(0, 1, 1)
    assert folder.get_message(key).get_flags() == ""
    assert not (await the_mail(portal)).bounced_at


async def test_a_day_that_cannot_be_is_not_believed(portal, called, folder):
    folder.add(report(called[1]["Message-ID"]).replace(b" 2026 ", b" 2031 "))
    now = clock.now()
    await read_bounces(portal, now)
    assert (await the_mail(portal)).bounced_at == now


async def test_any_mail_may_come_back(app, portal, visitor, world, mailbox, folder):
    await ask_reset(visitor)
    (letter,) = await mailbox.delivered(app)
    folder.add(report(letter["Message-ID"], "exchange", "5.7.1"))
    assert (await read_bounces(portal, clock.now())).noted == 1
    assert (await the_mail(portal)).bounce == (
        "le serveur du destinataire l’a refusé (550 5.7.1 RESOLVER.RST.NotAuthorized)"
    )


async def test_an_mbox_is_read_and_never_written(portal, called, tmp_path):
    file = tmp_path / "retours"
    box = boxes.mbox(file)
    box.add(report(called[1]["Message-ID"]))
    box.add(ANSWER)
    box.close()
    before = file.read_bytes()
    portal.settings.bounce_box = f"mbox://{file}"
    assert await read_bounces(portal, clock.now()) == Reading(1, 0, 1)
    assert await read_bounces(portal, clock.now()) == Reading(0, 1, 1)
    assert file.read_bytes() == before


async def test_a_server_is_read_by_imap_and_reports_are_marked_there(portal, called):
    with serving(ANSWER, report(called[1]["Message-ID"])) as server:
        address = f"127.0.0.1:{server.server_address[1]}/INBOX/Retours%20d'ici"
        portal.settings.bounce_box = f"imap://retours:a%20b%3Ac@{address}"
        assert await read_bounces(portal, clock.now()) == Reading(1, 0, 1)
        assert server.seen == {2}
        assert await read_bounces(portal, clock.now()) == Reading(0, 0, 1)


@pytest.mark.parametrize("userinfo", ["retours:wrong", "retours"])
async def test_a_password_that_is_refused_is_said_and_never_written(portal, userinfo):
    with serving() as server:
        portal.settings.bounce_box = f"imap://{userinfo}@127.0.0.1:{server.server_address[1]}/INBOX"
        with pytest.raises(CommandRefused, match="La boîte des retours ne se lit pas") as refused:
            await read_bounces(portal, clock.now())
    assert ":wrong" not in str(refused.value)


@pytest.mark.parametrize("box", ["maildir:///nowhere/at/all", "mbox:///nowhere", "imap://a:b@127.0.0.1:1/I"])
async def test_a_box_that_is_not_there_is_said_in_a_sentence(portal, box):
    portal.settings.bounce_box = box
    with pytest.raises(CommandRefused, match="La boîte des retours ne se lit pas"):
        await read_bounces(portal, clock.now())


@pytest.mark.parametrize(
    "box", ["pop3://a:b@c", "imap://a:b@mail.example/INBOX", "imaps://mail.example", "maildir://", "/folder"]
)
def test_a_box_of_another_kind_or_without_tls_stops_the_start(tmp_path, box):
    with pytest.raises(WrongSetting, match="PORTAIL_BOUNCE_BOX"):
        load_settings(data_dir=tmp_path, secret_key="k" * 64, bounce_box=box)
    load_settings(data_dir=tmp_path, secret_key="k" * 64, bounce_box="imaps://a:b@mail.example/INBOX")


async def test_an_old_row_without_a_mail_is_never_taken_for_one(portal, called, folder):
    """Convocations that left before mails were known to come back have no identifier."""
    async with portal.database.transaction(write=True) as session:
        (await session.get_one(VisitNotice, (await rows(portal, VisitNotice))[0].id)).message_id = ""
    folder.add(report(called[1]["Message-ID"]))
    assert (await read_bounces(portal, clock.now())).noted == 1
    assert [each.bounce for each in await rows(portal, VisitNotice)] == [""]
    assert len(await rows(portal, OutboxMail)) >= 1
