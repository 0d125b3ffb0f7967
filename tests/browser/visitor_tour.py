"""The pages of somebody who is not signed in, and every step of the sign-in."""

from sqlmodel import select

from db.models import Company, CompanyContact, ContactKind
from tests.browser.contact_tour import outside_tour
from tests.browser.faq_tour import faq_tour
from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, refused, swapped
from tests.postbox import link_in
from tests.world import OTHER_NUMBER

PUBLIC = (
    "/",
    "/aide/premiere-connexion",
    "/aide/tiers-declarant",
    "/accessibilite",
    "/mentions-legales",
    "/offre-et-tarifs",
    "/donnees-personnelles",
    "/connexion?fait=fin",
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
    async for stop in _code_link(reader):
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


async def _code_link(reader: Reader) -> Tour:
    """A link to the contact on file, in place of a code that guesses have closed."""
    async with reader.portal.database.transaction(write=True) as session:
        found = select(Company).where(Company.code == "00042")
        company = (await session.exec(found)).one()
        contact = {"kind": ContactKind.ADMINISTRATIVE, "email": "contact@theirs.example"}
        session.add(CompanyContact(company_id=company.key, **contact))
    await reader.open("/connexion/code-adherent/lien")
    await reader.give(code="00042", number=OTHER_NUMBER[:-1])
    await reader.has_focus_on(".summary")
    yield Stop("/connexion/code-adherent/lien refused")
    await reader.give(number=OTHER_NUMBER)
    await reader.is_at("/connexion/lien-envoye", "Consultez la boîte de contact – AIST22")
    yield Stop("/connexion/lien-envoye")
    await reader.open(link_in(await reader.letter_to("contact@theirs.example"), "code-adherent/lien/"))
    yield Stop("/connexion/code-adherent/lien/1")


async def _sign_in(reader: Reader) -> Tour:
    page = reader.page
    await reader.open("/connexion/compte-cree")
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
