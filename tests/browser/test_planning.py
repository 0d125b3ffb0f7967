"""A slot confirmed, given back, taken back, given to somebody: by keyboard, then without JavaScript."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from db.models import SlotState
from tests.people.steps import a_member
from tests.planning.steps import PLANNING, a_person, a_slot, notices, the_slot

pytestmark = pytest.mark.browser

FAR = datetime(2099, 3, 3, 8, 30, tzinfo=UTC)
WEEK = f"{PLANNING}?semaine=2099-W10"


@pytest.fixture
async def slots(portal, world):
    """One proposed to Élise, one open."""
    person = await a_person(portal, world.site, email="elise@example.fr")
    return await a_slot(portal, world.site, person, FAR), await a_slot(
        portal, world.site, starts_at=FAR + timedelta(hours=1)
    )


async def counts(reader, words):
    await expect(reader.page.locator("#planning-counters")).to_contain_text(words)


async def test_a_row_is_answered_in_place_with_the_keyboard(reader, world, portal, slots):
    slot, _ = slots
    await reader.signed_in(world.alice)
    await reader.open(WEEK)
    row = reader.page.locator(f"#planning-slot-{slot.id}")
    await reader.tab_to("Confirmer")
    await reader.press("Enter")
    await expect(row.locator(".tag.ok")).to_have_text("confirmé")
    await expect(reader.page.locator("#live")).to_contain_text(
        "LE GALL Élise, mardi 3 mars : confirmé par Alice"
    )
    await expect(row.get_by_role("rowheader")).to_be_focused()
    await counts(reader, "0 à confirmer")
    await expect(reader.page).to_have_url(f"{reader.site}{WEEK}")
    assert not await reader.swaps_that_lost_the_focus()
    await reader.tab_to("Modifier")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_contain_text("Rendez-vous du mardi 3 mars 2099")
    await reader.tab_to("Rendre ce rendez-vous au service")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_have_text("LE GALL Élise ne peut pas venir")
    await reader.page.get_by_label("Et cette visite ?").select_option("a_refaire")
    await reader.tab_to("Rendre au service")
    await reader.press("Enter")
    await counts(reader, "0 confirmé")
    await reader.open(f"{WEEK}&etat=rendus")
    await expect(row).to_contain_text("rendu au service par Alice Martin")
    await reader.tab_to("Reprendre")
    await reader.press("Enter")
    await expect(row.locator(".tag.ok")).to_have_text("confirmé")
    assert not await reader.swaps_that_lost_the_focus()
    assert (await the_slot(portal, slot.id)).state == SlotState.CONFIRMED
    assert [kind for kind, _ in await notices(portal)] == ["summons", "cancelled", "summons"]


@pytest.fixture
async def three(portal, world, slots):
    """Three appointments that wait, and one that is open."""
    for number, name in enumerate(("MORVAN", "RIOU"), 2):
        person = await a_person(portal, world.site, name, first_names="Yann", email=f"{name}@example.fr")
        await a_slot(portal, world.site, person, FAR + timedelta(hours=number))


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
async def test_a_week_is_confirmed_with_one_press(opened, world, portal, three, javascript):
    reader = await opened(javascript=javascript)
    await reader.signed_in(world.alice)
    await reader.open(WEEK)
    await reader.tab_to("Confirmer les 3 rendez-vous")
    await reader.press("Enter")
    notice = reader.page.get_by_role("status").filter(has_text="Les rendez-vous sont confirmés")
    await expect(notice).to_be_visible()
    await counts(reader, "0 à confirmer")
    await expect(reader.page.locator(".tag.ok")).to_have_count(3)
    assert len(await notices(portal)) == 3


async def test_the_button_of_the_week_follows_what_is_answered_in_place(reader, opened, world, portal, three):
    """And what it sends is what is left: the one that a colleague answers meanwhile is named."""
    await reader.signed_in(world.alice)
    await reader.open(WEEK)
    await reader.page.get_by_role("button", name="Confirmer :").first.click()
    await expect(reader.page.get_by_role("button", name="Confirmer les 2 rendez-vous")).to_be_visible()
    other = await opened()
    await other.signed_in(await a_member(portal, world.site, "rdv@ours.example", "rendez-vous"))
    await other.open(WEEK)
    await other.page.get_by_role("button", name="Confirmer :").first.click()
    await expect(other.page.locator(".tag.ok")).to_have_count(2)
    await expect(other.page.get_by_role("button", name="Confirmer les")).to_have_count(0)
    await reader.tab_to("Confirmer les 2 rendez-vous")
    await reader.press("Enter")
    await expect(reader.page.locator(".summary")).to_be_focused()
    await expect(reader.page.locator(".summary")).to_contain_text(
        "a déjà confirmé ce rendez-vous pour MORVAN"
    )
    await reader.tab_to("MORVAN Yann, 03/03/2099")
    await reader.press("Enter")
    await expect(reader.page.locator("tr:target")).to_contain_text("MORVAN Yann")
    assert len(await notices(portal)) == 3


async def test_the_same_answers_without_javascript(opened, world, portal, slots):
    slot, opening = slots
    reader = await opened(javascript=False)
    await reader.signed_in(world.alice)
    await reader.open(WEEK)
    await reader.tab_to("Confirmer")
    await reader.press("Enter")
    await expect(
        reader.page.get_by_role("status").filter(has_text="Le rendez-vous est confirmé")
    ).to_be_visible()
    await reader.tab_to("Modifier")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_contain_text("Rendez-vous du mardi 3 mars 2099")
    await reader.tab_to("Rendre ce rendez-vous au service")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_have_text("LE GALL Élise ne peut pas venir")
    await reader.page.get_by_label("Et cette visite ?").select_option("a_refaire")
    await reader.tab_to("Rendre au service")
    await reader.press("Enter")
    await expect(reader.page.get_by_role("status").filter(has_text="est rendu au service")).to_be_visible()
    assert (await the_slot(portal, slot.id)).state == SlotState.DECLINED
    await reader.tab_to("Choisir")
    await reader.press("Enter")
    await reader.page.get_by_label("LE GALL Élise").check()
    await reader.tab_to("Confirmer pour cette personne")
    await reader.press("Enter")
    await expect(reader.page.get_by_role("status").filter(has_text="pour cette personne")).to_be_visible()
    assert (await the_slot(portal, opening.id)).state == SlotState.CONFIRMED


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
async def test_a_slot_given_back_on_its_own_page_is_told_on_the_next(
    opened, world, portal, slots, javascript
):
    slot, _ = slots
    reader = await opened(javascript=javascript)
    await reader.signed_in(world.alice)
    await reader.open(f"{PLANNING}/{slot.id}/absence")
    await reader.page.get_by_label("Et cette visite ?").select_option("a_refaire")
    await reader.tab_to("Rendre au service")
    await reader.press("Enter")
    await expect(reader.page.get_by_role("status").filter(has_text="est rendu au service")).to_be_visible()
    await reader.is_at(WEEK, "Mon planning – AIST22")
    assert (await the_slot(portal, slot.id)).state == SlotState.DECLINED


async def test_who_comes_second_is_told_in_the_row_and_sees_what_it_is_now(
    reader, opened, world, portal, slots
):
    slot, _ = slots
    await reader.signed_in(world.alice)
    await reader.open(WEEK)
    other = await opened()
    await other.signed_in(await a_member(portal, world.site, "rdv@ours.example", "rendez-vous"))
    await other.open(WEEK)
    await other.page.get_by_role("button", name="Confirmer").click()
    await expect(other.page.locator(f"#planning-slot-{slot.id} .tag")).to_have_text("confirmé")
    await reader.page.get_by_role("button", name="Confirmer").click()
    row = reader.page.locator(f"#planning-slot-{slot.id}")
    await expect(row).to_contain_text("a déjà confirmé ce rendez-vous pour LE GALL Élise")
    await expect(row.locator(".tag")).to_have_text("confirmé")
