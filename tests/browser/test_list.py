"""The list of employees with several people chosen: by keyboard, without JavaScript, on a phone."""

import re

import pytest
from playwright.async_api import expect

from db.seeds.world import World
from tests.employees.people import put

pytestmark = pytest.mark.browser

HOME = "/espace/00010-2/salaries"


@pytest.fixture
async def thirty(portal, world):
    async with portal.database.transaction(write=True) as session:
        for number in range(30):
            await put(World(session), world.site, birth_name=f"MOAL{number:02}")


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_page_is_ticked_and_leaves_on_one_date(opened, world, thirty, javascript):
    reader = await opened(javascript=javascript)
    await reader.signed_in(world.alice)
    page = reader.page
    await reader.open(HOME)
    await page.get_by_label("Choisir MOAL03 Élise").focus()
    await reader.press("Tab")
    assert (await reader.focused()).words == "MOAL03 Élise"
    await page.get_by_role("link", name="Cocher toute la page").focus()
    await reader.press("Enter")
    await expect(page.get_by_role("link", name="Décocher toute la page")).to_be_visible()
    if javascript:
        await reader.hears(re.compile("25 salariés cochés"))
        assert (await reader.focused()).id == "tick-all"
        assert not await reader.swaps_that_lost_the_focus()
    await page.get_by_label("Choisir MOAL03 Élise").uncheck()
    await page.get_by_role("button", name="Enregistrer leur départ").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Départ de plusieurs salariés")
    await expect(page.get_by_role("checkbox", checked=True)).to_have_count(24)
    await page.get_by_label("Dernier jour de travail").fill("31/12/2026")
    await page.get_by_role("button", name="Enregistrer les départs").click()
    await expect(page.get_by_role("status").last).to_contain_text("Les départs sont enregistrés.")


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_head_sorts_and_the_keyboard_goes_on_from_the_table(opened, world, thirty, javascript):
    reader = await opened(javascript=javascript)
    await reader.signed_in(world.alice)
    await reader.open(HOME)
    await reader.page.get_by_role("link", name="Nom", exact=True).click()
    await expect(reader.page.get_by_role("columnheader", name="Nom")).to_have_attribute(
        "aria-sort", "descending"
    )
    await expect(reader.page.locator("tbody th a").first).to_have_text("MOAL29 Élise")
    await reader.press("Tab")
    assert await reader.page.evaluate("!!document.activeElement.closest('#employees-table')")


async def test_a_phone_shows_the_first_employee_within_a_screen_and_a_half(opened, world, thirty):
    reader = await opened(viewport={"width": 375, "height": 667})
    await reader.signed_in(world.alice)
    await reader.open(f"{HOME}?suivi=SI&tri=-entree")
    box = await reader.page.locator("tbody tr").first.bounding_box()
    assert box["y"] < 1.5 * 667
    assert await reader.page.evaluate("document.documentElement.scrollWidth") <= 375
    summary = reader.page.locator(".filters-of > summary")
    await expect(summary).to_have_text("Filtres et tri : SI : simple, Entrée, la plus récente d’abord")
    await expect(reader.page.locator("#contrat")).not_to_be_visible()
    await summary.click()
    await reader.page.locator("#suivi").select_option("SIR")
    await expect(summary).to_contain_text("SIR : renforcé")
    await expect(reader.page.locator("#employees-table")).to_contain_text("Aucun salarié ne correspond")


async def test_nobody_ticked_is_told_where_the_focus_is(opened, world, thirty):
    reader = await opened()
    await reader.signed_in(world.alice)
    await reader.open(f"{HOME}?q=moal1")
    await reader.page.get_by_role("button", name="Écrire au service").click()
    await reader.has_focus_on(".summary")
    await expect(reader.page.locator(".summary")).to_contain_text("Cochez au moins un salarié.")
    await expect(reader.page.locator("tbody tr")).to_have_count(10)
