"""/service/recherche: one search over members, people with access, employees and invoices."""

import re

import pytest
from sqlalchemy import insert

from db.models import Company, Employee
from db.seeds.world import World
from tests.pages import check
from tests.statements import statements_of
from tests.world import OURS

SEARCH = "/service/recherche"
LINK = re.compile(r'<li><a href="([^"]+)">([^<]+)</a>')


def main_of(page):
    return page.text.partition("<main>")[2].partition("</main>")[0]


async def found(clerk, words):
    page = await clerk.get(SEARCH, params={"q": words})
    assert page.status_code == 200
    return {title: path for path, title in LINK.findall(main_of(page))}


@pytest.fixture
async def bakery(portal):
    async with portal.database.transaction(write=True) as session:
        return await World(session).a_company(
            "00300",
            "Manœuvre et Łúcja Élan",
            town="Plœmeur",
            siret="73282932000074",
            email="contact@elan.example",
        )


@pytest.mark.parametrize(
    "words",
    ["300", "00300", "manoeuvre", "MANŒUVRE", "elan manœ", "lucja", "ploemeur", "Plœmeur", "732829320",
     "732 829 320 00074", "contact@elan.example", "elan.example"],
)  # fmt: skip
async def test_a_member_is_found_by_all_that_names_it(clerk, bakery, words):
    assert (await found(clerk, words))["00300 - Manœuvre et Łúcja Élan"] == "/service/adherents/00300"


async def test_a_code_typed_short_finds_the_member_and_its_sites_before_the_rest(clerk, bakery):
    assert list(await found(clerk, "10"))[:3] == [
        f"00010 - {OURS}",
        f"00010-2 - {OURS} (Paimpol)",
        f"00010-5 - {OURS} (Dinan)",
    ]


async def test_people_employees_and_invoices_are_found_and_lead_to_their_pages(clerk, world):
    assert (await found(clerk, "alice@ours"))["Alice Martin"] == f"/service/personnes/{world.alice.id}"
    page = await clerk.get(SEARCH, params={"q": OURS})
    assert f'href="/service/salaries/{world.employee.id}"' in page.text
    assert "<h2>Factures</h2>" in (await clerk.get(SEARCH, params={"q": "F2026"})).text
    check(page)
    for path, _ in LINK.findall(main_of(page)):
        check(await clerk.get(path.partition("#")[0]))


async def test_the_index_follows_every_writer(clerk, portal, bakery, world):
    """Rows written all at once, changed and deleted behind the models' back, are found as they now are."""
    async with portal.database.transaction(write=True) as session:
        connection = await session.connection()
        row = await session.get(Employee, world.employee.id)
        names = {column.name for column in Employee.__table__.columns} - {"id"}
        columns = {name: getattr(row, name) for name in names}
        people = [columns | {"search_key": f" zebulon{letter} paul"} for letter in "abc"]
        await connection.execute(insert(Employee), people)
        table = Company.__table__
        await connection.execute(
            table.update().where(table.c.code == "00300").values(name="Zébulon", town="")
        )
    page = await clerk.get(SEARCH, params={"q": "zebulon"})
    assert page.text.count("/service/salaries/") == 3
    assert "00300 - Zébulon" in page.text
    assert not await found(clerk, "manoeuvre")
    async with portal.database.transaction(write=True) as session:
        connection, table = await session.connection(), Employee.__table__
        await connection.execute(table.delete().where(table.c.search_key == " zebulonb paul"))
        await connection.execute(
            table.update().where(table.c.search_key == " zebulonc paul").values(search_key=" autre")
        )
    assert (await clerk.get(SEARCH, params={"q": "zebulon"})).text.count("/service/salaries/") == 1


async def test_very_many_are_a_few_and_the_same_number_of_statements(clerk, portal):
    with statements_of(portal) as few:
        await clerk.get(SEARCH, params={"q": "boulange"})
    async with portal.database.transaction(write=True) as session:
        world = World(session)
        for index in range(30):
            await world.a_company(f"{400 + index:05d}", f"Boulangerie {index}")
    with statements_of(portal) as many:
        page = await clerk.get(SEARCH, params={"q": "boulange"})
    assert len(many) == len(few)
    assert page.text.count("/service/adherents/") == 10
    assert "Les 10 premiers" in page.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("a" * 5_000, "Votre recherche compte 5 000 caractères, et 200 au plus se cherchent"),
        ("?! – …", "ni lettre ni chiffre"),
    ],
)
async def test_what_cannot_be_searched_is_said_and_nothing_typed_is_lost(clerk, words, said):
    page = await clerk.get(SEARCH, params={"q": words})
    assert page.status_code == 422
    assert said in page.text.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert f'value="{words}"' in page.text
    check(page)


@pytest.mark.parametrize(
    "words", ['"', "'", '" OR words', "a*", "NEAR(a b)", "-a", "a:b", "\\", "%", "a & b", "œ"]
)
async def test_what_the_databases_have_a_meaning_for_is_plain_words(clerk, words):
    assert (await clerk.get(SEARCH, params={"q": words})).status_code in {200, 422}


async def test_the_field_stands_on_every_page_of_the_service_and_on_no_members(clerk, alice):
    for path in ("/service", "/service/a-traiter", "/service/vacations"):
        assert f'role="search" action="{SEARCH}"' in (await clerk.get(path)).text
    assert f'action="{SEARCH}"' not in (await alice.get("/espace/00010")).text
    assert (await alice.get(SEARCH)).status_code == 404


async def test_nothing_found_and_nothing_typed_say_what_to_do(clerk):
    assert "Rien ne contient tous ces mots" in (await clerk.get(SEARCH, params={"q": "zzzzz"})).text
    assert "Écrivez dans le champ du haut" in (await clerk.get(SEARCH)).text
