"""/service/adherents, /service/personnes, /service/salaries: all that the service knows, on one page each."""

from db.models import DocumentKind
from tests.actors import Actor
from tests.documents.steps import shared
from tests.pages import check
from tests.staff.scopes import a_colleague, two_teams
from tests.statements import statements_of
from tests.world import OURS, THEIRS

MEMBER = "/service/adherents"


async def test_a_members_page_says_everything_and_leads_on(clerk, world, portal):
    page = await clerk.get(f"{MEMBER}/00010")
    check(page)
    assert f'<h1 tabindex="-1">00010 - {OURS}</h1>' in page.text
    assert THEIRS not in page.text
    for path in (
        f"/service/personnes/{world.alice.id}", f"{MEMBER}/00010-2", f"{MEMBER}/00010-5",
        "/service/demandes/1", "/service/messages/1",
    ):  # fmt: skip
        assert f'href="{path}"' in page.text, path
    for words in ("salarié présent", "Factures", "Reste à payer", "jamais connecté", "Historique"):
        assert words in page.text, words


async def test_an_aptitude_notice_is_the_medical_teams(app, clerk, world, portal):
    await shared(portal, world, DocumentKind.COMPANY_SHEET, "Fiche 2026")
    await shared(portal, world, DocumentKind.APTITUDE, "Avis secret")
    assert "Avis secret" in (await clerk.get(f"{MEMBER}/00010-2")).text
    async with Actor(app) as other:
        await a_colleague(other, portal, ["accueil"])
        page = await other.get(f"{MEMBER}/00010-2")
    assert "Fiche 2026" in page.text
    assert "Avis secret" not in page.text


async def test_nothing_out_of_scope_is_found_or_opened(app, world, portal):
    ours, _ = await two_teams(portal, world)
    async with Actor(app) as other:
        await a_colleague(other, portal, ["adhesions"], teams=[ours])
        assert (await other.get(f"{MEMBER}/00010")).status_code == 200
        assert (await other.get(f"{MEMBER}/00042")).status_code == 404
        assert (await other.get(f"/service/personnes/{world.charlie.id}")).status_code == 404
        assert (await other.get(f"/service/salaries/{world.their_employee.id}")).status_code == 404
        for words in (THEIRS, "00042", "charlie", "paimpol"):
            found = (await other.get("/service/recherche", params={"q": words})).text
            assert "/service/adherents/00042" not in found
            assert "charlie@" not in found
            assert f"/service/salaries/{world.their_employee.id}" not in found


async def test_as_many_statements_for_a_large_member_as_for_an_empty_one(clerk, portal):
    with statements_of(portal) as large:
        await clerk.get(f"{MEMBER}/00010")
    with statements_of(portal) as small:
        await clerk.get(f"{MEMBER}/00010-5")
    assert len(large) <= len(small) + 1  # the guesses of its people's addresses


async def test_a_person_and_an_employee_have_a_page(clerk, world):
    page = await clerk.get(f"/service/personnes/{world.alice.id}")
    check(page)
    assert "alice@ours.example" in page.text
    assert page.text.count(f'href="{MEMBER}/') == 3
    page = await clerk.get(f"/service/salaries/{world.employee.id}")
    check(page)
    assert f'href="{MEMBER}/00010"' in page.text


async def test_nobody_else_finds_these_pages(alice, clerk, world):
    for path in (
        f"{MEMBER}/00010",
        f"/service/personnes/{world.alice.id}",
        f"/service/salaries/{world.employee.id}",
    ):
        assert (await alice.get(path)).status_code == 404
    for path in (f"{MEMBER}/99999", f"{MEMBER}/x", "/service/personnes/9999", "/service/salaries/0"):
        assert (await clerk.get(path)).status_code == 404


async def test_members_ticked_stay_so_when_nothing_was_chosen_for_them(clerk, world):
    page = "/service/adherents"
    answer = await clerk.fill(page, member=str(world.theirs.id), act="")
    assert answer.status_code == 422
    check(answer)
    assert f'name="member" value="{world.theirs.id}" checked' in answer.text
    assert answer.text.count('name="member"') > answer.text.count(" checked aria-label") == 1
    assert " checked aria-label" not in (await clerk.get(page)).text
