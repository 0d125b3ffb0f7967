"""The documents: nothing, then a deposit refused and made, one withdrawn, what is new, a certificate."""

from playwright.async_api import expect

from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, swapped
from tests.documents.steps import DOCUMENTS, NEW, PDF, PNG, shared
from tests.world import TwoCompanies

PLAN = {"name": "plan.png", "mimeType": "image/png", "buffer": PNG}


async def documents_tour(reader: Reader, world: TwoCompanies) -> Tour:
    page = reader.page
    await reader.open(DOCUMENTS)
    yield Stop("documents none")
    await reader.open(NEW)
    await page.get_by_role("button", name="Déposer").click()
    await reader.has_focus_on(".summary")
    yield Stop("documents.create refused")
    for kind, file in (("autre", PLAN), ("duerp", PLAN | {"name": "duerp.pdf", "buffer": PDF})):
        await reader.open(NEW)
        await page.locator("#kind").select_option(kind)
        await page.locator("#fichier").set_input_files(file)
        await page.get_by_role("button", name="Déposer").click()
        await expect(page.get_by_text("Le document est déposé")).to_be_visible()
        yield Stop(f"documents.show {kind}")
    await shared(reader.portal, world)
    for path in ("", "/vus"):
        await reader.open(f"{DOCUMENTS}{path}")
        yield Stop(f"documents new {path}")
    await reader.open(DOCUMENTS)
    await reader.fill(q="duerp")
    await expect(page.locator("#documents-table tbody tr")).to_have_count(1)
    yield await swapped(reader, "documents-table")
    await reader.open(DOCUMENTS)
    await page.get_by_role("link", name="plan", exact=True).click()
    await page.get_by_role("link", name="Retirer de la liste").click()
    await page.wait_for_load_state()
    yield Stop("documents.withdrawing")
    await reader.open(f"{DOCUMENTS}/certificat")
    await page.get_by_role("button", name="Établir le certificat").click()
    await expect(page.get_by_text("Le certificat est établi")).to_be_visible()
    yield Stop("documents.show certificat")
