"""From the letter's two numbers to an account."""

from datetime import timedelta

import pytest
from sqlmodel import select

from db.models import Account, Membership, OutboxMail, Throttle
from tests.postbox import password_in, words_of
from tests.world import NUMBER, OTHER_NUMBER, PASSWORD, THEIRS

CODE, ACCOUNT, SENT = "/connexion/code-adherent", "/connexion/creer-mon-compte", "/connexion/compte-cree"
PERSON = {
    "last_name": "Dupont",
    "first_name": "Jeanne",
    "job_title": "Directrice",
    "email": "jeanne@nouvelle.example",
    "email_again": "Jeanne@nouvelle.example ",
    "mobile": "06 12 34 56 78",
}


async def rows(portal, model):
    async with portal.database.transaction(write=False) as session:
        return (await session.exec(select(model))).all()


async def letters_to(app, mailbox, email=PERSON["email"]):
    """What this person received: the company's administrator is told too, by another letter."""
    return [letter for letter in await mailbox.delivered(app) if letter["To"] == email]


async def numbers(actor, code="00042", number=OTHER_NUMBER):
    return await actor.fill(CODE, code=code, number=number)


async def test_from_the_letter_to_the_private_space(app, visitor, world, portal, mailbox):
    assert (await numbers(visitor)).headers["location"] == ACCOUNT
    answer = await visitor.fill(ACCOUNT, **PERSON)
    sent = await visitor.follow(answer)
    assert "noreply@aist22.fr" in sent.text
    assert "Vérifiez vos courriers indésirables !" in sent.text

    (letter,) = await letters_to(app, mailbox)
    assert letter["Subject"] == "Votre espace AIST22"
    assert "Votre compte utilisateur sur AIST22 a été créé" in words_of(letter)
    password = password_in(letter)

    await visitor.fill("/connexion?fait=fin", to="/connexion", email="jeanne@nouvelle.example")
    answer = await visitor.fill("/connexion/mot-de-passe", email="jeanne@nouvelle.example", password=password)
    for path in ("/espace", "/espace/00042", "/mon-compte", "/entreprises"):
        assert (await visitor.get(path)).headers["location"] == "/connexion/premier-mot-de-passe"
    answer = await visitor.fill("/connexion/premier-mot-de-passe", new_password=PASSWORD)
    home = await visitor.follow(answer)
    assert THEIRS in home.text
    assert "Jeanne Dupont" in home.text


async def test_the_mailed_password_opens_one_session_only(app, visitor, world, mailbox):
    await numbers(visitor)
    await visitor.fill(ACCOUNT, **PERSON)
    password = password_in((await letters_to(app, mailbox))[0])
    seen = []
    for _ in range(2):
        visitor.cookies.clear()
        await visitor.fill("/connexion", email=PERSON["email"])
        answer = await visitor.fill("/connexion/mot-de-passe", email=PERSON["email"], password=password)
        seen.append(answer.status_code)
    assert seen == [303, 422]


async def test_the_mailed_password_lasts_a_day(app, visitor, world, mailbox, time_machine_at):
    await numbers(visitor)
    await visitor.fill(ACCOUNT, **PERSON)
    password = password_in((await letters_to(app, mailbox))[0])
    time_machine_at.shift(timedelta(hours=25))
    await visitor.fill("/connexion", email=PERSON["email"])
    answer = await visitor.fill("/connexion/mot-de-passe", email=PERSON["email"], password=password)
    assert answer.status_code == 422


@pytest.mark.parametrize("typed", ["42", " 00042 ", "00042", "0042"])
async def test_the_code_is_understood_as_people_type_it(visitor, world, typed):
    assert (await numbers(visitor, code=typed, number="2022 000 422")).headers["location"] == ACCOUNT


@pytest.mark.parametrize("typed", ["00010 5", "00010-5", "10-5", "00010 - 05"])
async def test_a_sites_code_brings_that_site(visitor, world, portal, typed):
    await numbers(visitor, code=typed, number=NUMBER)
    await visitor.fill(ACCOUNT, **PERSON)
    (account,) = [a for a in await rows(portal, Account) if a.email == PERSON["email"]]
    mine = [m.company_id for m in await rows(portal, Membership) if m.account_id == account.id]
    assert len(mine) == 1


async def test_a_members_code_brings_its_sites(visitor, world, portal):
    await numbers(visitor, code="00010", number=NUMBER)
    await visitor.fill(ACCOUNT, **PERSON, third_party="on")
    (account,) = [a for a in await rows(portal, Account) if a.email == PERSON["email"]]
    mine = [m for m in await rows(portal, Membership) if m.account_id == account.id]
    assert len(mine) == 3
    assert all(m.third_party for m in mine)
    assert account.mobile == "+33612345678"


