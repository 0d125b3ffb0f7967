"""All that is held of a person, over all members: found, read, given, traced."""

import io
import json
import re
from datetime import UTC, date, datetime
from html import unescape
from zipfile import ZipFile

import html5lib
import pytest

from app.disclosure.forms import MOST
from app.disclosure.person import PARTS
from app.disclosure.rules import Likeness, Wanted, likeness
from db.models import (
    AuditEvent,
    AuditKind,
    Document,
    DocumentKind,
    Employee,
    StaffRead,
    metadata,
)
from db.seeds.world import World
from tests.actors import Actor
from tests.reading import rows
from tests.retention.leavers import LONG_AGO, MARK, NAME, a_leaver, columns
from tests.staff.scopes import a_colleague, two_teams
from tests.test_pages import check

PAGE = "/service/droit-acces"
HERS = {"last_name": NAME, "first_name": "Ermeline", "born": "19/07/1971"}


async def found_by(actor, **typed):
    page = await actor.get(PAGE, params=HERS | typed)
    check(page)
    return page


def boxes(page):
    """Numbers of the records offered, and whether each is ticked."""
    inputs = re.findall(r'<input type="checkbox" id="fiche-(\d+)"[^>]*?( checked)?>', page.text)
    return {int(number): bool(ticked) for number, ticked in inputs}


async def archive(actor, *people):
    records = "-".join(str(each.key) for each in people)
    token = await actor.token(f"{PAGE}/fiches?fiches={records}")
    answer = await actor.post(f"{PAGE}/fiches", data={"csrf": token, "records": records})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    return ZipFile(io.BytesIO(answer.content))


def test_every_table_that_names_an_employee_is_in_the_export():
    said = {table for part in PARTS for table in part.tables.split()}
    naming = {table.name for table in metadata.sorted_tables if "employee_id" in table.columns}
    assert naming <= said
    assert said <= metadata.tables.keys()


HER = Wanted("Le Goff", "Anne", date(1980, 1, 31))


@pytest.mark.parametrize(
    ("names", "first", "born", "kind"),
    [
        (("LE GOFF", ""), "Anne", date(1980, 1, 31), Likeness.SAME),
        (("Le Goff-Martin", ""), "Anne-Marie", date(1980, 1, 31), Likeness.SAME),
        (("MARTIN", "LE GOFF"), "Anne", date(1980, 1, 31), Likeness.SAME),
        (("MARTIN", ""), "Anne", date(1980, 1, 31), Likeness.OTHER_NAME),
        (("LE GOFF", ""), "Anna", date(1980, 1, 31), Likeness.OTHER_NAME),
        (("LE GOFF", ""), "Anne", date(1981, 1, 31), Likeness.OTHER_DAY),
        (("LE GOFF", ""), "Paul", date(1981, 1, 31), None),
        (("MARTIN", ""), "Paul", date(1980, 1, 31), None),
    ],
)
def test_likeness(names, first, born, kind):
    assert likeness(HER, names, first, born) == kind


async def test_one_search_finds_a_person_at_every_member(clerk, portal, world):
    first = await a_leaver(portal, world.ours, world.alice)
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        again = await seeds.an_employee(world.theirs, columns(birth_name=NAME.upper(), exit_on=""))
        wed = await seeds.an_employee(world.site, columns(birth_name="Autrenom", exit_on=""))
        used = await seeds.an_employee(world.site, columns(birth_name="Autrenom", usual_name=NAME))
        wrong = await seeds.an_employee(world.ours, columns(birth_on="1971-09-17"))
        other = await seeds.an_employee(world.ours, columns(birth_name="Autrenom", first_names="Paul"))
    page = await found_by(clerk)
    assert boxes(page) == {
        first.key: True, again.key: True, used.key: True, wed.key: False, wrong.key: False,
    }  # fmt: skip
    assert other.key not in boxes(page)
    assert "autre nom ou autre prénom" in page.text
    assert "Aucune fiche" in (await found_by(clerk, last_name="Personne", first_name="Nulle")).text


