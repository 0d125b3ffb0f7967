"""Two months before an authorisation expires, who keeps the list is told, once."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlmodel import select

from app.employees.reminders import remind_of_expiries
from db.models import Employee
from db.seeds.world import World
from tests.postbox import words_of

TODAY = date(2026, 3, 2)
SOON = date(2026, 4, 20)


@pytest.fixture
async def remind(portal, time_machine_at):
    from app import clock

    async def turn(today=TODAY):
        return await remind_of_expiries(portal, clock.now(), today)

    return turn


async def set_on(portal, employee, **columns):
    async with portal.database.transaction(write=True) as session:
        row = (await session.exec(select(Employee).where(Employee.id == employee.id))).one()
        for name, value in columns.items():
            setattr(row, name, value)


async def test_everybody_who_keeps_the_list_receives_the_names_and_the_dates(
    app, portal, world, mailbox, remind
):
    await set_on(portal, world.employee, driving_until=SOON)
    assert await remind() == 2
    letters = await mailbox.delivered(app)
    assert {letter["To"] for letter in letters} == {"alice@ours.example", "bob@ours.example"}
    words = words_of(letters[0])
    assert "Jean : autorisation de conduite, jusqu’au 20/04/2026" in words
    assert f"/espace/00010/salaries/{world.employee.id}" in words


async def test_it_is_said_once_and_again_for_another_date(portal, world, remind):
    await set_on(portal, world.employee, electrical_until=SOON)
    assert await remind() == 2
    assert await remind() == 0
    await set_on(portal, world.employee, electrical_until=SOON + timedelta(days=3))
    assert await remind() == 2


@pytest.mark.parametrize("until", [TODAY - timedelta(days=1), TODAY + timedelta(days=61), None])
async def test_what_expired_or_is_far_says_nothing(portal, world, remind, until):
    await set_on(portal, world.employee, driving_until=until)
    assert await remind() == 0


async def test_who_leaves_before_needs_no_reminder(portal, world, remind):
    await set_on(portal, world.employee, driving_until=SOON, exit_on=SOON - timedelta(days=1))
    assert await remind() == 0


async def test_who_may_only_read_or_lost_their_access_is_not_written_to(portal, world, remind):
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        reader = await seeds.an_account("reader@ours.example", "Rémi", "Lecture")
        await seeds.acts_for(reader, world.ours, roles=("lecture",))
        former = await seeds.an_account("former@ours.example", "Firmin", "Former")
        await seeds.acts_for(former, world.ours, ends_on=TODAY - timedelta(days=1))
    await set_on(portal, world.employee, driving_until=SOON)
    assert await remind() == 2


async def test_each_company_is_told_of_its_own_people_only(app, portal, world, mailbox, remind):
    await set_on(portal, world.employee, driving_until=SOON)
    await set_on(portal, world.their_employee, driving_until=SOON)
    await remind()
    for letter in await mailbox.delivered(app):
        own, other = (
            (world.theirs, world.ours)
            if letter["To"] == "charlie@theirs.example"
            else (world.ours, world.theirs)
        )
        assert own.name in words_of(letter)
        assert other.name not in words_of(letter)


async def test_several_processes_remind_once(app, portal, world, mailbox, remind):
    await set_on(portal, world.employee, driving_until=SOON)
    assert sum(await asyncio.gather(*(remind() for _ in range(4)))) == 2
    assert len(await mailbox.delivered(app)) == 2
