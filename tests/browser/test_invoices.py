"""An invoice found and downloaded by keyboard, with JavaScript and without."""

import pytest
from playwright.async_api import expect
from pypdf import PdfReader

from tests.invoices.steps import INVOICES, an_invoice, paid

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False])
async def test_an_invoice_is_found_and_downloaded_by_keyboard(opened, world, portal, javascript):
    await an_invoice(portal, world, "F2026-1")
    await paid(portal, world, await an_invoice(portal, world, "F2026-2"), 12_000)
    reader = await opened(javascript=javascript)
    await reader.signed_in(world.alice)
    await reader.open("/espace/00010-2")
    await reader.tab_to("Mes factures")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_have_text("Mes factures")
    await reader.tab_to("État")
    await reader.page.locator("#etat").select_option("dues")
    if not javascript:
        await reader.tab_to("Afficher")
        await reader.press("Enter")
    await expect(reader.page.locator("#invoices-table tbody tr")).to_have_count(1)
    await expect(reader.page).to_have_url(f"{reader.site}{INVOICES}?annee=&etat=dues")
    await reader.tab_to("F2026-1")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_have_text("Facture F2026-1")
    await reader.tab_to("Télécharger la facture électronique (PDF Factur-X)")
    async with reader.page.expect_download() as waiting:
        await reader.press("Enter")
    download = await waiting.value
    assert download.suggested_filename == "facture-F2026-1.pdf"
    assert "F2026-1" in PdfReader(await download.path()).pages[0].extract_text()
    if javascript:
        assert not await reader.swaps_that_lost_the_focus()
