"""The pages of somebody who is not signed in, and every step of the sign-in."""

from tests.browser.contact_tour import outside_tour
from tests.browser.faq_tour import faq_tour
from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, refused, swapped
from tests.world import OTHER_NUMBER

PUBLIC = (
    "/",
    "/aide/premiere-connexion",
    "/aide/tiers-declarant",
    "/accessibilite",
    "/mentions-legales",
    "/donnees-personnelles",
    "/connexion?raison=fin",
    "/connexion/code-adherent",
    "/connexion/mot-de-passe-oublie",
)


async def visitor_tour(reader: Reader) -> Tour:
    """Somebody who is not signed in, with JavaScript."""
    for path in PUBLIC:
        await reader.open(path)
        yield Stop(path)
    await reader.open("/nulle-part", 404)
    yield Stop("/nulle-part")
    async for stop in faq_tour(reader):
        yield stop
    async for stop in outside_tour(reader):
        yield stop
    async for stop in _sign_up(reader):
        yield stop
    async for stop in _sign_in(reader):
        yield stop
    async for stop in _trouble(reader):
        yield stop


async def _sign_up(reader: Reader) -> Tour:
    page = reader.page
    await reader.open("/connexion")
    yield Stop("/connexion")
    await page.get_by_role("link", name="Se connecter avec son code adhérent").click()
    yield await swapped(reader, "sign-up-code")
    await reader.give(code="00042", number=OTHER_NUMBER[:-1])
    yield await refused(reader, "sign-up-code")
    await reader.give(number=OTHER_NUMBER)
    yield await swapped(reader, "sign-up-account")
    await page.reload()
    yield Stop("/connexion/creer-mon-compte")
    await reader.give(last_name="Le Gall", email="nina@")
    yield await refused(reader, "sign-up-account")
    address = "nina@theirs.example"
    await reader.give(first_name="Nina", job_title="Assistante", email=address, email_again=address)
    yield await swapped(reader, "sign-up-sent")
    await page.reload()
    yield Stop("/connexion/compte-cree")
    await page.get_by_role("button", name="Envoyer de nouveau").click()
    yield await refused(reader, "sign-up-sent")


async def _sign_in(reader: Reader) -> Tour:
    page = reader.page
    await page.get_by_role("link", name="Se connecter à votre espace").click()
    yield await swapped(reader, "sign-in-email")
    await reader.give(email="alice@")
    yield await refused(reader, "sign-in-email")
    await reader.give(email="alice@ours.example")
    yield await swapped(reader, "sign-in-password")
    await page.reload()
    yield Stop("/connexion/mot-de-passe")
    await reader.give(password="not the password")
    yield await refused(reader, "sign-in-password")
    await page.get_by_role("link", name="Réinitialiser votre mot de passe").click()
    yield await swapped(reader, "sign-in-forgotten")
    await reader.give(email="alice@")
    yield await refused(reader, "sign-in-forgotten")
    await reader.give(email="alice@ours.example")
    yield await swapped(reader, "sign-in-reset-sent")
    await page.reload()
    yield Stop("/connexion/mot-de-passe-oublie/envoye")


async def _trouble(reader: Reader) -> Tour:
    """What the page says of a fault and of a lost network."""
    await reader.open("/connexion")
    await reader.page.locator("main form").evaluate("form => form.dataset.hxPost = '/nulle-part'")
    await reader.give(email="alice@ours.example")
    await reader.is_told("Page introuvable")
    yield Stop("fault told in place", swapped=True)
    await reader.open("/connexion")
    await reader.page.context.set_offline(True)
    await reader.give(email="alice@ours.example")
    await reader.is_told("Pas de réponse du portail")
    await reader.page.context.set_offline(False)
    yield Stop("lost network told in place", swapped=True)
