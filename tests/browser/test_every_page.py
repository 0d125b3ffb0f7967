"""One journey through every page: nothing that the content policy refuses, no fault in a script, no request
elsewhere, and nothing that stops somebody who needs large letters, a keyboard or a screen reader.
"""

import os
import re
from pathlib import Path

import pytest

from tests.browser.barriers import AS_IT_STANDS, WINDOW, Table
from tests.browser.demo_tour import demo_tour
from tests.browser.member_tour import member_tour
from tests.browser.reader import Reader
from tests.browser.stops import Stop, Tour, addresses
from tests.browser.visitor_tour import visitor_tour
from tests.browser.watch import LOST_TARGETS, Watch, watched
from tests.pages import dressed_for_members

pytestmark = pytest.mark.browser

# Where the pages are written, as served and as swapped, for the W3C's checker to read.
FOLDER = os.environ.get("PORTAIL_TEST_PAGES", "")
FILES = "/espace/{code}/salaries/"
NOT_PAGES = {
    "/healthz", "/readyz", FILES + "export/{kind}", FILES + "modele/{kind}",
    FILES + "imports/{import_id}/erreurs/fichier",
    "/service/echeances/export", "/service/factures/{invoice_id}/pdf", "/service/telephone",
    "/service/cotisations/{year}/lettres/{run_id}/fichiers/{part}",
    "/service/cotisations/{year}/suivi/export", "/service/adherents/import/{member_import_id}/refus",
    "/entreprises/factures/{kind}", "/calendrier/{token}", "/espace/{code}/planning/{slot_id}/calendrier",
    "/espace/{code}/planning/{slot_id}/convocation",
    "/espace/{code}/contact/{inquiry_id}/fichiers/{message_id}",
    "/espace/{code}/factures/archive/{year}", "/espace/{code}/factures/export/{kind}",
    "/espace/{code}/factures/{invoice_id}/pdf", "/espace/{code}/factures/prelevement/{mandate_id}/pdf",
    *(f"/service/prelevements/mandats/{{mandate_id}}/{each}" for each in ("pdf", "suspension", "reprise")),
    "/service/prelevements/mandats/{mandate_id}/preavis",
    "/service/prelevements/{run_id}/fichier", "/service/prelevements/{run_id}/fichier/{scheme}",
    "/espace/{code}/documents/{document_id}/fichier", "/espace/{code}/documents/archive/{kind}",
    "/espace/{code}/cotisation/{year}/recu/pdf", "/service/depots/{document_id}/fichier",
    "/service/messages/{inquiry_id}/fichiers/{message_id}", "/service/suivi/{subject}/{row_id}",
    "/espace/{code}/cotisation/{year}/telephone/salaries",
}  # fmt: skip


async def follow(tour: Tour, reader: Reader, watch: Watch, group: str, table: Table) -> None:
    """To the end of the tour, keeping a copy of every page. Every fault of every stop is told together."""
    stops: dict[str, str] = {}
    faults: list[str] = []
    await reader.page.set_viewport_size(WINDOW)
    async for stop in tour:
        name = _file_name(group, stop)
        assert name not in stops, "two stops have the same name"
        await keep_page(reader, watch, stop, name)
        stops[name] = await reader.page.evaluate(AS_IT_STANDS)
        lost = await reader.page.evaluate(LOST_TARGETS)
        faults += [f"{stop.name}: no {target} on the page" for target in lost]
        if group == "visitor":
            undressed = dressed_for_members(await reader.page.content())
            faults += [f"{stop.name}: {name} is of the sheet of members" for name in undressed]
    for name, found in zip(stops, await table.barriers([*stops.values()]), strict=True):
        faults += [f"{name}: {fault}" for fault in found]
    faults += watch.complaints
    assert len(stops) > 5
    assert not faults, "\n".join(faults)


async def keep_page(reader: Reader, watch: Watch, stop: Stop, name: str) -> None:
    if FOLDER:
        html = await reader.page.content() if stop.swapped else await watch.served.text()
        Path(FOLDER).mkdir(parents=True, exist_ok=True)
        (Path(FOLDER) / name).write_text(html, encoding="utf-8")


def _file_name(group: str, stop: Stop) -> str:
    return f"{group}-{re.sub('[^a-z0-9]+', '-', stop.name.lower()).strip('-') or 'accueil'}.html"


@pytest.fixture
async def table(opened) -> Table:
    return Table((await opened()).page)


async def test_every_page_stops_nobody_keeps_to_the_policy_and_none_is_left_out(opened, table, world, app):
    reader, watch = await watched(opened)
    await follow(visitor_tour(reader), reader, watch, "visitor", table)
    await follow(member_tour(reader, world, app), reader, watch, "member", table)
    left_out = {path for path in addresses(app) if not any(seen(path, each) for each in watch.paths)}
    forgotten = sorted(left_out - NOT_PAGES)
    assert not forgotten, "add their stops to a tour of tests/browser"


@pytest.mark.parametrize("settings", [{"demo": True}], indirect=True)
async def test_every_page_of_the_demonstration_too(opened, table, app):
    reader, watch = await watched(opened)
    await follow(demo_tour(reader), reader, watch, "demo", table)
    left_out = {path for path in addresses(app) if not any(seen(path, each) for each in watch.paths)}
    assert not {path for path in left_out if path.startswith("/demo")}


def seen(address: str, path: str) -> bool:
    return bool(re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", address), path))


async def test_what_the_watch_looks_for_would_be_found(opened, world):
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


async def test_what_these_checks_look_for_would_be_found(reader, table):
    """A check that never fails checks nothing."""
    page = reader.page
    await reader.open("/connexion")
    sound = await page.evaluate(AS_IT_STANDS)
    await page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.append(Object.assign(document.createElement("input"), {type: "text"}));
          const wide = Object.assign(document.createElement("button"), {textContent: "Bouton"});
          wide.style.cssText = "width: 40rem; height: 10px; min-height: 0; padding: 0";
          main.append(wide);
          const pale = Object.assign(document.createElement("p"), {textContent: "Pâle"});
          pale.style.color = "#aaa";
          main.append(pale);
        }"""
    )
    before, found, after = await table.barriers([sound, await page.evaluate(AS_IT_STANDS), sound])
    assert before == after == []
    for fault in ("label: ", "color-contrast: ", "BUTTON.", "BUTTON Bouton"):
        assert any(each.startswith(fault) for each in found), (fault, found)
