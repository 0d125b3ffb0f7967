"""Names in words written once: emptied with the person, and only with that person."""

from datetime import date

import pytest

from app.employees.declared import employee_name
from app.retention.people import whole_names
from db.models import AuditEvent, AuditKind, Employee, StaffRead
from db.seeds.world import World
from tests.reading import rows
from tests.retention.leavers import LONG_AGO, NAME, NIGHT, a_leaver, columns
from tests.retention.test_accounts import NOW, account_of, charlie, last_seen
from tests.retention.test_accounts import night as night_of_accounts
from tests.retention.test_acts import changed, night

assert charlie  # a fixture


@pytest.mark.parametrize(
    ("about", "holds"),
    [
        ("MARTIN Anne", True),
        ("départ de MARTIN Anne, le 3 mai", True),
        ("« MARTIN Anne » : nom", True),
        ("MARTIN Anne-Marie", False),
        ("MARTIN Anne‑Marie", False),
        ("MARTIN Annette", False),
        ("SAINT-MARTIN Anne", False),
        ("D’MARTIN Anne", False),
        ("D'MARTIN Anne", False),
        ("départ d’MARTIN Anne", True),
        ("MARTIN Anne’s", False),
        ("MARTIN Anne-Marie, MARTIN Anne", True),
    ],
)
def test_a_name_is_found_whole(about, holds):
    assert bool(whole_names(["MARTIN Anne", "DURAND Luc"]).search(about)) is holds


def test_an_address_is_not_the_end_of_another():
    found = whole_names(["anne@ours.example"])
    assert found.search("invitation à anne@ours.example.")
    assert not found.search("invitation à marie.anne@ours.example")


async def a_line(portal, company, kind, about, about_id=None):
    async with portal.database.transaction(write=True) as session:
        line = AuditEvent(at=NIGHT, kind=kind, company_id=company.key, about=about, about_id=about_id)
        await World(session).keep(line)
        return line


async def words_of(portal, line):
    return (await rows(portal, type(line), type(line).id == line.key))[0].about


async def somebody_here(portal, company, **more):
    async with portal.database.transaction(write=True) as session:
        world = World(session, now=LONG_AGO)
        return await world.an_employee(company, columns(exit_on="", birth_on="1990-02-01", **more))


@pytest.mark.parametrize("first", ["Ermeline-Rose", "Ermelinette"])
async def test_whoever_has_a_longer_name_keeps_their_lines(portal, world, first):
    await a_leaver(portal, world.ours, world.alice)
    other = await somebody_here(portal, world.ours, first_names=first)
    lines = [
        await a_line(portal, world.ours, AuditKind.EMPLOYEE_DECLARED, employee_name(other), other.key),
        await a_line(portal, world.ours, AuditKind.EMPLOYEES_IMPORTED, f"1 entrée : {employee_name(other)}"),
    ]
    hers = await a_line(portal, world.ours, AuditKind.EMPLOYEES_IMPORTED, f"1 départ : {NAME} Ermeline.")
    await night(portal)
    assert [await words_of(portal, each) for each in lines] == [each.about for each in lines]
    assert not await words_of(portal, hers)


async def test_a_line_about_somebody_else_by_its_number_keeps_its_words(portal, world):
    person = await a_leaver(portal, world.ours, world.alice)
    other = await somebody_here(portal, world.ours, birth_name="Autre", first_names="Rose")
    words = f"Autre Rose : responsable, avant : « {employee_name(person)} »"
    kept = await a_line(portal, world.ours, AuditKind.EMPLOYEE_CORRECTED, words, other.key)
    gone = await a_line(portal, world.ours, AuditKind.EMPLOYEE_CORRECTED, words, 999_999)
    async with portal.database.transaction(write=True) as session:
        read = StaffRead(
            at=NIGHT, account_id=world.clerk.key, kind="employee", subject_id=other.key,
            company_id=world.ours.key, about=words,
        )  # fmt: skip
        await World(session).keep(read)
    await night(portal)
    assert await words_of(portal, kept) == await words_of(portal, read) == words
    assert not await words_of(portal, gone), "of a record that was taken back"


async def test_a_homonym_keeps_the_lines_that_may_be_theirs_until_they_leave(portal, world):
    person = await a_leaver(portal, world.ours, world.alice)
    other = await somebody_here(portal, world.ours, birth_name=NAME.upper(), first_names="Ermelîne")
    theirs = await a_line(portal, world.ours, AuditKind.EMPLOYEES_IMPORTED, f"1 entrée : {NAME} Ermeline")
    hers = await a_line(portal, world.ours, AuditKind.EMPLOYEE_LEFT, f"{NAME} Ermeline", person.key)
    await night(portal)
    assert await words_of(portal, theirs) == theirs.about
    assert not await words_of(portal, hers)
    await changed(portal, Employee, other, exit_on=date(2020, 6, 30), birth_name=NAME, first_names="Ermeline")
    await night(portal)
    assert not await words_of(portal, theirs)


async def test_a_name_is_looked_for_where_its_person_worked(portal, world):
    """Others of another company are of the same night."""
    await a_leaver(portal, world.ours, world.alice)
    await a_leaver(portal, world.theirs, world.charlie, birth_name="Autre")
    there = await a_line(portal, world.theirs, AuditKind.EMPLOYEES_IMPORTED, f"1 entrée : {NAME} Ermeline")
    await night(portal)
    assert await words_of(portal, there) == there.about


async def test_a_homonym_of_an_account_keeps_theirs(portal, world, charlie):
    await last_seen(portal, world.bob, NOW.replace(year=2032))
    async with portal.database.transaction(write=True) as session:
        bob = await session.get(type(world.bob), world.bob.key)
        bob.first_name, bob.last_name = "CHARLIE", "Petit"
    named = await a_line(portal, world.theirs, AuditKind.ROLES_CHANGED, "Charlie Petit : lecture")
    mailed = await a_line(portal, world.theirs, AuditKind.PERSON_INVITED, charlie.email)
    for at in (NOW, NOW.replace(month=NOW.month + 2)):
        await night_of_accounts(portal, at)
    assert (await account_of(portal, charlie)).erased_at
    assert await words_of(portal, named) == named.about
    assert not await words_of(portal, mailed)
