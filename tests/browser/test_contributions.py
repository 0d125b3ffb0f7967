"""A declaration by keyboard, left in the middle and finished by a colleague; with and without JavaScript."""

import pytest
from playwright.async_api import expect

from tests.contributions.steps import YEAR, some_employees, the_declaration
from tests.people.steps import a_member

pytestmark = pytest.mark.browser


@pytest.fixture
async def people(portal, world):
    """Two of whom nothing is doubted, and a manager."""
    await some_employees(portal, world.site, 2, entry_on="2020-01-06")
    await some_employees(portal, world.site, 1, birth_name="PATRON", contract="mandat")


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
async def test_a_declaration_interrupted_in_the_middle_is_finished_by_a_colleague(
    opened, world, portal, people, javascript
):
    first = await opened(javascript=javascript)
    await first.signed_in(world.alice)
    await first.open("/espace/00010-2/cotisation")
    await first.tab_to("Commencer")
    await first.press("Enter")
    await title(first, "L’entreprise et son contact")
    await first.tab_to("Téléphone")
    await first.type("02 96 00 00 22")
    await first.press("Enter")
    await title(first, "Les salariés")

    second = await opened(javascript=javascript)
    await second.signed_in(await a_member(portal, world.site, "seconde@ours.example", "declaration"))
    await second.open("/espace/00010-2/cotisation")
    await second.tab_to("Reprendre : les salariés")
    await second.press("Enter")
    await title(second, "Les salariés")
    await second.tab_to("Pas encore répondu")
    await second.press("ArrowDown")
    await second.tab_to("Enregistrer et continuer")
    await second.press("Enter")
    await title(second, "Les postes et les risques")
    await second.tab_to("J’ai vérifié")
    await second.press("Space")
    await second.tab_to("Enregistrer et continuer")
    await second.press("Enter")
    await title(second, "Le récapitulatif")
    await expect(second.page.get_by_text("3 personnes", exact=True)).to_be_visible()
    await second.tab_to("Continuer vers la validation")
    await second.press("Enter")
    await title(second, "La validation")
    await second.tab_to("Valider la déclaration")
    await second.press("Enter")
    await title(second, "Reçu de la déclaration 2026")
    await expect(second.page.get_by_role("status").filter(has_text="est validée")).to_be_visible()
    declaration = await the_declaration(portal, world.site)
    assert (declaration.headcount, declaration.number) == (3, "D2026-00010-2")

    await first.open(f"{YEAR}/postes")
    await title(first, "Déclaration des effectifs 2026")
    await expect(first.page.get_by_text("D2026-00010-2")).to_be_visible()


async def title(reader, words):
    await expect(reader.page.locator("h1")).to_have_text(words)
