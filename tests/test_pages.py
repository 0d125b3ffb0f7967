"""Every page: whole, valid, labelled, without inline code, holding the fragment that a swap would bring."""

import html
import re

import pytest

from app.main import ACCOUNT, MEMBER, STAFF
from app.web.templating import ROOT
from tests.clinic.steps import a_session
from tests.pages import TOKEN, check, dressed_for_members
from tests.sign_up.test_routes import ACCOUNT as OPENING
from tests.sign_up.test_routes import CODE, PERSON, SENT
from tests.test_access import VALUES, routes
from tests.world import OTHER_NUMBER

VISITOR = (
    "/", "/aide/premiere-connexion", "/aide/tiers-declarant", "/accessibilite", "/mentions-legales",
    "/offre-et-tarifs",
    "/donnees-personnelles", "/connexion", CODE, "/connexion/mot-de-passe-oublie", "/nowhere",
    "/connexion/code-adherent/lien", "/connexion/lien-envoye",
    "/contact", "/contact/envoye", "/faq", "/faq?q=facture", "/faq?q=xyz",
)  # fmt: skip
# Beside each address once, as `VALUES` fills it: what is asked of some of them, and where other values lead.
ASKED = (
    "/espace/98765", "/espace/00010/salaries?etat=sortis&q=xyz", "/espace/00010/salaries/departs?salarie=1",
    "/espace/00010/salaries/choix?acte=Demander+une+visite",
    "/entreprises?attente=rendez-vous&tri=rendez-vous", "/entreprises?q=zzz",
    "/entreprises/choix?code=00010&code=00010-2",
    "/espace/00010/salaries/metiers?job_title=soudeur", "/espace/00010/salaries/declaration/poste",
    "/espace/00010/salaries/declaration/expositions", "/espace/00010/salaries/imports/1/lignes/modifies",
    "/espace/00010/planning?etat=libres", "/espace/00010/planning?semaine=2099-W10",
    "/espace/00010/planning/mois?mois=2099-03", "/espace/00010/planning/feuille?semaine=2099-W10",
    "/espace/00010/demandes?etat=finies", "/espace/00010/demandes/nouvelle?salarie=1",
    "/espace/00010/demandes/nouvelle/retard/salaries",
    "/espace/00010/demandes/nouvelle/reprise/salaries?q=brieuc&salarie=1",
    "/espace/00010/demandes/nouvelle/reprise?salarie=1",
    "/espace/00010/demandes/nouvelle/employeur?salarie=1",
    "/espace/00010/demandes/nouvelle/accident?salarie=1",
    "/espace/00010/demandes/nouvelle/fin_carriere?salarie=1",
    "/espace/00010/demandes/reprise?cause=autre&stop_from=2026-01-05&back_on=2026-04-01",
    "/espace/00010/contact?etat=termines", "/espace/00010/contact/nouveau?salarie=1",
    "/espace/00010/factures?annee=2026&etat=partielle", "/espace/00010/factures?etat=payee",
    "/espace/00010/documents?q=xyz&nature=autre", "/espace/00010/documents/depot?nature=duerp",
    "/espace/00010/cotisation/2025", "/espace/00010/cotisation/2031",
    "/espace/00010/cotisation/2025/recu", "/espace/00010/cotisation/2025/correction",
    "/espace/00010/cotisation/2026/salaries?reste=oui",
)  # fmt: skip
# Files, and what leads on without a page of its own.
NO_PAGE = {
    "welcome.home", "companies.switch", "account.draft", "declarations.new", "appointments.form",
    "contributions.correcting", "imports.mending", "contact.file", "documents.file", "invoices.paper",
    "invoices.archive", "invoices.export", "welcome.export", "calendars.slot", "employees.export",
    "employees.model", "employees.choose", "employees.leaving_together", "debits.resending",
    "phone.present",
}  # fmt: skip
PARAMETER = re.compile(r"\{(\w+)(:\w+)?\}")


def signed_in():
    """Every address that members read, and the questions above."""
    for handler in (*ACCOUNT, *MEMBER):
        if "GET" in handler.http_methods and handler.name not in NO_PAGE:
            yield from (PARAMETER.sub(lambda found: VALUES[found[1]], path) for path in handler.paths)
    yield from ASKED


SIGNED_IN = sorted(signed_in())


@pytest.mark.parametrize("path", VISITOR)
async def test_a_visitors_page_is_well_made(visitor, path):
    page = await visitor.get(path)
    check(page)
    assert not dressed_for_members(page.text), "move its rules to the sheet of everybody"


@pytest.mark.parametrize("path", SIGNED_IN)
async def test_a_members_page_is_well_made(alice, path):
    check(await alice.get(path))


async def test_what_has_no_page_leads_on_or_is_a_file(app, alice):
    found = {h.name: path for path, h in routes(app, method="GET") if h.name in NO_PAGE}
    assert found.keys() == NO_PAGE
    for path in found.values():
        answer = await alice.get(path)
        assert answer.status_code == 303 or not answer.headers["content-type"].startswith("text/html"), path


