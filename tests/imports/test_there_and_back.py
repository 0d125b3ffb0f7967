"""A file applied, then undone, leaves every row as it was."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.employees.declared import LikeRow, change, columns_of, declared_of, due_columns
from app.imports.difference import changes_against
from db.models import ChangeKind, Employee
from tests.employees.people import an_employee, columns
from tests.imports.test_difference import ELISE, TODAY
from tests.imports.test_routes import HEADER, compared, counts
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "job_title": st.sampled_from(["Cheffe", "CAISSIÈRE"]),
        "exit_on": st.sampled_from(["2026-01-31", "2026-12-31"]),
        "entry_on": st.sampled_from(["2024-09-02", "2025-03-03", "2026-02-16"]),
        "birth_name": st.sampled_from(["Le Gall", "KERBRAT"]),
        "part_time": st.just("oui"),
        "risks": st.sampled_from(["NUIT", "AMIANTE"]),
        "contract_ends_on": st.just("2026-06-30"),
        "phone": st.just("+33612345678"),
    },
)


@given(GIVEN, st.sampled_from(["", "2025-12-31"]))
def test_what_a_line_changes_its_trace_gives_back(given, exit_on):
    before = ELISE | {"exit_on": exit_on}
    after = changes_against(before, given)
    made = change(before, after, ChangeKind.CORRECTED, [], TODAY)
    was = columns_of(before)
    now = declared_of(LikeRow(made.row))
    assert now == before | after
    back = columns_of(now | made.trace["before"])
    assert back | due_columns(LikeRow(back), []) == was | due_columns(LikeRow(was), [])


async def everybody(portal, company):
    found = await rows(portal, Employee, Employee.company_id == company.id)
    return sorted((columns(each) for each in found), key=lambda each: each["id"])


@pytest.mark.parametrize("seed", range(3))
async def test_a_file_of_every_kind_of_line_goes_there_and_back(alice, world, portal, seed):
    draw = random.Random(seed)
    names = ["ABGRALL", "BIHAN", "CADIOU", "DANIEL", "EVEN", "FLOCH", "GUEN"]
    for number, name in enumerate(names, 1):
        left = {"exit_on": "2025-12-31"} if number > 5 else {}
        await an_employee(portal, world.site, birth_name=name, birth_on=f"198{number}-02-03", **left)
    before = await everybody(portal, world.site)
    lines = [
        "A1;ABGRALL;Élise;03/02/1981;02/09/2024;CDI;Cheffe;;",
        "A1;ABGRALL;Élise;03/02/1981;02/09/2023;CDD;Aide;;01/09/2024",
        "A2;BIHAN;Élise;03/02/1982;02/09/2024;CDD;Caissière;NUIT;31/01/2026",
        ";CADIOU;Élise;03/02/1983;02/09/2024;CDI;Caissière;;",
        ";FLOCH;Élise;03/02/1986;16/02/2026;CDI;Soudeuse;AMIANTE;",
        ";NOUVEL;Zoé;12/05/1990;01/02/2026;CDI;Soudeuse;AMIANTE;",
        ";ANCIEN;Jean;12/05/1970;01/02/2001;CDI;Soudeur;;01/02/2020",
        ";ANCIEN;Jean;12/05/1970;02/02/2020;CDI;Chef;;",
    ]
    draw.shuffle(lines)
    header = HEADER.replace("NIR", "Risques;Date de sortie")
    place, page = await compared(alice, "\r\n".join([header, *lines, ""]).encode())
    assert counts(page) == {
        "Nouveaux": 2, "Fiches": 2, "Départs": 1, "Présents": 2, "Inchangés": 1
    }  # fmt: skip
    await alice.fill(f"{place}/lignes/absents", shown="", tous="tous")
    done = await alice.follow(await alice.fill(place, exit_on="28/02/2026"))
    assert "2 salariés déclarés" in done.text
    during = await everybody(portal, world.site)
    assert len(during) == 9
    assert [each["job_title"] for each in during if each["birth_name"] == "ABGRALL"] == ["Cheffe"]
    await alice.fill(f"{place}/annulation")
    assert await everybody(portal, world.site) == before
