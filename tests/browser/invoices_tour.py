"""The invoices: the list, a filter, one of them with an account to pay to and one without."""

from playwright.async_api import expect

from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, swapped
from tests.invoices.steps import BANK, INVOICES, an_invoice, paid
from tests.world import TwoCompanies


async def invoices_tour(reader: Reader, world: TwoCompanies) -> Tour:
    await reader.open(INVOICES)
    yield Stop("invoices none")
    late = await an_invoice(reader.portal, world, "F2026-1")
    await paid(reader.portal, world, await an_invoice(reader.portal, world, "F2026-2"), 12_000)
    await reader.open(INVOICES)
    yield Stop("invoices")
    await reader.page.get_by_label("État", exact=True).select_option("payee")
    await expect(reader.page.locator("#invoices-table tbody tr")).to_have_count(1)
    yield await swapped(reader, "invoices-table")
    await reader.open(f"{INVOICES}/{late.id}")
    yield Stop("invoice without an account")
    await reader.open(f"{INVOICES}/{late.id}/contestation")
    yield Stop("invoice contested")
    reader.portal.settings.__dict__.update(BANK)
    await reader.open(f"{INVOICES}/{late.id}")
    yield Stop("invoice to pay")
