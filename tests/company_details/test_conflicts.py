"""Two people correct the same company at once: nobody's correction is overwritten unseen."""

import asyncio

import pytest

from db.models import AuditEvent, CompanyContact, OutboxMail
from tests.actors import Actor
from tests.company_details.test_routes import PATH, VERSION, as_shown, correct, ours, rows
from tests.pages import check


@pytest.fixture
async def bob(app, world):
    async with Actor(app) as actor:
        yield await actor.signed_in(world.bob)


async def test_the_second_sees_both_values_and_nothing_is_written(alice, bob, portal):
    opened = await as_shown(alice)
    await correct(bob, town="Plérin", billing_name="Zoé Le Bris")
    answer = await alice.fill(PATH, **opened | {"town": "Langueux"})
    assert answer.status_code == 409
    assert "Une autre personne a modifié ces informations pendant votre saisie" in answer.text
    assert '<th scope="row">Commune</th><td>Plérin</td><td>Langueux</td>' in answer.text
    assert '<th scope="row">Contact facturation, nom</th><td>Zoé Le Bris</td><td>(vide)</td>' in answer.text
    assert '<th scope="row">SIRET</th>' not in answer.text
    assert 'value="Langueux"' in answer.text
    assert (await ours(portal)).town == "Plérin"
    assert len(await rows(portal, AuditEvent)) == 2
    assert len(await rows(portal, OutboxMail)) == 1
    check(answer)


async def test_saving_again_from_the_page_of_the_conflict_works(alice, bob, portal):
    opened = await as_shown(alice)
    await correct(bob, town="Plérin", siret="73282932000074")
    refused = await alice.fill(PATH, **opened | {"town": "Langueux"})
    version = VERSION.search(refused.text)[1]
    assert version != opened["version"]
    again = opened | {"town": "Langueux", "siret": "73282932000074", "version": version}
    assert (await alice.fill(PATH, **again)).status_code == 303
    company = await ours(portal)
    assert (company.town, company.siret) == ("Langueux", "73282932000074")
    assert (await rows(portal, AuditEvent))[-1].about == "Commune : Plérin → Langueux"


async def test_a_wrong_field_does_not_make_an_old_page_new(alice, bob, portal):
    opened = await as_shown(alice)
    await correct(bob, town="Plérin")
    refused = await alice.fill(PATH, **opened | {"town": "Langueux", "siret": "1"})
    assert refused.status_code == 422
    assert VERSION.search(refused.text)[1] == opened["version"]


@pytest.mark.parametrize("version", ["", "x", "2026-01-05", "9999-12-31T23:59:59+00:00", "é" * 300])
async def test_a_version_that_no_page_gave_is_a_conflict(alice, portal, version):
    answer = await alice.fill(PATH, **await as_shown(alice) | {"town": "Plérin", "version": version})
    assert answer.status_code == 409
    assert (await ours(portal)).town == "Saint-Brieuc"


async def test_a_second_click_on_the_same_form_is_no_conflict(alice, portal):
    fields = await as_shown(alice) | {"town": "Plérin"}
    assert [(await alice.fill(PATH, **fields)).status_code for _ in range(2)] == [303, 303]
    assert len(await rows(portal, AuditEvent)) == 1


async def test_of_two_at_the_same_time_exactly_one_is_written(alice, bob, portal):
    fields = await as_shown(alice)
    names = ["Un", "Deux", "Trois", "Quatre", "Cinq", "Six"]
    actors = [alice, bob] * 3
    answers = await asyncio.gather(
        *(
            actor.fill(PATH, **fields | {"billing_name": name})
            for actor, name in zip(actors, names, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 5
    (contact,) = await rows(portal, CompanyContact)
    won = names[[answer.status_code for answer in answers].index(303)]
    assert contact.name == won
    assert len(await rows(portal, AuditEvent)) == 1


async def test_two_corrections_in_one_tick_of_the_clock_are_two_versions(app, world, portal):
    import time_machine

    with time_machine.travel("2026-03-02 09:00:00+00:00", tick=False):
        async with Actor(app) as actor:
            await actor.signed_in(world.alice)
            await correct(actor, town="Plérin")
            opened = await as_shown(actor)
            await correct(actor, town="Langueux")
            answer = await actor.fill(PATH, **opened | {"town": "Yffiniac"})
    assert answer.status_code == 409
