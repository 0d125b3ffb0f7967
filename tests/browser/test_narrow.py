"""At 320 px, a small telephone or a page at 400 %: what matters most is seen without scrolling aside."""

import pytest

from tests.contributions.steps import YEAR, charge, declare, some_employees
from tests.invoices.steps import INVOICES, an_invoice

pytestmark = pytest.mark.browser


async def test_amounts_and_the_download_are_on_a_narrow_screen(alice, opened, portal, world):
    await some_employees(portal, world.site, entry_on="2026-01-20")
    await charge(portal, entry_cents=1_500)
    await declare(alice)
    await an_invoice(portal, world)
    reader = await opened()
    await reader.signed_in(world.alice)
    await reader.page.set_viewport_size({"width": 320, "height": 800})
    for path, words in (
        (f"{YEAR}/recapitulatif", "348,00"), (INVOICES, "120,00"), ("/espace/00010/documents", "Télécharger"),
    ):  # fmt: skip
        await reader.open(path)
        cell = reader.page.locator("td", has_text=words).first
        box, place = await cell.bounding_box(), await cell.locator("xpath=ancestor::div[1]").bounding_box()
        assert box is not None
        assert place is not None
        assert box["x"] + box["width"] <= place["x"] + place["width"] + 1, path
