"""Whatever the portal answers, the reader is not lost: refusals, faults, a lost network, Back, haste."""

import asyncio
import re

import pytest
from playwright.async_api import expect
from sqlmodel import select

from db.models import Account
from tests.world import NUMBER, PASSWORD

pytestmark = pytest.mark.browser

ONE_PAGE = {
    "header": 1,
    "nav": 1,
    "main": 1,
    "footer": 1,
    "#erreur": 1,
    "#live": 1,
    "#sign-in": 1,
    "main form [name=csrf]": 1,
}
NO_ANSWER = "Pas de réponse du portail"
FORMS_SENT = """performance.getEntriesByType("resource")
  .filter((each) => each.initiatorType === "fetch" && each.name.endsWith("/creer-mon-compte")).length"""


async def types_an_address(reader, address="alice@ours.example"):
    await reader.tab_to("Votre adresse e-mail")
    await reader.type(address)
    await reader.press("Enter")


async def at_the_account_form(reader):
    await reader.open("/connexion/code-adherent")
    await reader.tab_to("Code adhérent")
    await reader.type("10")
    await reader.tab_to("N° télédéclarant")
    await reader.type(NUMBER)
    await reader.press("Enter")
    await reader.is_at("/connexion/creer-mon-compte", "Créer votre compte – AIST22")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
async def test_a_refused_form_leads_to_its_summary_and_from_there_to_the_field(opened, world, javascript):
    reader = await opened(javascript=javascript)
    await at_the_account_form(reader)
    await reader.tab_to("Prénom")
    await reader.type("Nina")
    await reader.press("Enter")
    await reader.is_at("/connexion/creer-mon-compte", "Erreur : Créer votre compte – AIST22")
    await reader.has_focus_on(".summary")
    assert (await reader.focused()).words.startswith("Il y a un problème Saisissez votre nom.")
    assert (await reader.tab_to("Saisissez votre fonction")).tag == "a"
    await reader.press("Enter")
    assert (await reader.focused()).id == "job_title"
    field = reader.page.get_by_label("Fonction")
    await expect(field).to_have_accessible_description("Erreur : Saisissez votre fonction dans l’entreprise.")
    assert await reader.page.get_by_label("Prénom").input_value() == "Nina"


async def test_a_form_refused_twice_leads_to_its_summary_twice(reader):
    await reader.open("/connexion")
    for wrong in ("alice@", "ours"):
        await types_an_address(reader, wrong)
        await reader.has_focus_on(".summary")
        await reader.is_at("/connexion", "Erreur : Connexion – AIST22")
        await reader.hears(re.compile(r"^\s?$"))
    assert not await reader.swaps_that_lost_the_focus()


async def test_a_step_reached_by_a_link_starts_at_its_heading_and_one_to_type_in_starts_in_its_field(reader):
    await reader.open("/connexion")
    await reader.tab_to("Se connecter avec son code adhérent")
    await reader.press("Enter")
    await reader.is_at("/connexion/code-adherent", "Connexion avec le code adhérent – AIST22")
    assert (await reader.focused()).tag == "h1"
    await reader.tab_to("Se connecter avec son adresse e-mail")
    await reader.press("Enter")
    await reader.is_at("/connexion", "Connexion – AIST22")
    assert (await reader.focused()).tag == "h1"
    await types_an_address(reader)
    await reader.is_at("/connexion/mot-de-passe", "Mot de passe – AIST22")
    await reader.has_focus_on("#password")
    assert not await reader.swaps_that_lost_the_focus()


async def test_the_password_can_be_shown_with_the_keyboard_on_a_swapped_step_and_on_a_page(reader, world):
    await reader.open("/connexion")
    await types_an_address(reader)
    await reader.is_at("/connexion/mot-de-passe", "Mot de passe – AIST22")
    await shows_and_hides(reader, "#password")
    await reader.page.reload()
    await reader.has_focus_on("#password")
    await shows_and_hides(reader, "#password")
    await reader.signed_in(world.bob)
    await reader.open("/mon-compte/mot-de-passe")
    await reader.tab_to("Mot de passe actuel")
    await shows_and_hides(reader, "#current_password")


