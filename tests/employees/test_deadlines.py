"""The deadlines by month: who is late, who is urgent, and who has an appointment already."""

import pytest

from db.models import VisitKind
from tests.employees.people import LIST, an_employee
from tests.employees.test_standings import an_overdue
from tests.pages import check
from tests.planning.steps import a_person, a_slot

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
