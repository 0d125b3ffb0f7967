"""A file, from its upload to its undoing, over HTTP."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from app import clock
from app.employee_files.kinds import BIGGEST_DSN, BIGGEST_SPREADSHEET
from app.imports.queries import STALLED
from db.models import (
    AuditEvent,
    AuditKind,
    ColumnHabit,
    Employee,
    EmployeeChange,
    EmployeeImport,
    ImportLine,
    ImportState,
)  # fmt: skip
from tests.employees.people import LIST, acting, an_employee, the_employee
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
NEW = f"{LIST}/imports/nouveau"
HEADER = "Matricule;Nom de naissance;Prénom;Date de naissance;Date d'entrée;Type de contrat;Poste;NIR"
ZOE = "0007;DURAND;Zoé;12/05/1990;01/02/2026;CDI;Soudeuse;secret-du-fichier"
ELISE = ";LE GALL;Élise;03/02/1990;02/09/2024;CDI;Chef de caisse;secret-du-fichier"


def csv(*lines):
    return "\r\n".join([HEADER, *lines, ""]).encode("cp1252")


async def send(actor, content, name="liste.csv", **more):
    token = await actor.token(NEW)
    return await actor.post(NEW, data={"csrf": token} | more, files={"fichier": (name, content)})


async def compared(actor, content, name="liste.csv"):
    """The address of the comparison, once it is made."""
    answer = await send(actor, content, name)
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    for _ in range(200):
        page = await actor.get(place)
        if "Lecture du fichier" not in page.text:
            return place, page
        await asyncio.sleep(0.1)
    raise AssertionError("it is never read")


def counts(page):
    found = re.findall(
        r'<th scope="row">(?:<a[^>]*>)?([^<]+)(?:</a>)?<br>\s*.*?</th><td>(\d+)</td>', page.text
    )
    return {title.split()[0]: int(number) for title, number in found if int(number)}


async def test_from_the_file_to_its_undoing(alice, world, portal):
    employee = await an_employee(portal, world.site)
    place, page = await compared(alice, csv(ZOE, ELISE, "8;X;Y;31/02/1990;01/02/2026;CDI;Maçon;"))
    assert counts(page) == {"Nouveaux": 1, "Fiches": 1, "Lignes": 1}
    wrong = await alice.get(f"{place}/lignes/erreurs")
    assert "31/02/1990" in wrong.text
    assert len(await rows(portal, Employee, Employee.company_id == world.site.id)) == 1
    done = await alice.follow(await alice.fill(place))
    assert "1 salarié déclaré, 1 fiche corrigée, 0 départ enregistré" in done.text
    assert (await the_employee(portal, employee.id)).job_title == "Chef de caisse"
    (zoe,) = await rows(portal, Employee, Employee.birth_name == "DURAND")
    assert (zoe.staff_number, zoe.company_id, zoe.due_on.isoformat()) == ("0007", world.site.id, "2026-05-01")
    assert await rows(portal, ImportLine, ImportLine.company_id == world.site.id) == []
    undone = await alice.follow(await alice.fill(f"{place}/annulation"))
    assert "de nouveau comme avant" in undone.text
    (left,) = await rows(portal, Employee, Employee.company_id == world.site.id)
    assert left.job_title == "Caissière"
    events = await rows(portal, AuditEvent, AuditEvent.company_id == world.site.id)
    assert [each.kind for each in events] == [AuditKind.EMPLOYEES_IMPORTED, AuditKind.IMPORT_UNDONE]


async def test_nothing_of_the_file_is_kept_that_was_not_asked_for(alice, world, portal, tmp_path):
    place, _ = await compared(alice, csv(ZOE))
    await alice.fill(place)
    async with portal.database.transaction(write=False) as session:
        for model in (EmployeeImport, ImportLine, Employee, EmployeeChange):
            assert "secret-du-fichier" not in repr((await session.exec(select(model))).all())
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"secret-du-fichier" not in file.read_bytes()


async def test_what_is_exported_comes_back_without_a_difference(alice, world, portal):
    await an_employee(portal, world.site, phone="+33612345678", risks="NUIT")
    for kind in ("csv", "xlsx"):
        file = await alice.get(f"{LIST}/export/{kind}")
        _, page = await compared(alice, file.content, f"liste.{kind}")
        assert counts(page) == {"Inchangés": 1}


async def test_an_absent_person_leaves_only_when_chosen_and_on_a_day_that_is_given(alice, world, portal):
    employee = await an_employee(portal, world.site)
    place, page = await compared(alice, csv(ZOE))
    assert counts(page)["Présents"] == 1
    await alice.fill(f"{place}/lignes/absents", shown="", tous="tous")
    refused = await alice.fill(place)
    assert "Donnez le dernier jour de travail" in refused.text
    await alice.fill(place, exit_on="28/02/2026")
    assert (await the_employee(portal, employee.id)).exit_on.isoformat() == "2026-02-28"


async def test_an_old_day_for_those_who_are_absent_is_read_again(alice, world, portal):
    employee = await an_employee(portal, world.site, entry_on="2015-09-01")
    place, _ = await compared(alice, csv(ZOE))
    await alice.fill(f"{place}/lignes/absents", shown="", tous="tous")
    refused = await alice.fill(place, exit_on="28/02/2016")
    assert "plus de deux ans" in refused.text
    assert 'name="again" value="2016-02-28"' in refused.text
    await alice.fill(place, exit_on="28/02/2016", again="2016-02-28")
    assert (await the_employee(portal, employee.id)).exit_on.isoformat() == "2016-02-28"


async def test_a_leaving_date_before_somebodys_entry_is_refused_by_name(alice, world, portal):
    earlier = await an_employee(portal, world.site)
    later = await an_employee(portal, world.site, birth_name="RIOU", entry_on="2026-02-16")
    place, _ = await compared(alice, csv(ZOE))
    await alice.fill(f"{place}/lignes/absents", shown="", tous="tous")
    refused = await alice.fill(place, exit_on="31/01/2026")
    assert refused.status_code == 422
    assert "RIOU Élise (entrée : 16 février 2026)" in refused.text
    assert "LE GALL" not in refused.text
    assert 'value="31/01/2026"' in refused.text
    assert "dans plus d’un an" in (await alice.fill(place, exit_on="31/12/2027")).text
    for each in (earlier, later):
        assert (await the_employee(portal, each.id)).exit_on is None
    assert not await rows(portal, Employee, Employee.birth_name == "DURAND")
    await alice.fill(place, exit_on="28/02/2026")
    assert (await the_employee(portal, later.id)).exit_on.isoformat() == "2026-02-28"


async def test_a_probable_duplicate_shows_what_it_overwrites_and_counts_all_it_did(alice, world, portal):
    known = await an_employee(portal, world.site, part_time="oui")
    line = ";LE GALL;Élise;04/02/1990;02/09/2024;CDI;Caissière;"
    place, page = await compared(
        alice, csv(line).replace(b"NIR", b"Sortie").replace(b"re;\r", b"re;31/01/2026\r")
    )
    assert counts(page)["Doublons"] == 1
    shown = await alice.get(f"{place}/lignes/doublons")
    for words in ("Date de naissance : 03/02/1990 → 04/02/1990", "Date de sortie : (vide) → 31/01/2026"):
        assert words in shown.text.replace("\N{NO-BREAK SPACE}", " ")
    (found,) = [x for x in await rows(portal, ImportLine, ImportLine.company_id == world.site.id) if x.line]
    await alice.fill(
        f"{place}/lignes/doublons", shown=str(found.id), tous="", **{f"line_{found.id}": "apply"}
    )
    done = await alice.follow(await alice.fill(place))
    assert "0 salarié déclaré, 1 fiche corrigée, 1 départ enregistré" in done.text
    row = await the_employee(portal, known.id)
    assert (row.birth_on.isoformat(), row.exit_on.isoformat(), row.part_time) == (
        "1990-02-04",
        "2026-01-31",
        True,
    )
    (event,) = await rows(portal, AuditEvent, AuditEvent.company_id == world.site.id)
    assert event.about == "0 ajout, 1 correction, 1 départ"


async def test_a_file_is_one_of_the_latest_operations_in_its_place_with_its_undoing(
    app, alice, world, portal
):
    employee = await an_employee(portal, world.site)
    await alice.fill(f"{LIST}/{employee.id}/depart", exit_on="28/02/2026")
    place, _ = await compared(alice, csv(ZOE, "9;RIOU;Luc;01/01/1980;01/02/2026;CDI;Maçon;"))
    async with acting(app, portal, world.site, "salaries", third_party=True) as accountant:
        await accountant.fill(place)
    page = await alice.get(f"{LIST}/operations")
    (row,) = [each for each in page.text.split("<tr>") if "Fichier importé" in each]
    assert "2 ajouts, 0 correction, 0 départ" in row
    assert "(tiers déclarant)" in row
    assert f'href="{place}/annulation"' in row
    assert "DURAND" not in page.text
    assert page.text.count("<tr><th") == 3
    async with acting(app, portal, world.site) as reader:
        assert "/imports/" not in (await reader.get(f"{LIST}/operations")).text
    await alice.fill(f"{place}/annulation")
    assert "Annulée le" in (await alice.get(f"{LIST}/operations")).text


async def test_files_and_changes_of_one_instant_are_listed_once_each_page_by_page(portal, world, alice):
    async with portal.database.transaction(write=True) as session:
        for number in range(20):
            at = clock.now() + timedelta(minutes=number // 9)
            common = {"company_id": world.site.id, "account_id": world.alice.id}
            session.add(EmployeeChange(**common, kind="corrected", about=f"Personne {number:02}", at=at))
            counts = {"added": number + 100, "corrected": 0, "left": 0}
            session.add(
                EmployeeImport(
                    **common, state="applied", counts=counts, created_at=at, touched_at=at, applied_at=at
                )
            )
    path, seen = f"{LIST}/operations", []
    for _ in range(2):
        page = await alice.get(path)
        words = page.text.replace("\N{NO-BREAK SPACE}", " ")
        seen += re.findall(r"Personne \d\d(?=</td>)|(?<=<td>)\d+ ajouts", words)
        path = f"{LIST}/operations?avant=" + page.text.partition("operations?avant=")[2].partition('"')[0]
    assert len(seen) == len(set(seen)) == 40


async def test_applied_by_many_clicks_at_once_it_is_applied_once(alice, world, portal):
    place, _ = await compared(alice, csv(ZOE))
    token = await alice.token(place)
    answers = await asyncio.gather(*(alice.post(place, data={"csrf": token}) for _ in range(8)))
    assert {answer.headers.get("location") for answer in answers} == {place}
    assert len(await rows(portal, Employee, Employee.company_id == world.site.id)) == 1
    events = await rows(portal, AuditEvent, AuditEvent.company_id == world.site.id)
    assert [each.kind for each in events] == [AuditKind.EMPLOYEES_IMPORTED]


async def test_undone_twice_it_is_undone_once_and_both_are_told_the_same(alice, world, portal):
    place, _ = await compared(alice, csv(ZOE))
    await alice.fill(place)
    token = await alice.token(f"{place}/annulation")
    for _ in range(2):
        answer = await alice.post(f"{place}/annulation", data={"csrf": token})
        assert (answer.status_code, answer.headers["location"]) == (303, place)
    events = await rows(portal, AuditEvent, AuditEvent.company_id == world.site.id)
    assert [each.kind for each in events][1:] == [AuditKind.IMPORT_UNDONE]


async def test_who_was_corrected_meanwhile_is_left_and_counted(alice, world, portal):
    employee = await an_employee(portal, world.site)
    place, _ = await compared(alice, csv(ELISE))
    await alice.fill(f"{LIST}/{employee.id}/depart", exit_on="28/02/2026")
    done = await alice.follow(await alice.fill(place))
    assert "1 ligne laissée de côté" in done.text
    assert (await the_employee(portal, employee.id)).job_title == "Caissière"


async def test_who_was_changed_after_the_import_is_kept_and_named_by_the_undoing(app, alice, world, portal):
    place, _ = await compared(alice, csv(ZOE))
    await alice.fill(place)
    (zoe,) = await rows(portal, Employee, Employee.birth_name == "DURAND")
    await alice.fill(f"{LIST}/{zoe.id}/depart", exit_on="28/02/2026")
    async with acting(app, portal, world.site, "salaries") as colleague:
        undone = await colleague.follow(await colleague.fill(f"{place}/annulation"))
    for page in (undone, await alice.get(place)):
        assert "Ce qui n’avait pas changé depuis est de nouveau comme avant ce fichier." in page.text
        assert "1 fiche modifiée depuis l’import, laissée telle quelle" in page.text
        assert "<li>DURAND Zoé</li>" in page.text
    event = (await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.IMPORT_UNDONE))[-1]
    assert event.about == "0 opération annulée, 1 gardée"
    assert await rows(portal, Employee, Employee.birth_name == "DURAND")


async def test_after_thirty_days_an_import_stays(alice, world, portal, time_machine_at):
    place, _ = await compared(alice, csv(ZOE))
    await alice.fill(place)
    token = await alice.token(f"{place}/annulation")
    time_machine_at.shift(timedelta(days=31))
    await alice.signed_in(world.alice)
    token = await alice.token("/mon-compte/mot-de-passe")
    answer = await alice.post(f"{place}/annulation", data={"csrf": token})
    assert "Plus de 30 jours ont passé" in answer.text


async def test_a_title_that_nobody_knows_is_asked_about_then_remembered(alice, world, portal):
    unknown = csv(ZOE).replace("Prénom".encode("cp1252"), b"Petit mot")
    place, page = await compared(alice, unknown)
    assert "Colonnes à préciser" in page.text
    form = await alice.get(f"{place}/colonnes")
    fields = dict(
        re.findall(r'<select id="(column_\d+)".*?<option value="(\w*)" selected', form.text, re.DOTALL)
    )
    await alice.fill(f"{place}/colonnes", **fields | {"column_2": "first_names"})
    for _ in range(100):
        page = await alice.get(place)
        if "Comparaison" in page.text:
            break
        await asyncio.sleep(0.1)
    assert counts(page) == {"Nouveaux": 1}
    assert ("petitmot", "first_names") in {
        (each.header, each.field)
        for each in await rows(portal, ColumnHabit, ColumnHabit.company_id == world.site.id)
    }
    _, again = await compared(alice, unknown)
    assert counts(again) == {"Nouveaux": 1}


async def test_columns_are_not_corrected_while_the_file_is_read(alice, portal, time_machine_at):
    place, _ = await compared(alice, csv(ZOE))
    token = await alice.token(f"{place}/colonnes")
    async with portal.database.transaction(write=True) as session:
        row = await session.get(EmployeeImport, int(place.rpartition("/")[2]))
        row.state, row.touched_at = ImportState.READING, clock.now()
    fields = {"csrf": token, "column_0": "staff_number"}
    answer = await alice.post(f"{place}/colonnes", data=fields)
    assert "en cours de lecture" in answer.text
    time_machine_at.shift(STALLED + timedelta(seconds=1))
    assert "en cours de lecture" not in (await alice.post(f"{place}/colonnes", data=fields)).text


async def test_a_file_held_for_half_an_hour_is_asked_for_again(alice, world, portal, time_machine_at):
    place, _ = await compared(alice, csv(ZOE))
    token = await alice.token(f"{place}/colonnes")
    time_machine_at.shift(timedelta(minutes=29))
    await alice.get("/mon-compte/session")
    time_machine_at.shift(timedelta(minutes=2))
    answer = await alice.post(f"{place}/colonnes", data={"csrf": token, "column_0": "staff_number"})
    assert "renvoyez-le" in answer.text


async def test_an_abandoned_file_leaves_nothing(alice, world, portal):
    place, _ = await compared(alice, csv(ZOE))
    answer = await alice.follow(await alice.fill(f"{place}/annulation"))
    assert "Import abandonné" in answer.text
    assert await rows(portal, ImportLine, ImportLine.company_id == world.site.id) == []
    (row,) = await rows(portal, EmployeeImport, EmployeeImport.company_id == world.site.id)
    assert row.state == ImportState.DROPPED


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "vide.csv", "Ce fichier est vide."),
        (b"x" * (BIGGEST_SPREADSHEET + 1), "gros.csv", "dépasse 15 Mo"),
        (b"S10.G00.00.001,'x'\r\n" + b"x" * BIGGEST_DSN, "gros.dsn", "dépasse 50 Mo"),
    ],
)
async def test_a_file_that_cannot_be_taken_says_why_and_writes_nothing(
    alice, world, portal, content, name, words
):
    answer = await send(alice, content, name)
    assert answer.status_code == 422
    assert words in answer.text
    assert await rows(portal, EmployeeImport, EmployeeImport.company_id == world.site.id) == []


async def test_a_picture_is_not_a_list(alice, world):
    _, page = await compared(alice, b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "photo.png")
    assert "Fichier non repris" in page.text


async def test_a_huge_upload_is_read_to_its_end_and_refused(alice, world):
    token = await alice.token(NEW)
    edge = "limite"

    async def body():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n--{edge}\r\n'
        yield (head + 'Content-Disposition: form-data; name="fichier"; filename="a.csv"\r\n\r\n').encode()
        for _ in range(200):
            yield b"a" * 1024 * 1024
        yield f"\r\n--{edge}--\r\n".encode()

    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    answer = await alice.post(NEW, content=body(), headers=headers)
    assert answer.status_code == 422
    assert "dépasse 15 Mo" in answer.text


@pytest.mark.parametrize("token", ["", "x" * 43])
async def test_a_file_without_its_token_writes_nothing(alice, world, portal, token):
    answer = await alice.post(NEW, data={"csrf": token}, files={"fichier": ("liste.csv", csv(ZOE))})
    assert answer.status_code == 422
    assert "ouverte depuis trop longtemps" in answer.text
    assert await rows(portal, EmployeeImport, EmployeeImport.company_id == world.site.id) == []


async def test_a_torn_upload_says_so(alice, world):
    headers = {"Content-Type": "multipart/form-data; boundary=limite"}
    answer = await alice.post(NEW, content=b"--limite\r\nContent-Disposition: form-da", headers=headers)
    assert answer.status_code == 422


async def test_another_companys_import_is_not_found(charlie, alice, world, portal):
    place, _ = await compared(alice, csv(ZOE))
    theirs = place.replace("00010-2", "00042")
    for path in ("", "/lignes/nouveaux", "/colonnes", "/annulation"):
        assert (await charlie.get(place + path)).status_code == 404
        assert (await charlie.get(theirs + path)).status_code == 404


async def test_looking_again_leads_to_an_address_of_its_own(alice, world, portal):
    """lynx shows from memory what a link to the same address showed."""
    async with portal.database.transaction(write=True) as session:
        mine = {"company_id": world.ours.key, "account_id": world.alice.key, "source": "", "columns": []}
        now = clock.now()
        reading = EmployeeImport(state=ImportState.READING, created_at=now, touched_at=now, **mine)
        session.add(reading)
        await session.flush()
        place = f"/espace/00010/salaries/imports/{reading.key}"
    links = set()
    for path in (place, place):
        links |= set(re.findall(r'href="([^"]+)">Actualiser', (await alice.get(path)).text))
    assert len(links) == 2
    assert all(link.startswith(f"{place}?n=") for link in links)
