"""Ma cotisation: the years, each step of a declaration as it is and as it is refused, its receipt."""

from playwright.async_api import expect

from app import clock
from db.models import AnnualDeclaration, PhoneCall, PhoneState
from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, kept
from tests.contributions.steps import YEAR, some_employees
from tests.reading import rows
from tests.world import TwoCompanies

LAST = "/espace/00010/cotisation/2025"


async def contributions_tour(reader: Reader, world: TwoCompanies) -> Tour:
    await some_employees(reader.portal, world.site, 2, entry_on="2020-01-06")
    await some_employees(reader.portal, world.site, 1, birth_name="PATRON", contract="mandat")
    for path in ("/espace/00010-2/cotisation", YEAR, f"{YEAR[:-4]}2031", LAST, f"{LAST}/correction"):
        await reader.open(path)
        yield Stop(path)
    await reader.page.get_by_role("button", name="Envoyer la demande").click()
    await reader.has_focus_on(".summary")
    yield Stop("contributions.correct refused")
    for stop in ("plus-de-salarie", "recapitulatif", "validation"):
        await reader.open(f"{YEAR}/{stop}")
        yield Stop(f"contributions {stop} before the steps")
    async for stop in _steps(reader):
        yield stop
    await reader.open(f"{YEAR}/correction")
    yield Stop("contributions.correcting")
    (filed,) = await rows(reader.portal, AnnualDeclaration, AnnualDeclaration.company_id == world.site.key)
    now = clock.now()
    call = PhoneCall(
        company_id=filed.company_id, year=filed.year, account_id=world.clerk.key, caller="Mme Le Goff",
        state=PhoneState.FILED, number=filed.number, started_at=now, ended_at=now, filed_at=now,
    )  # fmt: skip
    await kept(reader, call)
    for page in ("", "/telephone"):
        await reader.open(f"{YEAR}{page}")
        yield Stop(f"contributions declared on the phone{page}")


async def _steps(reader: Reader) -> Tour:
    page = reader.page
    await reader.open(f"{YEAR}/entreprise")
    yield Stop("contributions.company")
    await reader.fill(contact_email="x")
    await page.get_by_role("button", name="Enregistrer").click()
    await reader.has_focus_on(".summary")
    yield Stop("contributions.company refused")
    await reader.fill(contact_email="compta@ours.example")
    for title in ("Les salariés", "Les salariés"):
        await page.get_by_role("button", name="Enregistrer").click()
        await expect(page.locator("h1")).to_have_text(title)
    await reader.has_focus_on(".summary")
    yield Stop("contributions.people refused")
    await page.get_by_label("Oui, cette personne compte").check()
    for title in ("Les postes et les risques", "Les postes et les risques"):
        await page.get_by_role("button", name="Enregistrer").click()
        await expect(page.locator("h1")).to_have_text(title)
    await reader.has_focus_on(".summary")
    yield Stop("contributions.jobs refused")
    await page.get_by_label("J’ai vérifié").check()
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator("h1")).to_have_text("Le récapitulatif")
    yield Stop("contributions.recap")
    await page.get_by_role("link", name="Continuer vers la validation").click()
    await expect(page.locator("h1")).to_have_text("La validation")
    yield Stop("contributions.validation")
    await page.get_by_role("button", name="Valider la déclaration").click()
    await expect(page.locator("h1")).to_have_text("Reçu de la déclaration 2026")
    yield Stop("contributions.receipt")
