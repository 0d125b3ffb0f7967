"""The deadlines by month: who is late, who is urgent, and who has an appointment already."""

import html
import random
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from app import clock
from app.access import AccountAccess
from app.employees.standings import undated_at
from db.models import Employee, VisitKind
from tests.appointments.steps import a_request
from tests.employees.people import LIST, an_employee
from tests.employees.test_standings import an_overdue
from tests.pages import check
from tests.planning.steps import a_person, a_slot
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def test_deadlines_open_on_who_is_late_without_a_date(alice, world, portal):
    late = await an_overdue(portal, world.site, "RETARD")
    called = await an_overdue(portal, world.site, "APPELE")
    await a_slot(portal, world.site, called, kind=VisitKind.VIP_INITIAL)
    await a_person(portal, world.site, "PLUSTARD")
    page = (await alice.get(f"{LIST}/echeances")).text
    assert "RETARD Élise" in page
    assert f"salarie={late.key}" in page
    assert "APPELE" not in page
    assert "PLUSTARD" not in page
    assert "1 visite en retard" in page
    page = (await alice.get(f"{LIST}/echeances?mois=encours")).text
    assert "APPELE Élise" in page
    assert f"salarie={called.key}" not in page
    assert '<span class="tag wait">à confirmer</span>' in page


async def test_who_is_to_be_seen_before_the_work_is_said_to_be_urgent(alice, world, portal):
    await an_employee(portal, world.site, risks="AMIANTE", entry_on="2026-03-08")
    due = await alice.get(f"{LIST}/echeances")
    assert "<strong>Urgent</strong> : avant la prise de poste" in due.text
    check(due)


LISTED = re.compile(r'<th scope="row"><a href="[^"]*/salaries/([0-9]+)"')
BAR = re.compile(r'\?mois=([^"]+)"[^>]*>[^<]*</a></th>\s*<td class="whole">(?:.*>)? ?([0-9]+)</td>')
NEXT = re.compile(r'href="[^"]*(\?mois=[^"]*apres=[^"]*)" rel="next"')


async def listed(alice, month):
    """Numbers of the people of all the pages of a month."""
    found, query = [], f"?mois={month}"
    while query:
        page = (await alice.get(f"{LIST}/echeances{query}")).text
        found += LISTED.findall(page)
        query = html.unescape((NEXT.search(page) or ["", ""])[1])
    return found


async def test_the_number_of_each_month_is_that_of_its_people(alice, world, portal):
    """Late or not, called or not, gone, going or staying: the kept counts say what the lists do."""
    chance = random.Random(8)
    day = date(2026, 3, 2)
    exits = [None, None, None, *(day + timedelta(days=each) for each in (-40, -1, 0, 1, 90))]
    for place in range(90):
        due_on = day + timedelta(days=chance.choice([-400, -60, -30, -2, -1, 0, 1, 20, 29, 60, 364, 900]))
        person = await an_employee(portal, world.site, birth_name=f"N{chr(65 + place % 26)}")
        async with portal.database.transaction(write=True) as session:
            values = {"due_on": due_on, "due_kind": "vip", "exit_on": chance.choice(exits)}
            await session.exec(update(Employee).where(Employee.id == person.id).values(**values))
        if place % 5 == 0:
            kind = VisitKind.VIP if place % 2 else VisitKind.RETURN
            await a_slot(portal, world.site, person, kind=kind, professional=f"Dr {place}")
        if place % 7 == 0:
            await a_request(portal, world.site, person, world.alice, kind=VisitKind.VIP)
    bars = dict(BAR.findall((await alice.get(f"{LIST}/echeances")).text))
    assert {"retard", "encours", "2026-03", "ensuite"} <= bars.keys()
    for month, number in bars.items():
        people = await listed(alice, month)
        assert len(set(people)) == len(people) == int(number), month
    people = await rows(portal, Employee, Employee.company_id == world.site.id)
    present = [each for each in people if each.exit_on is None or each.exit_on >= day]
    async with portal.database.transaction(write=False) as session:
        late = await undated_at(AccountAccess(portal, session, world.alice, None), clock.moment())
    assert late[world.site.id] == int(bars["retard"]), "as « Mes entreprises » counts it"
    assert sum(map(int, bars.values())) == len(present) > 40
    assert (
        f"<strong>{len(present)}</strong> <span>salariés présents"
        in (await alice.get("/espace/00010-2")).text
    )
    assert f"Prendre les {len(present)} de la liste" in (await alice.get(LIST)).text
