"""Two teams of the service, a member for each, and people of the service who work for one of them."""

import re
from collections.abc import Sequence

from app import clock
from app.main import STAFF
from db.models import CareCentre, CareTeam, Company, CompanyOwned, StaffMember
from db.seeds.world import World
from tests.actors import Actor
from tests.world import PASSWORD

OF_TEAM = {"company", "convocationbatch"}
OWNED = {str(model.__tablename__) for model in CompanyOwned.__subclasses__()} | OF_TEAM | {"auditevent"}
NAMED = re.compile(r"(?:FROM|JOIN|,)\s+(\w+)(?:\s+AS\s+(\w+))?(?=[\s,)]|$)")


async def two_teams(portal, world) -> tuple[int, int]:
    """The team of `ours` and its sites, and the team of `theirs`."""
    async with portal.database.transaction(write=True) as session:
        ours, theirs = CareTeam(name="Équipe de Saint-Brieuc"), CareTeam(name="Équipe de Paimpol")
        session.add_all([ours, theirs])
        await session.flush()
        for company in (world.ours, world.site):
            (await session.get(Company, company.key)).team_id = ours.key
        (await session.get(Company, world.theirs.key)).team_id = theirs.key
        return ours.key, theirs.key


async def another_centre(portal) -> int:
    async with portal.database.transaction(write=True) as session:
        centre = await World(session).a_centre("Centre du Large")
        assert isinstance(centre, CareCentre)
        return centre.key


async def a_colleague(actor: Actor, portal, roles: Sequence[str], **scope) -> Actor:
    """Signed in, with these roles, for these teams and centres."""
    async with portal.database.transaction(write=True) as session:
        world = World(session)
        number = len((await session.exec(StaffMember.__table__.select())).all())
        hashed = await portal.passwords.hashed(PASSWORD)
        email = f"collegue{number}@service.example"
        account = await world.an_account(email, "Côme", f"Collègue {number}", password_hash=hashed)
        await world.a_staff_member(account, roles, **scope)
    assert clock.now()
    return await actor.signed_in(account)


def staff_rights() -> dict[str, str]:
    return {handler.name: handler.opt["right"] for handler in STAFF}


def unscoped(statement: str) -> list[str]:
    """Tables of members that this statement reads without the condition of a scope beside them."""
    return [
        table
        for table, alias in NAMED.findall(statement)
        if table in OWNED
        and f"{alias or table}.{'team_id' if table in OF_TEAM else 'company_id'} IN (" not in statement
    ]
