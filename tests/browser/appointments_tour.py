"""A request: why, for whom, the form of each motive, refused, sent, answered, written about, cancelled."""

from datetime import timedelta

from playwright.async_api import expect

from app import clock
from app.appointments.staff import answer_request
from tests.appointments.steps import served
from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, swapped
from tests.world import TwoCompanies

HOME = "/espace/00010/demandes"
NEW = f"{HOME}/nouvelle"


async def appointments_tour(reader: Reader, world: TwoCompanies) -> Tour:
    async for stop in _people(reader, world):
        yield stop
    async for stop in _forms(reader, world):
        yield stop
    async for stop in _sent(reader, world):
        yield stop


async def _people(reader: Reader, world: TwoCompanies) -> Tour:
    await reader.open(f"{NEW}?salarie={world.employee.key}")
    yield Stop("appointments.new for somebody")
    await reader.open(f"{NEW}/retard/salaries")
    yield Stop("appointments.people nobody")
    await reader.open(f"{NEW}/employeur/salaries")
    await reader.page.get_by_label("BRIEUC").check()
    await reader.fill(q="nobody")
    await expect(reader.page.locator("#appointments-people")).to_contain_text("Personne ne correspond")
    yield await swapped(reader, "appointments-people")


async def _forms(reader: Reader, world: TwoCompanies) -> Tour:
    page, today = reader.page, clock.today()
    for motive in ("employeur", "fin_carriere", "accident", "reprise"):
        await reader.open(f"{NEW}/{motive}?salarie={world.employee.key}")
        yield Stop(f"appointments.form {motive}")
    await page.get_by_role("button", name="Envoyer la demande").click()
    await reader.has_focus_on(".summary")
    yield Stop("appointments.form refused")
    await page.get_by_label("Cause de l’arrêt").select_option("autre")
    await reader.fill(stop_from=str(today - timedelta(days=59)), back_on=str(today))
    await expect(page.locator("#appointments-verdict")).to_contain_text("non obligatoire (59 jours")
    yield await swapped(reader, "appointments-verdict")
    await reader.fill(stop_from=str(today - timedelta(days=60)))
    await page.get_by_label("Mardi matin").check()
    await reader.fill(message="Plutôt le matin")
    await page.get_by_role("button", name="Envoyer la demande").click()
    await expect(page.get_by_text("La demande est envoyée.")).to_be_visible()
    yield Stop("appointments.show sent")


async def _sent(reader: Reader, world: TwoCompanies) -> Tour:
    page = reader.page
    request = page.url.partition("?")[0]
    await served(reader.portal, world, answer_request, int(request.rpartition("/")[2]), "Mardi 9 h ?")
    for path in ("", "/messages", "/lecture", "/annulation"):
        await page.goto(request + path)
        yield Stop(f"appointments.show answered {path}")
    await page.goto(request)
    await page.get_by_role("button", name="Envoyer").click()
    await reader.has_focus_on(".summary")
    yield Stop("appointments.messages refused")
    await page.goto(f"{request}/annulation")
    await page.get_by_role("button", name="Annuler la demande").click()
    await expect(page.get_by_text("La demande est annulée.")).to_be_visible()
    yield Stop("appointments.show cancelled")
    await reader.open(HOME)
    await page.get_by_label("État").select_option("finies")
    await expect(page.locator("#appointments-table tbody tr")).to_have_count(1)
    yield await swapped(reader, "appointments-table")
