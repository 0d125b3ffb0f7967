"""A visit asked for by keyboard alone, then without JavaScript."""

from datetime import date, timedelta

import pytest
from playwright.async_api import expect

from app import clock
from tests.employees.people import an_employee

pytestmark = pytest.mark.browser

HOME = "/espace/00010/demandes"
NEW = f"{HOME}/nouvelle"
VERDICT = "#appointments-verdict"


def same_figures(first: date, step: int) -> date:
    """From that day on, a day whose number is that of its month: typed alike whatever comes first."""
    while first.day != first.month:
        first += timedelta(days=step)
    return first


async def types_day(reader, label, day):
    await reader.tab_to(label)
    await reader.type(f"{day:%d%m%Y}")


async def asks_for_a_return(reader):
    """From the list to the dates of the form; the day of the return."""
    today = clock.today()
    back_on = same_figures(today, 1)
    await reader.open(HOME)
    await reader.tab_to("Demander une visite")
    await reader.press("Enter")
    await reader.is_at(NEW, "Demander une visite – AIST22")
    await reader.tab_to("Visite de reprise")
    await reader.press("Enter")
    await reader.is_at(f"{NEW}/reprise/salaries", "Pour qui ? – Visite de reprise – AIST22")
    await reader.tab_to("Personne pour l’instant")
    await reader.press("ArrowDown")
    assert (await reader.focused()).words.startswith("BRIEUC-marque-7f3a Jean")
    await reader.tab_to("Continuer")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_have_text("Visite de reprise")
    await reader.page.wait_for_load_state()
    await reader.tab_to("Cause de l’arrêt")
    await reader.press(*["ArrowDown"] * 4)
    await types_day(reader, "Début de l’arrêt", same_figures(today - timedelta(days=61), -1))
    await types_day(reader, "Reprise du travail", back_on)
    return back_on


async def sends(reader, back_on):
    await reader.page.get_by_label("Mardi matin").focus()
    await reader.press("Space")
    await reader.tab_to("Envoyer la demande")
    await reader.press("Enter")
    main = reader.page.get_by_role("main")
    await expect(main).to_contain_text("La demande est envoyée.")
    await expect(main).to_contain_text("Visite de reprise obligatoire, au plus tard le")
    await expect(main).to_contain_text("Mardi matin")
    await expect(main.locator(f"{VERDICT} time")).to_have_attribute(
        "datetime", str(back_on + timedelta(days=8))
    )


async def test_a_return_is_asked_for_with_the_keyboard_and_its_verdict_leaves_the_focus_alone(reader, world):
    await reader.signed_in(world.alice)
    back_on = await asks_for_a_return(reader)
    await expect(reader.page.locator(VERDICT)).to_contain_text("Visite de reprise obligatoire")
    await reader.settled()
    assert (await reader.focused()).id == "back_on"
    assert not await reader.swaps_that_lost_the_focus()
    await reader.is_at(f"{NEW}/reprise?salarie={world.employee.id}", "Visite de reprise – AIST22")
    await sends(reader, back_on)


async def test_a_return_is_asked_for_with_the_keyboard_and_without_javascript(opened, world):
    reader = await opened(javascript=False)
    await reader.signed_in(world.alice)
    back_on = await asks_for_a_return(reader)
    await expect(reader.page.locator(VERDICT)).to_contain_text("Elle a lieu dans les 8 jours")
    await sends(reader, back_on)


async def test_the_verdict_is_said_in_a_region_that_was_there_before(reader, world):
    """A screen reader speaks of what changes inside a region, not of a region put in the place of another."""
    await reader.signed_in(world.alice)
    await reader.open(f"{NEW}/reprise?salarie={world.employee.id}")
    verdict = reader.page.locator(VERDICT)
    await verdict.evaluate("(region) => { region.before = true; }")
    await reader.page.get_by_label("Cause de l’arrêt").select_option("maternite")
    await reader.fill(stop_from=str(clock.today() - timedelta(days=1)), back_on=str(clock.today()))
    await expect(verdict).to_contain_text("Visite de reprise obligatoire")
    await reader.settled()
    assert await verdict.evaluate("(region) => region.before && region.role === 'status'")


@pytest.mark.parametrize("javascript", [True, False])
async def test_looking_for_somebody_else_keeps_who_is_ticked(opened, world, portal, javascript):
    for number in range(26):
        await an_employee(portal, world.ours, birth_name=f"N{number:02}")
    reader = await opened(javascript=javascript)
    await reader.signed_in(world.alice)
    await reader.open(f"{NEW}/employeur/salaries")
    people, page = reader.page.locator("#appointments-people"), reader.page

    async def looks_for(words, found):
        await page.get_by_label("Nom, poste ou matricule").focus()
        await reader.press("Control+a")
        await reader.type(words)
        if not javascript:
            await reader.press("Enter")
        await expect(people.get_by_role("checkbox")).to_have_count(found)
        await page.wait_for_load_state()

    await page.get_by_label("N07").check()
    await page.get_by_role("button", name="Salariés suivants").click()
    await expect(people.get_by_role("checkbox")).to_have_count(3)
    await page.wait_for_load_state()
    await expect(page.get_by_label("N07")).to_be_checked()
    await page.get_by_label("N25").check()
    await looks_for("brieuc", 3)
    if javascript:
        assert (await reader.focused()).id == "q"
        assert not await reader.swaps_that_lost_the_focus()
    await page.get_by_label("N07").uncheck()
    await page.get_by_label("BRIEUC").check()
    await looks_for("n0", 12)
    await expect(page.get_by_label("N07")).not_to_be_checked()
    await reader.tab_to("Continuer")
    await reader.press("Enter")
    await expect(page.locator("h1")).to_have_text("Visite à votre demande")
    labels = await page.locator("#employees label").all_inner_texts()
    assert labels == ["BRIEUC-marque-7f3a Jean", "N25 Élise"]
