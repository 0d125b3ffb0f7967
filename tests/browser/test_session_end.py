"""A session ends: the reader is warned, may stay, and what they were typing comes back."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect
from sqlalchemy import update
from sqlmodel import select

from app import clock
from db.models import Account, AccountSession
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

WARNING = re.compile("Votre session se termine dans deux minutes")
KEPT = "Ce que vous étiez en train de saisir"


async def half_an_hour_passes(portal):
    """31 minutes without a request, as the portal counts them: in its table and in what it saw since."""
    portal.presence._seen.clear()
    async with portal.database.transaction(write=True) as session:
        seen = clock.now() - timedelta(minutes=31)
        await session.exec(update(AccountSession).values(seen_at=seen, created_at=seen))


async def at_the_profile(reader, account, *, fake_clock=False):
    await reader.signed_in(account)
    if fake_clock:
        await reader.holds_the_clock()
    await reader.open("/mon-compte")
    return reader.page.locator("#layout-session")


async def test_two_minutes_before_the_end_the_reader_is_warned_where_they_are(reader, world):
    warning = await at_the_profile(reader, world.alice, fake_clock=True)
    await reader.tab_to("Fonction")
    await reader.page.clock.fast_forward("27:50")
    await expect(warning).to_be_hidden()
    await reader.page.clock.fast_forward("00:15")
    await expect(warning).to_be_visible()
    await reader.hears(WARNING)
    await reader.has_focus_on("#job_title")


async def test_staying_hides_the_warning_until_the_next_end(reader, world, portal):
    warning = await at_the_profile(reader, world.alice, fake_clock=True)
    await reader.page.get_by_label("Fonction").fill("Directrice")
    for _ in range(2):
        await reader.page.clock.fast_forward("28:05")
        await expect(warning).to_be_visible()
        portal.presence._seen.clear()
        await reader.tab_to("Rester connecté")
        await reader.press("Enter")
        await expect(warning).to_be_hidden()
        assert portal.presence._seen, "the portal has seen nobody"
        assert await reader.page.get_by_label("Fonction").input_value() == "Directrice"
        await reader.is_at("/mon-compte", "Mon compte – AIST22")


@pytest.mark.parametrize("field", ["Fonction", ""], ids=["typing", "reading"])
async def test_staying_is_told_and_does_not_lose_the_focus(reader, world, field):
    warning = await at_the_profile(reader, world.alice, fake_clock=True)
    if field:
        await reader.tab_to(field)
    await reader.page.clock.fast_forward("28:05")
    await expect(warning).to_be_visible()
    await reader.tab_to("Rester connecté", "Shift+Tab" if field else "Tab")
    await reader.press("Enter")
    await expect(warning).to_be_hidden()
    await reader.hears("Vous restez connecté.")
    at = await reader.focused()
    assert at.words.startswith(field)
    assert at.tag != "body"


async def signed_in_for(portal, passed):
    """Signed in so long ago, and seen just now."""
    async with portal.database.transaction(write=True) as session:
        await session.exec(update(AccountSession).values(created_at=clock.now() - passed))


async def test_what_is_said_of_the_end_is_seen_wherever_the_page_is(reader, world):
    """It takes no room that the focus needs: what has the focus stands below it."""
    await reader.page.set_viewport_size({"width": 640, "height": 400})
    warning = await at_the_profile(reader, world.alice, fake_clock=True)
    await reader.page.evaluate("scrollTo(0, document.querySelector('main').scrollHeight - 300)")
    await reader.page.clock.fast_forward("28:05")
    await expect(warning.get_by_text(WARNING)).to_be_in_viewport(ratio=1)
    for _ in range(12):
        await reader.press("Shift+Tab")
        hidden = await reader.page.evaluate("""() => {
            const at = document.activeElement, box = document.querySelector("#layout-session");
            const [a, b] = [at, box].map((each) => each.getBoundingClientRect());
            return !box.contains(at) && a.top < b.bottom - 1 && a.bottom > b.top + 1;
        }""")
        assert not hidden, await reader.focused()


async def test_near_the_twelfth_hour_staying_says_until_when_and_the_end_is_told_once(reader, world, portal):
    await reader.signed_in(world.alice)
    await signed_in_for(portal, timedelta(hours=11, minutes=20))
    await reader.holds_the_clock()
    await reader.open("/mon-compte")
    warning = reader.page.locator("#layout-session")
    await reader.tab_to("Fonction")
    await reader.page.clock.fast_forward("28:05")
    await expect(warning).to_contain_text(WARNING)
    await signed_in_for(portal, timedelta(hours=11, minutes=53))
    await reader.tab_to("Rester connecté", "Shift+Tab")
    await reader.press("Enter")
    await reader.hears(re.compile(r"^Vous restez connecté jusqu’au .+ à\s\d+\sh\s\d\d\.$"))
    await reader.has_focus_on("#job_title")
    await reader.page.clock.fast_forward("05:05")
    await reader.hears(re.compile(r"Votre session se termine le .+ à\s\d+\sh\s\d\d, douze heures après"))
    await expect(warning).to_be_visible()
    await expect(warning.get_by_role("link")).to_have_count(0)
    await reader.has_focus_on("#job_title")


async def test_in_its_last_minutes_a_session_offers_nothing_that_would_not_help(reader, world, portal):
    await reader.signed_in(world.alice)
    await signed_in_for(portal, timedelta(hours=11, minutes=59))
    await reader.open("/mon-compte")
    warning = reader.page.locator("#layout-session")
    await expect(warning).to_contain_text("il faudra vous reconnecter")
    await expect(warning.get_by_role("link")).to_have_count(0)


async def test_what_is_done_in_place_does_not_put_off_the_twelfth_hour(reader, world, portal):
    await reader.signed_in(world.alice)
    await signed_in_for(portal, timedelta(hours=11, minutes=40))
    await reader.holds_the_clock()
    await reader.open("/espace/00010/salaries")
    await reader.page.clock.fast_forward("10:00")
    await reader.tab_to("Nom, poste ou matricule")
    await reader.type("SOÛD")
    await reader.page.clock.run_for(1000)
    await expect(reader.page.locator("#employees-caption")).to_contain_text("1 salarié")
    await reader.page.clock.fast_forward("08:05")
    await expect(reader.page.locator("#layout-session")).to_contain_text("il faudra vous reconnecter")
    await reader.has_focus_on("#q")


async def test_staying_too_late_leads_to_the_sign_in(reader, world, portal):
    warning = await at_the_profile(reader, world.alice, fake_clock=True)
    await reader.page.clock.fast_forward("28:05")
    await expect(warning).to_be_visible()
    await half_an_hour_passes(portal)
    await reader.tab_to("Rester connecté")
    await reader.press("Enter")
    await expect(reader.page).to_have_title("Connexion – AIST22")
    await expect(reader.page.get_by_text("Votre session a pris fin.")).to_be_visible()


async def test_without_javascript_the_page_of_staying_answers_too(opened, world):
    reader = await opened(javascript=False)
    warning = await at_the_profile(reader, world.alice)
    await expect(warning).to_be_hidden()
    await reader.open("/mon-compte/session")
    await reader.is_at("/mon-compte/session", "Session prolongée – AIST22")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
async def test_what_was_typed_when_the_session_ended_comes_back_after_the_sign_in(
    opened, world, portal, javascript
):
    reader = await opened(javascript=javascript)
    await at_the_profile(reader, world.alice)
    await reader.page.get_by_label("Fonction").fill("Directrice de l’usine")
    await reader.page.get_by_label("N° mobile").fill("06 12 34 56 78")
    await half_an_hour_passes(portal)
    await reader.page.get_by_role("button", name="Enregistrer").click()
    await reader.is_at("/connexion", "Connexion – AIST22")
    await expect(reader.page.get_by_text(KEPT)).to_be_visible()

    await signs_in(reader)
    await reader.is_at("/mon-compte/reprise", "Reprendre votre saisie – AIST22")
    for typed in ("Directrice de l’usine", "06 12 34 56 78"):
        await expect(reader.page.get_by_role("listitem").filter(has_text=typed)).to_be_visible()
    await reader.page.get_by_role("button", name="Valider cette saisie").click()
    await reader.is_at("/mon-compte", "Mon compte – AIST22")
    assert await profile_of(portal, world.alice) == ("Directrice de l’usine", "+33612345678")


async def signs_in(reader):
    await reader.page.get_by_label("Votre adresse e-mail").fill("alice@ours.example")
    await reader.press("Enter")
    await reader.is_at("/connexion/mot-de-passe", "Mot de passe – AIST22")
    await reader.page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    await reader.press("Enter")


async def profile_of(portal, account):
    async with portal.database.transaction(write=False) as session:
        chosen = select(Account.job_title, Account.mobile).where(Account.id == account.id)
        return (await session.exec(chosen)).one()


async def test_what_was_typed_can_be_given_up(reader, world, portal):
    await at_the_profile(reader, world.alice)
    await reader.page.get_by_label("Fonction").fill("Directrice de l’usine")
    await half_an_hour_passes(portal)
    await reader.page.get_by_role("button", name="Enregistrer").click()
    await reader.is_at("/connexion", "Connexion – AIST22")
    await signs_in(reader)
    await reader.is_at("/mon-compte/reprise", "Reprendre votre saisie – AIST22")
    await reader.page.get_by_role("button", name="Abandonner cette saisie").click()
    await reader.is_at("/espace/00010", "Accueil – AIST22")
    await reader.open("/espace")
    await reader.is_at("/espace/00010", "Accueil – AIST22")
    assert await profile_of(portal, world.alice) == (world.alice.job_title, "")
