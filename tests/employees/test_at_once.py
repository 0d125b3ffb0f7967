"""Two who write about the same person at once: on a server the second waits, or reads what the first wrote.

On SQLite whoever writes is alone. Here the second comes while the first has read and not yet written.
"""

from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.clock import moment
from app.employees import acts
from app.employees.acts import change_of, correct_employee, employee_of, undo_change
from app.employees.declared import all_columns, declared_of
from app.errors import Refused
from app.imports import acts as import_acts
from app.imports.acts import apply_import, undo_import
from app.planning.staff import mark_done
from db.models import ChangeKind, Employee, EmployeeChange, EmployeeImport, ImportState, VisitKind
from tests import doors
from tests.conftest import SERVER
from tests.employees.people import an_employee, changes, declare
from tests.employees.steps import three_steps
from tests.imports.test_routes import HEADER, compared
from tests.planning.steps import a_person, a_slot
from tests.reading import rows

pytestmark = [
    pytest.mark.usefixtures("time_machine_at"),  # Monday 2 March 2026
    pytest.mark.skipif(not SERVER, reason="on SQLite one writes at a time"),
]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


async def corrected_meanwhile(portal, world, employee_id, **fields):
    """A colleague who corrects this person now. False when somebody else holds them, and one has to wait."""
    try:
        async with doors.member(portal, world.alice, world.site) as access:
            await (await access.session_.connection()).execute(text("SET LOCAL lock_timeout = '40ms'"))
            row = await employee_of(access, employee_id)
            values = declared_of(row) | fields
            await correct_employee(access, row, values, row.version, moment(NOW), is_sure=True)
    except DBAPIError:
        return False
    return True


@asynccontextmanager
async def just_before(monkeypatch, module, name, do):
    """`do` once, when the first has read the people and is about to call that."""
    real, done = getattr(module, name), []

    async def with_somebody(*given, **more):
        if not done:
            done.append(None)
            done[0] = await do()
        return await real(*given, **more)

    monkeypatch.setattr(module, name, with_somebody)
    yield done
    assert done, f"{name} was called"


async def the_one(portal, employee_id):
    (row,) = await rows(portal, Employee, Employee.id == employee_id)
    return row


async def the_import(portal, world):
    return (await rows(portal, EmployeeImport, EmployeeImport.company_id == world.site.id))[-1]


async def test_a_file_that_is_applied_never_writes_over_a_correction_of_that_moment(
    alice, portal, world, monkeypatch
):
    person = await an_employee(portal, world.site)
    line = ";LE GALL;Élise;03/02/1990;02/09/2024;CDI;Cheffe de caisse;"
    await compared(alice, f"{HEADER}\r\n{line}\r\n".encode())
    imported = await the_import(portal, world)

    async def corrects():
        return await corrected_meanwhile(portal, world, person.id, phone="+33612345678")

    async with (
        just_before(monkeypatch, import_acts, "done_visits_by_employee", corrects) as done,
        doors.member(portal, world.alice, world.site) as access,
    ):
        await apply_import(access, await access.get(EmployeeImport, imported.id), "", moment(NOW))
    row = await the_one(portal, person.id)
    assert row.job_title == "Cheffe de caisse"
    assert not (done[0] and row.phone != "+33612345678"), "the correction was saved, then lost"
    assert row.version == 2 + done[0]


async def test_a_file_that_is_undone_never_writes_over_a_correction_of_that_moment(
    alice, portal, world, monkeypatch
):
    person = await an_employee(portal, world.site)
    line = ";LE GALL;Élise;03/02/1990;02/09/2024;CDI;Cheffe de caisse;"
    await compared(alice, f"{HEADER}\r\n{line}\r\n".encode())
    imported = await the_import(portal, world)
    async with doors.member(portal, world.alice, world.site) as access:
        await apply_import(access, await access.get(EmployeeImport, imported.id), "", moment(NOW))

    async def corrects():
        return await corrected_meanwhile(portal, world, person.id, phone="+33612345678")

    async with (
        just_before(monkeypatch, import_acts, "done_visits_by_employee", corrects) as done,
        doors.member(portal, world.alice, world.site) as access,
    ):
        await undo_import(access, await access.get(EmployeeImport, imported.id), moment(NOW))
    row = await the_one(portal, person.id)
    assert not (done[0] and row.phone != "+33612345678"), "the correction was saved, then lost"
    assert (await the_import(portal, world)).state == ImportState.UNDONE


async def test_a_declaration_taken_back_never_takes_a_correction_of_that_moment_with_it(
    alice, portal, world, monkeypatch
):
    await three_steps(alice)
    await declare(alice)
    (declaration,) = await changes(portal, world.site)

    async def corrects():
        return await corrected_meanwhile(portal, world, declaration.employee_id, phone="+33612345678")

    refused = ""
    async with just_before(monkeypatch, acts, "ids_with_appointments", corrects) as done:
        try:
            async with doors.member(portal, world.alice, world.site) as access:
                await undo_change(access, await change_of(access, declaration.id), moment(NOW))
        except Refused as why:
            refused = why.message
    left = await rows(portal, Employee, Employee.id == declaration.employee_id)
    assert bool(left) is bool(refused)
    assert not (done[0] and not left), "who was just corrected is not removed"


async def test_a_visit_noted_while_a_correction_is_made_leaves_the_deadline_of_both(portal, world):
    """R4624-17: night work asks for a visit every three years instead of five, from the visit of that day."""
    person = await a_person(portal, world.site)
    slot = await a_slot(portal, world.site, person, NOW - timedelta(minutes=20))

    async def corrects():
        return await corrected_meanwhile(portal, world, person.id, risks="NUIT")

    async with doors.staff(portal, world.clerk) as access:
        await mark_done(access, slot.id, NOW)
        is_corrected = await corrects()  # the visit is written, and not committed yet
    if not is_corrected:
        assert await corrects()
    row = await the_one(portal, person.id)
    assert (row.risks, row.due_kind, row.due_on) == ("NUIT", VisitKind.VIP, date(2029, 3, 2))


async def test_whoever_was_corrected_by_two_has_every_correction_in_the_history(portal, world):
    person = await an_employee(portal, world.site)
    for phone in ("+33612345678", "+33612345679"):
        assert await corrected_meanwhile(portal, world, person.id, phone=phone)
    told = await rows(portal, EmployeeChange, EmployeeChange.employee_id == person.id)
    assert [each.kind for each in told] == [ChangeKind.CORRECTED] * 2
    assert told[1].before == told[0].after
    row = await the_one(portal, person.id)
    derived = all_columns(declared_of(row), [])
    assert {name: getattr(row, name) for name in derived} == derived
