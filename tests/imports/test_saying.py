"""What a file says of itself reaches the page; what is doubtful is not chosen; errors are put right there."""

import asyncio
import json
import re
from dataclasses import asdict
from datetime import date

import pytest

from app.employee_files.rows import FileRow, Reading
from app.imports.difference import ListedPerson, difference
from app.imports.known import people_in
from app.imports.reader import Comparison
from app.imports.saying import age_words, growth_words, remarks_of
from app.imports.worker import compare
from db.models import ColumnHabit, Employee, ImportLine, LineKind
from tests.employees.people import LIST, an_employee, as_shown, the_employee
from tests.imports.steps import comparison_of
from tests.imports.test_difference import ELISE, GIVEN, TODAY
from tests.imports.test_routes import ZOE, compared, counts, csv
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
LEFT = [["phone", "06 12 / 02 96", "il n’est pas complet"]]
DATES = {
    "birth_on": {"order": "dmy", "words": "jour/mois/année", "samples": ["03/02/1990"], "is_sure": False}
}
ENCODING = {"chosen": "cp1252", "words": "Windows", "sample": "AndrŽ", "others": [["mac_roman", "Mac"]]}


def a_reading(*people, **said):
    listed = [FileRow(line, fields, [], LEFT) for line, fields in enumerate(people, 2)]
    return Reading(**{"source": "dsn", "rows": listed, "month": "2026-02", **said})


async def mend(actor, path, **typed):
    """What the page shows, but for what is typed."""
    return await actor.fill(path, **await as_shown(actor, path) | typed)


async def once_read(actor, place):
    while "Lecture du fichier" in (page := await actor.get(place)).text:
        await asyncio.sleep(0.1)
    return page


@pytest.fixture
def reader(monkeypatch):
    """Says what it is given, and keeps what it was asked."""
    asked = []

    def says(reading):
        async def compared(_content, question, known, _told):
            asked.append(asdict(question))
            heard = []
            compare(
                reading,
                people_in([line async for line in known]),
                {"today": question.today.isoformat()},
                heard.append,
            )
            return Comparison(**heard[-1]["result"], bundles=[json.dumps(each) for each in heard[:-1]])

        monkeypatch.setattr("app.imports.reading.compare_file", compared)
        return asked

    return says


async def test_the_page_says_the_month_what_was_left_and_who_is_not_taken(alice, world, portal, reader):
    await an_employee(portal, world.site)
    reader(
        a_reading(GIVEN | {"job_title": "Cheffe"}, aside=[["RIOU Luc", "travaille au SIRET 1"]], dates=DATES)
    )
    place, page = await compared(alice, csv(ZOE))
    check(page)
    assert "DSN de février 2026" in page.text
    assert "RIOU Luc : travaille au SIRET" in page.text
    assert "LE GALL Élise – Téléphone « 06 12 / 02 96 »" in page.text
    assert "Date de naissance : lue comme jour/mois/année (« 03/02/1990 »), sans certitude" in page.text
    assert counts(page) == {"Fiches": 1}
    await alice.fill(place)
    assert "RIOU" not in (await alice.get(place)).text
    assert "DSN de février 2026" in (await alice.get(f"{LIST}/imports")).text


@pytest.mark.parametrize("said", [{"is_certain": False, "notes": ["Un essai."]}, {"month": "2025-10"}])
async def test_of_a_doubtful_file_nothing_is_ticked(alice, world, portal, reader, said):
    await an_employee(portal, world.site)
    reader(a_reading(GIVEN | {"job_title": "Cheffe"}, **said))
    _, page = await compared(alice, csv(ZOE))
    assert {each.choice for each in await rows(portal, ImportLine)} == {""}
    assert ("Un essai." if "notes" in said else "Cette DSN est d’octobre 2025") in page.text


async def test_of_a_file_that_is_not_whole_nobody_is_absent(alice, world, portal, reader):
    await an_employee(portal, world.site, birth_name="RIOU", birth_on="1980-05-05")
    reader(a_reading(GIVEN, is_whole=False))
    assert counts((await compared(alice, csv(ZOE)))[1]) == {"Nouveaux": 1}