@pytest.mark.usefixtures("time_machine_at")  # before the session
async def test_each_page_of_the_service_is_well_made(app, clerk, portal, world):
    """And its links lead somewhere."""
    await a_session(portal, world)
    behind = {handler.name for handler in STAFF}
    paths = [path for path, handler in routes(app, method="GET") if handler.name in behind]
    found = set()
    for path in paths:
        page = await clerk.get(path)
        if page.status_code == 303 or not page.headers["content-type"].startswith("text/html"):
            continue  # it leads on, or it is a file
        check(page)
        found |= set(re.findall(r'(?:href|src|action)="(/[^"#]*)', page.text))
    assert len(paths) > 15
    for link in found:
        answer = await clerk.get(html.unescape(link))
        assert answer.status_code in {200, 303}, link


async def test_the_steps_are_well_made_and_refused_ones_too(visitor, world):
    await visitor.fill(CODE, code="00042", number=OTHER_NUMBER)
    check(await visitor.get(OPENING))
    check(await visitor.fill(OPENING, email="x"))
    await visitor.fill(OPENING, **PERSON)
    check(await visitor.get(SENT))
    await visitor.fill("/connexion", email="x@y.fr")
    check(await visitor.get("/connexion/mot-de-passe"))
    check(await visitor.fill("/connexion/mot-de-passe", email="x@y.fr"))


async def test_each_fragment_is_what_its_page_shows(visitor, alice, world):
    async def same(actor, path):
        whole, part = await actor.get(path), await actor.partial(path)
        fragment = TOKEN.sub(r"\1", part.text.partition("</title>\n")[2]).strip()
        assert "<html" not in part.text
        assert fragment
        assert fragment in TOKEN.sub(r"\1", whole.text)

    for path in ("/connexion", CODE, "/connexion/mot-de-passe-oublie"):
        await same(visitor, path)
    await visitor.fill(CODE, code="00042", number=OTHER_NUMBER)
    await same(visitor, OPENING)
    await visitor.fill(OPENING, **PERSON)
    await same(visitor, SENT)
    await visitor.fill("/connexion", email="x@y.fr")
    await same(visitor, "/connexion/mot-de-passe")
    await same(alice, "/mon-compte/session")


async def test_every_link_of_every_page_leads_somewhere(alice, visitor):
    for actor, paths in ((visitor, VISITOR), (alice, SIGNED_IN)):
        found = set()
        for path in paths:
            found |= set(re.findall(r'(?:href|src|action)="(/[^"#]*)', (await actor.get(path)).text))
        for link in found:
            answer = await actor.get(link)
            assert answer.status_code in {200, 303}, link


def partial_files():
    """Those that a page holds: an answer made of several of them has no place of its own."""
    made = {ROOT / "partials/planning/answered.html"}
    files = {p for p in (ROOT / "partials").rglob("*.html") if p.parent.name not in {"ui", "layout"}}
    return sorted(files - made)


@pytest.mark.parametrize("file", partial_files(), ids=lambda p: p.stem)
def test_a_fragment_is_named_after_its_path_and_says_what_it_needs(file):
    source = file.read_text()
    assert source.startswith("{# needs: ")
    expected = f"{file.parent.name}-{file.stem}".replace("_", "-")
    # A row of a list carries its number behind.
    assert f'id="{expected}"' in source or f'id="{expected}-{{{{' in source
    for forbidden in ("<script", "hx-swap-oob", " style=", "viewer"):
        assert forbidden not in source


async def test_every_answer_carries_the_security_headers(visitor, alice):
    for actor, path in (
        (visitor, "/"),
        (visitor, "/nowhere"),
        (alice, "/espace"),
        (visitor, "/static/nothing.css"),
    ):
        headers = (await actor.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store, max-age=0"


async def test_static_files_are_kept_for_ever_and_known_again(visitor):
    page = (await visitor.get("/")).text
    for path in re.findall(r'"(/static/[^"]+)"', page):
        answer = await visitor.get(path, headers={"Accept-Encoding": "br"})
        assert answer.headers["content-encoding"] == "br"
        assert "immutable" in answer.headers["cache-control"]
        again = await visitor.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert (await visitor.head(path)).content == b""


SOURCES = sorted(
    (*ROOT.glob("templates/**/*.html"), *ROOT.glob("partials/**/*.html"), *ROOT.glob("static/js/*.js"))
)


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_form_depends_on_what_light_browsers_ignore(file):
    """w3m, lynx, links2, Dillo, NetSurf and htmx take no address from a button, and send disabled fields."""
    source = file.read_text()
    assert not re.search(r"formaction|formmethod|<dialog|<[^>]*\s(disabled|required)[\s>]", source)


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_live_search_drops_the_question_before(file):
    """htmx sends the first and keeps the last in a queue: on a slow line the list stops at two letters."""
    for tag in re.findall(r"<(?:form|input|select)\b[^>]*data-hx-get[^>]*>", file.read_text()):
        if "data-hx-trigger" in tag:
            assert 'data-hx-sync="this:replace"' in tag
