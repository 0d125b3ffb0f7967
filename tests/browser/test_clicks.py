"""A link swapped in place is still a link: another tab, another window, an address that tells true."""

import re

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser

LINK = "Se connecter avec son code adhérent"


def asked_by_htmx(reader):
    """The addresses that htmx asks for from now on."""
    found = []
    reader.page.on("request", lambda r: found.append(r.url) if "hx-request" in r.headers else None)
    return found


@pytest.mark.parametrize(
    "how",
    [{"modifiers": ["Control"]}, {"modifiers": ["Shift"]}, {"button": "middle"}],
    ids=["ctrl", "shift", "middle"],
)
async def test_a_click_that_asks_for_another_tab_gets_it(reader, how):
    await reader.open("/connexion")
    swaps = asked_by_htmx(reader)
    async with reader.page.context.expect_page() as opened:
        await reader.page.get_by_role("link", name=LINK).click(**how)
    other = await opened.value
    await expect(other).to_have_url(f"{reader.site}/connexion/code-adherent")
    await expect(other.locator("header")).to_have_count(1)
    await reader.is_at("/connexion", "Connexion – AIST22")
    assert swaps == []


async def test_a_click_with_the_command_key_is_left_to_the_browser(reader):
    """On a Mac it opens a tab; elsewhere Chromium follows the link."""
    await reader.open("/connexion")
    swaps = asked_by_htmx(reader)
    await reader.page.get_by_role("link", name=LINK).click(modifiers=["Meta"])
    await reader.is_at("/connexion/code-adherent", "Connexion avec le code adhérent – AIST22")
    assert swaps == []


async def test_an_ordinary_click_is_swapped(reader):
    await reader.open("/connexion")
    swaps = asked_by_htmx(reader)
    await reader.page.get_by_role("link", name=LINK).click()
    await reader.is_at("/connexion/code-adherent", "Connexion avec le code adhérent – AIST22")
    assert swaps == [f"{reader.site}/connexion/code-adherent"]


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
async def test_after_a_search_that_was_refused_the_address_is_that_of_what_is_shown(reader, world, status):
    async def answer(route):
        page = await route.fetch(url=f"{reader.site}/nulle-part")
        await route.fulfill(response=page, status=status)

    await reader.signed_in(world.alice)
    await reader.open("/espace/00010/salaries")
    await reader.page.route("**/salaries?*", answer, times=1)
    await reader.fill(q="soud")
    await reader.is_told("Page introuvable")
    await reader.is_at("/espace/00010/salaries", "Mes salariés – AIST22")
    await reader.fill(q="soude")
    await expect(reader.page.locator("#employees-table tbody tr")).to_have_count(1)
    await expect(reader.page).to_have_url(re.compile(r"/salaries\?q=soude&etat=presents&"))
