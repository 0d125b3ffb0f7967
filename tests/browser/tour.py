"""Every page of the portal and every state that a swap gives it. A tour stops at each.

Whoever adds a page adds its stop here: test_policy tells which address nobody visited.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar.routes import HTTPRoute
from playwright.async_api import expect
from sqlmodel import select

from app import clock
from app.access import VisitorAccess
from app.mail import queue_mail
from app.sign_in.links import new_link
from db.models import Account, AuditEvent, AuditKind, Draft, Membership, OutboxMail, TokenKind
from db.seeds import demo
from db.seeds.personas import PASSWORD as DEMO_PASSWORD
from tests.browser.reader import Reader
from tests.world import OTHER_NUMBER, Told

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
MEMBERS = (
    "/espace",
    "/espace/00010-2",
    "/entreprises",
    "/mon-compte/connexions?fait=connexion",
    "/mon-compte/session",
    "/deconnexion",
    "/",
)
REFUSED = (
    ("/mon-compte?fait=profil", "Nom", "Enregistrer"),
    ("/mon-compte/mot-de-passe", "Mot de passe actuel", "Enregistrer"),
    ("/mon-compte/adresse-e-mail", "Nouvelle adresse e-mail", "Recevoir le courriel de confirmation"),
)


@dataclass(frozen=True, slots=True)
class Stop:
    """`swapped`: what is shown was put together in the browser, so it is not what the portal served."""

    name: str
    swapped: bool = False


Tour = AsyncIterator[Stop]
PARAMETER = re.compile(r"\{(\w+)\}")


def addresses(app: Any) -> list[str]:
    """Every address that answers GET, such as /espace/{code}."""
    routes = [route for route in app.app.routes if isinstance(route, HTTPRoute)]
    return sorted(r.path_format for r in routes if any("GET" in h.http_methods for h in r.route_handlers))


async def visitor_tour(reader: Reader) -> Tour:
    """Somebody who is not signed in, with JavaScript."""
    for path in PUBLIC:
        await reader.open(path)
        yield Stop(path)
    await reader.open("/nulle-part", 404)
    yield Stop("/nulle-part")
    async for stop in _sign_up(reader):
        yield stop
    async for stop in _sign_in(reader):
        yield stop
    async for stop in _trouble(reader):
        yield stop


async def member_tour(reader: Reader, told: Told, app: Any) -> Tour:
    """Everybody who signs in: the first time, as a member, as the service, and by the links of letters."""
    async for stop in _first_time(reader, told):
        yield stop
    await reader.signed_in(told.alice)
    await reader.signed_in(told.alice)
    for path in MEMBERS:
        await reader.open(path)
        yield Stop(path)
    await reader.open("/espace/00042", 404)
    yield Stop("/espace/00042 of others")
    async for stop in _company_pages(reader, told, app):
        yield stop
    async for stop in _companies(reader):
        yield stop
    async for stop in _account_forms(reader):
        yield stop
    async for stop in _sessions(reader, told):
        yield stop
    async for stop in _letters(reader, told):
        yield stop
    async for stop in _service(reader, told):
        yield stop


async def demo_tour(reader: Reader) -> Tour:
    """What is added to every page when the portal is shown."""
    portal = reader.portal
    hashed = await portal.passwords.hashed(DEMO_PASSWORD)
    async with portal.database.transaction(write=True) as session:
        await demo.tell(session, keyed=portal.keys.declarant_key, password_hash=hashed)
        access = VisitorAccess(portal, session)
        queue_mail(access, "no_account", "nina@theirs.example", clock.now(), seed="0" * 64)
    for path in ("/", "/demo/connexion", "/demo/courriels"):
        await reader.open(path)
        yield Stop(path)
    letters = reader.page.get_by_role("main").get_by_role("link")
    await reader.until(letters.count, reader.page.reload)
    await letters.first.click()
    yield Stop("/demo/courriels/1")
    personas = reader.page.locator("aside button")
    for index in range(await personas.count()):
        name = await personas.nth(index).inner_text()
        await personas.nth(index).click()
        await reader.page.wait_for_load_state()
        yield Stop(f"demo {name}")


async def _sign_up(reader: Reader) -> Tour:
    page = reader.page
    await reader.open("/connexion")
    yield Stop("/connexion")
    await page.get_by_role("link", name="Se connecter avec son code adhérent").click()
    yield await _swapped(reader, "sign-up-code")
    await reader.give(code="00042", number=OTHER_NUMBER[:-1])
    yield await _refused(reader, "sign-up-code")
    await reader.give(number=OTHER_NUMBER)
    yield await _swapped(reader, "sign-up-account")
    await page.reload()
    yield Stop("/connexion/creer-mon-compte")
    await reader.give(last_name="Le Gall", email="nina@")
    yield await _refused(reader, "sign-up-account")
    address = "nina@theirs.example"
    await reader.give(first_name="Nina", job_title="Assistante", email=address, email_again=address)
    yield await _swapped(reader, "sign-up-sent")
    await page.reload()
    yield Stop("/connexion/compte-cree")
    await page.get_by_role("button", name="Envoyer de nouveau").click()
    yield await _refused(reader, "sign-up-sent")


async def _sign_in(reader: Reader) -> Tour:
    page = reader.page
    await page.get_by_role("link", name="Se connecter à votre espace").click()
    yield await _swapped(reader, "sign-in-email")
    await reader.give(email="alice@")
    yield await _refused(reader, "sign-in-email")
    await reader.give(email="alice@ours.example")
    yield await _swapped(reader, "sign-in-password")
    await page.reload()
    yield Stop("/connexion/mot-de-passe")
    await reader.give(password="not the password")
    yield await _refused(reader, "sign-in-password")
    await page.get_by_role("link", name="Réinitialiser votre mot de passe").click()
    yield await _swapped(reader, "sign-in-forgotten")
    await reader.give(email="alice@")
    yield await _refused(reader, "sign-in-forgotten")
    await reader.give(email="alice@ours.example")
    yield await _swapped(reader, "sign-in-reset-sent")
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


async def _first_time(reader: Reader, told: Told) -> Tour:
    await reader.signed_in(told.bob, must_choose_password=True)
    await reader.open("/connexion/premier-mot-de-passe")
    yield Stop("/connexion/premier-mot-de-passe")
    await reader.give(new_password="azertyuiop")
    await reader.has_focus_on(".summary")
    yield Stop("/connexion/premier-mot-de-passe refused")


async def _company_pages(reader: Reader, told: Told, app: Any) -> Tour:
    """Every page of a company that needs no more than the company and one of its people."""
    bobs = select(Membership.id).where(
        Membership.account_id == told.bob.id, Membership.company_id == told.ours.id
    )
    async with reader.portal.database.transaction(write=False) as session:
        known = {"code": "00010", "membership_id": (await session.exec(bobs)).one()}
    for address in addresses(app):
        if address.startswith("/espace/{code}") and set(PARAMETER.findall(address)) <= set(known):
            await reader.open(address.format(**known))
            yield Stop(address)


async def _companies(reader: Reader) -> Tour:
    """From a company to another: the header's list, the search, and one more company."""
    page = reader.page
    await reader.open("/espace/00010")
    await page.get_by_label("Entreprise", exact=True).select_option("00010-2")
    await page.get_by_role("button", name="Changer").click()
    await expect(page).to_have_url(f"{reader.site}/espace/00010-2")
    await reader.settled()
    yield Stop("company changed", swapped=True)
    for words, found in (("dinan", 1), ("quimper", 0)):
        await reader.open("/entreprises")
        await reader.fill(q=words)
        await expect(page.locator("#companies-list tbody tr")).to_have_count(found)
        await reader.settled()
        yield Stop(f"search {words}", swapped=True)
    await reader.open("/entreprises/ajout")
    yield Stop("/entreprises/ajout")
    await reader.give(code="10", number="1234567890")
    await reader.has_focus_on(".summary")
    yield Stop("/entreprises/ajout refused")
    await reader.open("/espace/00010/administration")
    await page.get_by_role("button", name="Envoyer la demande").click()
    await page.wait_for_load_state()
    yield Stop("/espace/00010/administration asked")


