"""/service/adherents/import: compared, applied, undone; lines that cannot be taken are a file to mend."""

import asyncio
import sys
from datetime import timedelta

import pytest

from app import clock
from app.members import comparing, importing, imports
from app.members.comparing import ImportWork
from app.portal import make_portal
from app.web.templating import ROOT
from db.models import (
    AuditEvent,
    CalendarFeed,
    Company,
    MemberImport,
    MemberImportFile,
    MemberImportLine,
    SignInFlow,
    StaffNote,
    StaffRead,
    metadata,
)
from tests.actors import Actor
from tests.pages import check
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams
from tests.test_access import everything
from tests.test_matrix import cases
from tests.world import OURS

NEW = "/service/adherents/import"
HEAD = "Code adhérent;Raison sociale;Commune;SIRET;N° télédéclarant;E-mail\n"
FILE = HEAD + (
    f"00010;{OURS};Saint-Brieuc;;;\n"
    "00010-2;Nouveau nom;Paimpol;;;site@ours.example\n"
    "00500;Menuiserie Éon;Dinan;73282932000074;;\n"
    "00501;;Dinan;;;\n"
    "00502-3;Sans adhérent;Dinan;;;\n"
)


async def sent(clerk, content=FILE, name="adherents.csv"):
    token = await clerk.token(NEW)
    content = content.encode() if isinstance(content, str) else content
    return await clerk.post(NEW, data={"csrf": token}, files={"fichier": (name, content, "text/csv")})


async def company(portal, code):
    return next(iter(await rows(portal, Company, Company.code == code)), None)


async def test_the_preview_counts_and_nothing_is_written_before_it_is_applied(clerk, portal):
    page = await clerk.follow(await sent(clerk))
    check(page)
    words = page.text.replace("<strong>", "").replace("</strong>", "")
    for part in ("1 nouveaux", "1 modifiés", "2 refusés", "1 inchangés"):
        assert part in words, part
    assert await company(portal, "00500") is None
    for kind, said in (
        ("changed", "Nouveau nom"),
        ("refused", "n’est ni dans le fichier"),
        ("new", "Menuiserie Éon"),
    ):
        listed = await clerk.get(f"{NEW}/1?nature={kind}")
        check(listed)
        assert said in listed.text
    refusals = await clerk.get(f"{NEW}/1/refus")
    assert refusals.text.startswith("\ufeffLigne;Code adhérent;Raison")
    assert "5;00501;" in refusals.text


async def test_what_is_applied_is_traced_and_undone_as_it_was(clerk, portal, world):
    await sent(clerk)
    page = await clerk.follow(await clerk.fill(f"{NEW}/1"))
    assert "Le fichier est appliqué" in page.text
    assert (await company(portal, "00500")).siret == "73282932000074"
    assert (await company(portal, "00010-2")).name == "Nouveau nom"
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == "members_imported")
    assert event.company_id == world.site.id
    assert "Menuiserie Éon" in (await clerk.get("/service/recherche?q=eon")).text
    assert (await clerk.post(f"{NEW}/1", data={"csrf": await clerk.token(NEW)})).status_code == 409
    await clerk.fill(f"{NEW}/1", to=f"{NEW}/1/annulation")
    assert await company(portal, "00500") is None
    assert (await company(portal, "00010-2")).name == OURS
    (found,) = await rows(portal, MemberImport)
    assert found.state == "undone"


async def test_what_was_changed_since_stays_when_the_file_is_undone(clerk, portal):
    await sent(clerk)
    await clerk.fill(f"{NEW}/1")
    assert (await company(portal, "00500")) is not None
    await clerk.fill("/service/adherents/00500/suspension", reason="essai")
    async with portal.database.transaction(write=True) as session:
        row = (await session.exec(Company.__table__.select().where(Company.code == "00010-2"))).first()
        (await session.get(Company, row.id)).name = "Corrigé depuis"
    await clerk.fill(f"{NEW}/1", to=f"{NEW}/1/annulation")
    assert (await company(portal, "00010-2")).name == "Corrigé depuis"
    assert (await company(portal, "00010-2")).email == ""
    assert await company(portal, "00500") is not None  # its history names it


async def test_having_been_opened_keeps_no_member_and_the_trace_stays(clerk, portal):
    await sent(clerk)
    await clerk.fill(f"{NEW}/1")
    await clerk.get("/service/adherents/00500")
    await portal.reads.flush()
    await clerk.follow(await clerk.fill(f"{NEW}/1", to=f"{NEW}/1/annulation"))
    assert await company(portal, "00500") is None
    line = next(each for each in await rows(portal, StaffRead) if "Menuiserie" in each.about)
    assert line.company_id is None


