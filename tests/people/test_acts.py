"""A company never ends without an administrator, even when two act at the same time."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from app import clock
from app.errors import Forbidden, NotFound, Refused
from app.people.acts import change_access, hand_over, leave_company, revoke_access
from app.people.forms import Scope
from app.rights import Role
from db.models import Membership
from tests import doors
from tests.actors import Actor
from tests.doors import membership_of
from tests.people.steps import LEAVING, a_member, address_of

ADMINISTRATOR = Role.ADMINISTRATOR.value


async def administrators(portal, company):
    async with portal.database.transaction(write=False) as session:
        rows = (await session.exec(select(Membership).where(Membership.company_id == company.key))).all()
        return [row.account_id for row in rows if ADMINISTRATOR in row.roles and row.ends_on is None]


async def again(portal, world):
    """Both administer once more, whatever the round before did."""
    async with portal.database.transaction(write=True) as session:
        for account in (world.alice, world.bob):
            mine = select(Membership).where(
                Membership.account_id == account.key, Membership.company_id == world.ours.key
            )
            row = (await session.exec(mine)).one_or_none() or Membership(
                account_id=account.key, company_id=world.ours.key, created_at=clock.now()
            )
            row.roles, row.ends_on, row.third_party = [ADMINISTRATOR], None, False
            session.add(row)


@pytest.mark.parametrize("act", ["/retrait", "", "/administration"])
async def test_of_two_administrators_who_remove_each_other_one_stays(app, alice, world, portal, act):
    fields = {} if act else {"role_lecture": "on"}
    async with Actor(app) as bob:
        await bob.signed_in(world.bob)
        for _ in range(10):
            await again(portal, world)
            paths = [await address_of(portal, each, world.ours, act) for each in (world.bob, world.alice)]
            tokens = [await actor.token(LEAVING) for actor in (alice, bob)]
            answers = await asyncio.gather(
                alice.post(paths[0], data={"csrf": tokens[0], **fields}),
                bob.post(paths[1], data={"csrf": tokens[1], **fields}),
            )
            statuses = sorted(answer.status_code for answer in answers)
            assert statuses[0] == 303
            # One may also hand back what the other has just handed over.
            assert statuses[1] in {403, 404, 422} or act == "/administration"
            assert len(await administrators(portal, world.ours)) == 1


async def test_of_two_administrators_who_leave_together_one_stays(app, alice, world, portal):
    async with Actor(app) as bob:
        await bob.signed_in(world.bob)
        for _ in range(10):
            await again(portal, world)
            tokens = [await actor.token(LEAVING) for actor in (alice, bob)]
            answers = await asyncio.gather(
                alice.post(LEAVING, data={"csrf": tokens[0]}), bob.post(LEAVING, data={"csrf": tokens[1]})
            )
            assert sorted(answer.status_code for answer in answers) == [303, 422]
            assert len(await administrators(portal, world.ours)) == 1


async def test_who_leaves_while_administration_is_handed_to_them_does_not_take_it_away(app, world, portal):
    """Bob, a reader, leaves at the moment when Alice, alone, makes him the administrator."""
    leaving = "/espace/00010-2/utilisateurs/depart"
    for number in range(10):
        reader = await a_member(portal, world.site, f"lecteur{number}@ours.example")
        (owner_id,) = await administrators(portal, world.site)
        owner = next(each for each in (world.alice, reader) if each.key == owner_id)
        async with Actor(app) as boss, Actor(app) as actor:
            await boss.signed_in(owner)
            await actor.signed_in(reader)
            path = await address_of(portal, reader, world.site, "/administration")
            tokens = [await each.token(leaving) for each in (boss, actor)]
            answers = await asyncio.gather(
                boss.post(path, data={"csrf": tokens[0]}), actor.post(leaving, data={"csrf": tokens[1]})
            )
        assert all(answer.status_code in {303, 404, 422} for answer in answers)
        assert len(await administrators(portal, world.site)) == 1
        if owner_id not in await administrators(portal, world.site):
            async with doors.member(portal, reader, world.site) as access:
                back = await membership_of(portal, world.alice, world.site)
                await hand_over(access, back.key, clock.now())


async def test_who_is_no_longer_administrator_no_longer_decides(world, portal):
    bobs = await membership_of(portal, world.bob, world.ours)
    async with doors.member(portal, world.alice, world.ours) as access:
        await change_access(access, bobs.key, Scope(role_lecture="on"), clock.now())
    alices = await membership_of(portal, world.alice, world.ours)
    for act in (revoke_access, hand_over):
        with pytest.raises(Forbidden):
            async with doors.member(portal, world.bob, world.ours) as access:
                await act(access, alices.key, clock.now())


async def test_who_was_removed_meanwhile_finds_nothing(world, portal):
    bobs = await membership_of(portal, world.bob, world.ours)
    async with doors.member(portal, world.alice, world.ours) as access:
        gone = replace(access, membership=Membership(id=99_999, roles=[ADMINISTRATOR]))
        with pytest.raises(NotFound):
            await revoke_access(gone, bobs.key, clock.now())


async def test_an_administrator_whose_access_ends_does_not_count_as_one_who_stays(world, portal):
    ends_on = clock.today() + timedelta(days=30)
    more = {"third_party": True, "ends_on": ends_on}
    temporary = await a_member(portal, world.site, "t@tiers.example", ADMINISTRATOR, **more)
    with pytest.raises(Refused):
        async with doors.member(portal, world.alice, world.site) as access:
            await leave_company(access, clock.now())
    async with doors.member(portal, temporary, world.site) as access:
        await leave_company(access, clock.now())
    assert await membership_of(portal, temporary, world.site) is None


async def test_who_had_access_can_have_it_again(world, portal):
    ended = {"third_party": True, "ends_on": clock.today() - timedelta(days=1)}
    past = await a_member(portal, world.ours, "ancien@tiers.example", **ended)
    target = await membership_of(portal, past, world.ours)
    entry = Scope(role_lecture="on", third_party="on", ends_on="")
    async with doors.member(portal, world.alice, world.ours) as access:
        await change_access(access, target.key, entry, clock.now())
    assert (await membership_of(portal, past, world.ours)).ends_on is None
