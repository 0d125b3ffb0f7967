"""From the letter with the two numbers to the private space."""

import pytest
from playwright.async_api import expect

from tests.postbox import password_in

pytestmark = pytest.mark.browser

NINA = "nina@theirs.example"
OWN = "bruyère tracteur vingt-huit"
WELCOME = "Bienvenue dans votre espace privé et sécurisé"


async def arrives(reader, path, title, tag="h1", field=""):
    """A step reached by a swap: address, title, what is heard, and where the keyboard goes on from."""
    await reader.is_at(path, f"{title} – AIST22")
    await reader.hears(f"{title} – AIST22")
    at = await reader.focused()
    assert (at.tag, at.id) == (tag, field)
    assert not await reader.swaps_that_lost_the_focus()


async def test_the_whole_journey_with_the_keyboard_alone(reader):
    await reader.open("/")
    await reader.tab_to("Connexion")
    await reader.press("Enter")
    await reader.is_at("/connexion", "Connexion – AIST22")
    await reader.tab_to("Se connecter avec son code adhérent")
    await reader.press("Enter")
    await arrives(reader, "/connexion/code-adherent", "Connexion avec le code adhérent")

    await gives_both_numbers(reader)
    await arrives(reader, "/connexion/creer-mon-compte", "Créer votre compte")
    await fills_the_account_form(reader)
    await arrives(reader, "/connexion/compte-cree", "Vérifiez vos courriels")

    await reader.tab_to("Se connecter à votre espace")
    await reader.press("Enter")
    await arrives(reader, "/connexion", "Connexion")
    await reader.tab_to("Votre adresse e-mail")
    await reader.press("Enter")
    await arrives(reader, "/connexion/mot-de-passe", "Mot de passe", "input", "password")
    await enters_and_chooses_a_password(reader)
    await leaves(reader)


async def gives_both_numbers(reader):
    """As people write them: without the zeros, with the spaces of the letter."""
    assert (await reader.tab_to("Code adhérent")).id == "code"
    await reader.type("42")
    assert (await reader.tab_to("N° télédéclarant")).id == "number"
    await reader.type("2022 000 422")
    await reader.press("Enter")


async def fills_the_account_form(reader):
    for label, typed in (
        ("Nom", "Le Gall"),
        ("Prénom", "Nina"),
        ("Fonction", "Assistante"),
        ("Adresse e-mail", NINA),
        ("Confirmer adresse e-mail", NINA),
        ("N° mobile", "06 12 34 56 78"),
    ):
        await reader.tab_to(label)
        await reader.type(typed)
    assert (await reader.tab_to("Je suis tiers déclarant")).id == "third_party"
    await reader.press("Space", "Space")
    await reader.tab_to("Créer le compte")
    await reader.press("Enter")


async def enters_and_chooses_a_password(reader):
    """The focus is in the password field, with the address one Shift+Tab away."""
    assert (await reader.tab_to("Adresse e-mail", "Shift+Tab")).id == "email"
    assert (await reader.tab_to("Mot de passe")).id == "password"
    await reader.type(password_in(await reader.letter_to(NINA)))
    await reader.press("Enter")
    await reader.is_at("/connexion/premier-mot-de-passe", "Choisir mon mot de passe – AIST22")
    await reader.tab_to("Nouveau mot de passe")
    await reader.type(OWN)
    await reader.press("Enter")
    await reader.is_at("/espace/00042", "Accueil – AIST22")
    await expect(reader.page.locator("h1")).to_have_text(WELCOME)


async def leaves(reader):
    await reader.tab_to("Se déconnecter")
    await reader.press("Enter")
    await reader.is_at("/connexion", "Connexion – AIST22")
    await expect(reader.page.get_by_role("status").filter(has_text="Vous êtes déconnecté.")).to_be_visible()
    await reader.open("/espace/00042")
    await reader.is_at("/connexion?suite=%2Fespace%2F00042", "Connexion – AIST22")


async def test_the_whole_journey_without_javascript(opened, world):
    reader = await opened(javascript=False)
    page = reader.page
    await reader.open("/")
    await page.get_by_role("navigation").get_by_role("link", name="Connexion", exact=True).click()
    await page.get_by_role("link", name="Se connecter avec son code adhérent").click()
    await reader.is_at("/connexion/code-adherent", "Connexion avec le code adhérent – AIST22")
    await page.get_by_label("Code adhérent").fill("42")
    await page.get_by_label("N° télédéclarant").fill("2022 000 422")
    await page.get_by_role("button", name="Valider").click()
    await reader.is_at("/connexion/creer-mon-compte", "Créer votre compte – AIST22")

    await fills_the_account_form(reader)
    await reader.is_at("/connexion/compte-cree", "Vérifiez vos courriels – AIST22")
    await page.get_by_role("link", name="Se connecter à votre espace").click()
    await reader.is_at("/connexion", "Connexion – AIST22")
    assert await page.get_by_label("Votre adresse e-mail").input_value() == NINA
    await page.get_by_role("button", name="Valider").click()
    await reader.is_at("/connexion/mot-de-passe", "Mot de passe – AIST22")
    await reader.has_focus_on("#password")
    await enters_and_chooses_a_password(reader)
    await leaves(reader)


async def test_the_same_steps_are_whole_pages_when_their_address_is_typed(reader):
    """Reload or a link in a mail: the step that a swap showed is a page of its own."""
    await reader.open("/connexion/code-adherent")
    await gives_both_numbers(reader)
    await arrives(reader, "/connexion/creer-mon-compte", "Créer votre compte")
    swapped = await reader.page.locator("#sign-in").inner_text()
    await reader.page.reload()
    await reader.is_at("/connexion/creer-mon-compte", "Créer votre compte – AIST22")
    assert await reader.page.locator("#sign-in").inner_text() == swapped
