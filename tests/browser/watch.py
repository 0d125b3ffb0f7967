"""What a browser says of itself while somebody reads: refused by the policy, broken scripts, lost targets."""

import re
from urllib.parse import urlsplit

from tests.browser.reader import Reader

WATCH_POLICY = """
  addEventListener("securitypolicyviolation", (event) =>
    console.error("securitypolicyviolation", event.violatedDirective, event.blockedURI));
"""
# What is written of a 404 or a 422, which the portal answers on purpose, and of a network that a test cut.
EXPECTED = re.compile(
    r"^(Failed to load resource: the server responded with a status of 4\d\d"
    r"|Failed to load resource: net::ERR_INTERNET_DISCONNECTED"
    r"|htmx: htmx:error: Failed to fetch)"
)
# htmx sends what has no target all the same, with a warning, and its answer lands where nobody looks.
LOST_TARGETS = """() => [...document.querySelectorAll("[data-hx-target]")]
  .filter((each) => !each.closest("[data-hx-ignore]"))
  .map((each) => each.dataset.hxTarget)
  .filter((target) => !target.startsWith("#") || !document.getElementById(target.slice(1)))"""


class Watch:
    """What the browser says of itself, what it asks for, and what it was served last."""

    def __init__(self, reader: Reader) -> None:
        self.complaints: list[str] = []
        self.paths: set[str] = set()
        self.served = None
        self.site = reader.site
        page = reader.page
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._note)
        page.on("response", self._keep)

    def _hear(self, message) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.match(message.text):
            self.complaints.append(f"{message.type}: {message.text}")

    def _note(self, request) -> None:
        if not request.url.startswith((self.site + "/", "data:")):
            self.complaints.append(f"elsewhere: {request.url}")
        if request.method == "GET":
            self.paths.add(urlsplit(request.url).path)

    def _keep(self, response) -> None:
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self.served = response


async def watched(opened) -> tuple[Reader, Watch]:
    reader = await opened()
    await reader.changed(WATCH_POLICY)
    return reader, Watch(reader)
