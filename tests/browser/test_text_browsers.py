"""The first journey in the text browsers themselves, as Debian installs them, links2 with its memory of
redirects.
"""

import os

import pytest
from sqlmodel import select

from db.models import AccountSession, Slot, SlotState
from tests.light import journey
from tests.light.stand import two_slots
from tests.light.terminal import PROGRAMS, TextBrowser, missing
from tests.world import PASSWORD, THEIRS

pytestmark = pytest.mark.browser


@pytest.fixture(params=PROGRAMS)
async def browser(request, tmp_path):
    """A window that nothing was opened in yet."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.skip("driven alone (make text): beside other tests a key may come before its field")
    if (away := missing()) and not os.environ.get("PORTAIL_TEST_ALL_BROWSERS"):
        pytest.skip(f"absents : {', '.join(away)}")
    window = TextBrowser(PROGRAMS[request.param], tmp_path)
    yield window
    await window.close()


async def test_from_the_letter_to_two_confirmed_slots(browser, site, world, portal, mailbox):
    await two_slots(portal, world)
    await browser.start(f"{site}/connexion")
    await journey.opens_an_account(browser)
    await journey.enters(browser, mailbox.letter_to)
    await browser.follow("Mes salariés")
    await browser.sees(THEIRS, "Soudeur")
    await journey.confirms_two_slots(browser)
    slots = await rows(portal, select(Slot).where(Slot.company_id == world.theirs.key))
    assert [slot.state for slot in slots] == [SlotState.CONFIRMED] * 2
    await journey.leaves(browser)
    sessions = await rows(portal, select(AccountSession))
    assert [each.ended_at is None for each in sessions] == [False] * 2


async def test_a_deep_link_leads_through_the_sign_in_to_its_page(browser, site, world):
    """links2 saw there the redirect to the sign-in, and would show it again. It does once the address is
    typed again: the sign-in then leads on.
    """
    address = f"{site}/espace/00042/salaries"
    await browser.start(address)
    await journey.signs_in(browser, world.charlie.email, PASSWORD)
    await browser.sees("Nom, poste ou matricule", THEIRS)
    await browser.follow("Mon planning")
    await browser.sees("Demander une visite")
    await browser.opens(address)
    if browser.program.name == "links2":
        await browser.sees("Connexion à votre espace")
        await browser.follow("Ouvrir la page demandée")
    await browser.sees("Nom, poste ou matricule", THEIRS)
    await journey.leaves(browser)


async def rows(portal, statement):
    async with portal.database.transaction(write=False) as session:
        return (await session.exec(statement)).all()
