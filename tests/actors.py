"""People who use the portal over HTTP as a browser would: pages are read, forms are filled and sent."""

import re
from typing import Any, Self

import httpx

from app import clock
from app.access import VisitorAccess
from app.security.keys import fingerprint
from app.sessions import open_session
from app.web.caller import browser_name
from db.models import Account

BASE = "http://127.0.0.1:8000"
NUMBER = re.compile(r"(?<=[?&])n=\d+&?")
# Of an answer to a POST: a number, or the mark of what was done, with its instant.
NEW = re.compile(r"[?&](?:n=\d+|fait=[^&]+)(?:&|$)")
MARK = re.compile(r"fait=([^.&]+)\.\d+\.[^&]+")
TOKEN = re.compile(r'name="csrf" value="([^"]*)"')


async def _with_plain_spaces(response: httpx.Response) -> None:
    """French punctuation has no-break spaces; tests are written with plain ones. A file keeps its bytes."""
    await response.aread()
    if response.headers.get("content-type", "").startswith("text/"):
        response._content = response.content.replace("\N{NO-BREAK SPACE}".encode(), b" ")


async def _where_it_leads(response: httpx.Response) -> None:
    """The address of a redirect without what makes it a new one each time; `Actor.follow` goes to the real
    one.
    """
    for name in ("location", "hx-redirect"):
        if address := response.headers.get(name):
            response.extensions["leads_to"] = address
            sent = response.request
            if response.status_code == 303 and sent.method == "POST" and "hx-request" not in sent.headers:
                assert NEW.search(address), f"links2 and Dillo would show the {address} that they remember"
            address = NUMBER.sub("", address.removeprefix(BASE)).replace("?&", "?").rstrip("?")
            response.headers[name] = MARK.sub(r"fait=\1", address)


class Actor(httpx.AsyncClient):
    """A client with cookies. `fill` opens the page of a form, then sends it with its token."""

    def __init__(self, app: Any, **more: Any) -> None:
        self.edge = app
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 50_000))
        hooks = {"response": [_with_plain_spaces, _where_it_leads]}
        super().__init__(
            transport=transport, base_url=BASE, follow_redirects=False, event_hooks=hooks, **more
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def signed_in(self, account: Account, **more: Any) -> Self:
        portal = self.edge.app.state.portal
        async with portal.database.transaction(write=True) as session:
            token = open_session(
                VisitorAccess(portal, session), account, browser_name(""), clock.now(), **more
            )
        self.cookies.set("session", token, domain="127.0.0.1")
        return self

    async def token(self, path: str) -> str:
        page = await self.get(path)
        found = TOKEN.findall(page.text)
        assert found, f"{path} answered {page.status_code} without a form"
        return found[-1]

    async def fill(
        self, path: str, *, partial: bool = False, around: str = "", to: str = "", **fields: str
    ) -> httpx.Response:
        """Open the page, fill its form, send it: `to` another address when the form does not post to its
        own. `partial`: as htmx does, on the page `around`.
        """
        token = await self.token(path)
        headers = {"HX-Request": "true", "HX-Request-Type": "partial"} if partial else {}
        if around:
            headers["HX-Current-URL"] = f"{self.base_url}{around}"
        return await self.post(to or path, data={"csrf": token, **fields}, headers=headers)

    async def follow(self, response: httpx.Response) -> httpx.Response:
        """Where a 303 leads."""
        assert response.status_code == 303, f"{response.status_code}: {response.text[:300]}"
        return await self.get(response.extensions["leads_to"])

    async def after(self, path: str, done: str) -> httpx.Response:
        """The page as it answers just after that act of this reader."""
        keys = self.edge.app.state.portal.keys
        binding = fingerprint(self.cookies.get("session", ""))
        return await self.get(f"{path}?fait={keys.done_mark(binding, path, done, clock.now())}")

    async def partial(self, path: str, **more: Any) -> httpx.Response:
        return await self.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"}, **more)
