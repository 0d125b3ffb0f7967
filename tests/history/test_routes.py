"""/espace/{code}/historique: who did what, when, on whose behalf; and who may read it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlmodel import select

from app.history.routes import words_of
from app.text.events import EVENTS
from db.models import AuditEvent, AuditKind, Membership
from tests.actors import Actor
from tests.pages import TOKEN, check
from tests.statements import statements_of

PATH = "/espace/00010/historique"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OLDER = re.compile(r'<a href="([^"]+)" rel="next">Plus anciens</a>')
MARK = re.compile(r">(e\d\d)</(?:td|a)>")


async def happened(portal, *events):
    """Rows of the history, in this order."""
    async with portal.database.transaction(write=True) as session:
        for event in events:
            session.add(event)
            await session.flush()


def event_of(world, about="", *, at=NOON, kind=AuditKind.COMPANY_LINKED, **more):
    more = {"account_id": world.alice.key, "company_id": world.ours.key} | more
    return AuditEvent(at=at, kind=kind, about=about, **more)


async def pages(actor, path=PATH):
    """Every page from this one on, following "Plus ancien"."""
    while path:
        page = await actor.get(path)
        assert page.status_code == 200
        yield page
        link = OLDER.search(page.text)
        path = unescape(link[1]) if link else ""


async def marks(actor, path=PATH):
    return [mark async for page in pages(actor, path) for mark in MARK.findall(page.text)]


async def test_each_line_says_when_who_what_and_about_what(alice, portal, world):
    await happened(
        portal,
        event_of(world, "Zoé <Le Bris>", account_id=world.bob.key, on_behalf=True),
        event_of(world, kind=AuditKind.COMPANY_CORRECTED, account_id=None, at=NOON + timedelta(days=1)),
    )
    page = (await alice.get(PATH)).text
    for words in (
        '<time datetime="2026-03-02T12:00:00+00:00">02/03/2026 à 13 h 00</time>',
        "Bob Durand, pour le compte de l’entreprise (tiers déclarant)",
        ">le portail</td>",
        f">{EVENTS['company_linked']}</td>",
        ">Zoé &lt;Le Bris&gt;</td>",
    ):
        assert words in page, words
    assert page.index("03/03/2026") < page.index("02/03/2026")


@pytest.mark.sweep
@pytest.mark.parametrize("kind", list(AuditKind))
async def test_every_kind_of_event_is_shown_whether_or_not_it_has_words(alice, portal, world, kind):
    await happened(portal, event_of(world, "ceci", kind=kind))
    page = await alice.get(PATH)
    assert page.status_code == 200
    assert EVENTS.get(kind, "autre événement") in page.text
    assert words_of("never_heard_of") == "autre événement"


@pytest.mark.parametrize("role", ["lecture", "salaries", "rendez-vous", "facturation", "declaration"])
async def test_only_administrators_read_it(app, world, portal, role):
    await happened(portal, event_of(world, "confidentiel"))
    async with portal.database.transaction(write=True) as session:
        mine = select(Membership).where(Membership.account_id == world.bob.key)
        (await session.exec(mine)).one().roles = [role]
    async with Actor(app) as bob:
        answer = await (await bob.signed_in(world.bob)).get(PATH)
    assert answer.status_code == 403
    assert "confidentiel" not in answer.text


async def test_a_stranger_meets_the_404_of_no_company(charlie):
    foreign, absent = await charlie.get(PATH), await charlie.get("/espace/98765/historique")
    assert foreign.status_code == 404
    assert foreign.content == absent.content


async def test_events_of_another_company_or_of_none_are_never_shown(alice, charlie, portal, world):
    theirs = {"company_id": world.theirs.key, "account_id": world.charlie.key}
    await happened(
        portal,
        event_of(world, "e01"),
        event_of(world, "foreign", kind=AuditKind.COMPANY_CORRECTED, **theirs),
        event_of(world, "site", company_id=world.site.key, kind=AuditKind.ROLES_CHANGED),
        event_of(world, "nowhere", company_id=None, kind=AuditKind.SIGNED_IN),
    )
    queries = ("", f"?personne={world.charlie.key}", "?nature=company_corrected", "?nature=signed_in")
    for query in (*queries, f"?avant=2026-12-01T00:00:00%2B00:00_{10**9}"):
        page = (await alice.get(PATH + query)).text.partition('id="contenu"')[2]
        for words in ("foreign", ">site", "nowhere", "Charlie", "corrigée", "connexion"):
            assert words.lower() not in page.lower(), (query, words)
    page = (await charlie.get("/espace/00042/historique")).text
    assert "foreign" in page
    assert "e01" not in page


async def test_sixty_events_of_one_instant_are_paged_without_a_gap_or_a_repeat(alice, portal, world):
    told_in_order = [f"e{number:02d}" for number in range(60)]
    await happened(portal, *(event_of(world, about) for about in told_in_order))
    counts = [len(MARK.findall(page.text)) async for page in pages(alice)]
    assert counts == [25, 25, 10]
    assert await marks(alice) == told_in_order[::-1]


async def test_an_event_that_comes_meanwhile_shifts_nothing(alice, portal, world):
    await happened(portal, *(event_of(world, f"e{number:02d}") for number in range(30)))
    first = await alice.get(PATH)
    await happened(portal, event_of(world, "e99", at=NOON + timedelta(hours=1)))
    rest = await alice.get(unescape(OLDER.search(first.text)[1]))
    assert MARK.findall(first.text) + MARK.findall(rest.text) == [f"e{n:02d}" for n in range(29, -1, -1)]
    assert f'<a href="{PATH}">Revenir aux plus récents</a>' in rest.text


async def test_exactly_one_full_page_has_no_older_one(alice, portal, world):
    await happened(portal, *(event_of(world, f"e{number:02d}") for number in range(25)))
    assert "Plus ancien" not in (await alice.get(PATH)).text


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "_", "_1", "2026-03-02T12:00:00+00:00", "2026-03-02T12:00:00+00:00_0", "2026-03-02T12:00:00_1",
        "2026-03-02T12:00:00+00:00_1' OR 1=1", "2026-03-02T12:00:00+01:00_1", "0001-01-01T00:00:00+23:59_1",
        "2026-03-02T12:00:00+00:00_99999999999", "2026-03-02T12:00:00+00:00_١", "é" * 3000,
    ],
)  # fmt: skip
async def test_a_cursor_that_the_portal_did_not_write_gives_the_first_page(alice, portal, world, cursor):
    await happened(portal, *(event_of(world, f"e{number:02d}") for number in range(30)))
    page = await alice.get(PATH, params={"avant": cursor})
    assert page.status_code == 200
    assert MARK.findall(page.text)[0] == "e29"
    assert "Revenir aux plus récents" not in page.text


async def test_filters_choose_by_kind_and_by_person_and_follow_to_the_next_page(alice, portal, world):
    for number in range(30):
        await happened(
            portal,
            event_of(world, f"e{number:02d}", kind=AuditKind.COMPANY_CORRECTED, account_id=world.bob.key),
            event_of(world, "autre"),
        )
    path = f"{PATH}?nature=company_corrected&personne={world.bob.key}"
    assert await marks(alice, path) == [f"e{number:02d}" for number in range(29, -1, -1)]
    page = (await alice.get(path)).text
    assert "autre" not in page.partition("<main")[2]
    assert '<option value="company_corrected" selected>' in page
    assert f'<option value="{world.bob.key}" selected>Bob Durand</option>' in page
    assert "nature=company_corrected&amp;" in OLDER.search(page)[1]


async def test_the_lists_offer_only_what_is_in_this_history(alice, portal, world):
    await happened(portal, event_of(world), event_of(world, kind=AuditKind.ROLES_CHANGED))
    page = (await alice.get(PATH)).text
    form = page[page.index('action="' + PATH) :]
    offered = re.findall(r'<option value="(\w+)"', form)
    assert sorted(offered) == sorted(["company_linked", "roles_changed", str(world.alice.key)])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"du": "2026-03-02", "au": "2026-03-02"}, ["e02", "e01"]),
        ({"du": "02/03/2026", "au": "2/3/2026"}, ["e02", "e01"]),
        ({"du": "2026-03-03"}, ["e03"]),
        ({"au": "2026-03-01"}, ["e00"]),
        ({"du": "2026-03-03", "au": "2026-03-02"}, []),
    ],
)
async def test_days_are_those_of_france_both_included(alice, portal, world, query, found):
    midnight = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)  # of 2 March, in Paris
    second, day = timedelta(seconds=1), timedelta(days=1)
    instants = (midnight - second, midnight, midnight + day - second, midnight + day)
    await happened(portal, *(event_of(world, f"e{n:02d}", at=at) for n, at in enumerate(instants)))
    page = await alice.get(PATH, params=query)
    assert MARK.findall(page.text) == found
    assert ("Aucun événement ne correspond" in page.text) == (not found)
    assert '/03/2026"' in page.text


@pytest.mark.parametrize("day", ["32/01/2026", "hier", "0001-01-01", "9999-12-31", "2026-13-01"])
async def test_a_day_that_does_not_read_is_said_and_left_aside(alice, portal, world, day):
    await happened(portal, event_of(world, "e01"))
    page = await alice.get(PATH, params={"au": day})
    assert page.status_code == 200
    problem = "ne se lit pas|n’existe pas|doit être entre 1900 et 2100"
    assert re.search(f'id="au-error"><span class="sr">Erreur : </span>[^<]*({problem})', page.text)
    assert "<title>Erreur : Historique" in page.text
    assert re.search(f'data-said="[^"]*({problem})', (await alice.partial(PATH, params={"au": day})).text)
    assert MARK.findall(page.text) == ["e01"]


@pytest.mark.parametrize("query", [{"nature": "x'"}, {"personne": "0"}, {"personne": "9" * 40}, {"x": "1"}])
async def test_a_filter_that_means_nothing_is_left_aside(alice, portal, world, query):
    await happened(portal, event_of(world, "e01"))
    assert MARK.findall((await alice.get(PATH, params=query)).text) == ["e01"]


async def test_the_fragment_is_what_the_page_shows(alice, portal, world):
    await happened(portal, *(event_of(world, f"e{number:02d}") for number in range(30)))
    for query in ("", "?nature=company_linked", "?nature=signed_in", "?du=hier"):
        whole, part = await alice.get(PATH + query), await alice.partial(PATH + query)
        fragment = TOKEN.sub(r"\1", part.text.partition("</title>\n")[2]).strip()
        assert fragment.startswith('<div id="history-table" data-said=')
        assert fragment in whole.text
        check(whole)


async def test_the_title_that_a_swap_reads_aloud_says_what_was_found(alice, portal, world):
    await happened(portal, *(event_of(world, f"e{number:02d}") for number in range(30)))
    for query, title in (
        ("", "Historique – {}"),
        ("?nature=company_linked", "Historique, plus de 25 événements – {}"),
        ("?nature=signed_in", "Historique, 0 événement – {}"),
    ):
        assert (await alice.partial(PATH + query)).text.startswith(
            f"<title>{title.format(f'{world.ours.code} {world.ours.name} – AIST22')}</title>"
        ), query


async def test_a_new_company_reads_that_nothing_happened_yet(alice):
    page = await alice.get(PATH)
    assert "Il ne s’est encore rien passé ici." in page.text
    check(page)


async def test_the_number_of_queries_does_not_grow_with_the_history(alice, portal, world):
    counts = []
    for _ in range(2):
        await happened(
            portal, *(event_of(world, account_id=who) for who in (world.alice.key, world.bob.key) * 10)
        )
        with statements_of(portal) as seen:
            await alice.get(PATH)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 5
