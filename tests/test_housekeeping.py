"""The work of the hour: each step fails alone, each is asked for once, one process does it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app import clock, housekeeping
from app.files.storage import StorageAway
from app.housekeeping import keep_house, remind_everybody, sweep_files, tidy
from app.retention import rules
from db.models import EmployeeImport, Housework, ImportLine, ImportState, LineKind, OutboxMail
from tests.employees.test_reminders import SOON, set_on
from tests.reading import rows

STEPS = (
    "tidy", "sweep_files", "remind_of_visits", "send_digests", "remind_of_expiries", "remind_of_declarations",
    "apply_at_night",
)  # fmt: skip
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Failing(Exception):  # noqa: N818
    """A fault of a step."""


@pytest.fixture
def steps(monkeypatch):
    """Each step of the hour replaced: `done` has the order in which they were asked for."""
    done, faults = [], {}

    def step(name):
        async def work(*_):
            done.append(name)
            if fault := faults.get(name):
                raise fault
            return 0

        return work

    for each in STEPS:
        monkeypatch.setattr(housekeeping, each, step(each))
    return done, faults


async def test_each_step_of_the_hour_is_asked_for_once(steps):
    done, _ = steps
    await housekeeping._do_housework(None)
    assert done == list(STEPS)


@pytest.mark.parametrize("failing", STEPS)
@pytest.mark.parametrize("fault", [Failing(), ZeroDivisionError(), OSError("disk full"), TimeoutError()])
async def test_a_step_that_fails_keeps_no_other_from_its_turn(steps, failing, fault):
    done, faults = steps
    faults[failing] = fault
    await housekeeping._do_housework(None)
    assert done == list(STEPS)


async def test_the_end_of_the_process_ends_the_work_at_once(steps):
    """Cancelled, it is not taken for a fault and does not go on with the next step."""
    done, faults = steps
    faults["send_digests"] = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await housekeeping._do_housework(None)
    assert done == list(STEPS[: STEPS.index("send_digests") + 1])


async def test_reminders_go_on_portion_after_portion_and_are_counted_once(monkeypatch):
    portions = iter([100, 100, 7, 0])

    async def expiries(*_):
        return next(portions)

    async def declarations(*_):
        return 5

    monkeypatch.setattr(housekeeping, "BREATH", 0)
    monkeypatch.setattr(housekeeping, "remind_of_expiries", expiries)
    monkeypatch.setattr(housekeeping, "remind_of_declarations", declarations)
    assert await remind_everybody(None) == 212
    assert next(portions, None) is None


async def test_reminders_that_fail_do_not_turn_for_ever(monkeypatch):
    """A fault of the first portion is tried again in an hour, and the others are reminded now."""
    asked = []

    async def expiries(*_):
        asked.append("expiries")
        raise Failing

    async def declarations(*_):
        asked.append("declarations")
        return 3

    monkeypatch.setattr(housekeeping, "remind_of_expiries", expiries)
    monkeypatch.setattr(housekeeping, "remind_of_declarations", declarations)
    assert await remind_everybody(None) == 3
    assert asked == ["expiries", "declarations"]


async def test_files_wait_for_a_storage_that_is_away(portal, monkeypatch):
    async def away(*_):
        raise StorageAway

    monkeypatch.setattr(type(portal.storage), "older_than", away)
    assert await sweep_files(portal, NOW) == 0


async def test_an_import_that_nobody_applied_is_dropped_with_its_lines_after_a_day(portal, world):
    mine = {
        "company_id": world.ours.key,
        "account_id": world.alice.key,
        "source": "tableur",
        "columns": [["x"]],
    }
    kept = {}
    for state in (ImportState.READY, ImportState.APPLIED):
        for late in (-SECOND, SECOND):
            at = NOW - rules.UNAPPLIED - late
            async with portal.database.transaction(write=True) as session:
                row = EmployeeImport(state=state, created_at=at, touched_at=at, **mine)
                session.add(row)
                await session.flush()
                session.add(
                    ImportLine(
                        import_id=row.key, line=1, kind=LineKind.NEW, company_id=world.ours.key, about="x"
                    )
                )
                kept[row.key] = (state, late)
    await tidy(portal, NOW)
    left = {each.import_id for each in await rows(portal, ImportLine)}
    for each in await rows(portal, EmployeeImport):
        if each.key in kept:
            is_gone = kept[each.key] == (ImportState.READY, SECOND)
            assert (each.state == ImportState.DROPPED) is is_gone
            assert (each.key in left) is not is_gone
            assert bool(each.columns) is not is_gone, "nothing of the file stays"


async def test_a_step_that_fails_keeps_no_other_from_its_work(portal, world, time_machine_at, monkeypatch):
    async def fails(*_):
        raise ZeroDivisionError

    for step in ("tidy", "sweep_files", "remind_of_visits"):
        monkeypatch.setattr(f"app.housekeeping.{step}", fails)
    await set_on(portal, world.employee, driving_until=SOON)
    night = asyncio.create_task(keep_house(portal))
    async with asyncio.timeout(60):
        while "expiries" not in {mail.template for mail in await rows(portal, OutboxMail)}:
            await asyncio.sleep(0.05)
    night.cancel()


async def test_of_several_processes_one_does_the_work_of_the_hour(portal, world, time_machine_at):
    turns = [await housekeeping._take_turn(portal, clock.now()) for _ in range(3)]
    assert turns == [1, 0, 0]
    time_machine_at.shift(timedelta(hours=1))
    assert sorted(
        await asyncio.gather(*(housekeeping._take_turn(portal, clock.now()) for _ in range(3)))
    ) == [0, 0, 1]
    (row,) = await rows(portal, Housework)
    assert clock.now() - row.began_at < timedelta(minutes=1)
