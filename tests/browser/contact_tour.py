"""Writing to the service: the form and its refusal, a thread answered, ended; and from outside."""

from playwright.async_api import expect

from app import clock
from app.access import StaffAccess
from app.contact.staff import answer_inquiry
from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, swapped
from tests.contact.steps import CONTACT, NEW, PDF
from tests.world import TwoCompanies


async def contact_tour(reader: Reader, world: TwoCompanies) -> Tour:
    page = reader.page
    await reader.open(NEW)
    await page.get_by_role("button", name="Envoyer").click()
    await reader.has_focus_on(".summary")
    yield Stop("contact new refused")
    await page.locator("#theme").select_option("cotisation")
    await reader.fill(subject="Notre dernier appel", text="Pourquoi ce montant ?")
    await page.locator("#fichier").set_input_files(
        {"name": "appel.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    await page.get_by_role("button", name="Envoyer").click()
    await expect(page.locator("h1")).to_have_text("Notre dernier appel")
    yield Stop("contact thread sent")
    number = int(page.url.partition("/contact/")[2].partition("?")[0])
    async with reader.portal.database.transaction(write=True) as session:
        await answer_inquiry(StaffAccess(reader.portal, session, world.clerk), number, "Voici.", clock.now())
    await reader.open(f"{CONTACT}/{number}")
    yield Stop("contact thread answered")
    for path in ("messages", "lecture", "fin"):
        await reader.open(f"{CONTACT}/{number}/{path}")
        yield Stop(f"contact {path}")
    await page.get_by_role("button", name="Terminer l’échange").click()
    await expect(page.get_by_role("heading", name="Rouvrir l’échange")).to_be_visible()
    yield Stop("contact thread ended")
    await reader.open(f"{NEW}?salarie={world.employee.key}")
    yield Stop("contact new about somebody")
    await reader.open(CONTACT)
    await page.get_by_label("Messages").select_option("termines")
    await expect(page.locator("#contact-table tbody tr")).to_have_count(1)
    yield await swapped(reader, "contact-table")


async def outside_tour(reader: Reader) -> Tour:
    """Somebody who cannot sign in."""
    page = reader.page
    await reader.open("/contact")
    yield Stop("/contact")
    await page.get_by_role("button", name="Envoyer").click()
    await reader.has_focus_on(".summary")
    yield Stop("/contact refused")
    await reader.fill(name="Nina", email="nina@nowhere.example", text="Je ne reçois rien.")
    await page.get_by_role("button", name="Envoyer").click()
    await expect(page.locator("h1")).to_have_text("Votre message est envoyé")
    yield Stop("/contact/envoye")
