"""Each change in place is told once, in words that say what changed, and moves the focus once at most."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect
from sqlalchemy import update

from app import clock
from db.models import AccountSession, EmployeeImport
from db.seeds.world import World
from tests.browser.listener import LISTEN, Listener
from tests.employees.people import put
from tests.planning.told import PLANNING, a_person, a_slot
from tests.world import NUMBER

pytestmark = pytest.mark.browser

FAR = datetime(2099, 3, 3, 8, 30, tzinfo=UTC)
LIST = "/espace/00010/salaries"


@pytest.fixture
async def listener(opened, told):
    reader = await opened()
    await reader.page.add_init_script(LISTEN)
    return Listener(reader)


@pytest.fixture
async def alice_listens(listener, told):
    await listener.reader.signed_in(told.alice)
    return listener


async def test_from_the_address_to_the_password_the_address_is_not_read_again(listener, told):
    reader = listener.reader
    await reader.open("/connexion")
    await reader.tab_to("Votre adresse e-mail")
    await reader.type("alice@ours.example")
    heard = await listener.after("Enter")
    assert heard.moves == ["input#password"]
    assert (heard.role, heard.name, heard.is_wrong) == ("textbox", "Mot de passe", False)
    assert heard.said == ["Mot de passe – AIST22"]
    assert await listener.fields_called_wrong() == []


async def test_a_refused_form_is_read_once_and_its_field_is_called_wrong(listener, told):
    reader = listener.reader
    await reader.open("/connexion")
    await reader.tab_to("Votre adresse e-mail")
    await reader.type("alice@")
    for _ in range(2):
        heard = await listener.after("Enter")
        assert heard.moves == ["div.summary"]
        assert (heard.role, heard.said) == ("alert", [])
        assert await listener.fields_called_wrong() == ["Votre adresse e-mail"]
        await reader.tab_to("Votre adresse e-mail")


async def test_a_long_form_is_refused_as_shortly_as_a_short_one(listener, told):
    reader = listener.reader
    await reader.open("/connexion/code-adherent")
    await reader.fill(code="10", number=NUMBER)
    heard = await listener.after("Enter")
    assert (heard.moves, heard.role) == (["h1"], "heading")
    assert heard.said == ["Créer votre compte – AIST22"]
    await reader.tab_to("Prénom")
    await reader.type("Nina")
    heard = await listener.after("Enter")
    assert (heard.moves, heard.role, heard.said) == (["div.summary"], "alert", [])
    wrong = await listener.fields_called_wrong()
    assert "Nom" in wrong
    assert "Prénom" not in wrong


async def test_a_wrong_password_is_told_once(listener, told):
    reader = listener.reader
    await reader.open("/connexion")
    await reader.tab_to("Votre adresse e-mail")
    await reader.type("alice@ours.example")
    await listener.after("Enter")
    await reader.type("not the password")
    heard = await listener.after("Enter")
    assert (heard.moves, heard.role, heard.said) == (["div.summary"], "alert", [])


SEARCHES = {
    "/entreprises": ("Code, nom, commune ou SIRET", "dinan", "1 sur ", " entreprises"),
    LIST: ("Nom, poste ou matricule", "zzz", "Aucun salarié ne correspond", " salarié"),
    "/faq": ("Votre question", "duplicata", "1 réponse", " réponses"),
    "/espace/00010/documents": ("Rechercher", "zzz", "Aucun document", "1 document"),
    "/espace/00010/demandes/nouvelle/employeur/salaries": (
        "Nom, poste ou matricule", "zzz", "Personne ne correspond", " salarié",
    ),
}  # fmt: skip


@pytest.mark.parametrize("path", SEARCHES)
async def test_a_search_tells_how_many_it_found_and_how_many_there_are_once_it_is_cleared(
    alice_listens, path
):
    listener, reader = alice_listens, alice_listens.reader
    label, typed, found, cleared = SEARCHES[path]
    await reader.open(path)
    await reader.tab_to(label)
    heard = await listener.after(act=lambda: reader.page.keyboard.insert_text(typed))
    assert (heard.moves, heard.name) == ([], label)
    assert len(heard.said) == 1
    assert heard.said[0].startswith(found)
    heard = await listener.after("Control+a", "Delete")
    assert (heard.moves, heard.name) == ([], label)
    assert len(heard.said) == 1
    assert cleared in heard.said[0]


FILTERS = {
    "/espace/00010/planning": ("#etat", "libres", "0 créneau"),
    "/espace/00010/contact": ("#etat", "", " échange"),
    "/espace/00010/demandes": ("#etat", "", " demande"),
    "/espace/00010/factures": ("#etat", "", " facture"),
}


@pytest.mark.parametrize("path", FILTERS)
async def test_a_filter_tells_how_many_are_left(alice_listens, path):
    listener, reader = alice_listens, alice_listens.reader
    field, value, found = FILTERS[path]
    await reader.open(path)
    chosen = reader.page.locator(field)
    await chosen.focus()
    value = value or await chosen.locator("option").nth(1).get_attribute("value")
    heard = await listener.after(act=lambda: chosen.select_option(value))
    assert heard.moves == []
    assert len(heard.said) == 1
    assert found in heard.said[0]


async def test_the_next_page_of_a_list_is_told_once_with_its_number(alice_listens, portal, told):
    listener, reader = alice_listens, alice_listens.reader
    async with portal.database.transaction(write=True) as session:
        for number in range(80):
            await put(World(session), told.ours, birth_name=f"GUILLOU-{number:02}")
    await reader.open(LIST)
    names = []
    for _ in range(2):
        await reader.page.get_by_role("link", name="Salariés suivants").focus()
        heard = await listener.after("Enter")
        assert (heard.moves, heard.role, heard.said) == (["div.scroll"], "region", [])
        names.append(heard.name)
    assert names == [f"25 salariés, page {number}, la liste continue" for number in (2, 3)]
    await reader.page.get_by_role("link", name="Revenir au début").click()
    await expect(reader.page.locator("caption")).to_have_text("25 salariés, la liste continue")


async def test_another_company_is_named_and_its_page_has_a_title_of_its_own(alice_listens, told):
    listener, reader = alice_listens, alice_listens.reader
    for path in (LIST, "/espace/00010/historique", "/espace/00010/planning"):
        await reader.open(path)
        before = await reader.page.title()
        await reader.page.select_option("#vers", "00010-2")
        await reader.tab_to("Changer")
        heard = await listener.after("Enter")
        assert (heard.moves, heard.role, heard.said) == (["h1"], "heading", [told.site.label])
        assert await reader.page.title() == before.replace(told.ours.label, told.site.label)


async def test_a_row_says_what_became_of_it_and_an_absence_its_fee_before_it_is_declared(
    alice_listens, portal, told
):
    listener, reader = alice_listens, alice_listens.reader
    person = await a_person(portal, told.site)
    await a_slot(portal, told.site, person, FAR)
    await reader.open(f"{PLANNING}?semaine=2099-W10")
    await reader.tab_to("Confirmer")
    heard = await listener.after("Enter")
    assert heard.moves == ["p.slot-who"]
    assert len(heard.said) == 1
    assert heard.said[0].startswith("LE GALL Élise, mardi 3 mars : confirmé par Alice Martin")
    await reader.tab_to("Ne peut pas venir")
    heard = await listener.after("Enter")
    assert (heard.moves, heard.role, heard.name) == (["select#reason"], "combobox", "Pourquoi")
    assert (heard.description, heard.is_wrong) == ("Jamais une raison médicale", False)
    assert len(heard.said) == 1
    assert re.match(r"Annulation sans frais jusqu’au .+ facturée à l’entreprise", heard.said[0])
    await reader.tab_to("Rendre au service")
    heard = await listener.after("Enter")
    assert (heard.moves, heard.role, heard.said) == (["div.summary"], "alert", [])
    assert await listener.fields_called_wrong() == ["Pourquoi"]
    await expect(reader.page.locator(":focus")).to_contain_text(
        "Choisissez pourquoi ce créneau n’est pas utilisé."
    )
    await reader.tab_to("Ne rien changer")
    heard = await listener.after("Enter")
    assert heard.moves == ["p.slot-who"]
    assert [words[:38] for words in heard.said] == ["LE GALL Élise, mardi 3 mars : confirmé"]


async def test_the_month_is_told_and_the_link_to_the_next_keeps_the_focus(alice_listens):
    listener, reader = alice_listens, alice_listens.reader
    await reader.open(f"{PLANNING}/mois?mois=2099-03")
    await reader.tab_to("Mois suivant")
    for month in ("Avril 2099", "Mai 2099"):
        heard = await listener.after("Enter")
        assert (heard.moves, heard.name, heard.said) == ([], "Mois suivant", [month])


async def test_while_a_file_is_read_the_focus_stays_and_each_quarter_is_told(alice_listens, portal, told):
    listener, reader = alice_listens, alice_listens.reader
    now = clock.now()
    async with portal.database.transaction(write=True) as session:
        reading = EmployeeImport(
            company_id=told.ours.key,
            account_id=told.alice.key,
            rows_total=4000,
            created_at=now,
            touched_at=now,
        )
        session.add(reading)
        await session.flush()
        key = reading.key
    await reader.open(f"{LIST}/imports/{key}")
    spoken = reader.page.locator("#imports-progress [role=status]")
    await spoken.evaluate(
        "each => new MutationObserver(() => window.heard.said.push(each.textContent))"
        ".observe(each, {childList: true, characterData: true, subtree: true})"
    )
    await reader.tab_to("Actualiser")
    said = []
    for rows in (400, 900, 1100, 1200):
        async with portal.database.transaction(write=True) as session:
            await session.exec(update(EmployeeImport).values(rows_read=rows, touched_at=clock.now()))
        heard = await listener.after(act=lambda: reader.page.wait_for_timeout(1))
        await expect(reader.page.locator("label[for=lecture]")).to_contain_text("lignes")
        assert (heard.moves, heard.role, heard.name) == ([], "link", "Actualiser")
        said += heard.said
    assert set(said) == {"Un quart est lu."}
    assert len(said) == 1


async def test_who_stays_goes_on_where_they_were(alice_listens, portal):
    listener, reader = alice_listens, alice_listens.reader
    async with portal.database.transaction(write=True) as session:
        await session.exec(update(AccountSession).values(created_at=clock.now() - timedelta(hours=11)))
    await reader.page.clock.install()
    await reader.open("/mon-compte")
    await reader.tab_to("Fonction")
    await reader.page.clock.fast_forward("28:05")
    await reader.hears(re.compile("Votre session se termine dans deux minutes"))
    await reader.has_focus_on("#job_title")
    await reader.tab_to("Rester connecté", "Shift+Tab")
    heard = await staying(listener)
    assert heard == (["input#job_title"], ["Vous restez connecté."])


async def staying(listener):
    """The clock of this page is held: it is let go on while the answer comes."""
    page = listener.page
    await page.clock.resume()
    heard = await listener.after("Enter")
    return heard.moves, heard.said


async def test_going_on_with_nobody_chosen_is_told_with_the_field(alice_listens):
    reader = alice_listens.reader
    await reader.open("/espace/00010/demandes/nouvelle/employeur/salaries")
    await reader.tab_to("Continuer")
    await reader.press("Enter")
    await reader.has_focus_on(".summary")
    assert await reader.page.evaluate("window.heard.moves") == ["div.summary"]
    assert (await reader.tab_to("Choisissez au moins un salarié.")).tag == "a"
    await reader.press("Enter")
    assert (await reader.focused()).tag == "input"
