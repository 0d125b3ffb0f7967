"""What an import keeps of a file and says of who is left aside; what is forced by hand."""

import asyncio

import pytest

from app.access import MemberAccess
from app.imports import reading as import_service
from db.models import ColumnHabit, Employee, EmployeeImport, ImportLine, ImportState
from tests.employees.people import LIST, an_employee
from tests.imports.test_routes import ELISE, HEADER, ZOE, compared, csv, send
from tests.postbox import words_of
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
UNTITLED = (
    "DURAND;Eric;05/01/1990;01/02/2026;CDI;Soudeur\r\nBOULAY;Anne;06/02/1991;01/02/2026;CDI;Soudeuse\r\n"
)
FIELDS = ("birth_name", "first_names", "birth_on", "entry_on", "contract", "job_title")


async def the_import(portal, world) -> EmployeeImport:
    return (await rows(portal, EmployeeImport, EmployeeImport.company_id == world.site.id))[-1]


async def test_a_file_without_titles_loses_nobody_and_leaves_nothing(alice, world, portal, monkeypatch):
    monkeypatch.setattr("app.imports.reading.PATIENCE", 30)
    place, page = await compared(alice, UNTITLED.encode())
    assert "Ce fichier n’a pas de ligne de titres" in page.text
    columns = await alice.get(f"{place}/colonnes")
    assert "Colonne A (ex. DURAND)" in columns.text
    chosen = {f"column_{number}": name for number, name in enumerate(FIELDS)}
    await alice.fill(f"{place}/colonnes", **chosen)
    page = await alice.get(place)
    assert "2 lignes lues" in page.text
    assert "2 changements" in page.text
    assert not await rows(portal, ColumnHabit)
    await alice.fill(f"{place}/annulation")
    assert (await the_import(portal, world)).columns == []
    for model in (EmployeeImport, ImportLine, ColumnHabit):
        assert "DURAND" not in repr(await rows(portal, model))


async def test_columns_that_are_not_read_are_named(alice, world):
    titled = HEADER.replace("NIR", "Humeur")
    _, page = await compared(alice, f"{titled}\r\n{ZOE}\r\n".encode("cp1252"))
    assert "Colonne non lue : « Humeur »." in page.text


async def test_ones_own_list_asks_for_nothing(alice, world, portal):
    await an_employee(portal, world.site)
    file = await alice.get(f"{LIST}/export/csv")
    _, page = await compared(alice, file.content)
    assert "identique à votre liste" in page.text
    assert "Appliquer" not in page.text


async def test_who_is_left_aside_is_named_with_the_reason(alice, world, portal):
    employee = await an_employee(portal, world.site)
    place, _ = await compared(alice, csv(ZOE, ELISE))
    sheet = f"{LIST}/{employee.id}/correction"
    async with portal.database.transaction(write=True) as session:
        (await session.get(type(employee), employee.id)).version += 1
    done = await alice.follow(await alice.fill(place))
    assert "1 ligne laissée de côté" in done.text
    assert "LE GALL Élise : sa fiche a changé depuis la comparaison" in done.text
    assert (await alice.get(sheet)).status_code == 200


async def test_a_file_of_which_nothing_could_be_done_leaves_no_operation(alice, world, portal):
    employee = await an_employee(portal, world.site)
    place, _ = await compared(alice, csv(ELISE))
    async with portal.database.transaction(write=True) as session:
        (await session.get(type(employee), employee.id)).version += 1
    await alice.fill(place)
    assert (await the_import(portal, world)).state == ImportState.DROPPED
    assert "Fichier importé" not in (await alice.get(f"{LIST}/operations")).text


async def test_a_correction_is_not_forced_into_somebody_new(alice, world, portal):
    await an_employee(portal, world.site)
    place, _ = await compared(alice, csv(ELISE))
    (line,) = await rows(portal, ImportLine, ImportLine.company_id == world.site.id)
    by_hand = {"shown": str(line.id), "tous": "", f"line_{line.id}": "add"}
    await alice.fill(f"{place}/lignes/modifies", **by_hand)
    done = await alice.follow(await alice.fill(place))
    assert "0 salarié déclaré, 1 fiche corrigée" in done.text
    assert len(await rows(portal, Employee, Employee.company_id == world.site.id)) == 1


async def test_a_stranger_to_the_files_format_is_told_so(alice, world):
    _, page = await compared(alice, bytes(range(256)) * 8, "liste.csv")
    assert "Ce fichier n’est pas du texte" in page.text


async def test_another_file_of_the_same_person_stops_the_reading_of_the_first(
    alice, world, portal, monkeypatch
):
    """Or a few slow files would keep everybody else from importing."""
    held: list[asyncio.Event] = []

    async def slow(*_, **__):
        held.append(asyncio.Event())
        await held[-1].wait()

    monkeypatch.setattr("app.imports.reading.PATIENCE", 0.05)
    with monkeypatch.context() as patched:
        patched.setattr("app.imports.reading.compare_file", slow)
        first = (await send(alice, csv(ZOE))).headers["location"]
        assert len(import_service._reading) == 1
        (task,) = import_service._reading.values()
    _, page = await compared(alice, csv(ZOE))
    assert "Comparaison avec votre liste" in page.text
    assert task.cancelled()
    assert "Import abandonné" in (await alice.get(first)).text


async def test_of_a_file_too_whose_visit_comes_before_the_work_the_team_hears(
    app, alice, world, portal, mailbox
):
    titled = HEADER.replace("NIR", "Risques")
    soon = "1;RIOU;Luc;01/01/1980;01/04/2026;CDI;Désamianteur;AMIANTE"
    place, _ = await compared(alice, f"{titled}\r\n{soon}\r\n".encode("cp1252"))
    await alice.fill(place)
    (letter,) = await mailbox.delivered(app)
    assert letter["subject"].startswith("Embauche : visite avant la prise de poste")
    assert "RIOU Luc" in words_of(letter)


async def test_what_is_read_beside_waits_for_its_request_and_is_not_refused(portal, world):
    async with portal.database.transaction(write=True) as session:
        access = MemberAccess(portal, session, world.alice, world.ours, None)
        await access.first(access.select(Employee))
        with pytest.raises(RuntimeError, match="pause it first"):
            async with access.apart(write=True):
                pass

        async def work():
            async with access.beside().apart(write=True) as own:
                return own.company.code

        task = asyncio.create_task(work())
        await asyncio.sleep(0.05)
        # A server lets two write at once; a file has one turn, and the second waits for it.
        assert task.done() == (portal.database.engine.dialect.name == "postgresql")
    assert await task == world.ours.code
