"""A lost password, end to end by mail."""

from datetime import timedelta

import pytest
from sqlmodel import select

from db.models import Account, AccountSession
from tests.postbox import link_in, words_of
from tests.sign_in.test_routes import give
from tests.world import PASSWORD

FORGOTTEN = "/connexion/mot-de-passe-oublie"
NEW = "girafe tambour violet lundi"


async def asked(actor, email="alice@ours.example"):
    return await actor.follow(await actor.fill(FORGOTTEN, email=email))


async def test_a_link_comes_by_mail_and_installs_a_new_password(app, visitor, world, mailbox, alice):
    screen = await asked(visitor)
    assert "Vérifiez vos courriers indésirables !" in screen.text
    (letter,) = await mailbox.delivered(app)
    link = link_in(letter, "nouveau-mot-de-passe")
    answer = await visitor.fill(link, new_password=NEW)
    assert (await visitor.follow(answer)).status_code == 200
    assert (await alice.get("/mon-compte")).status_code == 303  # the other sessions are over
    visitor.cookies.clear()
    assert (await give(visitor)).status_code == 422
    visitor.cookies.clear()
    assert (await give(visitor, password=NEW)).status_code == 303


async def test_opening_the_link_uses_nothing_up_and_using_it_does(app, visitor, world, mailbox):
    await asked(visitor)
    link = link_in((await mailbox.delivered(app))[0], "nouveau-mot-de-passe")
    for _ in range(3):
        assert (await visitor.get(link)).status_code == 200
    token = await visitor.token(link)
    assert (await visitor.post(link, data={"csrf": token, "new_password": NEW})).status_code == 303
    assert (await visitor.get(link)).status_code == 404


async def test_a_link_lasts_an_hour(app, visitor, world, mailbox, time_machine_at):
    await asked(visitor)
    (letter,) = await mailbox.delivered(app)
    assert "Ce lien sert une fois, jusqu’au 2 mars 2026 à 11 h 00 :" in words_of(letter)
    link = link_in(letter, "nouveau-mot-de-passe")
    time_machine_at.shift(timedelta(minutes=61))
    assert (await visitor.get(link)).status_code == 404


async def test_an_unknown_address_sees_the_same_screen_and_is_told_by_mail(app, visitor, world, mailbox):
    known = (await asked(visitor)).text.replace("alice@ours.example", "@")
    unknown = (await asked(visitor, "nobody@else.example")).text.replace("nobody@else.example", "@")
    assert known == unknown
    letters = {letter["To"]: words_of(letter) for letter in await mailbox.delivered(app)}
    assert "Aucun compte n’existe à cette adresse" in letters["nobody@else.example"]
    assert "nouveau-mot-de-passe" not in letters["nobody@else.example"]


@pytest.mark.parametrize("email", ["alice@ours.example", "nobody@else.example"])
async def test_asked_again_at_once_the_mail_that_left_is_the_answer(app, visitor, world, mailbox, email):
    seen = [(await visitor.fill(FORGOTTEN, email=email)).status_code for _ in range(4)]
    assert seen == [303] * 4
    assert [letter["To"] for letter in await mailbox.delivered(app)] == [email]


async def test_strangers_cannot_be_flooded_with_mail_from_one_network(app, visitor, mailbox):
    for number in range(25):
        assert (await visitor.fill(FORGOTTEN, email=f"s{number}@else.example")).status_code == 303
    assert len(await mailbox.delivered(app)) == 20


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "Saisissez votre mot de passe."),
        ("court", "Choisissez au moins 12 caractères : celui-ci en compte 5."),
        ("motdepasse2026", "parmi les plus utilisés"),
        ("azertyuiop12", "parmi les plus utilisés"),
        ("aaaaaaaaaaaaaaa", "trop répétitif"),
        ("AliceMartin1", "que d’autres connaissent"),
        ("x" * 129, "Choisissez au plus 128 caractères."),
    ],
)
async def test_a_weak_password_is_refused_with_the_reason(app, visitor, world, mailbox, password, words):
    await asked(visitor)
    link = link_in((await mailbox.delivered(app))[0], "nouveau-mot-de-passe")
    answer = await visitor.fill(link, new_password=password)
    assert answer.status_code == 422
    assert words in answer.text
    assert password == "" or f'value="{password}"' not in answer.text


@pytest.mark.parametrize(
    "password",
    ["  espaces autour  ", "пароль из кириллицы", "🐙 quatre mots 🐙 vides", "é" * 3 + "à quoi bon ?"],
)
async def test_any_unicode_is_kept_as_it_is(app, visitor, world, mailbox, password):
    await asked(visitor)
    link = link_in((await mailbox.delivered(app))[0], "nouveau-mot-de-passe")
    assert (await visitor.fill(link, new_password=password)).status_code == 303
    visitor.cookies.clear()
    assert (await give(visitor, password=password)).status_code == 303
    visitor.cookies.clear()
    assert (await give(visitor, password=password + " ")).status_code == 422


async def test_a_malformed_hash_is_a_failed_sign_in(visitor, world, portal):
    async with portal.database.transaction(write=True) as session:
        alice = (await session.exec(select(Account).where(Account.email == "alice@ours.example"))).one()
        alice.password_hash = "$2b$12$" + "!" * 53
    assert (await give(visitor, password=PASSWORD)).status_code == 422
    async with portal.database.transaction(write=False) as session:
        assert not (await session.exec(select(AccountSession))).all()
