"""Through the eyes of a member: everything is read, nothing is written, and its history says who looked."""

import pytest

from db.models import AuditEvent, Company, Document, DocumentKind, Employee, Membership, StaffMember
from tests.actors import Actor
from tests.documents.steps import shared
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams
from tests.test_matrix import cases

HOME = "/espace/00010-2"


async def eyes(portal, world, account, company):
    (found,) = await rows(
        portal, Membership, Membership.account_id == account.id, Membership.company_id == company.id
    )
    return f"/service/vue/{found.id}"


@pytest.fixture
async def looking(clerk, portal, world):
    answer = await clerk.fill(await eyes(portal, world, world.alice, world.site))
    assert answer.headers["location"] == HOME
    return clerk


async def test_the_space_is_seen_as_that_person_sees_it_and_says_so(looking, alice, portal, world):
    page = await looking.get(f"{HOME}/salaries")
    assert "Vous voyez l’espace de 00010-2 comme Alice Martin, en lecture seule." in page.text
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == "seen_as_member")
    assert (event.company_id, event.account_id, event.about) == (
        world.site.id, world.clerk.id, "comme Alice Martin",
    )  # fmt: skip
    assert "espace consulté par le service" in (await alice.get(f"{HOME}/historique")).text


async def test_only_that_company_is_seen(looking):
    assert (await looking.get("/espace/00010")).status_code == 404
    assert (await looking.get("/espace/00042")).status_code == 404


async def test_every_post_of_the_private_space_is_refused_files_included(looking, app, portal, world):
    paths = {
        path for method, path, _, _ in cases(app) if method == "POST" and path.startswith("/espace/00010-2")
    }
    assert len(paths) > 40
    token = await looking.token(HOME)
    for path in sorted(paths):
        answer = await looking.post(path, data={"csrf": token})
        assert answer.status_code == 403, path
        assert "rien ne s’y écrit" in answer.text, path
        answer = await looking.post(path, data={"csrf": token}, files={"file": ("a.pdf", b"%PDF-1.7\n")})
        assert answer.status_code in {403, 415}, path
    assert not [each for each in await rows(portal, Document) if each.company_id == world.site.id]


async def test_secrets_of_the_person_are_not_shown(looking):
    assert (await looking.get(f"{HOME}/planning/agenda")).status_code in {403, 404}


async def test_an_aptitude_notice_opens_only_to_the_medical_team(app, portal, world):
    notice = await shared(portal, world, DocumentKind.APTITUDE, "Avis secret")
    path = await eyes(portal, world, world.alice, world.site)
    for roles, status in ((["medical"], 200), (["accueil"], 404)):
        async with Actor(app) as other:
            await a_colleague(other, portal, roles)
            await other.fill(path)
            listed = await other.get(f"{HOME}/documents")
            assert ("Avis secret" in listed.text) == (status == 200)
            opened = await other.get(f"{HOME}/documents/{notice.id}/fichier")
            assert (opened.status_code == 200) == (status == 200)
            asked = await other.get(f"{HOME}/demandes")
            assert (asked.status_code == 200) == (status == 200)


async def test_a_handicap_is_read_by_the_medical_team_alone(app, portal, world):
    async with portal.database.transaction(write=True) as session:
        employee = await session.get(Employee, world.employee.id)
        employee.risks = "RQTH"
        company = await session.get(Company, employee.company_id)
        path = f"/espace/{company.code}/salaries"
    eye = await eyes(portal, world, world.alice, company)
    for roles, known in ((["medical"], True), (["accueil"], False), (["direction"], False)):
        async with Actor(app) as other:
            await a_colleague(other, portal, roles)
            await other.fill(eye)
            sheet, listed = f"{path}/{employee.id}", f"{path}?colonne=risques"
            seen = [(await other.get(each)).text for each in (sheet, listed, f"{sheet}/correction")]
            assert any("handicap" in each or "RQTH" in each for each in seen) == known, roles
            exported = await other.get(f"{path}/export/csv")
            assert (exported.status_code == 200) == known


async def test_the_way_out_leads_back_to_the_service(looking, world):
    token = await looking.token(HOME)
    answer = await looking.post("/service/vue/fin", data={"csrf": token})
    assert answer.headers["location"] == f"/service/personnes/{world.alice.id}"
    assert (await looking.get(HOME)).status_code == 404


async def test_whoever_leaves_the_service_sees_no_more(looking, portal, world):
    async with portal.database.transaction(write=True) as session:
        row = (await session.exec(StaffMember.__table__.select())).first()
        await session.delete(await session.get(StaffMember, row.id))
    assert (await looking.get(HOME)).status_code == 404


async def test_no_eyes_outside_ones_scope(app, portal, world):
    _, theirs = await two_teams(portal, world)
    async with Actor(app) as other:
        await a_colleague(other, portal, ["accueil"], teams=[theirs])
        assert (await other.get(await eyes(portal, world, world.alice, world.site))).status_code == 404


async def test_a_member_has_no_such_door(alice, portal, world):
    assert (await alice.get(await eyes(portal, world, world.bob, world.ours))).status_code == 404
