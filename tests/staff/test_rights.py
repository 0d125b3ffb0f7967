"""Roles and scopes of the service, swept: every route × every role × every scope."""

import pytest
from litestar.di import NamedDependency
from sqlalchemy import text
from sqlmodel import select

from app.access import StaffAccess
from app.errors import NotFound
from app.main import router_behind
from app.sections import STAFF_SECTIONS, staff_home
from app.staff_rights import (
    ANY_STAFF,
    EVERYTHING,
    STAFF_RIGHTS,
    STAFF_ROLE_WORDS,
    StaffRight,
    StaffRole,
    StaffScope,
    staff_rights_of,
)
from app.web import doors
from app.web.signatures import get
from db.models import Account, Company, Employee, Slot
from tests.actors import Actor
from tests.staff.scopes import a_colleague, another_centre, staff_rights, two_teams, unscoped
from tests.statements import watched
from tests.test_access import everything
from tests.test_matrix import cases
from tests.world import OURS

# Hours when a professional is taken: of nobody that the statement names.
BUSY = "SELECT slot.professional, slot.starts_at, slot.minutes \nFROM slot"
NOBODYS = {"inbox.public"}  # what somebody without account wrote is of no member


def of_the_service(app):
    rights = staff_rights()
    return [
        (method, path, rights[handler.name])
        for method, path, _, handler in cases(app)
        if handler.name in rights
    ]


def test_every_role_has_rights_and_words_and_every_right_somebody():
    assert STAFF_RIGHTS.keys() == STAFF_ROLE_WORDS.keys() == set(StaffRole)
    assert frozenset().union(*STAFF_RIGHTS.values()) == set(StaffRight)


def test_medical_secrecy_comes_with_one_role_only():
    assert [role for role in StaffRole if StaffRight.MEDICAL in STAFF_RIGHTS[role]] == [StaffRole.MEDICAL]


def test_an_unknown_role_gives_nothing():
    assert staff_rights_of(["roi"]) == frozenset()


@pytest.mark.parametrize("right", [{}, {"right": "view"}, {"right": None}])
def test_a_staff_handler_that_names_no_right_of_the_service_stops_the_start(right):
    @get("/service/nulle-part", **right)
    async def show(access: NamedDependency[StaffAccess]) -> None: ...

    with pytest.raises(TypeError, match="names no `StaffRight`"):
        router_behind(doors.staff_access, [show])


@pytest.mark.sweep
@pytest.mark.parametrize("role", [*StaffRole, "inconnu"])
async def test_what_a_role_does_not_allow_is_refused_and_not_in_the_menu(app, world, portal, role):
    held, refused = staff_rights_of([role]), 0
    async with Actor(app) as actor:
        await a_colleague(actor, portal, [role])
        token = await actor.token("/deconnexion")
        before = await everything(portal)
        for method, path, right in of_the_service(app):
            if right and right not in held:
                fields = {"data": {"csrf": token}} if method == "POST" else {}
                answer = await actor.request(method, path, **fields)
                assert answer.status_code == 403, f"{role}: {method} {path}"
                assert OURS not in answer.text
                refused += 1
        menu = (await actor.get("/compte")).text
        for section in STAFF_SECTIONS:
            shown = f'href="{app.app.route_reverse(section.name)}"' in menu
            assert shown == section.opens_to(held, EVERYTHING), f"{role}: {section.title}"
        assert await everything(portal) == before
    assert refused or held >= set(staff_rights().values()) - {ANY_STAFF}


@pytest.mark.parametrize("role", [*StaffRole])
async def test_the_menu_of_one_team_leads_nowhere_that_refuses_it(app, world, portal, role):
    """And leaves out nothing that would open."""
    ours, _ = await two_teams(portal, world)
    held = staff_rights_of([role])
    async with Actor(app) as actor:
        await a_colleague(actor, portal, [role], teams=[ours])
        menu = (await actor.get("/compte")).text
        for section in STAFF_SECTIONS:
            path = app.app.route_reverse(section.name)
            answer = await actor.get(path)
            assert (f'href="{path}"' in menu) == (answer.status_code == 200), f"{role}: {section.title}"
        assert staff_home([role], StaffScope((ours,))) in {
            each.name for each in STAFF_SECTIONS if each.opens_to(held, StaffScope((ours,)))
        }


async def test_a_team_sees_its_own_members(app, world, portal):
    ours, _ = await two_teams(portal, world)
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["direction"], teams=[ours])
        assert OURS in "".join(
            [(await actor.get(path)).text for m, path, _ in of_the_service(app) if m == "GET"]
        )


async def test_no_statement_of_the_service_forgets_the_scope(app, world, portal):
    """Whatever the statement is written with, the condition stands beside every table of members in it."""
    ours, _ = await two_teams(portal, world)
    forgetful, seen = [], []

    def watch(_connection, _cursor, statement, *_):
        missing = [] if statement.startswith(BUSY) else unscoped(statement)
        seen.append(statement)
        if missing:
            forgetful.append((missing, statement))

    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["direction", "medical"], teams=[ours])
        with watched(portal, watch):
            for method, path, _ in of_the_service(app):
                if method == "GET":
                    await actor.get(path)
    assert not forgetful, forgetful[0]
    assert len(seen) > 50


def test_the_eye_that_looks_for_forgotten_scopes_sees():
    assert unscoped("SELECT slot.id FROM slot WHERE slot.id = 1") == ["slot"]
    assert unscoped("SELECT a.id FROM slot AS a JOIN company ON a.company_id = company.id") == [
        "slot",
        "company",
    ]
    assert not unscoped("SELECT slot.id FROM slot WHERE slot.company_id IN (SELECT company.id …)")


# What the door itself does, whatever the handler.


async def scoped_access(portal, session, world, *teams, centres=()):
    return StaffAccess(portal, session, world.clerk, ("direction",), StaffScope(teams, tuple(centres)))


@pytest.mark.parametrize("write", [True, False])
async def test_rows_of_a_model_are_those_of_the_scope(portal, world, write):
    ours, theirs = await two_teams(portal, world)
    async with portal.database.transaction(write=write) as session:
        access = await scoped_access(portal, session, world, theirs)
        assert [each.id for each in await access.all(access.select(Company))] == [world.theirs.key]
        assert [each.company_id for each in await access.all(select(Employee))] == [world.theirs.key]
        both = await scoped_access(portal, session, world, ours, theirs)
        assert len(await both.all(select(Employee))) == 2
        people = await access.all(access.select(Account))
        assert {each.email for each in people} == {"charlie@theirs.example", "clerk@service.example"}


async def test_a_centre_bounds_what_has_a_centre(portal, world):
    large = await another_centre(portal)
    async with portal.database.transaction(write=False) as session:
        access = await scoped_access(portal, session, world, centres=[large])
        assert not await access.all(select(Slot))
        assert await access.all(select(Employee))


async def test_a_row_for_a_member_of_another_team_is_not_kept(portal, world):
    _, theirs = await two_teams(portal, world)
    async with portal.database.transaction(write=True) as session:
        access = await scoped_access(portal, session, world, theirs)
        access.add(Employee(**{**world.employee.model_dump(), "id": None}))
        with pytest.raises(NotFound):
            await access.check_scope()
        session.info["refused"] = True


async def test_plain_sql_is_refused_to_whoever_has_a_scope(portal, world):
    async with portal.database.transaction(write=False) as session:
        access = await scoped_access(portal, session, world, 1)
        with pytest.raises(TypeError, match="scope"):
            await access.table(text("SELECT 1"))