async def test_the_days_and_the_letters_are_read_again_as_chosen(alice, world, portal, reader):
    columns = [["Naissance", "birth_on"], ["Nom", "birth_name"]]
    said = {"source": "tableur", "month": "", "columns": columns, "samples": [["03/02/1990"], ["LE GALL"]]}
    asked = reader(a_reading(GIVEN, dates=DATES, encoding=ENCODING, **said))
    place, page = await compared(alice, csv(ZOE))
    assert "Lettres lues comme Windows : « AndrŽ »" in page.text
    page = await alice.get(f"{place}/colonnes")
    check(page)
    assert "<td>« 03/02/1990 »</td>" in page.text
    assert page.text.count('<option value="" selected>Au choix du portail</option>') == 2
    path = f"{place}/colonnes"
    chosen = {"date_birth_on": "mdy", "encoding": "mac_roman"}
    await alice.fill(path, **await as_shown(alice, path) | chosen)
    assert (asked[-1]["dates"], asked[-1]["encoding"]) == ({"birth_on": "mdy"}, "mac_roman")
    shown = (await alice.get(f"{place}/colonnes")).text
    assert '<option value="mdy" selected>' in shown
    assert '<option value="mac_roman" selected>' in shown
    await alice.fill(f"{place}/colonnes", column_0="birth_on", date_birth_on="xyz", encoding="punycode")
    assert (asked[-1]["dates"], asked[-1]["encoding"]) == ({}, "")


async def test_a_line_in_error_is_put_right_on_the_page_and_applied(alice, world, portal):
    employee = await an_employee(portal, world.site)
    bad = "8;RIOU;Luc;31/02/1990;01/02/2026;CDI;Maçon;"
    elise = ";LE GALL;Élise;03/02/1990;;CDI;Cheffe;"
    place, page = await compared(alice, csv(bad, elise))
    assert counts(page) == {"Lignes": 2}
    wrong = await alice.get(f"{place}/lignes/erreurs")
    check(wrong)
    file = await alice.get(f"{place}/erreurs/fichier")
    text = file.content.decode("utf-8-sig")
    assert re.search(r"^[^\n]*8;RIOU;;Luc;[^\n]*;Maçon;[^\n]*;2;[^\n]*31/02/1990", text, re.MULTILINE)
    assert text.splitlines()[0].endswith(";Ligne;Pourquoi")
    first, second = re.findall(r'href="([^"]+/erreurs/\d+)"', wrong.text)
    check(await alice.get(first))
    assert (await mend(alice, first, birth_on="31/02/1990")).status_code == 422
    answer = await mend(alice, first, birth_on="28/02/1990")
    world = await alice.follow(answer)
    assert "Lignes en erreur" in world.text
    assert "La ligne est corrigée : elle est maintenant dans « Nouveaux salariés »." in world.text
    again = await alice.post(first, data={"csrf": await alice.token(second)})
    assert again.headers["location"].partition("?")[0].endswith("/lignes/erreurs")
    warned = (await alice.get(place)).text
    assert "la ligne en erreur ne sera plus là" in warned
    assert f'href="{place}/erreurs/fichier"' in warned
    world = await alice.follow(await mend(alice, second, entry_on="02/09/2024"))
    assert "elle est maintenant dans « Fiches à corriger »." in world.text
    assert counts(await alice.get(place)) == {"Nouveaux": 1, "Fiches": 1}
    assert "Comparaison" in (await alice.follow(await alice.get(first))).text
    await alice.fill(place)
    (luc,) = await rows(portal, Employee, Employee.birth_name == "RIOU")
    assert (luc.birth_on, luc.staff_number, luc.job_title) == (date(1990, 2, 28), "8", "Maçon")
    assert (await the_employee(portal, employee.id)).job_title == "Cheffe"


