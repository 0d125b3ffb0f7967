"""One last day for several people of the list."""

import pytest

from db.models import AuditKind, ChangeKind, EmployeeChange
from tests.employees.people import LIST, an_employee, changes, events, fields_of, undo
from tests.employees.several import TOGETHER, by_name, ids, leave_on, led_to, shown
from tests.employees.test_listing import many
from tests.pages import check
from tests.reading import rows
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")


async def test_they_leave_on_the_same_day_and_each_departure_is_undone_alone(alice, portal, world, three):
    page = await alice.get(TOGETHER, params={"salarie": ids(three)})
    assert page.text.count(" checked") == 3
    check(page)
    typed = fields_of(page.text)
    del typed[f"salarie_{three[1].id}"]
    done = await leave_on(alice, "31/03/2026", typed)
    assert led_to(done) == f"{LIST}/operations"
    now = await by_name(portal, world)
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
    now = await by_name(portal, world)
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
    assert (await by_name(portal, world))["ARZEL"].exit_on is None
    again = await leave_on(alice, "2026-03-31", fields_of(refused.text))
    assert again.status_code == 303
    now = await by_name(portal, world)
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
    people = list((await by_name(portal, world)).values())
    asked = []
    for some in (people[:5], people[5:]):
        typed = await shown(alice, some)
        with statements_of(portal) as statements:
            assert (await leave_on(alice, "2026-03-31", typed)).status_code == 303
        asked.append(len(statements))
    assert asked[1] <= asked[0] + 1, asked
    assert len(await rows(portal, EmployeeChange, EmployeeChange.kind == ChangeKind.LEFT)) == 80
