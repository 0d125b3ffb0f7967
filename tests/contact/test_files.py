"""A file on its way in: what is too big, cut, or no file; and out: in the mail to the service."""

from datetime import timedelta

import pytest

from app.web.uploads import BIGGEST_UPLOAD
from tests.contact.steps import CONTACT, NEW, PDF, WRITTEN, inquiries, messages, send
from tests.faults.steps import dispatcher_of, give
from tests.postbox import words_of


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("bilan.pdf", b""), "Ce fichier est vide"),
        (("bilan.pdf", b"MZ"), "n’est ni un PDF, ni une image"),
        (("bilan.pdf", PDF + b"x" * BIGGEST_UPLOAD), "dépasse 5 Mo"),
        (("bilan.txt", PDF), "est un PDF, mais son nom finit par « .txt »"),
    ],
)
async def test_a_file_that_is_not_taken_keeps_the_form(alice, portal, settings, file, words):
    answer = await send(alice, file=file, **WRITTEN)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'href="#fichier"' in answer.text
    assert "le montant a doublé" in answer.text
    assert not await inquiries(portal)


async def test_a_form_with_a_file_and_no_token_writes_nothing(alice, portal):
    answer = await alice.post(NEW, data=WRITTEN, files={"fichier": ("a.pdf", PDF)})
    assert answer.status_code == 422
    assert "ouverte depuis trop longtemps" in answer.text
    assert "le montant a doublé" in answer.text
    assert not await inquiries(portal)


async def test_a_browser_that_cannot_send_files_still_writes(alice, portal):
    token = await alice.token(NEW)
    answer = await alice.post(NEW, data={"csrf": token, **WRITTEN})
    assert answer.status_code == 303
    assert len(await inquiries(portal)) == 1


async def test_a_reply_carries_a_file_and_a_long_text(alice, portal):
    await send(alice, **WRITTEN)
    (inquiry,) = await inquiries(portal)
    long_text = "é" * 4000
    path = f"{CONTACT}/{inquiry.key}/messages"
    answer = await send(
        alice, path, file=("../suite.pdf", PDF), token="un-autre-jeton", seen="", text=long_text
    )
    assert answer.status_code == 303
    _, reply = await messages(portal, inquiry)
    assert (reply.file_name, reply.media_type, reply.text) == ("suite.pdf", "application/pdf", long_text)


async def test_the_service_receives_the_words_and_the_file(app, alice, portal, mailbox, settings):
    await send(alice, file=("bilan.pdf", PDF), **WRITTEN)
    assert await dispatcher_of(app).send_due() == 1
    (letter,) = mailbox.letters
    assert letter["to"] == settings.service_contributions_email
    assert "Notre dernier appel" in letter["subject"]
    words = words_of(letter)
    assert "Alice Martin (alice@ours.example) écrit pour 00010" in words
    assert "le montant a doublé" in words
    (joined,) = letter.iter_attachments()
    assert (joined.get_filename(), joined.get_content()) == ("bilan.pdf", PDF)


async def test_what_was_written_when_the_session_ended_is_given_back_without_its_file(
    alice, portal, world, time_machine_at
):
    await alice.signed_in(world.alice)
    token = await alice.token(NEW)
    time_machine_at.shift(timedelta(minutes=31))
    answer = await alice.post(NEW, data={"csrf": token, **WRITTEN}, files={"fichier": ("a.pdf", PDF)})
    assert "fait=saisie" in answer.headers["location"]
    await alice.follow(await give(alice))
    page = await alice.get("/mon-compte/reprise")
    assert "le montant a doublé" in page.text
    csrf = await alice.token("/mon-compte/reprise")
    assert (await alice.post(NEW, data={"csrf": csrf, **WRITTEN})).status_code == 303
    (inquiry,) = await inquiries(portal)
    (message,) = await messages(portal, inquiry)
    assert (message.text, message.file_name) == (WRITTEN["text"], "")
