"""Several people of the list at once: who is chosen, and where each button leads."""

import csv
import io
import re

import pytest

from app.employees.choosing import ACTS
from app.employees.together import MOST_ABOUT
from db.models import Employee
from tests.employees.people import LIST, acting, columns
from tests.employees.several import CHOICE, TOGETHER, by_name, ids, leave_on, led_to, shown
from tests.employees.test_listing import many
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")
VISIT, DEPARTURE, WRITE, EXPORT = ACTS


async def test_each_button_leads_to_its_page_with_the_people_ticked(alice, three):
    first, _, last = ids(three)
    chosen = f"salarie={first}&salarie={last}"
    for act, path in {
        VISIT: "/espace/00010-2/demandes/nouvelle", DEPARTURE: TOGETHER,
        WRITE: "/espace/00010-2/contact/nouveau", EXPORT: f"{LIST}/export/xlsx",
    }.items():  # fmt: skip
        answer = await alice.get(CHOICE, params={"acte": act, "salarie": [first, last]})
        assert answer.status_code == 303
        assert answer.headers["location"].endswith(f"{path}?{chosen}")
        assert (await alice.get(f"{path}?{chosen}")).status_code == 200
    asked = await alice.get(f"/espace/00010-2/demandes/nouvelle?{chosen}")
    assert "Pour ARZEL X, CORRE X." in asked.text


async def test_the_page_is_ticked_by_a_link_and_holds_a_button_for_each_act(alice, three):
    page = await alice.get(LIST)
    assert " checked" not in page.text.partition("<tbody>")[2]
    link = re.search(r'id="tick-all" href="([^"]*)"', page.text)[1]
    ticked = await alice.get(link)
    assert ticked.text.partition("<tbody>")[2].count(" checked") == 3
    assert 'data-said="3 salariés cochés"' in ticked.text
    assert "Décocher toute la page" in ticked.text
    for act in ACTS:
        assert f'<button class="second" name="acte" value="{act}">' in page.text
    check(ticked)


async def test_all_the_pages_are_chosen_as_they_are_filtered(alice, portal, world, three):
    await many(portal, world, 40, contract="stage")
    page = await alice.get(f"{LIST}?contrat=stage")
    assert "Prendre les 40 de la liste" in page.text
    answer = await alice.get(CHOICE, params={"acte": DEPARTURE, "tous": "oui", "contrat": "stage"})
    found = re.findall(r"salarie=(\d+)", answer.headers["location"])
    assert len(found) == 40
    assert not {*found} & {*ids(three)}


async def test_nobody_ticked_is_said_above_the_same_list(alice, three):
    page = await alice.get(CHOICE, params={"acte": DEPARTURE, "suivi": "SI", "tri": "-nom"})
    assert page.status_code == 422
    assert "Cochez au moins un salarié." in page.text
    assert page.text.index("CORRE X") < page.text.index("ARZEL X")
    assert '<input type="hidden" name="suivi" value="SI">' in page.text
    check(page)
    unknown = await alice.get(CHOICE, params={"acte": "Tout effacer", "suivi": "SI", "salarie": ids(three)})
    assert led_to(unknown) == f"{LIST}?suivi=SI"


async def test_too_many_at_once_are_told_how_many_may_be(alice, portal, world):
    await many(portal, world, MOST_ABOUT + 1)
    refused = await alice.get(CHOICE, params={"acte": VISIT, "tous": "oui"})
    assert refused.status_code == 422
    assert "Une demande de visite porte sur 25 salariés au plus" in refused.text
    assert refused.text.partition("<tbody>")[2].count(" checked") == 25
    refused = await alice.get(CHOICE, params={"acte": WRITE, "tous": "oui"})
    assert "Un message peut concerner 50 salariés au plus" in refused.text
    assert (await alice.get(CHOICE, params={"acte": EXPORT, "tous": "oui"})).status_code == 303


async def test_a_role_finds_the_acts_that_it_allows_and_no_other(app, portal, world, three):
    allowed = {"lecture": {WRITE}, "rendez-vous": {VISIT, WRITE}, "salaries": {DEPARTURE, WRITE, EXPORT}}
    for role, acts in allowed.items():
        async with acting(app, portal, world.site, role) as actor:
            page = (await actor.get(LIST)).text
            assert {act for act in ACTS if f'value="{act}"' in page} == acts
            for act in ACTS:
                answer = await actor.get(CHOICE, params={"acte": act, "salarie": ids(three)})
                assert answer.status_code == (303 if act in acts else 403), (role, act)


async def test_people_of_another_company_are_not_found_and_not_touched(alice, portal, world, three):
    theirs, mine = world.their_employee, three[0]
    before = columns(theirs)
    chosen = {"salarie": [str(mine.id), str(theirs.id)]}
    for path in (TOGETHER, f"{LIST}/export/csv", f"{LIST}/export/xlsx", "/espace/00010-2/contact/nouveau"):
        assert (await alice.get(path, params=chosen)).status_code == 404, path
    asked = await alice.get("/espace/00010-2/demandes/nouvelle", params=chosen)
    assert asked.text.count("ARZEL X") == 1
    assert theirs.birth_name not in asked.text
    typed = await shown(alice, three[:1])
    typed |= {f"salarie_{theirs.id}": "oui", f"version_{theirs.id}": str(theirs.version)}
    assert (await leave_on(alice, "2026-03-31", typed)).status_code == 404
    (found,) = await rows(portal, Employee, Employee.id == theirs.id)
    assert columns(found) == before
    assert (await by_name(portal, world))["ARZEL"].exit_on is None


# --- What is exported, and written


async def test_the_export_holds_the_people_ticked_in_the_order_of_the_list(alice, three):
    answer = await alice.get(f"{LIST}/export/csv", params={"salarie": [str(three[2].id), str(three[0].id)]})
    read = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert [row["Nom de naissance"] for row in read] == ["ARZEL", "CORRE"]


async def test_a_message_about_several_begins_with_their_names(alice, three):
    path = "/espace/00010-2/contact/nouveau"
    page = await alice.get(path, params={"salarie": ids(three)})
    assert "À propos de :\n- ARZEL X\n- BIHAN X\n- CORRE X\n" in page.text
    assert '<option value="salaries" selected>' in page.text
    one = await alice.get(path, params={"salarie": ids(three)[:1]})
    assert "À propos de" not in one.text
    assert f'<option value="{three[0].id}" selected>ARZEL X' in one.text
    check(page)