async def test_an_account_of_that_name_is_named_beside(clerk, world):
    page = await found_by(clerk, last_name="Petit", first_name="Charlie")
    assert f"/service/personnes/{world.charlie.key}" in page.text
    assert "Aucune fiche" in page.text
    assert "Comptes à ce nom" not in (await found_by(clerk)).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"born": ""}, "Saisissez la date de naissance."),
        ({"born": "hier"}, "ne se lit pas"),
        ({"last_name": ""}, "Saisissez le nom."),
        ({"first_name": ""}, "Saisissez le prénom."),
    ],
)
async def test_a_search_needs_a_name_and_a_date(clerk, typed, words):
    page = await clerk.get(PAGE, params=HERS | typed)
    assert words in page.text
    check(page)


async def test_the_page_says_all_that_is_held(clerk, portal, world):
    person = await a_leaver(portal, world.ours, world.alice)
    page = await clerk.get(f"{PAGE}/fiches?fiche={person.key}")
    check(page)
    for words in (NAME, "19/07/1971", MARK, "29/05/2020", "Attestation de suivi", "Visites", "l’employeur"):
        assert words in page.text, words
    assert (await clerk.get(f"{PAGE}/fiches")).status_code == 303
    assert (await clerk.get(f"{PAGE}/fiches?fiche=999999&fiche=x&fiches=0")).status_code == 303


async def test_the_archive_is_read_by_anybody_and_by_a_program(clerk, portal, world):
    person = await a_leaver(portal, world.ours, world.alice)
    async with portal.database.transaction(write=True) as session:
        again = await World(session).an_employee(world.theirs, columns(exit_on=""))
    whole = await archive(clerk, person, again)
    assert whole.testzip() is None
    assert whole.namelist() == ["donnees.html", "donnees.json", f"documents-Attestation {NAME}.pdf"]
    assert MARK.encode() in whole.read(whole.namelist()[2])
    html = whole.read("donnees.html").decode()
    html5lib.HTMLParser(strict=True).parse(html)
    words = unescape(re.sub(r"<[^>]*>", " ", html)).replace("\xa0", " ")
    for each in (
        world.ours.name,
        world.theirs.name,
        "5 ans après le départ du salarié",
        "réclamation à la CNIL",
    ):
        assert each in words
    data = json.loads(whole.read("donnees.json"))
    assert [each["employeur"]["code"] for each in data["fiches"]] == ["00010", "00042"]
    (visit,) = data["fiches"][0]["visites"]
    assert visit["Date"] == "2018-01-20"
    assert data["fiches"][0]["demandes"][0]["Motif d’un refus"] == MARK
    acts = {each["Acte"] for each in data["fiches"][0]["historique"]}
    assert acts == {"salarié corrigé", "rendez-vous confirmé"}
    assert data["fiches"][0]["identite_et_emploi"]["Nom de naissance"] == NAME


async def test_giving_is_traced_without_a_name(clerk, portal, world):
    person = await a_leaver(portal, world.ours, world.alice)
    await archive(clerk, person)
    (line,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.DATA_GIVEN)
    assert (line.account_id, line.company_id, line.about) == (
        world.clerk.key, None, f"1 fiche : n° {person.key}",
    )  # fmt: skip
    await portal.reads.flush()
    kind = StaffRead.kind == Employee.__tablename__
    read = await rows(portal, StaffRead, kind, StaffRead.account_id == world.clerk.key)
    assert {each.subject_id for each in read} == {person.key}
    assert "1 fiche : n°" in (await clerk.get(PAGE)).text


