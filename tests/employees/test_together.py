"""Several people of the list at once: who is chosen, where each button leads, and one departure for all."""

import csv
import io
import re

import pytest
from sqlmodel import col

from app.employees.choosing import ACTS
from app.employees.together import MOST_ABOUT
from db.models import AuditKind, ChangeKind, Employee, EmployeeChange
from tests.employees.people import LIST, acting, an_employee, changes, columns, events, fields_of, undo
from tests.employees.test_list import many
from tests.pages import check
from tests.reading import rows
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")
CHOICE, TOGETHER = f"{LIST}/choix", f"{LIST}/departs"
VISIT, DEPARTURE, WRITE, EXPORT = ACTS


@pytest.fixture
async def three(portal, world):
    return [
        await an_employee(portal, world.site, birth_name=name, first_names="X")
        for name in ("ARZEL", "BIHAN", "CORRE")
    ]


def led_to(answer):
    """The page of a redirect, whatever it says was done."""
    assert answer.status_code == 303
    return answer.headers["location"].partition("?fait=")[0]


def ids(people):
    return [str(each.id) for each in people]


async def shown(actor, people):
    """The form that lists these people, as a browser would send it."""
    return fields_of((await actor.get(TOGETHER, params={"salarie": ids(people)})).text)


async def leave_on(actor, day, typed):
    token = await actor.token("/mon-compte/mot-de-passe")
    return await actor.post(TOGETHER, data=typed | {"exit_on": day, "csrf": token})


async def ours(portal, world):
    found = await rows(portal, Employee, col(Employee.company_id) == world.site.id)
    return {each.birth_name: each for each in found}


# --- Who is chosen


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
    assert (await ours(portal, world))["ARZEL"].exit_on is None


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


# --- One last day for several


async def test_they_leave_on_the_same_day_and_each_departure_is_undone_alone(alice, portal, world, three):
    page = await alice.get(TOGETHER, params={"salarie": ids(three)})
    assert page.text.count(" checked") == 3
    check(page)
    typed = fields_of(page.text)
    del typed[f"salarie_{three[1].id}"]
    done = await leave_on(alice, "31/03/2026", typed)
    assert led_to(done) == f"{LIST}/operations"
    now = await ours(portal, world)
    assert [str(now[name].exit_on) for name in ("ARZEL", "BIHAN", "CORRE")] == [
        "2026-03-31", "None", "2026-03-31",
    ]  # fmt: skip
    assert [now[name].version for name in ("ARZEL", "BIHAN", "CORRE")] == [2, 1, 2]
    made = await changes(portal, world.site)
    assert [(each.kind, each.about, each.after) for each in made] == [
        (ChangeKind.LEFT, name, {"exit_on": "2026-03-31"}) for name in ("ARZEL X", "CORRE X")
    ]
    assert (await events(portal)).count(AuditKind.EMPLOYEE_LEFT) == 1
    listed = await alice.follow(done)
    assert "Les départs sont enregistrés." in listed.text
    await undo(alice, made[1])
    now = await ours(portal, world)
    assert (now["CORRE"].exit_on, str(now["ARZEL"].exit_on)) == (None, "2026-03-31")


async def test_sent_twice_it_is_done_once(alice, portal, world, three):
    typed = await shown(alice, three)
    for _ in range(2):
        assert (await leave_on(alice, "2026-03-31", typed)).status_code == 303
    assert len(await changes(portal, world.site)) == 3


async def test_one_who_stands_against_it_is_named_and_nobody_leaves(alice, portal, world, three):
    late = await an_employee(portal, world.site, birth_name="DENEZ", first_names="X", entry_on="2026-06-01")
    gone = await an_employee(portal, world.site, birth_name="ERWAN", first_names="X", exit_on="2026-02-01")
    typed = await shown(alice, [*three, late, gone])
    assert f"salarie_{gone.id}" not in typed
    refused = await leave_on(alice, "2026-03-31", typed | {f"salarie_{gone.id}": "oui"})
    assert refused.status_code == 422
    assert "DENEZ X : pas avant son entrée, le" in refused.text
    assert "ERWAN X : son départ est déjà enregistré, au" in refused.text
    assert "ARZEL X :" not in refused.text
    assert not await changes(portal, world.site)
    assert fields_of(refused.text)[f"salarie_{three[0].id}"] == "oui"
    check(refused)


async def test_who_changed_meanwhile_is_named_and_shown_as_they_are_now(alice, portal, world, three):
    typed = await shown(alice, three)
    await alice.fill(f"{LIST}/{three[1].id}/depart", exit_on="2026-05-05")
    refused = await leave_on(alice, "2026-03-31", typed)
    assert refused.status_code == 409
    assert "BIHAN X : cette fiche a changé entre-temps" in refused.text
    assert "Départ déjà enregistré, au 05/05/2026" in refused.text
    assert (await ours(portal, world))["ARZEL"].exit_on is None
    again = await leave_on(alice, "2026-03-31", fields_of(refused.text))
    assert again.status_code == 303
    now = await ours(portal, world)
    assert [str(now[name].exit_on) for name in ("ARZEL", "BIHAN", "CORRE")] == [
        "2026-03-31", "2026-05-05", "2026-03-31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "words"),
    [("", "Saisissez le dernier jour"), ("2028-01-01", "dans plus d’un an"), ("31/02/2026", "date")],
)
async def test_a_day_that_cannot_be_is_refused_with_the_ticks_kept(alice, portal, world, three, day, words):
    typed = await shown(alice, three)
    del typed[f"salarie_{three[0].id}"]
    refused = await leave_on(alice, day, typed)
    assert refused.status_code == 422
    assert words in refused.text
    kept = fields_of(refused.text)
    assert [f"salarie_{each.id}" in kept for each in three] == [False, True, True]
    assert not await changes(portal, world.site)


async def test_nobody_and_too_many_are_refused(alice, portal, world, three, monkeypatch):
    typed = await shown(alice, three)
    nobody = {name: value for name, value in typed.items() if not name.startswith("salarie")}
    refused = await leave_on(alice, "2026-03-31", nobody)
    assert "Cochez au moins un salarié." in refused.text
    monkeypatch.setattr("app.employees.acts.MOST_LEAVING", 2)
    assert "pour 2 salariés au plus" in (await leave_on(alice, "2026-03-31", typed)).text
    assert not await changes(portal, world.site)
    assert led_to(await alice.get(TOGETHER)) == LIST


async def test_a_departure_of_many_asks_as_little_as_one_of_few(alice, portal, world):
    await many(portal, world, 80)
    people = list((await ours(portal, world)).values())
    asked = []
    for some in (people[:5], people[5:]):
        typed = await shown(alice, some)
        with statements_of(portal) as statements:
            assert (await leave_on(alice, "2026-03-31", typed)).status_code == 303
        asked.append(len(statements))
    assert asked[1] <= asked[0] + 1, asked
    assert len(await rows(portal, EmployeeChange, EmployeeChange.kind == ChangeKind.LEFT)) == 80