def test_every_table_that_names_a_company_is_looked_at():
    named = {
        table.name
        for table in metadata.sorted_tables
        if any(key.target_fullname == "company.id" for key in table.foreign_keys)
    }
    unheld = {each.__tablename__ for each in importing.UNHELD}
    assert named == {each.__tablename__ for each in importing.NAMING} | unheld
    assert unheld == {"staffread", "visitmonth", "hiringmonth"}


@pytest.mark.parametrize(
    "make",
    [
        lambda found, world: StaffNote(
            subject="company", subject_id=found.id, company_id=found.id, account_id=world.clerk.id,
            text="Rappeler", at=world.clerk.created_at,
        ),
        lambda found, world: SignInFlow(
            token_hash="a", company_id=found.id, expires_at=world.clerk.created_at
        ),
        lambda found, world: CalendarFeed(
            account_id=world.alice.id, company_id=found.id, token_hash="a", seed="a",
            created_at=world.clerk.created_at,
        ),
    ],
)  # fmt: skip
async def test_a_member_that_somebody_works_with_stays_when_the_file_is_undone(clerk, portal, world, make):
    await sent(clerk)
    await clerk.fill(f"{NEW}/1")
    found = await company(portal, "00500")
    async with portal.database.transaction(write=True) as session:
        session.add(make(found, world))
    page = await clerk.follow(await clerk.fill(f"{NEW}/1", to=f"{NEW}/1/annulation"))
    assert "Le fichier est annulé" in page.text
    assert await company(portal, "00500") is not None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "vide"),
        ("un,deux\n", "points-virgules"),
        (b"PK\x03\x04classeur", "classeur"),
        (HEAD.replace("SIRET", "X"), "ne contient pas"),
    ],
)
async def test_a_file_that_is_no_such_file_is_said_so(clerk, portal, content, words):
    answer = await sent(clerk, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert not await rows(portal, MemberImport)


async def test_too_many_lines_are_said(clerk, portal, monkeypatch):
    monkeypatch.setattr("app.members.imports.MOST_LINES", 3)
    answer = await sent(clerk)
    assert answer.status_code == 422
    assert not await rows(portal, MemberImport)


LONG = FILE + "".join(f"006{n:02};Entreprise {n};Dinan;;;\n" for n in range(7))


@pytest.fixture
def small_portions(monkeypatch):
    monkeypatch.setattr(comparing, "READ", 2)
    monkeypatch.setattr(importing, "PORTION", 2)


async def worked(portal, work=None, now=None):
    work = work or ImportWork()
    while await work.portion(portal, now or clock.now()):
        await asyncio.sleep(0)


async def state(portal):
    (found,) = await rows(portal, MemberImport)
    return found


@pytest.mark.usefixtures("small_portions")
async def test_a_long_file_is_compared_applied_and_undone_beside_the_requests(clerk, portal):
    page = await clerk.follow(await sent(clerk, LONG))
    check(page)
    assert "Lignes comparées : 0 sur 12" in page.text
    assert "Appliquer" not in page.text
    assert (await clerk.post(f"{NEW}/1", data={"csrf": await clerk.token(NEW)})).status_code == 409
    work = ImportWork()
    assert await work.portion(portal, clock.now())
    part = await clerk.get(f"{NEW}/1", headers={"HX-Request-Type": "partial"})
    assert "<main" not in part.text
    assert part.text.count("members-progress") == 1
    assert 'role="status">2 sur 12' in part.text
    assert f"{NEW}/1?20" in part.text  # the link « Actualiser » has an address of its own
    assert "Adhérents" in (await clerk.get("/service/adherents")).text
    await worked(portal, work)
    assert not await rows(portal, MemberImportFile)
    page = await clerk.get(f"{NEW}/1")
    check(page)
    words = page.text.replace("<strong>", "").replace("</strong>", "")
    for part in ("8 nouveaux", "1 modifiés", "2 refusés", "1 inchangés", "Appliquer ce fichier"):
        assert part in words, part
    page = await clerk.follow(await clerk.fill(f"{NEW}/1"))
    check(page)
    assert "Lignes appliquées : 2 sur 9" in page.text
    assert "est appliqué" not in page.text
    await worked(portal)
    assert "appliqué" in (await clerk.get(NEW)).text
    assert await company(portal, "00606") is not None
    page = await clerk.follow(await clerk.fill(f"{NEW}/1", to=f"{NEW}/1/annulation"))
    assert "Lignes annulées : 2 sur 9" in page.text
    await clerk.fill("/service/adherents/00606/suspension", reason="essai")
    await worked(portal)
    assert await company(portal, "00605") is None
    assert "1 adhérent venu de ce fichier reste" in (await clerk.get(f"{NEW}/1")).text
    assert (await state(portal)).kept == 1


async def test_killed_anywhere_an_import_is_done_once(clerk, portal, settings, monkeypatch):
    monkeypatch.setattr(comparing, "READ", 2)
    await sent(clerk, LONG)
    command = [sys.executable, "-m", "tests.members.killing", settings.model_dump_json(), "5"]
    pipe = asyncio.subprocess.PIPE
    killing = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe, stderr=pipe)
    told, trouble = await killing.communicate()
    assert killing.returncode == 0, trouble.decode()[-2000:]
    assert int(told) >= 9
    assert (await state(portal)).state == "undone"
    events = [each.kind for each in await rows(portal, AuditEvent) if each.kind.startswith("members_imp")]
    assert sorted(events) == ["members_import_undone", "members_imported"]
    assert len([each for each in await rows(portal, Company) if each.code.startswith("006")]) == 0


