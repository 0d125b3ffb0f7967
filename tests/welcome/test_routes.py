"""/espace and /entreprises."""

import pytest
from sqlmodel import delete

from db.models import Membership
from db.seeds.world import World
from tests.statements import statements_of
from tests.world import OURS, THEIRS


async def test_the_private_space_welcomes_and_names_the_company(alice):
    page = await alice.get("/espace/00010-2")
    assert "Bienvenue dans votre espace privé et sécurisé" in page.text
    assert f"00010-2 - {OURS} (Paimpol)" in page.text
    assert "Alice Martin" in page.text
    assert "Se déconnecter" in page.text


async def test_another_companys_space_looks_like_no_company_at_all(alice):
    foreign, absent = await alice.get("/espace/00042"), await alice.get("/espace/99999")
    assert foreign.status_code == 404
    assert foreign.content == absent.content
    assert THEIRS not in foreign.text


async def test_a_revoked_person_is_out_at_the_next_request(alice, portal):
    assert (await alice.get("/espace/00010")).status_code == 200
    async with portal.database.transaction(write=True) as session:
        await session.exec(delete(Membership))
    assert (await alice.get("/espace/00010")).status_code == 404


async def test_one_lands_in_ones_company_or_in_the_list_of_many(alice, clerk, world, portal):
    assert (await alice.get("/espace")).headers["location"] == "/espace/00010"
    assert (await clerk.get("/espace")).headers["location"] == "/service"
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        for number in range(20):
            await seeds.acts_for(
                world.alice, await seeds.a_company(f"{2000 + number:05d}", f"Client {number}")
            )
    assert (await alice.get("/espace")).headers["location"] == "/entreprises"
    assert (await alice.get("/entreprises")).text.count('">Client ') == 20


async def test_without_a_company_the_list_says_what_to_do(clerk):
    page = await clerk.get("/entreprises")
    assert "Votre compte n’agit encore pour aucune entreprise." in page.text


async def test_the_list_asks_as_many_statements_for_many_as_for_few(alice, world, portal):
    counts = []
    for first in (3000, 3020):
        with statements_of(portal) as statements:
            await alice.get("/entreprises")
        counts.append(len(statements))
        async with portal.database.transaction(write=True) as session:
            seeds = World(session)
            for number in range(first, first + 8):
                await seeds.acts_for(world.alice, await seeds.a_company(f"{number:05d}", f"Client {number}"))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("typed", ["boeuf", "Bœuf", "BOEUF ET SOEURS", "l'etoile", "l’Étoile"])
async def test_a_company_is_found_however_its_letters_are_typed(alice, world, portal, typed):
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        for number, name in enumerate(["Bœuf et Sœurs, l’Étoile", "Boeuf et Soeurs - L'Etoile", "Zoé"], 4001):
            await seeds.acts_for(world.alice, await seeds.a_company(f"{number:05d}", name))
    page = await alice.get("/entreprises", params={"q": typed})
    assert {code for code in ("04001", "04002", "04003") if code in page.text} == {"04001", "04002"}


async def test_companies_are_sorted_as_a_dictionary_does(alice, world, portal):
    names = ["Æbelø", "Bœuf", "Bog", "Écluse", "Zoé"]
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        for number, name in enumerate(reversed(names), 4001):
            await seeds.acts_for(world.alice, await seeds.a_company(f"{number:05d}", name))
    page = await alice.get("/entreprises", params={"tri": "nom", "q": "040"})
    places = [page.text.index(f">{name}<") for name in names]
    assert places == sorted(places)