async def _account_forms(reader: Reader) -> Tour:
    for path, field, button in REFUSED:
        await reader.open(path)
        yield Stop(path)
        await reader.page.get_by_label(field).first.fill("")
        await reader.page.get_by_role("button", name=button, exact=True).click()
        await reader.has_focus_on(".summary")
        yield Stop(f"{path} refused")


async def _sessions(reader: Reader, told: Told) -> Tour:
    """One session to end, one about to end, and what the reader was typing when one ended."""
    page = reader.page
    await reader.open("/mon-compte/connexions")
    action = await page.get_by_role("main").locator("td form").first.get_attribute("action")
    await reader.open(action)
    yield Stop("/mon-compte/connexions/1")
    await page.get_by_role("button", name="Terminer cette connexion").click()
    await page.wait_for_load_state()
    await reader.open(action)
    yield Stop("/mon-compte/connexions/1 ended")

    await page.clock.install()
    await reader.open("/mon-compte")
    await page.clock.fast_forward("28:05")
    await expect(page.locator("#layout-session")).to_be_visible()
    yield Stop("session about to end", swapped=True)
    await page.get_by_role("link", name="Rester connecté").click()
    await expect(page.locator("#layout-session")).to_be_hidden()
    yield Stop("session prolonged", swapped=True)

    fields = [["last_name", "Martin"], ["job_title", "Directrice de l’usine"]]
    await _kept(
        reader, Draft(account_id=told.alice.key, path="/mon-compte", fields=fields, created_at=clock.now())
    )
    await reader.open("/mon-compte/reprise")
    yield Stop("/mon-compte/reprise")


