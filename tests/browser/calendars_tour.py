"""The addresses where calendars read: none yet, refused, created, and revoked."""

from playwright.async_api import expect

from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour

HOME = "/mon-compte/calendriers"


async def calendars_tour(reader: Reader) -> Tour:
    page = reader.page
    create = page.get_by_role("button", name="Créer l’adresse")
    await reader.open(HOME)
    yield Stop(HOME)
    await page.evaluate("() => { document.querySelector('#company option').value = '98765'; }")
    await create.click()
    await reader.has_focus_on(".summary")
    yield Stop(f"{HOME} refused")
    for code, with_names in (("", False), ("00010-2", True)):
        await reader.open(HOME)
        await page.get_by_label("Entreprise", exact=True).last.select_option(code)
        await page.get_by_label("Afficher les noms des salariés").set_checked(with_names)
        await create.click()
        await expect(page.get_by_text("L’adresse est créée")).to_be_visible()
    yield Stop(f"{HOME} created")
    await page.get_by_role("link", name="Révoquer").first.click()
    await expect(page.get_by_role("heading", name="Révoquer une adresse d’agenda")).to_be_visible()
    yield Stop(f"{HOME}/1/revocation")
    await reader.open(f"{HOME}/revocation")
    yield Stop(f"{HOME}/revocation")
    await page.go_back()
    await page.get_by_role("button", name="Révoquer cette adresse").click()
    await expect(page.get_by_text("L’adresse est révoquée")).to_be_visible()
    await page.go_back()
    await page.reload()
    yield Stop(f"{HOME}/1/revocation done")
