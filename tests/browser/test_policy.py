"""Along every page: nothing that the content policy refuses, no fault in a script, no request elsewhere."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.demo_tour import demo_tour
from tests.browser.member_tour import member_tour
from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, addresses
from tests.browser.visitor_tour import visitor_tour

pytestmark = pytest.mark.browser

# Where the pages are written, as served and as swapped, for the W3C's checker to read.
FOLDER = os.environ.get("PORTAIL_TEST_PAGES", "")
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
FILES = "/espace/{code}/salaries/"
NOT_PAGES = {
    "/healthz", "/readyz", FILES + "export/{kind}", FILES + "modele/{kind}",
    "/calendrier/{token}", "/espace/{code}/planning/{slot_id}/calendrier",
    "/espace/{code}/planning/{slot_id}/convocation",
    "/espace/{code}/contact/{inquiry_id}/fichiers/{message_id}",
    "/espace/{code}/factures/export/{kind}", "/espace/{code}/factures/{invoice_id}/pdf",
    "/espace/{code}/documents/{document_id}/fichier",
    "/espace/{code}/cotisation/{year}/recu/pdf",
}  # fmt: skip


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
    await reader.page.add_init_script(WATCH_POLICY)
    return reader, Watch(reader)


async def follow(tour: Tour, reader: Reader, watch: Watch, group: str) -> None:
    """To the end of the tour, keeping a copy of every page."""
    names: list[str] = []
    async for stop in tour:
        names.append(_file_name(group, stop))
        lost = await reader.page.evaluate(LOST_TARGETS)
        watch.complaints += [f"{stop.name}: no {target} on the page" for target in lost]
        if FOLDER:
            html = await reader.page.content() if stop.swapped else await watch.served.text()
            Path(FOLDER).mkdir(parents=True, exist_ok=True)
            (Path(FOLDER) / names[-1]).write_text(html, encoding="utf-8")
    assert len(names) == len(set(names)), "two stops have the same name"
    assert not watch.complaints, "\n".join(watch.complaints)


def _file_name(group: str, stop: Stop) -> str:
    return f"{group}-{re.sub('[^a-z0-9]+', '-', stop.name.lower()).strip('-') or 'accueil'}.html"


async def test_every_page_keeps_to_the_policy_and_none_is_left_out(opened, told, app):
    reader, watch = await watched(opened)
    await follow(visitor_tour(reader), reader, watch, "visitor")
    await follow(member_tour(reader, told, app), reader, watch, "member")
    left_out = {path for path in addresses(app) if not any(seen(path, each) for each in watch.paths)}
    assert not left_out - NOT_PAGES, "add their stops to a tour of tests/browser"


@pytest.mark.parametrize("settings", [{"demo": True}], indirect=True)
async def test_every_page_of_the_demonstration_keeps_to_the_policy(opened, app):
    reader, watch = await watched(opened)
    await follow(demo_tour(reader), reader, watch, "demo")
    left_out = {path for path in addresses(app) if not any(seen(path, each) for each in watch.paths)}
    assert not {path for path in left_out if path.startswith("/demo")}


def seen(address: str, path: str) -> bool:
    return bool(re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", address), path))


async def test_what_the_watch_looks_for_would_be_found(opened, told):
    """A check that never fails checks nothing."""
    reader, watch = await watched(opened)
    for deed in (
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">rouge</p>')",
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"https://elsewhere.example/a.png\" alt>')",
        "document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))",
        "setTimeout(() => { throw new Error('oops'); })",
    ):
        await reader.open("/connexion")
        assert not watch.complaints
        await reader.page.evaluate(f"() => {{ {deed} }}")
        await reader.page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
        assert watch.complaints, deed
        watch.complaints.clear()


async def test_a_target_that_is_not_on_the_page_would_be_found(reader):
    await reader.open("/connexion")
    assert await reader.page.evaluate(LOST_TARGETS) == []
    await reader.page.evaluate(
        "() => { document.querySelector('main form').dataset.hxTarget = '#nulle-part' }"
    )
    assert await reader.page.evaluate(LOST_TARGETS) == ["#nulle-part"]