async def shows_and_hides(reader, field):
    """From the field, one Tab leads to the button; what was typed stays."""
    await reader.type("azerty")
    await reader.press("Tab")
    button = await reader.focused()
    assert (button.tag, button.words) == ("button", "Afficher le mot de passe")
    await reader.press("Enter")
    assert (await reader.focused()).words == "Masquer le mot de passe"
    await expect(reader.page.locator(field)).to_have_attribute("type", "text")
    assert await reader.page.locator(field).input_value() == "azerty"
    await reader.press("Space")
    await expect(reader.page.locator(field)).to_have_attribute("type", "password")
    assert (await reader.focused()).words == "Afficher le mot de passe"


async def test_without_javascript_there_is_no_button_that_does_nothing(opened, world):
    reader = await opened(javascript=False)
    await reader.open("/connexion")
    await types_an_address(reader)
    await reader.is_at("/connexion/mot-de-passe", "Mot de passe – AIST22")
    await reader.has_focus_on("#password")
    await expect(reader.page.get_by_role("button", name="Afficher")).to_have_count(0)
    await reader.press("Tab")
    assert (await reader.focused()).words == "Valider"


async def test_back_and_forward_show_each_step_as_a_whole_page(reader):
    await reader.open("/connexion")
    await reader.tab_to("Se connecter avec son code adhérent")
    await reader.press("Enter")
    await reader.is_at("/connexion/code-adherent", "Connexion avec le code adhérent – AIST22")
    await reader.tab_to("Se connecter avec son adresse e-mail")
    await reader.press("Enter")
    await reader.is_at("/connexion", "Connexion – AIST22")
    await types_an_address(reader)
    await reader.is_at("/connexion/mot-de-passe", "Mot de passe – AIST22")
    for way, path, title, holds in (
        (reader.page.go_back, "/connexion", "Connexion", "#sign-in-email"),
        (reader.page.go_back, "/connexion/code-adherent", "Connexion avec le code adhérent", "#sign-up-code"),
        (reader.page.go_forward, "/connexion", "Connexion", "#sign-in-email"),
        (reader.page.go_forward, "/connexion/mot-de-passe", "Mot de passe", "#sign-in-password"),
    ):
        await way(wait_until="commit")
        await expect(reader.page.locator(holds)).to_be_visible()
        await reader.is_at(path, f"{title} – AIST22")
        assert await reader.parts() == ONE_PAGE


async def test_back_after_signing_out_shows_nothing_of_the_private_space(reader, world):
    await reader.signed_in(world.alice)
    await reader.open("/espace/00010")
    await reader.tab_to("Se déconnecter")
    await reader.press("Enter")
    await reader.is_at("/connexion", "Connexion – AIST22")
    await reader.page.go_back()
    await expect(reader.page.locator("#sign-in-email")).to_be_visible()
    await expect(reader.page.get_by_text(world.ours.name)).to_have_count(0)


async def answers_a_fault(reader, status):
    """The next form sent is answered by the portal's error page, under this status: faults come unasked."""

    async def answer(route):
        page = await route.fetch(url=f"{reader.site}/nulle-part", method="GET")
        await route.fulfill(response=page, status=status)

    await reader.page.route("**/connexion", answer, times=1)


async def test_a_fault_is_told_once_and_never_puts_a_page_in_the_page(reader):
    await reader.open("/connexion")
    field = reader.page.get_by_label("Votre adresse e-mail")
    for status in (400, 403, 404, 405, 413, 500, 503):
        await answers_a_fault(reader, status)
        await field.fill(f"{status}@ours.example")
        await field.press("Enter")
        await reader.is_told("Page introuvable")
        assert await reader.parts() == ONE_PAGE
        assert await field.input_value() == f"{status}@ours.example"
        await reader.is_at("/connexion", "Connexion – AIST22")
    assert not await reader.swaps_that_lost_the_focus()


