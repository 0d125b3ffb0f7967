"""When guesses have closed a code, its owner comes in by a link mailed to the contact on file."""

import asyncio
from datetime import timedelta

import pytest

from app.sign_up.acts import LINK_LIFE
from db.models import AuditEvent, AuditKind, Company, CompanyContact, ContactKind, OutboxMail, SignInFlow
from tests.actors import TOKEN, Actor
from tests.faults.steps import actor_at, entry, give_numbers
from tests.postbox import link_in, words_of
from tests.reading import rows
from tests.world import NUMBER

CODE, LINK, SENT = (
    "/connexion/code-adherent",
    "/connexion/code-adherent/lien",
    "/connexion/lien-envoye?fait=envoye",
)
CONTACT = "rh@ours.example"
WRONG_NUMBER = "2022000117"


@pytest.fixture
async def locked(app, world, portal):
    """Five wrong numbers closed BRIEUC's code; its contact is on file."""
    async with portal.database.transaction(write=True) as session:
        session.add(CompanyContact(company_id=world.ours.key, kind=ContactKind.ADMINISTRATIVE, email=CONTACT))
    async with actor_at(app, "203.0.113.9") as attacker:
        for _ in range(5):
            await give_numbers(attacker, "00010", WRONG_NUMBER)


async def ask(actor, code="00010", number=NUMBER):
    return await actor.fill(LINK, code=code, number=number)


async def link_for(app, actor, mailbox):
    assert (await ask(actor)).headers["location"] == SENT
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == CONTACT
    return link_in(letter, "code-adherent/lien/")


async def test_the_closed_form_offers_the_link_and_the_link_opens_the_next_step(
    app, visitor, locked, world, mailbox
):
    refused = await give_numbers(visitor, "00010", NUMBER)
    assert refused.status_code == 429
    assert "Recevoir un lien par courriel" in refused.text
    token = TOKEN.findall(refused.text)[-1]
    answer = await visitor.post(LINK, data={"csrf": token, "code": "00010", "number": NUMBER})
    sent = await visitor.follow(answer)
    assert "Si ces numéros sont ceux de votre lettre, un lien vient de partir" in sent.text
    (letter,) = await mailbox.delivered(app)
    link = link_in(letter, "code-adherent/lien/")
    for _ in range(3):
        assert "Continuer" in (await visitor.get(link)).text, "reading it uses nothing up"
    assert (await visitor.fill(link)).headers["location"] == "/connexion/creer-mon-compte"
    answer = await visitor.fill("/connexion/creer-mon-compte", **entry())
    assert answer.headers["location"] == "/connexion/compte-cree"


async def test_the_form_that_is_not_closed_says_nothing_of_it(visitor, world):
    assert "Recevoir un lien" not in (await give_numbers(visitor, "00010", WRONG_NUMBER)).text


async def test_a_person_signed_in_is_offered_the_same_way(app, locked, alice):
    answer = await alice.fill("/entreprises/ajout", code="00010", number=NUMBER)
    assert answer.status_code == 429
    assert f'action="{LINK}"' in answer.text


async def test_the_link_is_good_once_and_for_an_hour(app, visitor, locked, mailbox, time_machine_at):
    link = await link_for(app, visitor, mailbox)
    assert (await visitor.fill(link)).status_code == 303
    assert (await visitor.get(link)).status_code == 404
    time_machine_at.shift(timedelta(minutes=6))
    link = await link_for(app, visitor, mailbox)
    time_machine_at.shift(LINK_LIFE + timedelta(seconds=1))
    assert (await visitor.get(link)).status_code == 404


async def test_of_ten_who_follow_it_at_once_one_goes_on(app, visitor, locked, mailbox):
    link = await link_for(app, visitor, mailbox)
    actors = [Actor(app) for _ in range(10)]
    tokens = [await each.token(link) for each in actors]
    answers = await asyncio.gather(
        *(each.post(link, data={"csrf": token}) for each, token in zip(actors, tokens, strict=True))
    )
    assert sorted(each.status_code for each in answers) == [303] + [404] * 9


async def test_right_wrong_and_unknown_numbers_get_the_same_answer_and_only_the_right_ones_a_mail(
    app, locked, portal
):
    seen = []
    for code, number in (("00010", NUMBER), ("00010", WRONG_NUMBER), ("99999", NUMBER), ("00042", NUMBER)):
        async with Actor(app) as actor:
            answer = await ask(actor, code, number)
            headers = {n: v for n, v in answer.headers.items() if n != "date"}
            seen.append((answer.status_code, headers, answer.content, (await actor.follow(answer)).content))
    assert all(each == seen[0] for each in seen)
    assert [mail.recipient for mail in await rows(portal, OutboxMail)] == [CONTACT]


async def test_wrong_asks_from_many_networks_close_nothing_to_the_owner(app, locked, mailbox):
    for n in range(30):
        async with actor_at(app, f"198.51.100.{n}") as attacker:
            assert (await ask(attacker, "00010", WRONG_NUMBER)).status_code == 303
    async with Actor(app) as owner:
        await link_for(app, owner, mailbox)


async def test_the_contact_is_not_flooded_by_who_holds_the_numbers(app, locked, portal):
    async def one(n):
        async with actor_at(app, f"198.51.100.{n}") as actor:
            return (await ask(actor)).status_code

    assert await asyncio.gather(*(one(n) for n in range(20))) == [303] * 20
    assert len(await rows(portal, OutboxMail)) == 1


async def test_one_network_asks_ten_times_in_five_minutes(visitor, locked):
    statuses = [(await ask(visitor, "00010", WRONG_NUMBER)).status_code for _ in range(12)]
    assert statuses == [303] * 10 + [429] * 2


async def test_without_a_contact_nothing_leaves_and_the_same_words_say_whom_to_write_to(
    app, visitor, world, portal
):
    answer = await visitor.follow(await ask(visitor))
    assert "ne connaît peut-être pas d’adresse de contact" in answer.text
    assert "portailadh@aist22.fr" in answer.text
    assert not await rows(portal, OutboxMail)


async def test_a_company_closed_meanwhile_opens_nothing(app, visitor, locked, portal, world):
    async with portal.database.transaction(write=True) as session:
        (await session.get_one(Company, world.ours.key)).closed_at = world.ours.created_at
    await ask(visitor)
    assert not await rows(portal, OutboxMail)


async def test_what_is_kept_and_told_holds_neither_the_number_nor_the_link(
    app, visitor, locked, portal, mailbox
):
    assert (await ask(visitor)).status_code == 303
    (flow,) = await rows(portal, SignInFlow)
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.CODE_LINK_SENT)
    assert event.about == CONTACT
    (letter,) = await mailbox.delivered(app)
    link = link_in(letter, "code-adherent/lien/")
    assert link.rpartition("/")[2] != flow.token_hash
    assert NUMBER not in words_of(letter)


async def test_the_cookie_of_somebody_elses_sign_in_is_no_link(app, visitor, world):
    await visitor.fill("/connexion", email="alice@ours.example")
    assert (await visitor.get(f"{LINK}/{visitor.cookies['flow']}")).status_code == 404
