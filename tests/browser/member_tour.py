"""The pages behind the sign-in: the first time, a member's, the service's, and those that letters lead to."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import pyotp
from playwright.async_api import expect
from sqlmodel import select

from app import clock
from app.access import VisitorAccess
from app.links import new_link
from app.security.keys import fingerprint
from db.models import (
    Account,
    AuditEvent,
    AuditKind,
    CareTeam,
    ChangeKind,
    ClinicSession,
    CompanyCorrection,
    ConvocationBatch,
    Draft,
    EmployeeChange,
    InquiryTheme,
    KnownDevice,
    MemberImport,
    MemberImportKind,
    MemberImportLine,
    Membership,
    OutboxMail,
    Professional,
    PublicInquiry,
    QuickAnswer,
    StaffRead,
    TokenKind,
)
from tests.browser.appointments_tour import appointments_tour
from tests.browser.calendars_tour import calendars_tour
from tests.browser.contact_tour import contact_tour
from tests.browser.contributions_tour import contributions_tour
from tests.browser.documents_tour import documents_tour
from tests.browser.dunning_tour import dunning_pages
from tests.browser.employees_tour import employees_tour
from tests.browser.invoices_tour import invoices_tour
from tests.browser.money_tour import money_tour
from tests.browser.passkeys_tour import passkeys_tour
from tests.browser.planning_tour import planning_tour
from tests.browser.reader import Reader
from tests.browser.stops import PARAMETER, Stop, Tour, addresses, kept
from tests.postbox import words_of
from tests.world import OURS, TwoCompanies

MEMBERS = (
    "/espace",
    "/espace/00010-2",
    "/entreprises",
    "/mon-compte/connexions",
    "/mon-compte/session",
    "/deconnexion",
    "/",
)
CAMPAIGN = (
    "tarif", "campagne", "suivi", "relance", "estimation", "appel", "lettres?lettre=relance&qui=tous",
    "lettres/texte/relance",
)  # fmt: skip
LIFE = (
    "notes", "numero", "siret", "facturation", "equipe", "administrateur", "suspension", "reprise",
    "radiation", "reouverture", "fusion", "invitation",
)  # fmt: skip
REFUSED = (
    ("/mon-compte", "Nom", "Enregistrer"),
    ("/mon-compte/mot-de-passe", "Mot de passe actuel", "Enregistrer"),
    ("/mon-compte/adresse-e-mail", "Nouvelle adresse e-mail", "Recevoir le courriel de confirmation"),
)


async def member_tour(reader: Reader, world: TwoCompanies, app: Any) -> Tour:
    """Everybody who signs in: the first time, as a member, as the service, and by the links of letters."""
    async for stop in _first_time(reader, world):
        yield stop
    await reader.signed_in(world.alice)
    await reader.signed_in(world.alice)
    for path in MEMBERS:
        await reader.open(path)
        yield Stop(path)
    await reader.open("/espace/00042", 404)
    yield Stop("/espace/00042 of others")
    async for stop in _company_pages(reader, world, app):
        yield stop
    tours = (
        employees_tour(reader, world),
        contact_tour(reader, world),
        _companies(reader),
        _people(reader),
        _account_forms(reader),
        calendars_tour(reader),
        planning_tour(reader, world),
        appointments_tour(reader, world),
        invoices_tour(reader, world),
        documents_tour(reader, world),
        contributions_tour(reader, world),
        _sessions(reader, world),
        _letters(reader, world),
        money_tour(reader, world),
        _service(reader, world),
    )
    for tour in tours:
        async for stop in tour:
            yield stop


async def _first_time(reader: Reader, world: TwoCompanies) -> Tour:
    await reader.signed_in(world.bob, must_choose_password=True)
    await reader.open("/connexion/premier-mot-de-passe")
    yield Stop("/connexion/premier-mot-de-passe")
    await reader.give(new_password="azertyuiop")
    await reader.has_focus_on(".summary")
    yield Stop("/connexion/premier-mot-de-passe refused")


async def _company_pages(reader: Reader, world: TwoCompanies, app: Any) -> Tour:
    """Every page of a company that needs no more than the company and one of its people."""
    bobs = select(Membership.id).where(
        Membership.account_id == world.bob.id, Membership.company_id == world.ours.id
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
        await expect(page.locator("#welcome-list tbody tr")).to_have_count(found)
        await reader.settled()
        yield Stop(f"search {words}", swapped=True)
    await reader.open("/entreprises/choix?code=00010&code=00010-2")
    yield Stop("/entreprises/choix")
    await reader.open("/entreprises/ajout")
    yield Stop("/entreprises/ajout")
    await reader.give(code="10", number="1234567890")
    await reader.has_focus_on(".summary")
    yield Stop("/entreprises/ajout refused")
    await reader.open("/espace/00010/administration")
    await page.get_by_role("button", name="Envoyer la demande").click()
    await page.wait_for_load_state()
    yield Stop("/espace/00010/administration asked")


async def _people(reader: Reader) -> Tour:
    """From the invitation to what the person invited sees, without and with an account."""
    page, site = reader.page, reader.site
    await reader.open("/espace/00010/utilisateurs/invitation")
    await reader.give(email="olga@")
    await reader.has_focus_on(".summary")
    yield Stop("/utilisateurs/invitation refused")
    for email in ("olga@elsewhere.example", "clerk@service.example"):
        await reader.open("/espace/00010/utilisateurs/invitation")
        await page.locator("#roles").check()
        await reader.give(email=email)
        await expect(page.get_by_role("rowheader", name=email)).to_be_visible()
        yield Stop(f"/utilisateurs {email} invited")
        link = re.search(rf"{site}(/invitation/\S+)", words_of(await reader.letter_to(email, "/invitation/")))
        await reader.open(link[1])
        yield Stop(f"/invitation {email}")
        await page.locator("main form").get_by_role("button").last.click()
        await reader.has_focus_on(".summary")
        yield Stop(f"/invitation {email} refused")
    for action in ("Renvoyer", "Annuler"):
        await reader.open("/espace/00010/utilisateurs")
        await page.get_by_role("link", name=action).first.click()
        await page.wait_for_load_state()
        yield Stop(f"/utilisateurs/invitations {action}")


async def _account_forms(reader: Reader) -> Tour:
    for path, field, button in REFUSED:
        await reader.open(path)
        yield Stop(path)
        await reader.page.get_by_label(field).first.fill("")
        await reader.page.get_by_role("button", name=button, exact=True).click()
        await reader.has_focus_on(".summary")
        yield Stop(f"{path} refused")


async def _sessions(reader: Reader, world: TwoCompanies) -> Tour:
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
    async for stop in _devices(reader, world):
        yield stop

    await reader.holds_the_clock()
    await reader.open("/mon-compte")
    await page.clock.fast_forward("28:05")
    await expect(page.locator("#layout-session")).to_be_visible()
    yield Stop("session about to end", swapped=True)
    await page.get_by_role("link", name="Rester connecté").click()
    await expect(page.locator("#layout-session")).to_be_hidden()
    yield Stop("session prolonged", swapped=True)

    fields = [["last_name", "Martin"], ["job_title", "Directrice de l’usine"]]
    await kept(
        reader, Draft(account_id=world.alice.key, path="/mon-compte", fields=fields, created_at=clock.now())
    )
    await reader.open("/mon-compte/reprise")
    yield Stop("/mon-compte/reprise")


async def _devices(reader: Reader, world: TwoCompanies) -> Tour:
    """Two browsers where alice signed in before, one of which she forgets."""
    page, now = reader.page, clock.now()
    for browser in ("Firefox sur Windows", "Safari sur iPhone"):
        mine = {"account_id": world.alice.key, "created_at": now, "last_seen_at": now}
        await kept(reader, KnownDevice(token_hash=fingerprint(browser), browser=browser, **mine))
    await reader.open("/mon-compte/connexions")
    yield Stop("/mon-compte/connexions with devices")
    await page.get_by_role("link", name="Oublier tous les autres appareils").click()
    await expect(page.get_by_role("heading", name="Oublier mes autres appareils")).to_be_visible()
    yield Stop("/mon-compte/appareils")
    await reader.open("/mon-compte/connexions")
    action = await page.locator("form[action^='/mon-compte/appareils/']").first.get_attribute("action")
    await reader.open(action)
    yield Stop("/mon-compte/appareils/1")
    await page.get_by_role("button", name="Oublier cet appareil").click()
    await expect(page.get_by_text("L’appareil est oublié")).to_be_visible()
    await reader.open(action)
    yield Stop("/mon-compte/appareils/1 forgotten")


async def _letters(reader: Reader, world: TwoCompanies) -> Tour:
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
            about = {"email": "alice@elsewhere.example", "company_id": world.ours.key}
            seed = new_link(access, world.alice, kind, now + timedelta(hours=1), now, **about)
        await reader.open(f"{path}/{portal.keys.mailed_link(seed)}")
        yield Stop(path)
    await reader.page.get_by_role("button", name="Rétablir cette adresse").click()
    await expect(reader.page.get_by_role("heading", name="Votre adresse e-mail est rétablie")).to_be_visible()
    yield Stop("/adresse-e-mail/annulation done")


async def _colleagues(reader: Reader, world: TwoCompanies) -> Tour:
    """Accounts of the service, what they opened, and the second factor: from inside, then in its way."""
    read = StaffRead(
        at=clock.now(),
        account_id=world.clerk.key,
        kind="company",
        subject_id=1,
        company_id=1,
        about="Une page",
    )
    await kept(reader, read)
    for path in ("", "/invitation", "/1", "/1/acces", "/1/second-facteur", "/1/depart"):
        await reader.open(f"/service/equipe{path}")
        yield Stop(f"/service/equipe{path}")
    await reader.open("/service/consultations")
    yield Stop("/service/consultations")
    for path in ("/mon-compte/second-facteur", "/mon-compte/second-facteur/application"):
        await reader.open(path)
        yield Stop(path)
    await reader.signed_in(world.clerk, needs_factor=True)
    await reader.open("/connexion/code/installation")
    yield Stop("/connexion/code/installation")
    secret = await reader.page.locator("code").inner_text()
    await reader.give(code=pyotp.TOTP(secret.replace(" ", "")).now())
    await expect(reader.page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    yield Stop("/connexion/code/installation done")
    await reader.signed_in(world.clerk, needs_factor=True)
    await reader.open("/connexion/code")
    yield Stop("/connexion/code")
    async for stop in passkeys_tour(reader, world):
        yield stop


async def _service(reader: Reader, world: TwoCompanies) -> Tour:
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
    message = PublicInquiry(
        name="Jeanne", email="jeanne@ailleurs.example", theme=InquiryTheme.ACCESS, text="Bonjour", token="t",
        sent_at=now,
    )  # fmt: skip
    person = Professional(name="Dr Claire Abgrall", role="médecin du travail")
    await kept(reader, stuck, alert, nobody, message, person)
    starts = datetime.combine(clock.today() + timedelta(days=3), time(9), clock.PARIS)
    session = ClinicSession(
        centre_id=1, professional_id=person.key, starts_at=starts, ends_at=starts + timedelta(hours=3),
        created_at=now,
    )  # fmt: skip
    batch = ConvocationBatch(due_before=clock.today(), account_id=world.clerk.key, created_at=now)
    team = CareTeam(name="Équipe de la Baie")
    await kept(reader, session, batch, team)
    hire = EmployeeChange(
        company_id=world.employee.company_id, employee_id=world.employee.key, kind=ChangeKind.DECLARED,
        about="Somebody", urgent_on=clock.today(), at=now,
    )  # fmt: skip
    details = CompanyCorrection(
        company_id=world.ours.key, account_id=world.alice.key, before={"name": "Brieuc"},
        after={"name": "Brieuc et fils"}, sent_at=now,
    )  # fmt: skip
    quick = QuickAnswer(title="Date proche", text="Nous cherchons une date proche.", updated_at=now)
    imported = MemberImport(account_id=world.clerk.key, file_name="adherents.csv", created_at=now)
    await kept(reader, hire, details, quick, imported)
    line = MemberImportLine(
        import_id=imported.key, kind=MemberImportKind.NEW, line=2, code="00099", after={"name": "Lann"}
    )
    await kept(reader, line)
    await reader.signed_in(world.clerk)
    await reader.open(f"/service/recherche?q={'a' * 300}", 422)
    yield Stop("/service/recherche refused")
    for path in (
        "", "/a-traiter", "/demandes/1", "/demandes/1/creneau", "/demandes/1/reponse", "/demandes/1/refus",
        "/messages/1", "/messages/1/fin", f"/messages-sans-compte/{message.id}",
        f"/messages-sans-compte/{message.id}/classement", "/corrections/1", "/depots/1",
        "/creneaux-rendus/1", "/creneaux-rendus/1/creneau", f"/embauches/{hire.id}",
        f"/embauches/{hire.id}/creneau", f"/fiches/{details.id}", "/notes/request/1", "/reponses",
        f"/reponses/{quick.id}", f"/reponses/{quick.id}/retrait", "/courriel-du-matin", "/aide",
        "/vacations", "/vacations/nouvelle", f"/vacations/{session.id}",
        f"/vacations/{session.id}/annulation", f"/vacations/{session.id}/modification", "/feuille",
        f"/vacations/{session.id}/reservation", "/feuille/fermeture", "/feuille/attestations",
        "/feuille/attestations/partage", "/lieux",
        "/lieux/1", "/professionnels",
        *(f"/professionnels/{person.key}/{page}" for page in ("absence", "retour", "depart", "reprise")),
        f"/professionnels/{person.key}", "/equipes-de-suivi", "/reglages", f"/equipes-de-suivi/{team.key}",
        "/convocations", "/convocations/nouvelle", f"/convocations/{batch.key}",
        *(f"/convocations/{batch.key}/{page}" for page in ("envoi", "retrait", "abandon", "attente")),
        "/echeances", "/charge", "/attente", "/salaries/1/creneau", "/salaries/1/attente",
        f"/vacations/{session.id}/heure/{int(starts.timestamp())}",
        "/recherche", "/recherche?q=bri", "/recherche?q=zzz",
        "/adherents", "/adherents/nouveau", "/adherents/00010",
        *(f"/adherents/00010-2/{page}" for page in LIFE),
        f"/personnes/{world.alice.id}/acces", f"/personnes/{world.alice.id}/deblocage", "/vue/1", "/vue/fin",
        f"/personnes/{world.alice.id}", f"/salaries/{world.employee.id}", "/adherents/import",
        f"/adherents/import/{imported.key}", f"/adherents/import/{imported.key}/annulation",
        "/factures/1", "/factures/1/reglement", "/factures/1/remboursement", "/factures/1/avoir",
        "/factures/1/perte",
        "/factures/1/reglements/1/annulation", "/plateforme", "/factures/1/plateforme",
        *await dunning_pages(reader, world), "/cotisations", "/cotisations/2026", "/cotisations/2027/tarif",
        "/adherents/00010-2/telephone/2026",
        *(f"/cotisations/2026/{page}" for page in CAMPAIGN),
        "/conservation", "/conservation/apercu", "/conservation/employees?months=36", "/droit-acces",
        f"/droit-acces?last_name={OURS}&first_name=Jean&born=31/01/1980",
        f"/droit-acces/fiches?fiche={world.employee.id}",
        f"/droit-acces/correction?fiches={world.employee.id}",
    ):  # fmt: skip
        await reader.open(f"/service{path}")
        yield Stop(f"/service{path}")
    await reader.open(f"/service/courriels/{stuck.id}")
    async for stop in _colleagues(reader, world):
        yield stop
    await reader.signed_in(nobody)
    await reader.open("/entreprises")
    yield Stop("/entreprises none")
