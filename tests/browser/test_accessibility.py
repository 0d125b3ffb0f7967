"""WCAG 2.2 AA as far as a machine can tell: axe-core, narrow screens, the size of what is pressed."""

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.browser.demo_tour import demo_tour
from tests.browser.member_tour import member_tour
from tests.browser.stops import Tour
from tests.browser.visitor_tour import visitor_tour

pytestmark = pytest.mark.browser

NORM = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
WINDOW = {"width": 1280, "height": 1024}
# The same window enlarged four times; as narrow as the narrowest telephone.
ENLARGED = {"width": 320, "height": 256}
# What sticks out, so that the fault has a name.
SIDEWAYS = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [document.documentElement.scrollWidth + " px", ...[...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .filter((e) => !e.closest(".scroll") || getComputedStyle(e).position === "absolute")
    .map((e) => e.tagName + "." + e.className).slice(0, 5)]"""
# Links inside a sentence are exempt (2.5.8): what is listed here stands on its own.
SMALL = """() => [...document.querySelectorAll(
    "header a, header button, aside button, nav a, .button, main form a, main button, main input")]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 24)
  .map((e) => e.tagName + " " + (e.innerText || e.id) + " " + e.getBoundingClientRect().height)"""


async def faults_by_axe(page):
    found = await Axe().run(page, options=NORM)
    return [
        f"{each['id']}: {node['html'][:120]} {' '.join(a['message'] for a in node['any'][:2])}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


async def along(reader, tour: Tour):
    """Every fault of every stop, told together."""
    faults, stops, page = [], 0, reader.page
    await page.set_viewport_size(WINDOW)
    async for stop in tour:
        stops += 1
        found = [*await faults_by_axe(page), *await too_small(page)]
        await page.set_viewport_size(ENLARGED)
        found += [*await runs_sideways(page), *await too_small(page)]
        await page.set_viewport_size(WINDOW)
        faults += [f"{stop.name}: {fault}" for fault in found]
    assert stops > 5
    assert not faults, "\n".join(faults)


async def runs_sideways(page):
    return await page.evaluate(SIDEWAYS)


async def too_small(page):
    return await page.evaluate(SMALL)


async def test_every_page_before_the_sign_in(reader):
    await along(reader, visitor_tour(reader))


async def test_every_page_after_the_sign_in(reader, told, app):
    await along(reader, member_tour(reader, told, app))


@pytest.mark.parametrize("settings", [{"demo": True}], indirect=True)
async def test_every_page_of_the_demonstration(opened):
    reader = await opened()
    await along(reader, demo_tour(reader))


async def test_what_these_checks_look_for_would_be_found(reader):
    """A check that never fails checks nothing."""
    page = reader.page
    await page.set_viewport_size(ENLARGED)
    await reader.open("/connexion")
    await page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.append(Object.assign(document.createElement("input"), {type: "text"}));
          const wide = Object.assign(document.createElement("button"), {textContent: "Bouton"});
          wide.style.cssText = "width: 40rem; height: 10px; min-height: 0; padding: 0";
          main.append(wide);
        }"""
    )
    assert any(fault.startswith("label: ") for fault in await faults_by_axe(page))
    assert any("BUTTON" in fault for fault in await runs_sideways(page))
    assert any("Bouton" in fault for fault in await too_small(page))
