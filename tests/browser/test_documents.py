"""A DUERP deposited, found, saved, and new ones marked as seen: by keyboard, with JavaScript and without."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.documents.steps import PDF, documents, shared

pytestmark = pytest.mark.browser
DUERP = {"name": "Évaluation.pdf", "mimeType": "application/pdf", "buffer": PDF}


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_duerp_is_deposited_found_and_saved(opened, world, portal, javascript):
    await shared(portal, world)
    reader = await opened(javascript=javascript)
    page = reader.page
    await reader.signed_in(world.alice)
    await reader.open("/espace/00010-2")
    await reader.tab_to("Mon espace documentaire")
    await reader.press("Enter")
    await expect(page.locator("h1")).to_have_text("Mon espace documentaire")
    await reader.tab_to("Marquer comme vus")
    await reader.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="marqués comme vus")).to_be_visible()
    await reader.tab_to("Déposer mon DUERP")
    await reader.press("Enter")
    await expect(page.locator("#kind")).to_have_value("duerp")
    await reader.tab_to("Fichier")
    await page.locator("#fichier").set_input_files(DUERP)
    await reader.tab_to("Déposer")
    await reader.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Le document est déposé")).to_be_visible()
    await reader.tab_to("Mon espace documentaire")
    await reader.press("Enter")
    await expect(page.locator("h1")).to_have_text("Mon espace documentaire")
    await reader.tab_to("Rechercher")
    await reader.type("evalu")
    if not javascript:
        await reader.press("Enter")
    await expect(page.locator("#documents-table tbody tr")).to_have_count(1)
    await reader.tab_to("Télécharger")
    async with page.expect_download() as waiting:
        await reader.press("Enter")
    download = await waiting.value
    assert download.suggested_filename == "Évaluation.pdf"
    assert Path(await download.path()).read_bytes() == PDF
    assert [each.read_at is None for each in await documents(portal, world)] == [False, True]
    if javascript:
        assert not await reader.swaps_that_lost_the_focus()


async def test_a_refused_deposit_takes_the_focus_to_what_is_wrong(reader, world):
    await reader.signed_in(world.alice)
    await reader.open("/espace/00010-2/documents/depot")
    await reader.tab_to("Déposer")
    await reader.press("Enter")
    await reader.has_focus_on(".summary")
    await reader.tab_to("Dites ce que vous déposez")
    await reader.press("Enter")
    await reader.has_focus_on("#kind")