@pytest.mark.parametrize(
    ("code", "number", "words"),
    [
        ("", OTHER_NUMBER, "Saisissez votre code adhérent."),
        ("00042", "", "Saisissez votre n° télédéclarant."),
        ("abc", OTHER_NUMBER, "Le code adhérent compte 5 chiffres"),
        ("000105", OTHER_NUMBER, "Le code adhérent compte 5 chiffres"),
        ("00042", "2022000423", "Un chiffre de ce numéro est faux"),
        ("00042", "202200042", "vous en avez saisi 9"),
        ("00042", "20220OO422", "ne contient que des chiffres"),
    ],
)
async def test_a_slip_is_told_before_anything_is_counted(visitor, world, portal, code, number, words):
    answer = await numbers(visitor, code, number)
    assert answer.status_code == 422
    assert words in answer.text
    assert not await rows(portal, Throttle)


async def test_a_wrong_pair_reveals_nothing(visitor, world):
    """A wrong number for a code that exists, and any number for a code that does not: the same words."""
    seen = set()
    for code in ("00042", "00043"):
        answer = await numbers(visitor, code, "2022000109")
        seen.add(
            (answer.status_code, "Le code adhérent ou le n° télédéclarant est incorrect." in answer.text)
        )
        assert THEIRS not in answer.text
    assert seen == {(422, True)}


async def test_the_pair_alone_shows_nothing_of_the_company(visitor, world):
    await numbers(visitor)
    assert THEIRS not in (await visitor.get(ACCOUNT)).text
    await visitor.fill(ACCOUNT, **PERSON)
    assert THEIRS not in (await visitor.get(SENT)).text


async def test_the_account_form_without_the_numbers_goes_back_to_them(visitor, world):
    for path in (ACCOUNT, SENT):
        assert (await visitor.get(path)).headers["location"] == CODE


async def test_every_missing_field_is_named_and_what_was_typed_is_kept(visitor, world):
    await numbers(visitor)
    answer = await visitor.fill(
        ACCOUNT, email="jeanne@nouvelle.example", email_again="autre@nouvelle.example"
    )
    assert answer.status_code == 422
    for words in (
        "Saisissez votre nom.",
        "Saisissez votre prénom.",
        "Saisissez votre fonction dans l’entreprise.",
        "Les deux adresses e-mail ne sont pas identiques.",
    ):
        assert answer.text.count(words) == 2  # in the summary and beside the field
    assert 'value="jeanne@nouvelle.example"' in answer.text


async def test_an_address_that_has_an_account_sees_the_same_screen_and_gets_another_mail(
    app, visitor, world, portal, mailbox
):
    await numbers(visitor)
    person = PERSON | {"email": "bob@ours.example", "email_again": "bob@ours.example"}
    answer = await visitor.fill(ACCOUNT, **person)
    screen = (await visitor.follow(answer)).text
    assert "Vos informations de connexion viennent de partir à <strong>bob@ours.example</strong>" in screen
    (letter,) = await letters_to(app, mailbox, "bob@ours.example")
    assert "vient d’être ajoutée à votre compte" in words_of(letter)
    assert "Mot de passe :" not in words_of(letter)
    (bob,) = [a for a in await rows(portal, Account) if a.email == "bob@ours.example"]
    assert bob.last_name == "Durand"
    assert len([m for m in await rows(portal, Membership) if m.account_id == bob.id]) == 2


async def test_pressing_the_button_twice_makes_one_account_and_one_mail(visitor, world, portal):
    await numbers(visitor)
    token = await visitor.token(ACCOUNT)
    for _ in range(2):
        answer = await visitor.post(ACCOUNT, data={"csrf": token, **PERSON})
        assert answer.headers["location"] == SENT
    assert [mail.template for mail in await rows(portal, OutboxMail)].count("account_created") == 1


async def test_the_mail_can_be_sent_again_after_a_minute(
    app, visitor, world, portal, mailbox, time_machine_at
):
    await numbers(visitor)
    await visitor.fill(ACCOUNT, **PERSON)
    early = await visitor.fill(SENT)
    assert early.status_code == 422
    assert "Attendez une minute" in early.text
    time_machine_at.shift(timedelta(seconds=61))
    again = await visitor.fill(SENT)
    assert "Le courriel est parti de nouveau." in again.text
    first, second = await letters_to(app, mailbox)
    assert password_in(first) != password_in(second)
    await visitor.fill("/connexion?fait=fin", to="/connexion", email=PERSON["email"])
    answer = await visitor.fill(
        "/connexion/mot-de-passe", email=PERSON["email"], password=password_in(second)
    )
    assert answer.status_code == 303


async def test_a_mistyped_address_is_corrected_and_its_password_is_void(app, visitor, world, portal, mailbox):
    await numbers(visitor)
    wrong = PERSON | {"email": "jeane@nouvelle.example", "email_again": "jeane@nouvelle.example"}
    await visitor.fill(ACCOUNT, **wrong)
    (stray,) = await letters_to(app, mailbox, wrong["email"])
    await visitor.fill(ACCOUNT, **PERSON)
    assert len(await letters_to(app, mailbox)) == 1
    emails = [a.email for a in await rows(portal, Account)]
    assert wrong["email"] not in emails
    assert emails.count(PERSON["email"]) == 1
    visitor.cookies.clear()
    await visitor.fill("/connexion", email=PERSON["email"])
    answer = await visitor.fill("/connexion/mot-de-passe", email=PERSON["email"], password=password_in(stray))
    assert answer.status_code == 422
