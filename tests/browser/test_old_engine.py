"""QtWebEngine 5.15 (Falkon) runs htmx, which can ask there and not show what came: whole pages do."""

import pytest
from playwright.async_api import expect

from tests.world import PASSWORD

pytestmark = pytest.mark.browser

# A selector within `:not` that has several parts came with Chromium 88.
OLD = """
const known = CSS.supports.bind(CSS);
CSS.supports = (...asked) => !`${asked}`.includes(":not(a b)") && known(...asked);
for (const kind of [Document, DocumentFragment, Element]) {
  const find = kind.prototype.querySelector;
  kind.prototype.querySelector = function (selector) {
    if (/:not\\(\\w+ \\w+\\)/.test(selector)) throw new DOMException(selector, "SyntaxError");
    return find.call(this, selector);
  };
}
"""


async def test_an_engine_that_cannot_show_what_htmx_fetched_loads_whole_pages(opened, world):
    reader = await opened()
    await reader.changed(OLD)
    page = reader.page
    await page.goto("/connexion")
    await page.get_by_label("Votre adresse e-mail").fill(world.alice.email)
    await page.get_by_role("button", name="Valider").click()
    await page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    await page.get_by_role("button", name="Valider").click()
    await expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
