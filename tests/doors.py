"""Doors to rows without HTTP, each over a transaction of its own: long rows of acts cost little."""

from contextlib import asynccontextmanager

from sqlmodel import select

from app.access import AccountAccess, MemberAccess, StaffAccess
from app.errors import Refused
from db.models import Membership


async def membership_of(portal, account, company):
    async with portal.database.transaction(write=False) as session:
        mine = select(Membership).where(
            Membership.account_id == account.key, Membership.company_id == company.key
        )
        return (await session.exec(mine)).one_or_none()


@asynccontextmanager
async def member(portal, account, company, *, write=True):
    """This person's door to the company."""
    membership = await membership_of(portal, account, company)
    async with portal.database.transaction(write=write) as session:
        yield MemberAccess(portal, session, account, company, membership)


@asynccontextmanager
async def staff(portal, account):
    async with portal.database.transaction(write=True) as session:
        yield StaffAccess(portal, session, account)


async def refusal(door, act, *given, **more):
    """The words of a refusal, "" when the act was done: a refused one leaves nothing, as in a request."""
    try:
        async with door as access:
            await act(access, *given, **more)
    except Refused as refused:
        return refused.message
    return ""


@asynccontextmanager
async def account(portal, who):
    """This person's own door, to read what is theirs and where they act."""
    async with portal.database.transaction(write=False) as session:
        yield AccountAccess(portal, session, who, None)
