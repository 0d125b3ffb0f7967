"""WCAG 2.2 AA as far as a machine can tell: axe-core, narrow screens, the size of what is pressed."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

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


async def barriers(page: Page) -> list[str]:
    """Every fault of the page that is shown, in words. The window is left as it was: `WINDOW`."""
    found = [*await faults_by_axe(page), *await too_small(page)]
    await page.set_viewport_size(ENLARGED)
    found += [*await runs_sideways(page), *await too_small(page)]
    await page.set_viewport_size(WINDOW)
    return found


async def runs_sideways(page):
    return await page.evaluate(SIDEWAYS)


async def too_small(page):
    return await page.evaluate(SMALL)
