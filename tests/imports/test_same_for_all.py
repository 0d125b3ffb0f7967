"""A compulsory column that the file has not: what is the same for everybody is said once."""

import asyncio
import re

import pytest

from app.employee_files.columns import COLUMNS, SAME_FOR_ALL, read
from db.kinds import Contract
from db.models import ColumnHabit, Employee
from tests.employees.people import an_employee, fields_of, the_employee
from tests.imports.test_routes import NEW, compared, counts
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
WHO = "Nom de naissance;Prénom;Date de naissance;Date d'entrée"
ZOE, ELISE = "DURAND;Zoé;12/05/1990;01/02/2026", "LE GALL;Élise;03/02/1990;02/09/2024"


def csv(titles, *lines):
    return "\r\n".join([titles, *lines, ""]).encode("cp1252")


async def told_the_same(actor, place, **same):
    """The comparison made with what is the same for all, or that page again with what is refused of it."""
    path = f"{place}/colonnes"
    answer = await actor.fill(path, **fields_of((await actor.get(path)).text) | same)
    if answer.status_code != 303:
        return answer
    for _ in range(200):
        page = await actor.get(place)
        if "Lecture du fichier" not in page.text:
            return page
        await asyncio.sleep(0.1)
    raise AssertionError("it is never read")


async def test_the_first_page_says_what_is_compulsory(alice, world):
    page = await alice.get(NEW)
    said = page.text.partition("Il faut de chacun : ")[2].partition(".")[0].split(", ")
    assert said == [column.words for column in COLUMNS.values() if column.is_needed]
    assert "S’ils sont les mêmes pour tous, le type de contrat et le poste peuvent manquer" in page.text


async def test_without_its_columns_a_file_is_imported_with_what_is_the_same_for_all(alice, world, portal):
    place, page = await compared(alice, csv(WHO, ZOE))
    asked = "Il manque : Type de contrat, Poste. Dites dans quelles colonnes se trouvent ces informations, ou"
    assert asked in page.text
    check(await alice.get(f"{place}/colonnes"))
    half = await told_the_same(alice, place, same_contract="saisonnier")
    assert "Il manque : Poste." in half.text
    ready = await told_the_same(alice, place, same_job_title="Vendangeuse")
    assert counts(ready) == {"Nouveaux": 1}
    assert "Il manque" not in ready.text
    for words in ("Type de contrat : Saisonnier, pour ceux", "Poste : Vendangeuse, pour ceux"):
        assert words in ready.text
    done = await alice.follow(await alice.fill(place))
    assert "1 salarié déclaré" in done.text
    (zoe,) = await rows(portal, Employee, Employee.birth_name == "DURAND")
    assert (zoe.contract, zoe.job_title) == ("saisonnier", "Vendangeuse")


async def test_what_the_file_says_of_somebody_comes_before_what_is_the_same_for_all(alice, world, portal):
    known = await an_employee(portal, world.site, contract="cdd", job_title="Chef")
    titles = WHO + ";Type de contrat"
    lines = (
        f"{ZOE};",
        "RIOU;Luc;01/01/1980;01/02/2026;CDD",
        "X;Y;01/01/1980;01/02/2026;bizarre",
        f"{ELISE};",
    )
    place, _ = await compared(alice, csv(titles, *lines))
    page = await told_the_same(alice, place, same_contract="cdi", same_job_title="Vendeur")
    assert counts(page) == {"Nouveaux": 2, "Fiches": 1, "Lignes": 1}
    changed = await alice.get(f"{place}/lignes/modifies")
    assert "Poste : Chef → Vendeur" in changed.text
    await alice.fill(place)
    found = {
        each.birth_name: each.contract
        for each in await rows(portal, Employee, Employee.job_title == "Vendeur")
    }
    assert found == {"DURAND": "cdi", "RIOU": "cdd", "LE GALL": "cdi"}
    assert (await the_employee(portal, known.id)).job_title == "Vendeur"


async def test_what_is_said_of_one_file_is_not_remembered_for_the_next(alice, world, portal):
    place, _ = await compared(alice, csv(WHO, ZOE))
    await told_the_same(alice, place, same_contract="cdi", same_job_title="Vendeur")
    shown = fields_of((await alice.get(f"{place}/colonnes")).text)
    assert (shown["same_contract"], shown["same_job_title"]) == ("cdi", "Vendeur")
    _, again = await compared(alice, csv(WHO, ZOE))
    assert "Il manque : Type de contrat, Poste." in again.text
    habits = await rows(portal, ColumnHabit, ColumnHabit.company_id == world.site.id)
    assert {each.field for each in habits} == {"birth_name", "first_names", "birth_on", "entry_on"}


@pytest.mark.parametrize(
    ("same", "words"),
    [
        ({"same_job_title": "12"}, "ne contient aucune lettre"),
        ({"same_job_title": "1 90 02 22 789 045 12"}, "ressemble à un numéro de Sécurité sociale"),
        ({"same_contract": "cdi cdd"}, "en nomme deux"),
        ({"same_job_title": "x" * 121}, "120 au plus"),
    ],
)
async def test_what_no_cell_could_say_is_refused_at_its_field_and_the_columns_stay_chosen(
    alice, world, same, words
):
    place, _ = await compared(alice, csv(WHO + ";Mot", f"{ZOE};x"))
    refused = await told_the_same(alice, place, column_4="usual_name", **same)
    check(refused)
    assert refused.status_code == 422
    (name,) = same
    error = re.search(rf'id="{name}-error">(.*?)</p>', refused.text)
    assert words in error[1]
    assert fields_of(refused.text)["column_4"] == "usual_name"


@pytest.mark.parametrize("field", SAME_FOR_ALL)
def test_only_compulsory_columns_are_said_once(field):
    assert COLUMNS[field].is_needed


@pytest.mark.parametrize("contract", Contract)
def test_each_contract_of_the_list_is_read_as_itself(contract):
    assert read("contract", contract.value) == contract
