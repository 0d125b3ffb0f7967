"""The private menu: shut behind the section’s name on a telephone, open beside the page on a wide screen."""

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser

LIST = "/espace/00010/salaries"


@pytest.mark.parametrize("javascript", [True, False])
async def test_on_a_telephone_it_opens_by_a_press(opened, world, javascript):
    reader = await (await opened(javascript=javascript)).signed_in(world.alice)
    await reader.page.set_viewport_size({"width": 375, "height": 667})
    await reader.open(LIST)
    menu = reader.page.get_by_role("navigation", name="Menu principal")
    await expect(menu.get_by_role("link")).to_have_count(0)
    await expect(reader.page.locator("header").get_by_role("link", name="Alice Martin")).to_have_count(0)
    await reader.tab_to("Menu : Mes salariés")
    await reader.press("Enter")
    await expect(menu.get_by_role("link", name="Mes salariés")).to_have_attribute("aria-current", "page")
    for name in ("Mon compte – Alice Martin", "Ajouter une entreprise", "Se déconnecter"):
        await expect(menu.get_by_role("link", name=name)).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
async def test_on_a_wide_screen_it_is_open_and_no_press_is_asked(opened, world, javascript):
    reader = await (await opened(javascript=javascript)).signed_in(world.alice)
    await reader.page.set_viewport_size({"width": 1280, "height": 800})
    await reader.open(LIST)
    menu = reader.page.get_by_role("navigation", name="Menu principal")
    await expect(menu.locator("summary")).to_be_hidden()
    await expect(menu.get_by_role("link", name="Mes salariés")).to_be_visible()
    await expect(menu.get_by_role("link", name="Se déconnecter")).to_have_count(0)
    await reader.tab_to("Mes factures")


async def test_the_company_that_is_changed_keeps_the_menu_shut_and_right(reader, world):
    await reader.signed_in(world.alice)
    await reader.page.set_viewport_size({"width": 375, "height": 667})
    await reader.open(LIST)
    await reader.page.select_option("#vers", "00010-5")
    await reader.page.click("text=Changer")
    await expect(reader.page).to_have_url(f"{reader.site}/espace/00010-5/salaries")
    await expect(reader.page.locator(".menu summary")).to_have_text("Menu : Mes salariés")
    await reader.page.click(".menu summary")
    await reader.page.get_by_role("link", name="Mes factures").click()
    await expect(reader.page).to_have_url(f"{reader.site}/espace/00010-5/factures")


@pytest.mark.parametrize(
    ("path", "kept"), [("/espace/00010/factures", "Mes factures"), ("/espace/00010/historique", "Historique")]
)
async def test_paper_has_a_head_and_neither_menu_nor_filters(reader, world, path, kept):
    await reader.signed_in(world.alice)
    await reader.open(path)
    await reader.page.emulate_media(media="print")
    head = "getComputedStyle(document.querySelector('#contenu'), ':before').content"
    assert "00010 - BRIEUC" in await reader.page.evaluate(head)
    await expect(reader.page.locator("h1")).to_have_text(kept)
    for hidden in (".menu", ".filters-of", ".bar", ".foot"):
        await expect(reader.page.locator(hidden)).to_be_hidden()
