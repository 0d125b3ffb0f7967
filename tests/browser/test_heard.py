"""Each change in place is told once, in words that say what changed, and moves the focus once at most."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect
from sqlalchemy import update

from app import clock
from db.models import AccountSession, EmployeeImport
from db.seeds.world import World
from tests.browser.listener import Listener
from tests.contributions.steps import YEAR, some_employees
from tests.employees.people import put
from tests.planning.steps import PLANNING, a_person, a_slot
from tests.world import NUMBER

pytestmark = pytest.mark.browser

FAR = datetime(2099, 3, 3, 8, 30, tzinfo=UTC)
LIST = "/espace/00010/salaries"


@pytest.fixture
async def listener(opened, world):
    return Listener(await opened())


@pytest.fixture
async def alice_listens(listener, world):
    await listener.reader.signed_in(world.alice)
    return listener


async def test_from_the_address_to_the_password_the_address_is_not_read_again(listener, world):
    reader = listener.reader
    await reader.open("/connexion")
    await reader.tab_to("Votre adresse e-mail")
    await reader.type("alice@ours.example")
    heard = await listener.after("Enter")
    assert heard.moves == ["input#password"]
    assert (heard.role, heard.name, heard.is_wrong) == ("textbox", "Mot de passe", False)
    assert heard.said == ["Mot de passe – AIST22"]
    assert await listener.fields_called_wrong() == []


async def test_a_refused_form_is_read_once_and_its_field_is_called_wrong(listener, world):
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


async def test_a_long_form_is_refused_as_shortly_as_a_short_one(listener, world):
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


async def test_a_wrong_password_is_told_once(listener, world):
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
    "/espace/00010/planning": ("#etat", "libres", "Aucun créneau"),
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


async def test_the_next_page_of_a_list_is_told_once_with_its_number(alice_listens, portal, world):
    listener, reader = alice_listens, alice_listens.reader
    async with portal.database.transaction(write=True) as session:
        for number in range(80):
            await put(World(session), world.ours, birth_name=f"GUILLOU-{number:02}")
    await reader.open(LIST)
    names = []
    for _ in range(2):
        await reader.page.get_by_role("link", name="Salariés suivants").focus()
        heard = await listener.after("Enter")
        assert (heard.moves, heard.role, heard.said) == (["div.scroll"], "region", [])
        names.append(heard.name)
    assert names == [f"81 salariés présents – {rows}" for rows in ("26 à 50", "51 à 75")]
    await reader.page.get_by_role("link", name="Revenir au début").click()
    await expect(reader.page.locator("caption")).to_have_text("81 salariés présents – 1 à 25")


async def test_another_company_is_named_and_its_page_has_a_title_of_its_own(alice_listens, world):
    listener, reader = alice_listens, alice_listens.reader
    for path in (LIST, "/espace/00010/historique", "/espace/00010/planning"):
        await reader.open(path)
        before = await reader.page.title()
        await reader.page.select_option("#vers", "00010-2")
        await reader.tab_to("Changer")
        heard = await listener.after("Enter")
        assert (heard.moves, heard.role, heard.said) == (["h1"], "heading", [world.site.label])
        ours, site = (each.label.replace(" - ", " ", 1) for each in (world.ours, world.site))
        assert ours in before
        assert await reader.page.title() == before.replace(ours, site)


async def test_a_row_says_what_became_of_it_and_an_absence_its_fee_before_it_is_declared(
    alice_listens, portal, world
):
    listener, reader = alice_listens, alice_listens.reader
    person = await a_person(portal, world.site)
    slot = await a_slot(portal, world.site, person, FAR)
    await reader.open(f"{PLANNING}?semaine=2099-W10")
    await reader.tab_to("Confirmer")
    heard = await listener.after("Enter")
    assert (heard.moves, heard.role) == (["th"], "rowheader")
    assert len(heard.said) == 1
    assert heard.said[0].startswith("LE GALL Élise, mardi 3 mars : confirmé par Alice Martin")
    await reader.open(f"{PLANNING}/{slot.id}/absence")
    words = await reader.page.locator("#contenu").inner_text()
    assert re.search(
        r"Annulation sans frais jusqu’au .+ facturée à l’entreprise(.|\n)+Et cette visite", words
    )
    await reader.tab_to("Et cette visite ?")
    await reader.tab_to("Rendre au service")
    await reader.press("Enter")
    await reader.has_focus_on(".summary")
    assert await listener.fields_called_wrong() == ["Et cette visite ?"]
    await expect(reader.page.locator(":focus")).to_contain_text("Choisissez ce que devient cette visite.")


async def test_the_month_is_told_and_the_link_to_the_next_keeps_the_focus(alice_listens):
    listener, reader = alice_listens, alice_listens.reader
    await reader.open(f"{PLANNING}/mois?mois=2099-03")
    await reader.tab_to("Mois suivant")
    for month in ("Avril 2099", "Mai 2099"):
        heard = await listener.after("Enter")
        assert (heard.moves, heard.name, heard.said) == ([], "Mois suivant", [month])


async def test_while_a_file_is_read_the_focus_stays_and_each_quarter_is_told(alice_listens, portal, world):
    listener, reader = alice_listens, alice_listens.reader
    now = clock.now()
    async with portal.database.transaction(write=True) as session:
        reading = EmployeeImport(
            company_id=world.ours.key,
            account_id=world.alice.key,
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
    await reader.holds_the_clock()
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


DAYS = {
    "/espace/00010/historique": "Du",
    f"{LIST}/declaration/identite": "Date de naissance",
    f"{LIST}/1/depart": "Dernier jour de travail",
}


@pytest.mark.parametrize("path", DAYS)
async def test_a_day_has_its_name_and_its_format_and_nothing_untouched_is_called_wrong(alice_listens, path):
    listener, reader = alice_listens, alice_listens.reader
    await reader.open(path)
    await reader.tab_to(DAYS[path])
    role, name, description, is_wrong = await listener.at()
    assert (role, name, is_wrong) == ("textbox", DAYS[path], False)
    assert re.search(r"31/12/\d{4}", description)
    assert await listener.fields_called_wrong() == []


@pytest.mark.parametrize(
    ("path", "following"),
    [("/connexion", "Votre adresse e-mail"), (LIST, "Déclarer un salarié"), ("/mon-compte", "Nom")],
)
async def test_the_skip_link_leads_to_what_the_page_says_first(alice_listens, world, path, following):
    reader = alice_listens.reader
    if path == "/connexion":
        await reader.page.context.clear_cookies()
    await reader.open(path)
    await reader.press("Tab")
    assert (await reader.focused()).words == "Aller au contenu"
    await reader.press("Enter")
    await reader.has_focus_on("#contenu")
    first = await reader.page.evaluate("document.activeElement.innerText.trim().split('\\n')[0]")
    assert first == (world.ours.label if path == LIST else await reader.page.inner_text("h1"))
    await reader.tab_to(following)
    assert len(await reader.page.evaluate("window.heard.moves")) <= 4


async def test_each_step_of_a_declaration_of_somebody_says_which_of_how_many(alice_listens):
    listener, reader = alice_listens, alice_listens.reader
    await reader.open(f"{LIST}/declaration/identite")
    assert (await reader.page.title()).startswith("Qui est-ce ? (étape 1 sur 4)")
    await reader.fill(birth_name="LE GALL", first_names="Élise", birth_on="03/02/1990")
    heard = await listener.after("Enter")
    assert (heard.moves, heard.role) == (["h1"], "heading")
    assert len(heard.said) == 1
    assert heard.said[0].startswith("Son contrat et son poste (étape 2 sur 4)")


@pytest.mark.parametrize(
    ("step", "place"),
    [("entreprise", 1), ("salaries", 2), ("postes", 3), ("recapitulatif", 4), ("validation", 5)],
)
async def test_each_step_of_the_annual_declaration_says_which_of_how_many(
    alice_listens, portal, world, step, place
):
    reader = alice_listens.reader
    await some_employees(portal, world.site, 1, entry_on="2020-01-06")
    await reader.open(f"{YEAR}/{step}")
    assert f"(étape {place} sur 5)" in await reader.page.title()
