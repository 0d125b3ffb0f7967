"""The planning: slots answered in place, somebody chosen, the month, what is past, what is printed."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, swapped
from tests.planning.steps import PLANNING, a_person, a_slot
from tests.world import TwoCompanies

FAR = datetime(2099, 3, 3, 8, 30, tzinfo=UTC)
WEEK = f"{PLANNING}?semaine=2099-W10"


async def planning_tour(reader: Reader, world: TwoCompanies) -> Tour:
    portal = reader.portal
    person = await a_person(portal, world.site, email="elise@example.fr")
    other = await a_person(portal, world.site, "MORVAN", first_names="Yann")
    await a_slot(portal, world.site, person, FAR)
    await a_slot(portal, world.site, starts_at=FAR + timedelta(hours=1))
    async for stop in _pages(reader):
        yield stop
    async for stop in _answers(reader, other.key):
        yield stop


async def _pages(reader: Reader) -> Tour:
    for path in ("/mois?mois=2099-03", "/passees", "/feuille?semaine=2099-W10"):
        await reader.open(f"{PLANNING}{path}")
        yield Stop(f"planning {path}")
    await reader.open(f"{PLANNING}/mois?mois=2099-03")
    await reader.page.get_by_role("link", name="Mois suivant").click()
    await expect(reader.page.locator("caption")).to_have_text("Avril 2099")
    yield await swapped(reader, "planning-month")
    await reader.open(WEEK)
    yield Stop("planning week")
    await reader.page.get_by_label("Créneaux").select_option("libres")
    await expect(reader.page.locator(".slot")).to_have_count(1)
    yield await swapped(reader, "planning-list")


async def _answers(reader: Reader, other: int) -> Tour:
    page = reader.page
    await reader.open(WEEK)
    row = page.locator(".slot").first
    await row.get_by_role("button", name="Confirmer").click()
    await expect(row.locator(".tag")).to_have_text("confirmé")
    await reader.settled()
    yield Stop("planning.confirm in place", swapped=True)
    number = (await row.get_attribute("id") or "").rpartition("-")[2]
    for word in ("confirmation", "absence", "autre-date", "salarie"):
        await reader.open(f"{PLANNING}/{number}/{word}")
        yield Stop(f"planning {word}")
    await reader.open(f"{PLANNING}/{number}/absence")
    await page.get_by_role("button", name="Rendre au service").click()
    await reader.has_focus_on(".summary")
    yield Stop("planning.give_back refused")
    await reader.open(f"{PLANNING}/{number}")
    yield Stop("planning.show")
    await reader.open(WEEK)
    await page.get_by_role("link", name="Choisir").click()
    await page.get_by_role("button", name="Confirmer pour cette personne").click()
    await reader.has_focus_on(".summary")
    yield Stop("planning.choose refused")
    await reader.fill(q="morvan")
    await expect(page.locator("#planning-candidates [value]:not([value=''])[name=employee]")).to_have_count(1)
    yield await swapped(reader, "planning-candidates")
    await page.locator(f"#employee-{other}").check()
    await page.get_by_role("button", name="Confirmer pour cette personne").click()
    await expect(page.get_by_text("Le rendez-vous est confirmé pour cette personne")).to_be_visible()
    yield Stop("planning.choose done")
