"""Passkeys with a real browser, and an authenticator of its own that says who holds it."""

import pyotp
import pytest
from playwright.async_api import expect

from db.models import Passkey
from tests.browser.reader import Reader
from tests.reading import rows
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

INSIDE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
LIST = "/mon-compte/cles-d-acces"


@pytest.fixture
def settings(settings):
    """Under a name: browsers make no key for a number."""
    return settings.model_copy(update={"base_url": f"http://localhost:{settings.port}"})


@pytest.fixture
async def reader(opened, world) -> Reader:
    reader = await opened(is_new=True)
    reader.is_changed = True  # its addresses are under another name than those of other tests
    return reader


class Authenticator:
    """That of the browser in front of which this reader sits."""

    def __init__(self, wire, number):
        self.wire, self.number = wire, number

    async def recognises(self, is_so):
        given = {"authenticatorId": self.number, "isUserVerified": is_so}
        await self.wire.send("WebAuthn.setUserVerified", given)

    async def count(self):
        given = {"authenticatorId": self.number}
        (key,) = (await self.wire.send("WebAuthn.getCredentials", given))["credentials"]
        return key["signCount"]


@pytest.fixture
async def authenticator(reader):
    wire = await reader.page.context.new_cdp_session(reader.page)
    await wire.send("WebAuthn.enable")
    made = await wire.send("WebAuthn.addVirtualAuthenticator", {"options": INSIDE})
    return Authenticator(wire, made["authenticatorId"])


async def adds_a_key(reader, **proof):
    await reader.open(LIST)
    await reader.tab_to("Ajouter une clé d’accès")
    await reader.press("Enter")
    await reader.give(**proof)
    await expect(reader.page.get_by_label("Nom de la clé")).to_have_value("Chrome sur Linux")
    await reader.page.wait_for_load_state()  # and its script with it
    await reader.give(name="Mon ordinateur")
    await expect(reader.page.get_by_role("status").filter(has_text="ajoutée")).to_be_visible()
    await expect(reader.page.get_by_role("row", name="Mon ordinateur")).to_be_visible()


async def leaves(reader):
    await reader.page.get_by_role("button", name="Se déconnecter").click()
    await reader.is_at("/connexion", "Connexion – AIST22")


async def test_a_member_adds_a_key_and_enters_by_it_without_a_password(reader, authenticator, world, portal):
    await reader.signed_in(world.alice)
    await adds_a_key(reader, current_password=PASSWORD)
    await leaves(reader)
    await reader.tab_to("Se connecter avec une clé d’accès")
    await reader.press("Enter")
    await reader.page.wait_for_url("**/espace/00010*")
    (row,) = await rows(portal, Passkey)
    assert row.sign_count == await authenticator.count() > 0
    await reader.open(LIST)
    await expect(reader.page.get_by_role("row", name="Mon ordinateur")).not_to_contain_text("jamais")


async def test_after_going_back_a_step_it_is_offered_again(reader, authenticator, world):
    await reader.open("/connexion")
    await reader.give(email="alice@ours.example")
    await expect(reader.page.get_by_label("Mot de passe")).to_be_visible()
    await reader.page.go_back()
    await expect(reader.page.get_by_role("button", name="clé d’accès")).to_be_visible()


async def test_a_key_that_does_not_answer_leaves_the_password(reader, authenticator, world):
    await reader.signed_in(world.alice)
    await adds_a_key(reader, current_password=PASSWORD)
    await leaves(reader)
    await authenticator.recognises(False)
    await reader.page.get_by_role("button", name="clé d’accès").click()
    await expect(reader.page.get_by_role("alert")).to_contain_text("n’a pas répondu")
    await authenticator.recognises(True)
    await reader.page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    await reader.page.wait_for_url("**/espace/00010*")


async def test_the_same_device_makes_no_second_key(reader, authenticator, world, portal):
    await reader.signed_in(world.alice)
    await adds_a_key(reader, current_password=PASSWORD)
    await reader.open(f"{LIST}/ajout")
    await reader.give(current_password=PASSWORD)
    await expect(reader.page.get_by_label("Nom de la clé")).to_be_visible()
    await reader.page.wait_for_load_state()
    await reader.give(name="Encore")
    await expect(reader.page.get_by_role("alert")).to_contain_text("Aucune clé n’a été créée")
    assert len(await rows(portal, Passkey)) == 1


async def test_a_removed_key_is_refused_and_the_page_says_so(reader, authenticator, world):
    await reader.signed_in(world.alice)
    await adds_a_key(reader, current_password=PASSWORD)
    await reader.page.get_by_role("link", name="Retirer Mon ordinateur").click()
    await reader.page.get_by_role("button", name="Retirer cette clé").click()
    await expect(reader.page.get_by_text("Aucune clé n’ouvre votre compte")).to_be_visible()
    await leaves(reader)
    await reader.page.get_by_role("button", name="clé d’accès").click()
    await reader.has_focus_on(".summary")
    await expect(reader.page.locator(".summary")).to_contain_text("n’ouvre aucun compte ici")


async def test_somebody_of_the_service_shows_a_key_in_place_of_a_code(reader, authenticator, world):
    await reader.signed_in(world.clerk, needs_factor=True)
    await reader.open("/connexion/code/installation")
    secret = (await reader.page.locator("code").inner_text()).replace(" ", "")
    await reader.give(code=pyotp.TOTP(secret).now())
    await expect(reader.page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    paper = await reader.page.locator("main li code").first.inner_text()
    await adds_a_key(reader, code=paper)
    await leaves(reader)
    await reader.give(email="clerk@service.example")
    await expect(reader.page.get_by_label("Mot de passe")).to_be_visible()
    await reader.give(password=PASSWORD)
    await expect(reader.page.get_by_role("heading", name="Second facteur")).to_be_visible()
    await reader.page.get_by_role("button", name="Utiliser une clé d’accès").click()
    await reader.page.wait_for_url("**/service*")
    await expect(reader.page.get_by_role("navigation", name="Menu principal")).to_contain_text("À traiter")


@pytest.mark.parametrize("without", ["script", "keys"])
async def test_where_no_key_can_work_none_is_offered(opened, world, without):
    reader = await opened(is_new=True, javascript=without != "script")
    reader.is_changed = True
    if without == "keys":
        await reader.changed("delete window.PublicKeyCredential")
    await reader.open("/connexion")
    await expect(reader.page.get_by_text("clé d’accès")).to_have_count(0)
    await reader.signed_in(world.alice)
    await reader.open(LIST)
    await expect(reader.page.get_by_role("link", name="Ajouter une clé")).to_have_count(0)
    await expect(reader.page.get_by_text("Pour en ajouter une, il faut un navigateur récent")).to_be_visible()
