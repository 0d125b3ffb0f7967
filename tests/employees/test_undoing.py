"""What an old page, or an old line of the history, may no longer do to somebody."""

from datetime import date

import pytest

from db.models import Employee, EmployeeChange, EmployeeImport, ImportLine
from tests.employees.people import (
    LIST,
    an_employee,
    changes,
    columns,
    come_back,
    correct,
    leave,
    the_employee,
    undo,
)
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


@pytest.fixture
async def elise(portal, world):
    return await an_employee(portal, world.site)


@pytest.mark.parametrize("model", [Employee, EmployeeChange, EmployeeImport, ImportLine])
def test_a_number_is_never_given_twice_on_sqlite(model):
    assert model.__table__.dialect_options["sqlite"]["autoincrement"] is True


async def test_an_old_page_of_somebody_withdrawn_never_reaches_the_next_person(alice, world, portal, elise):
    old = f"{LIST}/{elise.id}/depart"
    token = await alice.token(old)
    async with portal.database.transaction(write=True) as session:
        await session.delete(await session.get_one(Employee, elise.id))
    other = await an_employee(portal, world.site, birth_name="RIOU")
    assert other.id != elise.id
    answer = await alice.post(old, data={"csrf": token, "exit_on": "2026-02-28"})
    assert answer.status_code == 404
    assert (await the_employee(portal, other.id)).exit_on is None


async def test_the_undoing_of_an_old_departure_is_not_undone_over_a_return(alice, world, portal, elise):
    await leave(alice, elise, "2026-01-31")
    await undo(alice, (await changes(portal, world.site))[-1])
    taken_back = (await changes(portal, world.site))[-1]
    await leave(alice, elise, "2026-02-15")
    await come_back(alice, elise)
    before = columns(await the_employee(portal, elise.id))
    refused = await undo(alice, taken_back)
    assert refused.status_code == 422
    assert "(date de sortie) : annulez d’abord la dernière opération." in refused.text
    assert columns(await the_employee(portal, elise.id)) == before
    for _ in range(2):
        later = [each for each in await changes(portal, world.site) if each.undoes_id is None]
        standing = [each for each in later if each.undone_at is None]
        assert (await undo(alice, standing[-1])).status_code == 303
    assert (await undo(alice, taken_back)).status_code == 303
    assert (await the_employee(portal, elise.id)).exit_on == date(2026, 1, 31)


async def test_a_value_that_came_back_by_two_corrections_is_still_a_later_operation(
    alice, world, portal, elise
):
    for job in ("Vendeuse", "Cheffe", "Vendeuse"):
        await correct(alice, elise, job_title=job)
    first, *_ = await changes(portal, world.site)
    assert (await undo(alice, first)).status_code == 422
    for each in reversed(await changes(portal, world.site)):
        assert (await undo(alice, each)).status_code == 303
    assert (await the_employee(portal, elise.id)).job_title == "Caissière"


async def test_an_undoing_that_is_taken_back_is_not_said_twice(alice, world, portal, elise):
    await leave(alice, elise, "2026-03-31")
    (departure,) = await changes(portal, world.site)
    asked = await alice.get(f"{LIST}/operations/{departure.id}/annulation")
    assert "<title>Annuler : départ de LE GALL Élise" in asked.text
    await undo(alice, departure)
    asked = await alice.get(f"{LIST}/operations/{(await changes(portal, world.site))[-1].id}/annulation")
    assert "<title>Revenir sur l’annulation : LE GALL Élise" in asked.text


async def test_each_undoing_says_what_it_took_back(alice, world, portal, elise):
    await correct(alice, elise, phone="0612345678")
    for _ in range(3):
        await undo(alice, (await changes(portal, world.site))[-1])
    first, second, third, fourth = await rows(portal, EmployeeChange, EmployeeChange.employee_id == elise.id)
    assert [each.undoes_id for each in (first, second, third, fourth)] == [
        None,
        first.id,
        second.id,
        third.id,
    ]
