"""Mon espace documentaire: who opens what, what is new, what is found, and how files leave."""

import asyncio
import hashlib
import os
import re
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from app.documents.kinds import KIND_WORDS
from app.errors import NotFound, Refused
from app.files.types import file_type
from db.models import ContactKind, Document, DocumentKind
from db.seeds.world import World
from tests.documents.steps import DOCUMENTS, PDF, deposited, documents, shared
from tests.employees.people import acting, an_employee
from tests.people.steps import a_member
from tests.planning.steps import told_events
from tests.postbox import words_of
from tests.reading import rows
from tests.statements import statements_of
from tests.world import OURS, THEIRS

pytestmark = pytest.mark.usefixtures("time_machine_at")
APTITUDE = DocumentKind.APTITUDE


async def test_what_the_service_shares_is_new_until_somebody_says_otherwise(alice, portal, world):
    await shared(portal, world)
    first = await alice.get(DOCUMENTS)
    assert "1 nouveau document" in first.text
    assert first.text.count('<span class="tag ok">nouveau</span>') == 1
    document = (await documents(portal, world))[0]
    await alice.get(f"{DOCUMENTS}/{document.id}")
    await alice.get(f"{DOCUMENTS}/{document.id}/fichier")
    assert "1 nouveau document" in (await alice.get(DOCUMENTS)).text
    seen = await alice.follow(await alice.fill(DOCUMENTS, to=f"{DOCUMENTS}/vus", until=str(document.id)))
    assert "marqués comme vus" in seen.text
    assert "nouveau document" not in seen.text.replace("nouveaux documents sont", "")


async def test_what_came_after_the_page_was_shown_is_still_new(alice, portal, world):
    first = await shared(portal, world)
    await shared(portal, world, title="Arrivée après")
    await alice.fill(DOCUMENTS, to=f"{DOCUMENTS}/vus", until=str(first.id))
    assert [each.read_at is None for each in await documents(portal, world)] == [False, True]


async def test_the_contact_is_told_without_the_content(app, portal, world, mailbox):
    async with portal.database.transaction(write=True) as session:
        await World(session).a_contact(world.site, ContactKind.ADMINISTRATIVE, "RH", "rh@ours.example")
    person = await an_employee(portal, world.site)
    document = await shared(portal, world, employee_id=person.key)
    assert document.title == "Attestation de suivi : LE GALL Élise"
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == "rh@ours.example"
    assert f"{DOCUMENTS}/{document.id}" in words_of(letter)
    assert "LE GALL" not in letter.as_string()
    assert not list(letter.iter_attachments())
    assert await told_events(portal) == [("document_shared", "Attestation de suivi : LE GALL Élise")]


async def test_an_aptitude_notice_is_for_those_who_have_the_right(app, alice, portal, world, mailbox):
    person = await an_employee(portal, world.site)
    document = await shared(portal, world, APTITUDE, "Avis d’aptitude", employee_id=person.key)
    await a_member(portal, world.site, "avis@cabinet.example", "aptitude", third_party=True)
    cases = (
        (("rendez-vous",), False, True), (("salaries",), False, False), (("lecture",), False, False),
        (("facturation",), True, False), (("rendez-vous", "salaries"), True, False),
        (("administrateur",), True, False), (("aptitude", "declaration"), True, True),
    )  # fmt: skip
    for roles, third, opens in cases:
        async with acting(app, portal, world.site, *roles, third_party=third) as actor:
            place = f"{DOCUMENTS}/{document.id}"
            statuses = [(await actor.get(path)).status_code for path in (place, f"{place}/fichier")]
            assert statuses == [200 if opens else 403] * 2, roles
            listed = await actor.get(DOCUMENTS)
            assert ("LE GALL" in listed.text) == opens, roles
            assert ("1 nouveau document" in listed.text) == opens, roles
            found = await actor.get(f"{DOCUMENTS}?q=gall&nature=aptitude")
            assert ("LE GALL" in found.text) == opens, roles
    history = await alice.get("/espace/00010-2/historique")
    assert "LE GALL" not in history.text
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == "alice@ours.example"


async def test_only_those_who_open_an_aptitude_notice_mark_it_as_seen(app, portal, world):
    document = await shared(portal, world, APTITUDE, "Avis")
    async with acting(app, portal, world.site, "salaries") as actor:
        token = await actor.token("/mon-compte/connexions")
        answer = await actor.post(f"{DOCUMENTS}/vus", data={"csrf": token, "until": "99999"})
        assert answer.status_code == 303
    (row,) = await rows(portal, Document, Document.id == document.id)
    assert row.read_at is None


@pytest.mark.parametrize("role", ["lecture", "facturation"])
async def test_who_may_change_nothing_marks_nothing_as_seen_for_the_others(app, portal, world, role):
    document = await shared(portal, world)
    async with acting(app, portal, world.site, role) as actor:
        listed = await actor.get(DOCUMENTS)
        assert "1 nouveau document" in listed.text
        assert "Marquer comme vus" not in listed.text
        token = await actor.token("/mon-compte/connexions")
        answer = await actor.post(f"{DOCUMENTS}/vus", data={"csrf": token, "until": "99999"})
        assert answer.status_code == (await actor.get(f"{DOCUMENTS}/vus")).status_code == 403
    (row,) = await rows(portal, Document, Document.id == document.id)
    assert row.read_at is None


