"""A departure typed with a wrong year: nothing brings somebody back, so what was recorded lately waits."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest

from app import clock
from app.access import VisitorAccess
from app.employees.declared import OLD
from app.follow_up.law import add_months
from app.retention.lines import LINE
from app.retention.queries import effect_of
from app.retention.rules import SETTLED
from db.models import Employee, EmployeeChange
from tests.employees.people import as_shown
from tests.reading import rows
from tests.retention.leavers import NAME, NIGHT, a_leaver
from tests.retention.test_acts import changed, names_of, night
from tests.test_pages import check


async def test_a_departure_typed_with_a_wrong_year_waits_for_months(alice, portal, world):
    person = await a_leaver(portal, world.ours, world.alice, exit_on="")
    path = f"/espace/00010/salaries/{person.key}/depart"
    assert LINE["employees"].months.least == OLD / timedelta(days=365) * 12
    answer = await alice.fill(path, exit_on="27/02/2020")
    check(answer)
    assert "plus de deux ans" in answer.text
    (row,) = await rows(portal, Employee, Employee.id == person.key)
    assert row.exit_on is None
    (again,) = re.findall(r'name="again" value="([^"]+)"', answer.text)
    assert (await alice.fill(path, exit_on="28/02/2020", again=again)).status_code == 422
    assert (await alice.fill(path, exit_on="27/02/2020", again=again)).status_code == 303
    at = clock.now()
    for days, is_left in ((0, True), (150, True), (190, False)):
        await night(portal, at + timedelta(days=days))
        assert (await names_of(portal) == [NAME]) is is_left, days


@pytest.mark.parametrize(("touched", "name"), [(Employee, "updated_at"), (EmployeeChange, "at")])
async def test_a_record_touched_lately_waits_and_is_counted(portal, world, touched, name):
    person = await a_leaver(portal, world.ours, world.alice)
    mine = Employee.id == person.key if touched is Employee else EmployeeChange.employee_id == person.key
    (row,) = await rows(portal, touched, mine)
    lately = add_months(NIGHT.date(), -SETTLED)
    at = datetime.combine(lately, time(12), UTC)
    await changed(portal, touched, row, **{name: at})
    await night(portal)
    assert await names_of(portal) == [NAME]
    async with portal.database.transaction(write=False) as session:
        effect = await effect_of(VisitorAccess(portal, session), "employees", 60, NIGHT)
    assert (effect.number, effect.waiting) == (0, 1)
    await night(portal, NIGHT + timedelta(days=1))
    assert await names_of(portal) != [NAME]


async def test_an_old_day_for_several_is_read_again_too(alice, portal, world):
    person = await a_leaver(portal, world.ours, world.alice, exit_on="")
    path, box = "/espace/00010/salaries/departs", {f"salarie_{person.key}": "oui"}
    version = {f"version_{person.key}": f"{person.version}"}
    answer = await alice.fill(f"{path}?salarie={person.key}", to=path, exit_on="2020-02-27", **box, **version)
    check(answer)
    assert "plus de deux ans" in answer.text
    (again,) = re.findall(r'name="again" value="([^"]+)"', answer.text)
    fields = {"exit_on": "2020-02-27", "again": again, **box, **version}
    assert (await alice.fill(f"{path}?salarie={person.key}", to=path, **fields)).status_code == 303
    (row,) = await rows(portal, Employee, Employee.id == person.key)
    assert row.exit_on


async def test_an_old_day_on_the_sheet_is_read_again_too(alice, portal, world):
    person = await a_leaver(portal, world.ours, world.alice, exit_on="2026-02-01")
    path = f"/espace/00010/salaries/{person.key}/correction"
    form = await as_shown(alice, path)
    wrong = await alice.fill(
        path, **form | {"exit_on": "01/02/2016", "last_name": "", "birth_on": "31/02/1970"}
    )
    assert 'name="again"' not in wrong.text, "something else was wrong: nobody has read of it yet"
    answer = await alice.fill(path, **form | {"exit_on": "01/02/2016"})
    check(answer)
    assert "plus de deux ans" in answer.text
    (row,) = await rows(portal, Employee, Employee.id == person.key)
    assert row.exit_on.year == 2026
    (again,) = re.findall(r'name="again" value="([^"]+)"', answer.text)
    typed = form | {"exit_on": "01/02/2016", "again": again}
    assert (await alice.fill(path, **typed)).status_code == 303
    (row,) = await rows(portal, Employee, Employee.id == person.key)
    assert row.exit_on.year == 2016
    # What stands is not asked about again when something else is corrected.
    form = await as_shown(alice, path)
    assert (await alice.fill(path, **form | {"staff_number": "M9"})).status_code == 303