async def test_a_line_put_right_does_not_make_the_same_person_twice(alice, world, portal):
    await an_employee(portal, world.site)
    taken = ";LE GALL;Élise;03/02/1990;02/09/2024;CDI;Cheffe;"
    place, _ = await compared(alice, csv(taken, ";LE GAL;Elize;32/02/1990;02/09/2024;CDI;Autre;"))
    (path,) = re.findall(r'href="([^"]+/erreurs/\d+)"', (await alice.get(f"{place}/lignes/erreurs")).text)
    mended = {"birth_name": "LE GALL", "first_names": "Élise", "birth_on": "03/02/1990"}
    refused = await mend(alice, path, **mended)
    assert "Cette personne est déjà à la ligne 2" in refused.text
    assert {each.kind for each in await rows(portal, ImportLine)} == {LineKind.CHANGED, LineKind.WRONG}


async def test_a_correction_that_leads_to_no_comparison_is_not_remembered(alice, world, portal):
    strange = ZOE.replace(";secret-du-fichier", "")
    header = "Matricule;Truc;Prénom;Date de naissance;Date d'entrée;Type de contrat;Poste"
    place, page = await compared(alice, f"{header}\r\n{strange}\r\n".encode())
    assert "Colonnes à préciser" in page.text
    await mend(alice, f"{place}/colonnes", column_1="usual_name")
    assert "Colonnes à préciser" in (await once_read(alice, place)).text
    assert await rows(portal, ColumnHabit) == []
    await mend(alice, f"{place}/colonnes", column_1="birth_name")
    assert "Comparaison avec votre liste" in (await once_read(alice, place)).text
    assert "truc" in {each.header for each in await rows(portal, ColumnHabit)}


async def test_who_goes_on_at_a_sister_site_is_proposed_there(alice, world, portal, reader):
    async with portal.database.transaction(write=True) as session:
        ours = await session.merge(world.ours)
        ours.siret = "73282932000074"
    moved = FileRow(2, GIVEN | {"exit_on": "2026-01-31"}, moved=GIVEN | {"siret": "73282932000074"})
    asked = reader(Reading("dsn", rows=[moved]))
    place, page = await compared(alice, csv(ZOE))
    check(page)
    assert "LE GALL Élise : SIRET 732 829 320 00074" in page.text
    (path,) = re.findall(r'action="([^"]+/imports/suite/\d+)"', page.text)
    assert "/00010/" in path
    answer = await alice.post(path, data={"csrf": await alice.token(place)})
    assert "/espace/00010/salaries/imports/" in answer.headers["location"]
    assert 'href="/espace/00010-2/salaries/imports">Fichiers importés' in (await alice.follow(answer)).text
    assert len(asked) == 2
    again = await alice.post(path.rsplit("/", 1)[0] + "/999", data={"csrf": await alice.token(place)})
    assert "renvoyez-le" in again.text


def test_a_list_that_grows_or_shrinks_by_more_than_a_third_is_doubted():
    names = ["ABGRALL", "BIHAN", "CADIOU", "DANIEL", "EVEN", "FLOCH", "GUEN", "HERVE", "INIZAN"]
    people = [
        ELISE | {"birth_name": name, "staff_number": "", "birth_on": f"1990-0{n}-11"}
        for n, name in enumerate(names, 1)
    ]
    known = [ListedPerson(number, 1, person) for number, person in enumerate(people[:6], 1)]
    files = [FileRow(n, {k: v for k, v in person.items() if v}) for n, person in enumerate(people, 2)]
    files, more = files[:6], files[6:]
    assert growth_words(difference(files, known, TODAY), known) == ""
    assert "3 personnes de plus" in growth_words(difference([*files, *more], known, TODAY), known)
    assert "3 personnes de moins" in growth_words(difference(files[:3], known, TODAY), known)
    assert growth_words(difference(files[:4], known, TODAY), known) == ""


def test_a_month_is_old_after_two():
    assert [bool(age_words(month, TODAY)) for month in ("", "2026-02", "2026-01", "2025-12", "2025-03")] == [
        False, False, False, True, True,
    ]  # fmt: skip
    assert remarks_of(a_reading(month="2025-03"), [], [], TODAY)["is_certain"] is False


async def test_the_reader_is_asked_for_what_was_chosen():
    found = await comparison_of(csv(ZOE), dates={"birth_on": "dmy"})
    assert json.loads(found.bundles[0])[0]["fields"]["birth_on"] == "1990-05-12"
