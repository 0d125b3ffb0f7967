"""Several companies in one browser, and several people in one company."""

import pytest
from playwright.async_api import expect

from tests.postbox import link_in
from tests.world import OTHER_NUMBER, OURS, PASSWORD, THEIRS

pytestmark = pytest.mark.browser

WELCOME = "Accueil – AIST22"


async def chooses_dinan(reader):
    """In the header, with the arrows: nothing changes before the button is pressed."""
    assert (await reader.tab_to("Entreprise")).id == "vers"
    await reader.press("ArrowDown", "ArrowDown")
    await expect(reader.page).to_have_url(f"{reader.site}/espace/00010")
    await reader.tab_to("Changer")
    await reader.press("Enter")
    await reader.is_at("/espace/00010-5", WELCOME)


async def test_the_company_is_changed_with_the_keyboard_and_the_portal_follows(reader, world):
    await reader.signed_in(world.alice)
    await reader.open("/espace/00010")
    await reader.page.evaluate("window.kept = true")
    await chooses_dinan(reader)
    await reader.hears("00010-5 - BRIEUC-marque-7f3a (Dinan)")
    await expect(reader.page).to_have_title("Accueil – 00010-5 BRIEUC-marque-7f3a (Dinan) – AIST22")
    assert await reader.page.evaluate("window.kept"), "the page was loaded anew"
    assert (await reader.focused()).tag == "h1"
    await expect(reader.page.locator("#vers")).to_have_value("00010-5")
    await expect(reader.page.locator("header")).to_have_count(1)
    assert not await reader.swaps_that_lost_the_focus()


async def test_without_javascript_the_same_button_leads_to_the_same_page(opened, world):
    reader = await (await opened(javascript=False)).signed_in(world.alice)
    await reader.open("/espace/00010")
    await reader.page.select_option("#vers", "00010-5")
    await reader.page.click("text=Changer")
    await reader.is_at("/espace/00010-5", WELCOME)


async def test_two_tabs_on_two_companies_never_mix(reader, world):
    await reader.signed_in(world.alice)
    await reader.open("/espace/00010/compte")
    other = await reader.page.context.new_page()
    await other.goto("/espace/00010-2/compte")
    await other.fill("#name", "Paimpol renommé")
    await other.click("main button:has-text('Enregistrer')")
    await expect(other.locator("main")).to_contain_text("00010-2")
    await reader.page.fill("#name", "Siège renommé")
    await reader.page.click("main button:has-text('Enregistrer')")
    await expect(reader.page.locator("main")).to_contain_text("00010 - Siège renommé")
    await other.goto("/espace/00010-2/compte")
    await expect(other.locator("#name")).to_have_value("Paimpol renommé")


async def test_a_company_is_added_with_the_keyboard(reader, world):
    await reader.signed_in(world.alice)
    await reader.open("/espace/00010")
    await reader.tab_to("Ajouter une entreprise")
    await reader.press("Enter")
    await reader.is_at("/entreprises/ajout?de=00010", "Ajouter une entreprise – AIST22")
    await reader.tab_to("Code adhérent")
    await reader.type("42")
    await reader.tab_to("N° télédéclarant")
    await reader.type(OTHER_NUMBER)
    await reader.press("Enter")
    await reader.is_at("/espace/00042", WELCOME)
    await expect(reader.page.locator("main")).to_contain_text(THEIRS)


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_person_is_invited_accepts_and_is_revoked(opened, world, mailbox, javascript):
    alice = await (await opened(javascript=javascript)).signed_in(world.alice)
    await alice.open("/espace/00010/utilisateurs/invitation")
    await alice.page.fill("#email", "nina@ours.example")
    await alice.page.check("#role_lecture")
    await alice.page.click("text=Envoyer l’invitation")
    await expect(alice.page.locator("main")).to_contain_text("nina@ours.example")

    letter = await alice.letter_to("nina@ours.example")
    nina = await opened(javascript=javascript)
    await nina.open(link_in(letter, "invitation"))
    for name, typed in (("last_name", "Le Gall"), ("first_name", "Nina"), ("job_title", "Comptable")):
        await nina.page.fill(f"#{name}", typed)
    await nina.page.fill("#new_password", PASSWORD)
    await nina.page.click("main form button:not([type])")
    await expect(nina.page.locator("h1")).to_contain_text("Bienvenue")
    await expect(nina.page.locator("main")).to_contain_text(OURS)

    await alice.open("/espace/00010/utilisateurs")
    row = alice.page.locator("tr", has_text="nina@ours.example")
    await row.get_by_role("link", name="Retirer").click()
    await alice.page.click("main form button")
    await expect(alice.page.locator("main")).not_to_contain_text("nina@ours.example")
    await nina.open("/espace/00010", status=404)
