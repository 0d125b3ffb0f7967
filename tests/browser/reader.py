"""Somebody in front of a browser: what they press, what they are shown, what they hear."""

import asyncio
import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from playwright.async_api import Page, expect

from app import clock
from app.access import VisitorAccess
from app.portal import Portal
from app.sessions import open_session
from db.models import Account
from tests.postbox import Mailbox

FOCUSED = """() => {
  const at = document.activeElement;
  const words = at === document.body ? "" : at.labels?.length ? at.labels[0].innerText : at.innerText;
  return {tag: at.tagName.toLowerCase(), id: at.id, words: words.replace(/\\s+/g, " ").trim()};
}"""
# What is on the page besides text: enough to see that one page never holds another.
PARTS = """() => Object.fromEntries(
  ["header", "nav", "main", "footer", "#erreur", "#live", "#sign-in", "main form [name=csrf]"].map(
    (part) => [part, document.querySelectorAll(part).length]))"""
# Asked at the end of each request, when htmx and the page have done all that they do about the focus.
WATCH_FOCUS = """
  window.lostFocus = [];
  document.addEventListener("htmx:finally:request", () => {
    if (document.activeElement === document.body) window.lostFocus.push(location.pathname);
  });
"""
UNDER_WAY = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
TABS = 60


@dataclass(frozen=True, slots=True)
class Focused:
    """`words`: the label of a field, else the text of the element."""

    tag: str
    id: str
    words: str


def titled(words: str) -> re.Pattern[str]:
    """A title, on whichever company's page: its label comes before the name of the service."""
    words, dash, service = words.rpartition(" – ")
    company = r"( – \d{5}(-\d+)? .+)?" if dash else ""
    pattern = f"{re.escape(words)}{company}{re.escape(dash + service)}"
    return re.compile("^" + pattern.replace("\\ ", r"\s") + "$")


class Reader:
    """`press` and `tab_to` use the keyboard alone; `page` is there for those who have a mouse.

    `is_changed`: this window does what no other does, and never will again what they do.
    """

    def __init__(self, page: Page, site: str, portal: Portal, mailbox: Mailbox) -> None:
        self.page = page
        self.site = site
        self.portal = portal
        self.mailbox = mailbox
        self.is_changed = False

    async def changed(self, script: str) -> None:
        """By this script, before any other, on each page that it opens."""
        self.is_changed = True
        await self.page.add_init_script(script)

    async def holds_the_clock(self) -> None:
        self.is_changed = True
        await self.page.clock.install()

    async def open(self, path: str, status: int = 200) -> None:
        answer = await self.page.goto(path)
        assert answer.status == status, f"{path} answers {answer.status}"

    async def signed_in(self, account: Account, **more: Any) -> "Reader":
        """A session opened elsewhere, whose cookie this browser has."""
        async with self.portal.database.transaction(write=True) as session:
            access = VisitorAccess(self.portal, session)
            token = open_session(access, account, "Chrome sur Linux", clock.now(), **more)
        await self.page.context.add_cookies([{"name": "session", "value": token, "url": self.site}])
        return self

    async def is_told(self, words: str) -> None:
        """A fault, told in its place above the form, with the focus on it."""
        await expect(self.page.locator("#erreur :focus")).to_contain_text(words)

    async def swaps_that_lost_the_focus(self) -> list[str]:
        return await self.page.evaluate("window.lostFocus")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, words: str) -> None:
        await self.page.keyboard.type(words)

    async def give(self, **fields: str) -> None:
        """Fill these fields, by id, and press Enter in the last."""
        await self.fill(**fields)
        await self.press("Enter")

    async def fill(self, **fields: str) -> None:
        for name, typed in fields.items():
            await self.page.locator(f"#{name}").fill(typed)

    async def focused(self) -> Focused:
        return Focused(**await self.page.evaluate(FOCUSED))

    async def tab_to(self, words: str, key: str = "Tab") -> Focused:
        """Press Tab until the element whose label or text starts with these words has the focus."""
        passed = []
        for _ in range(TABS):
            await self.page.keyboard.press(key)
            at = await self.focused()
            if at.tag != "body" and at.words.startswith(words):
                return at
            passed.append(f"{at.tag} {at.words}"[:40])
        raise AssertionError(f"« {words} » is not reached by {key}: {passed}")

    async def is_at(self, path: str, title: str) -> None:
        """The address bar and the title of the window agree with the step, and its scripts are there. The
        number of an address serves readers without scripts, and is not theirs to type.
        """
        await expect(self.page).to_have_title(titled(title))
        separator = "&" if "?" in path else "?"
        shown = re.compile(re.escape(f"{self.site}{path}") + rf"(\{separator}(n=\d+|fait=[\w.-]+))?$")
        await expect(self.page).to_have_url(shown)
        await self.page.wait_for_load_state()

    async def has_focus_on(self, selector: str) -> None:
        await expect(self.page.locator(selector)).to_be_focused()

    async def hears(self, words: str | re.Pattern[str]) -> None:
        wanted = words if isinstance(words, re.Pattern) else titled(words)
        await expect(self.page.locator("#live")).to_have_text(wanted)

    async def settled(self) -> None:
        """After a swap: nothing of it is still under way."""
        await expect(self.page.locator(UNDER_WAY)).to_have_count(0)

    async def until(self, is_so: Any, again: Any) -> None:
        """`again` until it is so: for what the portal does on its own, such as sending mail."""
        for _ in range(100):
            if await is_so():
                return
            await asyncio.sleep(0.05)
            await again()
        raise AssertionError("it never came")

    async def parts(self) -> dict[str, int]:
        return await self.page.evaluate(PARTS)

    async def letter_to(self, address: str, words: str = "") -> EmailMessage:
        return await self.mailbox.letter_to(address, words)
