"""A slot confirmed, given back, taken back, given to somebody: by keyboard, then without JavaScript."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from db.models import SlotState
from tests.people.told import a_member
from tests.planning.told import PLANNING, a_person, a_slot, notices, the_slot

pytestmark = pytest.mark.browser

FAR = datetime(2099, 3, 3, 8, 30, tzinfo=UTC)
WEEK = f"{PLANNING}?semaine=2099-W10"


@pytest.fixture
async def slots(portal, told):
    """One proposed to Élise, one open."""
    person = await a_person(portal, told.site, email="elise@example.fr")
    return await a_slot(portal, told.site, person, FAR), await a_slot(
        portal, told.site, starts_at=FAR + timedelta(hours=1)
    )


async def counts(reader, words):
    await expect(reader.page.locator("#planning-counters")).to_contain_text(words)


async def test_a_row_is_answered_in_place_with_the_keyboard(reader, told, portal, slots):
    slot, _ = slots
    await reader.signed_in(told.alice)
    await reader.open(WEEK)
    row = reader.page.locator(f"#planning-slot-{slot.id}")
    await reader.tab_to("Confirmer")
    await reader.press("Enter")
    await expect(row).to_contain_text("confirmé par Alice Martin")
    await expect(reader.page.locator("#live")).to_contain_text(
        "LE GALL Élise, mardi 3 mars : confirmé par Alice"
    )
    await expect(row.locator(".slot-who")).to_be_focused()
    await counts(reader, "0 à confirmer")
    await reader.tab_to("Ne peut pas venir")
    await reader.press("Enter")
    await expect(row.locator("select")).to_be_focused()
    await reader.hears(re.compile(r"^Annulation sans frais jusqu’au .+ facturée à l’entreprise"))
    await row.locator("select").select_option("conges")
    await reader.tab_to("Rendre au service")
    await reader.press("Enter")
    await expect(row).to_contain_text("rendu au service par Alice Martin")
    await counts(reader, "0 confirmé")
    await reader.tab_to("Reprendre")
    await reader.press("Enter")
    await expect(row).to_contain_text("confirmé par Alice Martin")
    await expect(reader.page).to_have_url(f"{reader.site}{WEEK}")
    assert not await reader.swaps_that_lost_the_focus()
    assert (await the_slot(portal, slot.id)).state == SlotState.CONFIRMED
    assert [kind for kind, _ in await notices(portal)] == ["summons", "cancelled", "summons"]


async def test_the_same_answers_without_javascript(opened, told, portal, slots):
    slot, opening = slots
    reader = await opened(javascript=False)
    await reader.signed_in(told.alice)
    await reader.open(WEEK)
    await reader.tab_to("Confirmer")
    await reader.press("Enter")
    await expect(
        reader.page.get_by_role("status").filter(has_text="Le rendez-vous est confirmé")
    ).to_be_visible()
    await reader.tab_to("Ne peut pas venir")
    await reader.press("Enter")
    await expect(reader.page.locator("h1")).to_have_text("LE GALL Élise ne peut pas venir")
    await reader.page.get_by_label("Pourquoi").select_option("conges")
    await reader.tab_to("Rendre au service")
    await reader.press("Enter")
    await expect(reader.page.get_by_role("status").filter(has_text="est rendu au service")).to_be_visible()
    assert (await the_slot(portal, slot.id)).state == SlotState.DECLINED
    await reader.tab_to("Choisir qui viendra")
    await reader.press("Enter")
    await reader.page.get_by_label("LE GALL Élise").check()
    await reader.tab_to("Confirmer pour cette personne")
    await reader.press("Enter")
    await expect(reader.page.get_by_role("status").filter(has_text="pour cette personne")).to_be_visible()
    assert (await the_slot(portal, opening.id)).state == SlotState.CONFIRMED


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
async def test_a_slot_given_back_on_its_own_page_is_told_on_the_next(opened, told, portal, slots, javascript):
    slot, _ = slots
    reader = await opened(javascript=javascript)
    await reader.signed_in(told.alice)
    await reader.open(f"{PLANNING}/{slot.id}/absence")
    await reader.page.get_by_label("Pourquoi").select_option("conges")
    await reader.tab_to("Rendre au service")
    await reader.press("Enter")
    await expect(reader.page.get_by_role("status").filter(has_text="est rendu au service")).to_be_visible()
    await reader.is_at(WEEK, "Mon planning – AIST22")
    assert (await the_slot(portal, slot.id)).state == SlotState.DECLINED


async def test_who_comes_second_is_told_in_the_row_and_sees_what_it_is_now(
    reader, opened, told, portal, slots
):
    slot, _ = slots
    await reader.signed_in(told.alice)
    await reader.open(WEEK)
    other = await opened()
    await other.signed_in(await a_member(portal, told.site, "rdv@ours.example", "rendez-vous"))
    await other.open(WEEK)
    await other.page.get_by_role("button", name="Confirmer").click()
    await expect(other.page.locator(f"#planning-slot-{slot.id}")).to_contain_text("confirmé par")
    await reader.page.get_by_role("button", name="Confirmer").click()
    row = reader.page.locator(f"#planning-slot-{slot.id}")
    await expect(row).to_contain_text("a déjà confirmé ce rendez-vous pour LE GALL Élise")
    await expect(row).to_contain_text("confirmé par")
