"""With the keyboard alone, with scripts and without: every control is reached, in sight, and seen to be."""

import pytest

pytestmark = pytest.mark.browser

HOME = "/espace/00010"
PAGES = [
    HOME, f"{HOME}/salaries", f"{HOME}/salaries/1", f"{HOME}/planning", f"{HOME}/planning/mois",
    f"{HOME}/demandes", f"{HOME}/cotisation", f"{HOME}/factures", f"{HOME}/documents", f"{HOME}/contact",
    f"{HOME}/utilisateurs", f"{HOME}/historique", "/mon-compte", "/mon-compte/connexions", "/entreprises",
]  # fmt: skip
MOST = 250
# Each control gets a number, so that the browser can say which of them it is at.
NUMBERED = """() => {
  const controls = "a[href],button,input:not([type=hidden]),select,textarea,summary";
  const all = [...document.querySelectorAll(controls)].filter((each) => each.checkVisibility());
  all.forEach((each, place) => each.dataset.place = place);
  return all.length;
}"""
HERE = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  return {
    place: at === document.body ? null : at.dataset.place ?? "more",
    words: at.outerHTML.slice(0, 120),
    is_seen: parseFloat(style.outlineWidth) >= 3 && style.outlineStyle !== "none"
      && box.width > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
  };
}"""


async def tabbed(page):
    """What Tab goes through until it leaves the page."""
    stops = []
    for _ in range(MOST):
        await page.keyboard.press("Tab")
        at = await page.evaluate(HERE)
        if at["place"] is None or (stops and at["place"] == stops[0]["place"]):
            return stops
        stops.append(at)
    raise AssertionError(f"Tab never leaves the page: {stops[-3:]}")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
async def test_tab_goes_through_every_control_in_order_and_in_sight(opened, world, javascript):
    reader = await opened(javascript=javascript, viewport={"width": 1280, "height": 800})
    await reader.signed_in(world.alice)
    for path in PAGES:
        await reader.open(path)
        number = await reader.page.evaluate(NUMBERED)
        stops = await tabbed(reader.page)
        hidden = [stop["words"] for stop in stops if not stop["is_seen"]]
        assert not hidden, f"{path}: {hidden}"
        places = [int(stop["place"]) for stop in stops if stop["place"] != "more"]
        assert places == list(range(number)), path


async def test_a_control_that_nobody_sees_would_be_found(opened, world):
    reader = await opened()
    await reader.open("/connexion")
    number = await reader.page.evaluate(NUMBERED)
    await reader.page.evaluate("document.querySelector('main button').style.outline = '0'")
    await reader.page.evaluate("document.querySelector('#email').tabIndex = -1")
    stops = await tabbed(reader.page)
    assert ["<button" in stop["words"] for stop in stops if not stop["is_seen"]] == [True]
    assert len(stops) == number - 1
