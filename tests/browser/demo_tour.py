"""What is added to every page when the portal is shown."""

from app import clock
from app.access import VisitorAccess
from app.demo.writing import write_demo
from app.mail.outbox import queue_mail
from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour


async def demo_tour(reader: Reader) -> Tour:
    """Its own pages, then what each persona sees first. Needs the setting `demo`."""
    portal = reader.portal
    async with portal.database.transaction(write=True) as session:
        await write_demo(session, portal)
        access = VisitorAccess(portal, session)
        queue_mail(access, "no_account", "nina@theirs.example", clock.now(), seed="0" * 64)
    for path in ("/", "/demo/connexion", "/demo/courriels"):
        await reader.open(path)
        yield Stop(path)
    letters = reader.page.get_by_role("main").get_by_role("link")
    await reader.until(letters.count, reader.page.reload)
    await letters.first.click()
    yield Stop("/demo/courriels/1")
    personas = reader.page.locator("aside button")
    for index in range(await personas.count()):
        name = await personas.nth(index).inner_text()
        await personas.nth(index).click()
        await reader.page.wait_for_load_state()
        yield Stop(f"demo {name}")
