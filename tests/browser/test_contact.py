"""A message to the service and its answer: by keyboard, then without JavaScript, then from outside."""

import pytest
from playwright.async_api import expect

from app import clock
from app.contact.staff import answer_inquiry
from db.models import InquiryState, PublicInquiry
from tests.contact.steps import CONTACT, NEW, PDF, as_staff, inquiries, messages
from tests.reading import rows

pytestmark = pytest.mark.browser

FILE = {"name": "appel.pdf", "mimeType": "application/pdf", "buffer": PDF}


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_message_with_a_file_its_answer_read_and_the_thread_ended(opened, world, portal, javascript):
    reader = await opened(javascript=javascript)
    page = reader.page
    await reader.signed_in(world.alice)
    await reader.open(CONTACT)
    await reader.tab_to("Écrire au service")
    await reader.press("Enter")
    await expect(page).to_have_url(f"{reader.site}{NEW}")
    await reader.tab_to("Envoyer")
    await reader.press("Enter")
    await expect(page.locator(".summary")).to_contain_text("Choisissez le thème")
    await reader.tab_to("Thème")
    await reader.type("Cotisation")
    await reader.tab_to("Objet")
    await reader.type("Notre appel")
    await reader.tab_to("Message")
    await reader.type("Pourquoi ce montant ?")
    await page.locator("#fichier").set_input_files(FILE)
    await reader.tab_to("Envoyer")
    await reader.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="est envoyé")).to_be_visible()
    (inquiry,) = await inquiries(portal)
    await as_staff(portal, world, answer_inquiry, inquiry.key, "L’effectif a changé.", clock.now())
    await page.reload()
    await expect(page.locator(".theirs")).to_contain_text("L’effectif a changé.")
    async with page.expect_download() as waited:
        await page.get_by_role("link", name="appel.pdf").click()
    download = await waited.value
    assert download.suggested_filename == "appel.pdf"
    assert (await download.path()).read_bytes() == PDF
    await reader.tab_to("J’ai lu")
    await reader.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="marquée comme lue")).to_be_visible()
    await reader.tab_to("Message")
    await reader.type("Merci.")
    await reader.tab_to("Envoyer")
    await reader.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="ajouté")).to_be_visible()
    await reader.tab_to("Terminer l’échange")
    await reader.press("Enter")
    await expect(page).to_have_url(f"{reader.site}{CONTACT}/{inquiry.key}/fin")
    await reader.tab_to("Terminer l’échange")
    await reader.press("Enter")
    await expect(page.get_by_role("heading", name="Rouvrir l’échange")).to_be_visible()
    (inquiry,) = await inquiries(portal)
    assert inquiry.state == InquiryState.CLOSED
    assert len(await messages(portal, inquiry)) == 3


@pytest.mark.parametrize("javascript", [True, False])
async def test_somebody_who_cannot_sign_in_writes_from_the_sign_in_page(opened, portal, javascript):
    reader = await opened(javascript=javascript)
    await reader.open("/connexion")
    await reader.tab_to("nous écrire")
    await reader.press("Enter")
    await expect(reader.page).to_have_url(f"{reader.site}/contact")
    for label, words in (
        ("Votre nom", "Nina Le Gall"), ("Votre adresse", "nina@nowhere.example"), ("Message", "Bloquée."),
    ):  # fmt: skip
        await reader.tab_to(label)
        await reader.type(words)
    await reader.tab_to("Envoyer")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_have_text("Votre message est envoyé")
    (kept,) = await rows(portal, PublicInquiry)
    assert (kept.name, kept.theme) == ("Nina Le Gall", "acces")
