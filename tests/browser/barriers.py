"""WCAG 2.2 AA as far as a machine can tell: axe-core, narrow screens, the size of what is pressed.

Pages are judged together, in one window where axe is loaded once: to load it takes as long as to judge one,
and its code is slow on each page that it has just come to. A page is put there as it stood, with what was
ticked and typed.
"""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

NORM = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
WINDOW = {"width": 1280, "height": 1024}
# The same window enlarged four times; as narrow as the narrowest telephone.
ENLARGED = {"width": 320, "height": 256}
TOGETHER = 20

# What was ticked and typed stands in no attribute, and a page that is moved is moved by its attributes.
AS_IT_STANDS = """() => {
  const page = document.documentElement.cloneNode(true);
  for (const field of page.querySelectorAll("input, option")) {
    field.toggleAttribute("checked", field.checked === true);
    if (field.type !== "file") field.setAttribute("value", field.value);
  }
  return page.outerHTML;
}"""
TABLE = """
  async function put(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.replaceChild(document.adoptNode(page.documentElement), document.documentElement);
    await Promise.all([...document.querySelectorAll("link[rel=stylesheet]")].map((sheet) => sheet.sheet ||
      new Promise((loaded, lost) => { sheet.onload = loaded; sheet.onerror = lost; })));
  }
  const each = async (pages, judge) => {
    const faults = [];
    for (const html of pages) { await put(html); faults.push(await judge()); }
    return faults;
  };
  async function axeFaults(norm) {
    const {violations} = await axe.run(document, norm);
    return violations.flatMap(({id, nodes}) => nodes.map(({html, any}) =>
      `${id}: ${html.slice(0, 120)} ${any.slice(0, 2).map((one) => one.message).join(" ")}`));
  }
  // What sticks out, so that the fault has a name.
  const sideways = () => document.documentElement.scrollWidth <= innerWidth ? [] :
    [document.documentElement.scrollWidth + " px", ...[...document.querySelectorAll("body *")]
      .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
      .filter((e) => !e.closest(".scroll") || getComputedStyle(e).position === "absolute")
      .map((e) => e.tagName + "." + e.className).slice(0, 5)];
  // Links inside a sentence are exempt (2.5.8): what is listed here stands on its own.
  const small = () => [...document.querySelectorAll(
      "header a, header button, aside button, nav a, .button, main form a, main button, main input")]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 24)
    .map((e) => e.tagName + " " + (e.innerText || e.id) + " " + e.getBoundingClientRect().height);
  // axe judges no field that is empty: what is typed in it must be seen.
  const blank = () => [...document.querySelectorAll("input, select, textarea")]
    .filter((e) => e.checkVisibility() && getComputedStyle(e).color === getComputedStyle(e).backgroundColor)
    .map((e) => `#${e.id}: ink and ground are ${getComputedStyle(e).color}`);
  const wide = (norm) => async () => [...await axeFaults(norm), ...small(), ...blank()];
  const narrow = () => [...sideways(), ...small()];
"""


class Table:
    """Where pages are put, one after the other, at an address of the portal: their sheets are found."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def barriers(self, pages: list[str]) -> list[list[str]]:
        """Every fault of each page, in words."""
        await self._page.route("**/table", _empty)
        await self._page.goto("/table")
        await self._page.evaluate(AXE_SCRIPT)
        await self._page.add_script_tag(content=TABLE)
        found: list[list[str]] = [[] for _ in pages]
        for window, judge in ((WINDOW, "wide(norm)"), (ENLARGED, "narrow")):
            await self._page.set_viewport_size(window)
            for first in range(0, len(pages), TOGETHER):
                some = pages[first : first + TOGETHER]
                judged = await self._page.evaluate(f"([pages, norm]) => each(pages, {judge})", [some, NORM])
                for at, faults in enumerate(judged, first):
                    found[at] += faults
        return found


async def _empty(route) -> None:
    await route.fulfill(content_type="text/html", body="<!doctype html><title>Table</title>")
