"""The answers: all of them, found by a word, none found, and each one's page."""

from playwright.async_api import expect

from app.faq.articles import articles
from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour


async def faq_tour(reader: Reader) -> Tour:
    page = reader.page
    await reader.open("/faq")
    yield Stop("/faq")
    for words, found in (("pré reprise", True), ("xyzzy", False)):
        await reader.fill(q=words)
        found_there = (
            page.locator("#faq-list li") if found else page.get_by_text("Aucune réponse ne contient")
        )
        await expect(found_there.first).to_be_visible()
        await reader.settled()
        yield Stop(f"/faq searched {words}", swapped=True)
    for slug in articles():
        await reader.open(f"/faq/{slug}")
        yield Stop(f"/faq/{slug}")
