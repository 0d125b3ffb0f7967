"""What the tests of people ask the database, and the people that they add to the world."""

from sqlmodel import select

from db.models import Account, AuditEvent, Invitation
from db.seeds.world import World
from tests.doors import membership_of

PEOPLE = "/espace/00010/utilisateurs"
INVITATION = f"{PEOPLE}/invitation"
LEAVING = f"{PEOPLE}/depart"


async def address_of(portal, account, company, act=""):
    membership = await membership_of(portal, account, company)
    return f"/espace/{company.code}/utilisateurs/{membership.key}{act}"


async def kinds(portal, company):
    """What the company's history says, oldest first."""
    async with portal.database.transaction(write=False) as session:
        events = select(AuditEvent).where(AuditEvent.company_id == company.key).order_by(AuditEvent.id)
        return [event.kind for event in (await session.exec(events)).all()]


async def invitations(portal):
    async with portal.database.transaction(write=False) as session:
        return (await session.exec(select(Invitation).order_by(Invitation.id))).all()


async def accounts_at(portal, email):
    async with portal.database.transaction(write=False) as session:
        return (await session.exec(select(Account).where(Account.email == email))).all()


async def a_member(portal, company, email, *roles, **more):
    """One more person who acts for this company."""
    name = email.partition("@")[0].capitalize()
    async with portal.database.transaction(write=True) as session:
        world = World(session)
        account = await world.an_account(email, name, "Ajout")
        await world.acts_for(account, company, roles=roles or ("lecture",), **more)
        return account