async def _letters(reader: Reader, told: Told) -> Tour:
    """Where the links of letters lead."""
    now, portal = clock.now(), reader.portal
    places = (
        (TokenKind.PASSWORD_RESET, "/connexion/nouveau-mot-de-passe"),
        (TokenKind.EMAIL_CHANGE, "/adresse-e-mail/confirmation"),
        (TokenKind.ADMIN_RECOVERY, "/administration"),
        (TokenKind.EMAIL_UNDO, "/adresse-e-mail/annulation"),
    )
    for kind, path in places:
        async with portal.database.transaction(write=True) as session:
            access = VisitorAccess(portal, session)
            about = {"email": "alice@elsewhere.example", "company_id": told.ours.key}
            seed = new_link(access, told.alice, kind, now + timedelta(hours=1), now, **about)
        await reader.open(f"{path}/{portal.keys.mailed_link(seed)}")
        yield Stop(path)
    await reader.page.get_by_role("button", name="Rétablir cette adresse").click()
    await expect(reader.page.get_by_role("heading", name="Votre adresse e-mail est rétablie")).to_be_visible()
    yield Stop("/adresse-e-mail/annulation done")


async def _service(reader: Reader, told: Told) -> Tour:
    """The service's page, with a letter that does not leave and an alert; and an account without company."""
    now = clock.now()
    stuck = OutboxMail(
        message_id="<stuck@aist22.fr>", template="no_account", recipient="quelqu.un@entreprise.example",
        created_at=now, failed_at=now, attempts=27, last_error="Refusé par le serveur : 550 no such user",
    )  # fmt: skip
    alert = AuditEvent(at=now, kind=AuditKind.GUESSING_ALERT, about="300 essais en une heure")
    nobody = Account(
        email="paul@nowhere.example", first_name="Paul", last_name="Rien", job_title="Rien", created_at=now
    )
    await _kept(reader, stuck, alert, nobody)
    await reader.signed_in(told.clerk)
    await reader.open("/service")
    yield Stop("/service")
    await reader.open(f"/service/courriels/{stuck.id}")
    await reader.signed_in(nobody)
    await reader.open("/entreprises")
    yield Stop("/entreprises none")


async def _kept(reader: Reader, *rows: object) -> None:
    async with reader.portal.database.transaction(write=True) as session:
        session.add_all(rows)


async def _swapped(reader: Reader, fragment: str) -> Stop:
    await expect(reader.page.locator(f"#{fragment}")).to_be_visible()
    await reader.settled()
    return Stop(f"swap {fragment}", swapped=True)


async def _refused(reader: Reader, fragment: str) -> Stop:
    await reader.has_focus_on(f"#{fragment} .summary")
    await reader.settled()
    return Stop(f"swap {fragment} refused", swapped=True)