@pytest.mark.usefixtures("small_portions")
async def test_two_processes_do_each_line_once(clerk, portal, settings):
    await sent(clerk, LONG)
    other = make_portal(settings, bcrypt_cost=4)
    try:
        await asyncio.gather(worked(portal), worked(other))
        found, lines = await state(portal), await rows(portal, MemberImportLine)
        assert (found.state, found.done, len(lines), found.unchanged) == ("ready", 12, 11, 1)
        await clerk.fill(f"{NEW}/1")
        await asyncio.gather(worked(portal), worked(other))
        assert (await state(portal)).done == 9
        assert len([each for each in await rows(portal, Company) if each.code.startswith("006")]) == 7
    finally:
        await other.close()


@pytest.mark.usefixtures("small_portions")
async def test_a_file_that_another_process_reads_is_left_to_it_until_nothing_moves(clerk, portal):
    await sent(clerk, LONG)
    first, second = ImportWork(), ImportWork()
    assert await first.portion(portal, clock.now())
    assert not await second.portion(portal, clock.now())
    later = clock.now() + timedelta(minutes=1)
    assert await second.portion(portal, later)
    await asyncio.gather(worked(portal, first, later), worked(portal, second, later))
    assert (await state(portal)).state == "ready"
    assert len(await rows(portal, MemberImportLine)) == 11


@pytest.mark.usefixtures("small_portions")
async def test_a_file_that_nobody_can_open_any_more_is_said_so(clerk, portal):
    await sent(clerk, LONG)
    async with portal.database.transaction(write=True) as session:
        kept = (await session.exec(MemberImportFile.__table__.select())).one()
        (await session.get(MemberImportFile, kept.id)).sealed = b"spoiled" * 9
    await worked(portal)
    page = await clerk.get(f"{NEW}/1")
    check(page)
    assert "Envoyez-le de nouveau" in page.text
    assert (await state(portal)).state == "failed"
    assert not await rows(portal, MemberImportFile)


async def test_what_came_or_went_since_the_comparison_is_refused_and_not_undone(clerk, portal, world):
    await sent(clerk)
    async with portal.database.transaction(write=True) as session:
        session.add(
            Company(
                code="00500", member_code="00500", name="Venue entre-temps", declarant_key="k" * 64,
                created_at=clock.now(), updated_at=clock.now(),
            )
        )  # fmt: skip
        (await session.get(Company, world.site.id)).name = "Changé entre-temps"
    await clerk.fill(f"{NEW}/1")
    assert (await company(portal, "00500")).name == "Venue entre-temps"
    assert (await company(portal, "00010-2")).name == "Nouveau nom"
    assert "créé depuis la comparaison" in (await clerk.get(f"{NEW}/1/refus")).text
    await clerk.fill(f"{NEW}/1", to=f"{NEW}/1/annulation")
    assert (await company(portal, "00500")).name == "Venue entre-temps"
    assert (await company(portal, "00010-2")).name == "Changé entre-temps"


async def test_an_account_of_one_team_neither_sees_nor_does_anything_of_it(app, clerk, portal, world):
    """Nor does reception, whatever the team. Every address of imports, as they are known to the router."""
    ours, _ = await two_teams(portal, world)
    await sent(clerk)
    names = {each.name for each in imports.STAFF}
    addresses = {(method, path) for method, path, _, handler in cases(app) if handler.name in names}
    asked = [(method, path) for method, path in sorted(addresses) if path == NEW or f"{NEW}/1" in path]
    assert {path for _, path in asked} >= {NEW, f"{NEW}/1", f"{NEW}/1/annulation", f"{NEW}/1/refus"}
    for roles, scope in ((["accueil"], {}), (["adhesions"], {"teams": [ours]})):
        async with Actor(app) as other:
            await a_colleague(other, portal, roles, **scope)
            token = await other.token("/deconnexion")
            before = await everything(portal)
            for method, path in asked:
                given = {"data": {"csrf": token}} if method == "POST" else {}
                if path == NEW and given:
                    given["files"] = {"fichier": ("a.csv", FILE.encode())}
                answer = await other.request(method, path, **given)
                assert answer.status_code == 403, f"{roles}: {method} {path}"
                assert "Menuiserie" not in answer.text
            assert await everything(portal) == before
            assert NEW not in (await other.get("/service/adherents")).text