async def test_every_record_given_is_in_the_proof(clerk, portal, world):
    """As many as one export holds, of numbers as long as they come: whole, and readable in order."""
    numbers = [900_000_001 + each for each in range(MOST)]
    async with portal.database.transaction(write=True) as session:
        session.add_all(
            [
                Employee(
                    id=each, company_id=world.ours.key, created_at=LONG_AGO, updated_at=LONG_AGO, **columns()
                )
                for each in numbers
            ]
        )
    await archive(clerk, *(await rows(portal, Employee, Employee.id.in_(numbers))))
    lines = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.DATA_GIVEN)
    assert all(each.about.startswith(f"{MOST} fiches, partie ") for each in lines)
    given = [int(number) for each in lines for number in each.about.partition("n° ")[2].split(", ")]
    assert given == numbers
    page = (await clerk.get(PAGE)).text
    places = [page.index(f"partie {part} sur {len(lines)}") for part in range(1, len(lines) + 1)]
    assert places == sorted(places)


async def test_a_form_that_is_stale_gives_nothing(clerk, portal, world):
    person = await a_leaver(portal, world.ours, world.alice)
    answer = await clerk.post(f"{PAGE}/fiches", data={"csrf": "x", "records": str(person.key)})
    assert answer.headers["content-type"].startswith("text/html")
    assert not await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.DATA_GIVEN)


async def a_notice(portal, world, person):
    """An aptitude notice and an exposure that say something of health."""
    async with portal.database.transaction(write=True) as session:
        row = await session.get(Employee, person.key)
        row.risks = "NUIT RQTH"
        content = b"%PDF-1.7 inapte"
        session.add(
            Document(
                company_id=world.ours.key, employee_id=person.key, kind=DocumentKind.APTITUDE, title="Inapte",
                file_name="inapte.pdf", media_type="application/pdf", size=len(content),
                sha256=await portal.storage.keep(content), series="inapte", token="inapte", from_service=True,
                created_at=datetime(2026, 1, 5, tzinfo=UTC),
            )
        )  # fmt: skip


async def test_what_touches_health_is_the_medical_teams_to_give(app, clerk, portal, world):
    person = await a_leaver(portal, world.ours, world.alice)
    await a_notice(portal, world, person)
    whole = await archive(clerk, person)  # direction and medical
    assert "documents-Inapte.pdf" in whole.namelist()
    assert "RQTH" in whole.read("donnees.html").decode()
    async with Actor(app) as other:
        await a_colleague(other, portal, ["adhesions"])
        whole = await archive(other, person)
        assert "documents-Inapte.pdf" not in whole.namelist()
        assert f"documents-Attestation {NAME}.pdf" in whole.namelist()
        for name in ("donnees.html", "donnees.json"):
            words = whole.read(name).decode()
            assert "Inapte" not in words
            assert "RQTH" not in words
        assert "équipe médicale" in whole.read("donnees.html").decode()


@pytest.mark.parametrize("role", ["accueil", "planning", "medical", "comptabilite", "technique"])
async def test_other_roles_do_not_serve_it(app, portal, world, role):
    async with Actor(app) as other:
        await a_colleague(other, portal, [role])
        for path in (PAGE, f"{PAGE}/fiches?fiche=1", f"{PAGE}/correction?fiches=1"):
            assert (await other.get(path)).status_code == 403


async def test_an_account_for_some_teams_does_not_either(app, portal, world):
    ours, _ = await two_teams(portal, world)
    async with Actor(app) as other:
        await a_colleague(other, portal, ["adhesions"], teams=[ours])
        for path in (PAGE, f"{PAGE}/fiches?fiche=1", f"{PAGE}/correction?fiches=1"):
            page = await other.get(path)
            assert page.status_code == 403
            assert "tous les adhérents" in page.text


async def test_no_record_of_many_is_left_out_in_silence(clerk, portal, world):
    people = [await a_leaver(portal, world.ours, world.alice) for _ in range(53)]
    given = json.loads((await archive(clerk, *people)).read("donnees.json"))
    assert [each["numero"] for each in given["fiches"]] == [each.key for each in people]
    too_many = "-".join(map(str, range(1, MOST + 2)))
    page = await clerk.get(f"{PAGE}/fiches?fiches={too_many}")
    assert page.status_code == 422
    assert f"Plus de {MOST} fiches sont cochées" in page.text
