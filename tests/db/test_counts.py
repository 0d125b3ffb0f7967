"""Counts that the database keeps: whatever is written, by whom, and beside whom."""

import asyncio
import random
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, update
from sqlmodel import col, select

from app.contributions.counting import SINGLY
from db.models import NEVER, Contract, Employee, HiringMonth, Monitoring, VisitMonth
from tests.conftest import SERVER

DAYS = [date(2025, 11, 28) + timedelta(days=each) for each in range(0, 70, 3)]
MADE = "x"  # the names of the rows made here: nothing refers to them
CHANGING = {
    "exit_on": [None, None, *DAYS],
    "contract_ends_on": [None, None, *DAYS],
    "due_on": [NEVER, *DAYS],
    "entry_on": DAYS,
    "contract": list(Contract),
    "monitoring": list(Monitoring),
}


def month_of(day):
    """PostgreSQL is given NEVER as `infinity`, which has no month."""
    return day if SERVER and day == NEVER else day.replace(day=1)


def counted(people):
    """The same from the rows themselves, in Python."""
    here = [each for each in people if each.exit_on is None]
    steady = [each for each in here if each.contract_ends_on is None and each.contract not in SINGLY]
    by_visit = Counter((each.company_id, month_of(each.due_on)) for each in here)
    by_hiring = Counter(
        (each.company_id, each.contract, each.monitoring, month_of(each.entry_on)) for each in steady
    )
    return by_visit, by_hiring


async def kept(session):
    """By the same keys. No row is left of what nobody is counted in."""
    found = []
    for model, names in (
        (VisitMonth, ("company_id", "month")),
        (HiringMonth, ("company_id", "contract", "monitoring", "month")),
    ):
        sums = Counter()
        for row in await session.exec(select(model).execution_options(populate_existing=True)):
            assert row.people
            sums[tuple(getattr(row, name) for name in names)] += row.people
        found.append(+sums)
    return tuple(found)


async def people_in(session):
    return (await session.exec(select(Employee).execution_options(populate_existing=True))).all()


def a_row(chance, company, now):
    row = {name: chance.choice(values) for name, values in CHANGING.items()}
    row |= {"company_id": company, "birth_name": "X", "first_names": "Y", "birth_on": date(1990, 1, 1)}
    return row | {
        "job_title": "Z",
        "sort_key": MADE,
        "search_key": " x",
        "created_at": now,
        "updated_at": now,
    }


async def write_something(session, chance, companies, now):
    """One statement, of one row or of many."""
    connection = await session.connection()
    ids = (
        (await connection.execute(select(col(Employee.id)).where(col(Employee.sort_key) == MADE)))
        .scalars()
        .all()
    )
    some = chance.sample(ids, min(len(ids), chance.choice([1, 1, 5])))
    act = chance.choice(["insert", "update", "update", "update", "move", "delete"])
    if act == "insert" or not ids:
        rows = [a_row(chance, chance.choice(companies), now) for _ in range(chance.choice([1, 7]))]
        await connection.execute(insert(Employee).values(rows))
    elif act == "delete":
        await connection.execute(delete(Employee).where(col(Employee.id).in_(some)))
    else:
        names = chance.sample(list(CHANGING), chance.choice([1, 2, 6]))
        values = {name: chance.choice(CHANGING[name]) for name in names}
        values = {"company_id": chance.choice(companies)} if act == "move" else values
        await connection.execute(update(Employee).where(col(Employee.id).in_(some)).values(**values))


async def test_counts_are_those_of_the_rows_after_any_writes(portal, world):
    chance = random.Random(59)
    async with portal.database.transaction(write=True) as session:
        for _ in range(12):
            for _ in range(10):
                await write_something(
                    session, chance, [world.ours.key, world.theirs.key, world.site.key], world.ours.created_at
                )
            assert await kept(session) == counted(await people_in(session))


@pytest.mark.skipif(not SERVER, reason="SQLite has one writer")
async def test_nobody_waits_for_a_count(portal, world):
    """Two transactions that count the same month, each before the other ends."""
    chance, meet = random.Random(60), asyncio.Barrier(2)

    async def declare():
        async with portal.database.transaction(write=True) as session:
            for _ in range(3):
                row = a_row(chance, world.ours.key, world.ours.created_at) | {"exit_on": None}
                await (await session.connection()).execute(insert(Employee).values(row | {"due_on": NEVER}))
                async with asyncio.timeout(5):
                    await meet.wait()

    await asyncio.gather(declare(), declare())
    async with portal.database.transaction(write=True) as session:
        assert await kept(session) == counted(await people_in(session))
        await session.exec(update(Employee).values(exit_on=date(2026, 1, 1)))
        assert await kept(session) == (Counter(), Counter())
