"""A question typed, its answer opened: by keyboard, with and without JavaScript."""

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser


async def test_the_answers_narrow_while_one_types_and_the_field_keeps_the_focus(reader):
    await reader.open("/faq")
    await reader.tab_to("Votre question")
    await reader.type("duplicata")
    await expect(reader.page.locator("#faq-list li")).to_have_count(1)
    await expect(reader.page).to_have_url(f"{reader.site}/faq?q=duplicata")
    await reader.has_focus_on("#q")
    await reader.tab_to("Obtenir un duplicata")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_contain_text("Obtenir un duplicata")
    assert not await reader.swaps_that_lost_the_focus()


async def test_the_same_without_javascript(opened):
    reader = await opened(javascript=False)
    await reader.open("/")
    await reader.tab_to("Aide")
    await reader.press("Enter")
    await expect(reader.page).to_have_url(f"{reader.site}/faq")
    await reader.tab_to("Votre question")
    await reader.type("salarie absent facture")
    await reader.press("Enter")
    await expect(reader.page).to_have_url(f"{reader.site}/faq?q=salarie+absent+facture")
    await reader.tab_to("Un salarié ne peut pas venir")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_contain_text("serons-nous facturés")