async def test_an_employee_of_another_company_is_not_found(portal, world):
    with pytest.raises(NotFound):
        await shared(portal, world, employee_id=world.their_employee.key)
    with pytest.raises(Refused):
        await shared(portal, world, DocumentKind.DUERP)
    assert not await documents(portal, world)


async def test_a_file_is_saved_and_never_shown_in_place(alice, portal, world):
    place = await deposited(alice, name="Évaluation.pdf")
    answer = await alice.get(f"{place}/fichier")
    assert answer.content == PDF
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Evaluation.pdf\"; filename*=UTF-8''%C3%89valuation.pdf"
    )
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store, max-age=0"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get_list("content-length") == [str(len(PDF))]


async def test_a_large_file_leaves_in_chunks(app, alice, portal, world):
    content = PDF + os.urandom(9_900_000)
    place = await deposited(alice, content)
    sizes, cookie, gone = [], f"session={alice.cookies['session']}".encode(), asyncio.Event()

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.body":
            sizes.append(len(message.get("body", b"")))
            if not message["more_body"]:
                gone.set()

    path = f"{place}/fichier"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path,
        "raw_path": path.encode(), "query_string": b"", "scheme": "http", "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"cookie", cookie)],
        "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    assert sum(sizes) == len(content)
    assert max(sizes) <= 128 * 1024
    assert len(sizes) > 70


async def test_another_companys_file_is_the_page_of_what_does_not_exist(alice, charlie, portal, world):
    (theirs,) = await rows(portal, Document, Document.company_id == world.theirs.key)
    for act in ("", "/fichier", "/retrait"):
        foreign = await alice.get(f"/espace/00010/documents/{theirs.id}{act}")
        absent = await alice.get(f"/espace/00010/documents/999999{act}")
        assert foreign.status_code == 404
        assert foreign.content == absent.content
    mine = await charlie.get(f"/espace/00042/documents/{theirs.id}/fichier")
    assert THEIRS.encode() in mine.content
    assert OURS.encode() not in mine.content


async def test_a_file_that_is_lost_is_a_fault_that_is_told_and_logged(alice, portal, world):
    """No waiting brings it back: neither "come back", nor "no such page" of what is on the list."""
    place = await deposited(alice)
    sha256 = hashlib.sha256(PDF).hexdigest()
    (portal.settings.data_dir / "files" / sha256[:2] / sha256).unlink()
    with capture_logs() as logs:
        answer = await alice.get(f"{place}/fichier")
    assert answer.status_code == 500
    assert "ne retrouve plus ce fichier" in answer.text
    assert not {"content-disposition", "retry-after"} & answer.headers.keys()
    assert [(each["event"], each["log_level"]) for each in logs] == [
        ("file_lost", "error"),
        ("request", "info"),
    ]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("evaluation", 1),
        ("ÉVALU", 1),
        ("duerp", 1),
        ("attestation", 1),
        ("zzz", 0),
        ("%", 2),
        ("__", 2),
        ("", 2),
    ],
)
async def test_the_search_ignores_accents_and_capitals(alice, portal, world, q, found):
    await deposited(alice, name="Évaluation.pdf")
    await shared(portal, world)
    page = await alice.get(DOCUMENTS, params={"q": q})
    assert page.text.count("Télécharger<span") == found


async def test_the_list_is_filtered_by_kind(alice, portal, world):
    await deposited(alice)
    await shared(portal, world)
    await shared(portal, world, DocumentKind.COMPANY_SHEET, "Fiche d’entreprise 2026")
    for kind, count in (
        ("duerp", 1),
        ("attestation", 1),
        ("fiche_entreprise", 1),
        ("certificat", 0),
        ("x", 3),
    ):
        page = await alice.get(f"{DOCUMENTS}?nature={kind}")
        assert page.text.count("Télécharger<span") == count, kind


async def test_pages_follow_one_another_without_loss(alice, portal, world, time_machine_at):
    for at in range(27):
        await shared(portal, world, title=f"Attestation n{at:02}z")
        time_machine_at.shift(timedelta(seconds=at % 3))
    first = await alice.get(f"{DOCUMENTS}?nature=attestation")
    older = first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = await alice.get(older.replace("&amp;", "&"))
    shown = [set(re.findall(r"n\d\dz", each.text)) for each in (first, second)]
    assert [len(each) for each in shown] == [25, 2]
    assert not shown[0] & shown[1]


async def test_the_list_costs_the_same_whatever_its_length(alice, portal, world):
    counts = []
    for more in (1, 12):
        for at in range(more):
            await shared(portal, world, title=f"Attestation {more}-{at}")
        with statements_of(portal) as seen:
            await alice.get(f"{DOCUMENTS}?q=attestation")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 4


async def test_the_fragment_is_the_table_of_the_page(alice, portal, world):
    await shared(portal, world)
    whole, part = await alice.get(DOCUMENTS), await alice.partial(DOCUMENTS)
    assert part.text.partition("</title>\n")[2].strip() in whole.text


def test_every_kind_has_words():
    assert set(KIND_WORDS) == set(DocumentKind)
    assert file_type("a.pdf", PDF).media_type == "application/pdf"
