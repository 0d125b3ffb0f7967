"""What an employer comes for, by keyboard alone, then without JavaScript."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from app.declarations.steps import STEP_NAMES
from db.seeds.world import World
from tests.browser.employees_tour import FILE
from tests.employees.people import put

pytestmark = pytest.mark.browser

HOME = "/espace/00010/salaries"


async def arrives(reader, path, title):
    """A step reached by a swap: address, title, heading under the keyboard."""
    await reader.is_at(path, f"{title} – AIST22")
    await reader.hears(f"{title} – AIST22")
    assert (await reader.focused()).tag == "h1"
    assert not await reader.swaps_that_lost_the_focus()


async def declares(reader, *, swaps):
    """A night watchman, from the list to his sheet. `swaps`: each step takes the place of the other."""

    async def reaches(step, title):
        place = list(STEP_NAMES).index(step) + 1
        path, whole = f"{HOME}/declaration/{step}", f"{title} (étape {place} sur 4) – Déclarer un salarié"
        if swaps:
            await arrives(reader, path, whole)
        else:
            await reader.is_at(path, f"{whole} – AIST22")

    await reader.open(HOME)
    await reader.tab_to("Déclarer un salarié")
    await reader.press("Enter")
    await reader.is_at(
        f"{HOME}/declaration/identite", "Qui est-ce ? (étape 1 sur 4) – Déclarer un salarié – AIST22"
    )
    for label, typed in (("Nom de naissance", "Le Goff"), ("Prénom", "Yves")):
        await reader.tab_to(label)
        await reader.type(typed)
    await reader.page.get_by_label("Date de naissance").fill("1990-01-31")
    await reader.tab_to("Continuer")
    await reader.press("Enter")
    await reaches("poste", "Son contrat et son poste")
    await reader.page.get_by_label("Date d’entrée").fill("2026-12-01")
    await reader.page.get_by_label("Type de contrat").select_option("cdi")
    await reader.page.get_by_label("Poste occupé").focus()
    await reader.type("Comptable")
    if not swaps:
        await reader.tab_to("Continuer")
        await reader.press("Enter")
        title = "Quel métier est le plus proche ? – Déclarer un salarié, étape 2 sur 4 – AIST22"
        await reader.is_at(f"{HOME}/declaration/poste", title)
        await expect(reader.page.locator(".summary")).to_have_count(0)
    await expect(reader.page.locator("#jobs-index [type=radio]").first).to_be_visible()
    await reader.page.locator("#jobs-index [type=radio]").first.focus()
    await reader.press("Space")
    await reader.tab_to("Continuer")
    await reader.press("Enter")
    await reaches("expositions", "Ses conditions de travail")
    await reader.tab_to("Travaille de nuit")
    await reader.press("Space")
    await reader.tab_to("Continuer")
    await reader.press("Enter")
    await reaches("verification", "Vérifier et déclarer")
    await expect(reader.page.get_by_role("main")).to_contain_text("au plus tard le 30 novembre 2026")
    await reader.tab_to("Déclarer ce salarié")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_have_text("Le Goff Yves")


async def leaves_and_undoes(reader):
    await reader.tab_to("Enregistrer son départ")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_contain_text("Départ ")
    await reader.page.get_by_label("Dernier jour de travail").fill("2026-12-31")
    await reader.tab_to("Enregistrer le départ")
    await reader.press("Enter")
    await expect(
        reader.page.get_by_role("status").filter(has_text="Le départ est enregistré.")
    ).to_be_visible()
    await reader.tab_to("Annuler")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_contain_text("Annuler : départ")
    await reader.tab_to("Annuler cette opération")
    await reader.press("Enter")
    await expect(reader.page.get_by_role("link", name="Enregistrer son départ")).to_be_visible()


async def is_read(reader):
    await reader.page.wait_for_load_state()
    return await reader.page.locator("h1").inner_text() == "Comparaison avec votre liste"


async def reads_again(reader):
    """With scripts the page goes on by itself."""
    await asyncio.sleep(0.3)
    if await reader.page.locator("h1").inner_text() == "Lecture du fichier":
        await reader.page.reload()


async def imports(reader):
    await reader.open(HOME)
    await reader.tab_to("Importer un fichier")
    await reader.press("Enter")
    await reader.page.get_by_label("Fichier").set_input_files(
        {"name": "liste.csv", "mimeType": "text/csv", "buffer": FILE}
    )
    await reader.tab_to("Comparer avec ma liste")
    await reader.press("Enter")
    await reader.until(lambda: is_read(reader), lambda: reads_again(reader))
    await expect(reader.page.locator("h1")).to_have_text("Comparaison avec votre liste")
    await reader.tab_to("Nouveaux salariés")
    await reader.press("Enter")
    await expect(reader.page.get_by_role("main")).to_contain_text("DURAND Zoé")
    await reader.tab_to("Garder ce choix")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_have_text("Comparaison avec votre liste")
    await reader.tab_to("Appliquer 1 changement")
    await reader.press("Enter")
    await expect(reader.page.get_by_role("main")).to_contain_text("1 salarié déclaré")
    await reader.tab_to("Annuler tout l’import")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_have_text("Annuler cet import")
    await reader.tab_to("Annuler tout l’import")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_have_text("Import annulé")


async def test_declare_leave_and_undo_with_the_keyboard(reader, world):
    await reader.signed_in(world.alice)
    await declares(reader, swaps=True)
    await leaves_and_undoes(reader)


async def test_declare_leave_and_undo_without_javascript(opened, world):
    reader = await opened(javascript=False)
    await reader.signed_in(world.alice)
    await declares(reader, swaps=False)
    await leaves_and_undoes(reader)


@pytest.mark.parametrize("javascript", [True, False])
async def test_import_a_file_with_the_keyboard(opened, world, javascript):
    reader = await opened(javascript=javascript)
    await reader.signed_in(world.alice)
    await imports(reader)


async def test_the_search_keeps_the_focus_and_says_what_it_found(reader, world):
    await reader.signed_in(world.alice)
    await reader.open(HOME)
    await reader.tab_to("Nom, poste ou matricule")
    await reader.type("SOÛD")
    await reader.hears("1 salarié présent")
    assert (await reader.focused()).id == "q"
    await expect(reader.page).to_have_url(re.compile(r"/salaries\?q=SO%C3%9BD&etat=presents&"))


async def test_the_search_of_a_job_keeps_the_focus_and_says_what_it_found(reader, world):
    await reader.signed_in(world.alice)
    await reader.open(f"{HOME}/declaration/poste")
    await reader.page.get_by_label("Poste occupé").focus()
    await reader.type("Xyzzq")
    await reader.hears(re.compile("Aucun métier trouvé : essayez un autre mot"))
    await reader.page.get_by_label("Poste occupé").fill("livreur")
    await reader.hears(re.compile("1 métier proposé"))
    assert (await reader.focused()).id == "job_title"


async def a_long_list(portal, world):
    """More than a page of Élise, each late for her visit."""
    async with portal.database.transaction(write=True) as session:
        for number in range(60):
            await put(World(session), world.ours, birth_name=f"GUILLOU DE LA VILLE-{number:02}")


@pytest.mark.parametrize("width", [320, 1280])
async def test_the_next_page_of_the_list_has_the_focus_and_its_number(opened, portal, world, width):
    await a_long_list(portal, world)
    reader = await opened(viewport={"width": width, "height": 640})
    await reader.signed_in(world.alice)
    await reader.open(HOME)
    await reader.page.get_by_role("link", name="Salariés suivants").focus()
    await reader.press("Enter")
    await reader.has_focus_on("#employees-table .scroll")
    await expect(reader.page.locator(":focus")).to_have_accessible_name(
        re.compile("^61 salariés présents – 26 à 50$")
    )
    await expect(reader.page).to_have_title(re.compile("^Mes salariés, page 2 – "))
    await reader.settled()
    top = await reader.page.evaluate("document.querySelector('#employees-table').getBoundingClientRect().top")
    assert -1 <= top < 60
    assert not await reader.swaps_that_lost_the_focus()


async def test_on_a_narrow_screen_what_is_needed_is_beside_the_name(opened, portal, world):
    await a_long_list(portal, world)
    reader = await opened(viewport={"width": 320, "height": 640})
    await reader.signed_in(world.alice)
    for path, words in (("", "en retard"), ("/echeances?mois=retard", "Demander une date")):
        await reader.open(f"{HOME}{path}")
        cell = reader.page.locator("td", has_text=words).first
        box = await cell.bounding_box()
        assert box["x"] + box["width"] <= 320, path


async def test_on_a_narrow_screen_names_stay_captions_are_whole_and_the_chart_can_be_read(opened, world):
    reader = await opened(viewport={"width": 320, "height": 640})
    await reader.signed_in(world.alice)
    await reader.open(HOME)
    narrow = await reader.page.evaluate(
        """() => {
            const scroll = document.querySelector(".scroll"), left = each => each.getBoundingClientRect().left
            const name = scroll.querySelector("tbody th"), before = left(name)
            scroll.scrollLeft = 200
            return {
                goesOn: scroll.scrollLeft > 0, stays: left(name) === before,
                caption: scroll.querySelector("caption").getBoundingClientRect().width,
                page: document.documentElement.scrollWidth,
            }
        }"""
    )
    # The list is made of cards there: nothing goes sideways.
    assert (narrow["goesOn"], narrow["stays"], narrow["page"]) == (False, True, 320)
    assert narrow["caption"] <= 280
    await reader.open(f"{HOME}/echeances")
    assert (await reader.page.locator("table.few .bar-of").first.bounding_box())["width"] > 0
    assert await reader.page.evaluate("document.documentElement.scrollWidth") == 320