async def test_an_address_that_is_gone_is_told_in_place(reader):
    """The page was open while the portal changed: its form leads to a real 404."""
    await reader.open("/connexion")
    await reader.page.locator("main form").evaluate("form => form.dataset.hxPost = '/nulle-part'")
    await types_an_address(reader)
    await reader.is_told("Page introuvable")
    assert await reader.parts() == ONE_PAGE
    await reader.is_at("/connexion", "Connexion – AIST22")


async def test_a_fault_that_is_over_is_no_longer_told(reader):
    await reader.open("/connexion")
    await answers_a_fault(reader, 503)
    await types_an_address(reader)
    await reader.is_told("Page introuvable")
    await reader.tab_to("Valider")
    await reader.press("Enter")
    await reader.is_at("/connexion/mot-de-passe", "Mot de passe – AIST22")
    await reader.has_focus_on("#password")
    await expect(reader.page.locator("#erreur")).to_be_hidden()


async def test_after_a_fault_another_step_starts_at_its_own_heading(reader):
    await reader.open("/connexion")
    await answers_a_fault(reader, 503)
    await types_an_address(reader)
    await reader.is_told("Page introuvable")
    await reader.tab_to("Se connecter avec son code adhérent")
    await reader.press("Enter")
    await reader.has_focus_on("#sign-up-code h1")


async def test_a_lost_network_is_told_and_what_was_typed_is_sent_once_it_is_back(reader):
    await reader.open("/connexion")
    await reader.page.context.set_offline(True)
    await types_an_address(reader)
    await reader.is_told(NO_ANSWER)
    assert await reader.parts() == ONE_PAGE
    assert await reader.page.get_by_label("Votre adresse e-mail").input_value() == "alice@ours.example"
    button = reader.page.get_by_role("button", name="Valider")
    await expect(button).not_to_have_attribute("aria-disabled", "true")

    await reader.page.context.set_offline(False)
    await reader.tab_to("Valider")
    await reader.press("Enter")
    await reader.is_at("/connexion/mot-de-passe", "Mot de passe – AIST22")
    await reader.has_focus_on("#password")
    assert await reader.page.get_by_label("Adresse e-mail").input_value() == "alice@ours.example"
    await expect(reader.page.locator("#erreur")).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
async def test_five_hasty_enters_make_one_account_and_one_letter(opened, world, portal, mailbox, javascript):
    reader = await opened(javascript=javascript)
    await at_the_account_form(reader)
    address = "nina@ours.example"
    await reader.fill(last_name="Le Gall", first_name="Nina", job_title="Aide", email=address)
    await reader.fill(email_again=address)
    if javascript:
        await reader.page.route("**/connexion/creer-mon-compte", slowly)
    await reader.press(*["Enter"] * 5)
    await reader.is_at("/connexion/compte-cree", "Vérifiez vos courriels – AIST22")
    await reader.letter_to(address)
    await reader.page.wait_for_load_state("networkidle")
    if javascript:
        assert await reader.page.evaluate(FORMS_SENT) == 1
    assert len(await accounts_at(portal, address)) == 1
    assert len([letter for letter in mailbox.letters if letter["to"] == address]) == 1


async def slowly(route):
    await asyncio.sleep(0.5)
    await route.continue_()


async def accounts_at(portal, address):
    async with portal.database.transaction(write=False) as session:
        return (await session.exec(select(Account).where(Account.email == address))).all()


async def test_a_wrong_password_keeps_the_address_and_asks_again(reader):
    await reader.open("/connexion")
    await types_an_address(reader)
    await reader.is_at("/connexion/mot-de-passe", "Mot de passe – AIST22")
    await reader.type("not the password")
    await reader.press("Enter")
    await reader.is_at("/connexion/mot-de-passe", "Erreur : Mot de passe – AIST22")
    await reader.has_focus_on(".summary")
    await reader.tab_to("L’adresse e-mail ou le mot de passe est incorrect.")
    await reader.press("Enter")
    await reader.has_focus_on("#password")
    await reader.type(PASSWORD)
    await reader.press("Enter")
    await reader.is_at("/espace/00010", "Accueil – AIST22")
