"""The form of who cannot sign in: kept, mailed, limited, and the same answer for everybody."""

import asyncio

import pytest

from db.models import OutboxMail, PublicInquiry
from tests.faults.steps import actor_at, dispatcher_of
from tests.postbox import words_of
from tests.reading import rows

PAGE = "/contact"
WRITTEN = {
    "token": "jeton-du-formulaire", "name": "Nina Le Gall", "email": "nina@nowhere.example", "code": "00042",
    "theme": "acces", "text": "Je ne reçois pas le courriel.",
}  # fmt: skip


async def test_it_is_kept_mailed_to_the_service_and_acknowledged(app, visitor, portal, mailbox, settings):
    answer = await visitor.fill(PAGE, **WRITTEN)
    page = await visitor.follow(answer)
    assert "Votre message est envoyé" in page.text
    (kept,) = await rows(portal, PublicInquiry)
    assert (kept.name, kept.code, kept.theme) == ("Nina Le Gall", "00042", "acces")
    assert await dispatcher_of(app).send_due() == 2
    service, receipt = mailbox.letters
    assert service["to"] == settings.service_email
    for words in ("nina@nowhere.example", "Nina Le Gall", "00042", "Je ne reçois pas le courriel."):
        assert words in words_of(service)
    assert receipt["to"] == "nina@nowhere.example"
    # It may be somebody else's address: nothing that was typed comes with it.
    for words in ("Nina", "00042", "Je ne reçois pas"):
        assert words not in words_of(receipt)


async def test_a_question_about_money_goes_to_those_who_keep_the_contributions(
    app, visitor, settings, mailbox
):
    await visitor.fill(PAGE, **WRITTEN | {"theme": "cotisation"})
    assert await dispatcher_of(app).send_due() == 2
    service, receipt = mailbox.letters
    assert service["To"] == receipt["Reply-To"] == settings.service_contributions_email
    assert service["Reply-To"] == "nina@nowhere.example"
    assert settings.service_email not in words_of(receipt)


async def test_a_known_address_or_code_changes_nothing_of_the_answer(visitor, portal, world):
    answers = []
    for number, (email, code) in enumerate(
        [("alice@ours.example", "00010"), ("nobody@nowhere.example", "98765"), ("x@nowhere.example", "")]
    ):
        sent = await visitor.fill(
            PAGE, **WRITTEN | {"token": f"un-jeton-{number}", "email": email, "code": code}
        )
        answers.append((sent.status_code, sent.headers["location"], (await visitor.follow(sent)).content))
    assert len(set(answers)) == 1


async def test_the_same_form_many_times_at_once_is_one_message(visitor, portal):
    token = await visitor.token(PAGE)

    async def click():
        return await visitor.post(PAGE, data={"csrf": token, **WRITTEN})

    answers = await asyncio.gather(*(click() for _ in range(6)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(await rows(portal, PublicInquiry)) == 1
    assert len(await rows(portal, OutboxMail)) == 2
    # It was counted once: four others may follow within the quarter of an hour.
    for number in range(4):
        other = await visitor.fill(PAGE, **WRITTEN | {"token": f"un-autre-{number}"})
        assert other.status_code == 303
    assert (await visitor.fill(PAGE, **WRITTEN)).status_code == 303, "it is there already"


async def test_what_was_written_since_with_the_same_form_is_another_message(visitor, portal):
    for text in ("Je ne reçois rien.", "Je ne reçois rien.", "Si, je l’ai reçu."):
        assert (await visitor.fill(PAGE, **WRITTEN | {"text": text})).status_code == 303
    kept = [each.text for each in await rows(portal, PublicInquiry)]
    assert kept == ["Je ne reçois rien.", "Si, je l’ai reçu."]


async def test_one_network_writes_so_many_times_then_waits_and_loses_nothing(app, visitor, portal):
    for number in range(5):
        answer = await visitor.fill(PAGE, **WRITTEN | {"token": f"un-jeton-{number}"})
        assert answer.status_code == 303
    refused = await visitor.fill(PAGE, **WRITTEN | {"token": "un-de-trop"})
    assert refused.status_code == 429
    assert "Trop de messages" in refused.text
    assert "Je ne reçois pas le courriel." in refused.text
    async with actor_at(app, "198.51.100.7") as other:
        assert (await other.fill(PAGE, **WRITTEN | {"token": "d-ailleurs"})).status_code == 303
    templates = [mail.template for mail in await rows(portal, OutboxMail)]
    assert templates.count("public_inquiry") == 6
    assert templates.count("public_receipt") == 3, "an address is not flooded with receipts"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Saisissez votre nom"),
        ({"email": "nina@"}, "pas complète"),
        ({"code": "abc"}, "5 chiffres"),
        ({"theme": "x"}, "Choisissez le thème"),
        ({"text": ""}, "Écrivez votre message"),
        ({"name": "a\nBcc: x@y.fr"}, "sur une seule ligne"),
    ],
)
async def test_what_is_wrong_is_said(visitor, portal, wrong, words):
    answer = await visitor.fill(PAGE, **WRITTEN | wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert not await rows(portal, PublicInquiry)


async def test_without_its_token_nothing_is_kept(visitor, portal):
    answer = await visitor.post(PAGE, data=WRITTEN)
    assert answer.status_code == 422
    assert "Je ne reçois pas le courriel." in answer.text
    assert not await rows(portal, PublicInquiry)


async def test_somebody_signed_in_may_use_it_and_is_shown_a_better_way(alice, portal):
    assert "Vous êtes connecté" in (await alice.get(PAGE)).text
    assert (await alice.fill(PAGE, **WRITTEN)).status_code == 303
    assert len(await rows(portal, PublicInquiry)) == 1


async def test_the_way_to_it_is_on_the_sign_in_page_and_at_the_foot_of_every_public_page(visitor):
    for path in ("/", "/connexion", "/mentions-legales"):
        assert 'href="/contact"' in (await visitor.get(path)).text
    assert "Toujours bloqué" in (await visitor.get("/connexion")).text
