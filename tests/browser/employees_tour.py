"""The list of employees, a declaration from its first question to its undoing, and a file."""

from playwright.async_api import expect

from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, refused, swapped
from tests.world import TwoCompanies

HOME = "/espace/00010/salaries"
FILE = (
    "Matricule;Nom de naissance;Prénom;Date de naissance;Date d'entrée;Type de contrat;Poste;Enfants\r\n"
    "0007;DURAND;Zoé;12/05/1990;01/02/2026;CDI;Soudeuse;2\r\n"
    "0008;LE GOFF;Yves;31/02/1990;01/02/2026;CDD;Maçon;0\r\n"
).encode("cp1252")


async def employees_tour(reader: Reader, world: TwoCompanies) -> Tour:
    async for stop in _list(reader, world):
        yield stop
    async for stop in _declaration(reader):
        yield stop
    async for stop in _changes(reader):
        yield stop
    async for stop in _file(reader):
        yield stop


async def _list(reader: Reader, world: TwoCompanies) -> Tour:
    await reader.open(HOME)
    for words in ("soud", "nobody"):
        await reader.fill(q=words)
        await expect(reader.page.locator("#employees-table tbody tr")).to_have_count(int(words == "soud"))
        await reader.settled()
        yield Stop(f"employees search {words}", swapped=True)
    for path in ("", "/correction", "/depart", "/retour"):
        await reader.open(f"{HOME}/{world.employee.id}{path}")
        yield Stop(f"employee {path}")
    await reader.open(f"{HOME}/{world.employee.id}/correction")
    await reader.give(birth_name="")
    await reader.has_focus_on(".summary")
    yield Stop("employee correction refused")


async def _declaration(reader: Reader) -> Tour:
    page = reader.page
    await reader.open(f"{HOME}/declaration")
    await reader.give(birth_name="Brieuc-Marque-7f3a", birth_on="1980-01-31")
    yield await refused(reader, "declarations-step")
    await reader.open(f"{HOME}/declaration")
    yield Stop("declarations.new resumed")
    await page.get_by_role("link", name="Reprendre cette déclaration").click()
    await reader.give(first_names="Jean")
    await expect(page.get_by_role("heading", name="Son contrat et son poste")).to_be_visible()
    yield await swapped(reader, "declarations-step")
    await page.get_by_label("Type de contrat").select_option("apprentissage")
    await reader.fill(entry_on="2026-03-02", job_title="comptable")
    await expect(page.locator("#jobs-index [type=radio]").first).to_be_visible()
    await reader.settled()
    yield Stop("jobs.index swapped", swapped=True)
    await page.locator("#jobs-index [type=radio]").first.check()
    await page.get_by_role("button", name="Continuer").click()
    await expect(page.get_by_role("heading", name="Ses conditions de travail")).to_be_visible()
    await reader.settled()
    yield Stop("declarations.step risks", swapped=True)
    await page.get_by_label("Travaille de nuit").check()
    await page.get_by_role("button", name="Continuer").click()
    await expect(page.get_by_role("heading", name="Vérifier et déclarer")).to_be_visible()
    yield await swapped(reader, "declarations-check")
    await page.get_by_role("button", name="Déclarer ce salarié").click()
    yield await refused(reader, "declarations-check")
    await page.get_by_label("Non, c’est une autre personne").check()
    await page.get_by_role("button", name="Déclarer ce salarié").click()
    await expect(page.get_by_text("La déclaration est enregistrée")).to_be_visible()
    yield Stop("employee declared")
    await reader.open(f"{HOME}/metiers?job_title=soudeur")
    yield Stop("jobs.index")


async def _changes(reader: Reader) -> Tour:
    page = reader.page
    await reader.open(f"{HOME}/operations")
    yield Stop("employees.operations filled")
    await page.get_by_role("link", name="Annuler").first.click()
    yield Stop("employees.undoing")
    await page.get_by_role("button", name="Annuler cette opération").click()
    await expect(page.get_by_text("La déclaration est annulée")).to_be_visible()
    yield Stop("employees.operations undone")


async def _file(reader: Reader) -> Tour:
    page = reader.page
    await reader.open(f"{HOME}/imports/nouveau")
    await page.get_by_role("button", name="Comparer avec ma liste").click()
    await reader.has_focus_on(".summary")
    yield Stop("imports.new refused")
    await page.get_by_label("Fichier").set_input_files(
        {"name": "liste.csv", "mimeType": "text/csv", "buffer": FILE}
    )
    await page.get_by_role("button", name="Comparer avec ma liste").click()
    await expect(page.get_by_role("heading", name="Comparaison avec votre liste")).to_be_visible()
    yield Stop("imports.show ready")
    comparison = page.url
    for title in ("Nouveaux salariés", "Présents chez vous", "Lignes en erreur", "Vérifier les colonnes"):
        await page.goto(comparison)
        await page.get_by_role("link", name=title).click()
        await page.wait_for_load_state()
        yield Stop(f"imports {title}")
        if title == "Lignes en erreur":
            await page.get_by_role("link", name="Corriger").first.click()
            await page.wait_for_load_state()
            yield Stop("imports.mending")
    await page.goto(comparison)
    await page.get_by_role("button", name="Appliquer 1 changement").click()
    await expect(page.get_by_role("heading", name="Import appliqué")).to_be_visible()
    yield Stop("imports.show applied")
    await page.get_by_role("link", name="Annuler tout l’import").click()
    await page.wait_for_load_state()
    yield Stop("imports.undoing")
    await page.get_by_role("button", name="Annuler tout l’import").click()
    await expect(page.get_by_role("heading", name="Import annulé")).to_be_visible()
    yield Stop("imports.show undone")
    await reader.open(f"{HOME}/imports/suite/{comparison.rsplit('/', 1)[1]}")
    yield Stop("imports.following")
    await reader.open(f"{HOME}/imports")
    yield Stop("imports.index filled")
