"""Windows of one browser, lent to one test after the other: to open one costs more than most tests do.

What a window knows of a test is what the browser keeps: its cookies, its other tabs, its size, what it was
told to answer itself. That is taken back. Its cache stays, as that of a person who was there before.
"""

from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.listener import LISTEN
from tests.browser.reader import WATCH_FOCUS

PATIENCE_MS = 15_000
SIZE = {"width": 1280, "height": 720}
# Short, and of the portal: what the last page was about to do on its own, it no longer does.
AWAY = "/healthz"


class Windows:
    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[bool, list[Page]] = {True: [], False: []}
        self._lent: dict[Page, tuple[str, bool]] = {}

    async def lent(
        self, site: str, *, javascript: bool = True, viewport: dict[str, int] = SIZE, is_new: bool = False
    ) -> Page:
        """`is_new`: one that has never seen the portal, whose sheets and scripts it asks for."""
        free = self._free[javascript]
        page = free.pop() if free and not is_new else await self._open(site, javascript)
        self._lent[page] = site, javascript
        await page.set_viewport_size(viewport)
        return page

    async def given_back(self, page: Page, *, is_changed: bool) -> None:
        """`is_changed`: by what nobody can take back, such as a clock that stands still."""
        site, javascript = self._lent.pop(page)
        if is_changed:
            await page.context.close()
            return
        await self._clean(page.context, page, site)
        self._free[javascript].append(page)

    async def _open(self, site: str, javascript: bool) -> Page:
        context = await self._browser.new_context(
            base_url=site, java_script_enabled=javascript, locale="fr-FR"
        )
        context.set_default_timeout(PATIENCE_MS)
        await context.add_init_script(WATCH_FOCUS)
        await context.add_init_script(LISTEN)
        return await context.new_page()

    async def _clean(self, context: BrowserContext, page: Page, site: str) -> None:
        for other in context.pages:
            if other is not page:
                await other.close()
        await context.set_offline(False)
        await page.emulate_media(media="null")
        await page.unroute_all(behavior="wait")
        await context.clear_cookies()
        await page.goto(f"{site}{AWAY}")
