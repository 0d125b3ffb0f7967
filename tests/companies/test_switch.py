"""From a company to another: the header's switcher and the list."""

import re

from db.seeds.world import World
from tests.actors import Actor
from tests.statements import statements_of
from tests.world import OURS

LABELS = (f"00010 - {OURS}", f"00010-2 - {OURS} (Paimpol)", f"00010-5 - {OURS} (Dinan)")


async def clients(portal, account, number, roles=("administrateur",)):
    async with portal.database.transaction(write=True) as session:
        world = World(session)
        for index in range(number):
            company = await world.a_company(f"{3000 + index:05d}", f"Client {index:03d}", town="Lannion")
            await world.acts_for(account, company, roles=roles)


async def test_the_switcher_is_a_labelled_list_of_ones_companies(alice):
    page = (await alice.get("/espace/00010-2")).text
    assert '<label class="sr" for="vers">Entreprise</label>' in page
    for label in LABELS:
        assert label in page
    assert '<option value="00010-2" selected>' in page


async def test_changing_leads_to_the_same_section_elsewhere(alice):
    answer = await alice.get("/espace/00010/changer?vers=00010-5&rubrique=home")
    assert answer.headers["location"] == "/espace/00010-5"
    assert LABELS[2] in (await alice.follow(answer)).text


async def test_a_code_that_is_not_mine_leads_nowhere(alice):
    foreign = await alice.get("/espace/00010/changer?vers=00042")
    absent = await alice.get("/espace/00010/changer?vers=98765")
    assert foreign.status_code == 404
    assert foreign.content == absent.content


async def test_with_one_company_there_is_nothing_to_change(charlie):
    page = (await charlie.get("/espace/00042")).text
    assert "Changer" not in page


async def test_above_fifteen_the_switcher_leads_to_a_page_with_a_search(alice, world, portal):
    await clients(portal, world.alice, 13)
    page = (await alice.get("/espace/00010")).text
    assert "<select" not in page
    assert 'href="/entreprises?de=00010&amp;rubrique=home">Changer' in page


async def test_above_fifteen_too_the_section_is_kept(alice, world, portal):
    await clients(portal, world.alice, 13)
    link = re.search(r'href="([^"]+)">Changer', (await alice.get("/espace/00010/salaries")).text)
    page = (await alice.get(link[1].replace("&amp;", "&"))).text
    path = re.search(r'<th scope="row"><a href="(/espace/00010-2/[^"]+)"', page)[1]
    answer = await alice.get(path)
    assert answer.headers["location"] == "/espace/00010-2/salaries"
    answer = await alice.get(answer.headers["location"])
    assert "<title>Mes salariés – 00010-2 " in answer.text


async def test_the_list_is_searched_without_accents_sorted_and_paged(alice, world, portal):
    await clients(portal, world.alice, 60)
    page = await alice.get("/entreprises")
    assert "63 entreprises, page 1 sur 2" in page.text
    seen, following = set(), "/entreprises?tri=nom"
    while following:
        page = (await alice.get(following)).text
        codes = set(page_codes(page))
        assert not codes & seen
        seen |= codes
        link = re.search(r'<a href="([^"]+)" rel="next">Suivantes', page)
        following = link[1].replace("&amp;", "&") if link else ""
    assert len(seen) == 63
    assert "Client 007" in (await alice.get("/entreprises?q=CLÏENT 007")).text
    assert "1 sur 63" in (await alice.get("/entreprises?q=dinan")).text
    assert "Aucune de vos entreprises" in (await alice.get("/entreprises?q=zzz")).text


def page_codes(page):
    return re.findall(r'<th scope="row"><a href="/espace/([^"]+)"', page)


async def test_the_searched_list_is_a_fragment_of_its_page(alice):
    whole, part = await alice.get("/entreprises?q=dinan"), await alice.partial("/entreprises?q=dinan")
    assert part.text.partition("</title>\n")[2].strip() in whole.text
    assert "<html" not in part.text


async def test_five_hundred_companies_take_as_many_queries_as_three(alice, world, portal):
    async def statements(path):
        with statements_of(portal) as seen:
            assert (await alice.get(path)).status_code == 200
        return len(seen)

    few = [await statements(path) for path in ("/entreprises", "/espace/00010")]
    await clients(portal, world.alice, 500)
    many = [await statements(path) for path in ("/entreprises", "/espace/00010")]
    assert few == many
    assert max(many) <= 11


async def test_the_whole_page_stays_light_with_fifteen_companies_to_choose_from(alice, world, portal):
    await clients(portal, world.alice, 12)
    page = await alice.get("/espace/00010", headers={"Accept-Encoding": "gzip"})
    assert page.text.count("<option") == 15
    assert int(page.headers["content-length"]) <= 4096


async def test_where_one_has_no_right_to_the_section_one_lands_on_the_home_page_with_a_word(
    app, world, portal
):
    async with portal.database.transaction(write=True) as session:
        await World(session).acts_for(world.bob, world.site, roles=("lecture",))
    async with Actor(app) as bob:
        await bob.signed_in(world.bob)
        assert (await bob.get("/espace/00010/historique")).status_code == 200
        answer = await bob.get("/espace/00010/changer?vers=00010-2&rubrique=history")
        assert answer.headers["location"] == "/espace/00010-2?raison=history"
        page = await bob.follow(answer)
        assert "Vous n’avez pas accès à « Historique » pour cette entreprise" in page.text
        answer = await bob.get("/espace/00010-2/changer?vers=00010&rubrique=history")
        assert answer.headers["location"] == "/espace/00010/historique"
