"""Who may write, how many trips it takes, and work that goes on apart from its request."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from app import clock
from app.access import MemberAccess
from app.sessions import open_session, seat_at
from db.models import Account, AuditEvent, AuditKind, Company
from tests.conftest import SERVER

only_sqlite = pytest.mark.skipif(bool(SERVER), reason="a thread for each connection is SQLite's")
RENAME = text("UPDATE company SET name = 'x'")


@pytest.fixture
def access_of(portal):
    """This account's door to a company, over this transaction."""

    async def opened(session, account, code):
        token = open_session(MemberAccess(portal, session, None, None, None), account, "", clock.now())
        await session.flush()
        seat = await seat_at(portal.database, session, token, code, clock.today())
        return MemberAccess(portal, session, seat.account, seat.company, seat.membership)

    return opened


async def name_of(portal, world):
    async with portal.database.transaction(write=False) as session:
        return (await session.get_one(Company, world.ours.key)).name


async def test_what_reads_cannot_write(portal, world):
    async with portal.database.transaction(write=False) as session:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await (await session.connection()).execute(RENAME)
    async with portal.database.transaction(write=False) as session:
        session.add(AuditEvent(at=clock.now(), kind=AuditKind.SIGNED_IN))
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await session.flush()
    assert await name_of(portal, world) == world.ours.name


async def test_apart_reads_and_writes_for_the_same_company_after_the_request(portal, world, access_of):
    async with portal.database.transaction(write=True) as session:
        access = await access_of(session, world.alice, "00010")
    async with access.apart(write=True) as own:
        assert (own.company, own.account, own.membership) == (
            access.company,
            access.account,
            access.membership,
        )
        own.trace(AuditKind.COMPANY_CORRECTED, clock.now(), about="apart")
    async with access.apart(write=False) as own:
        mine = select(AuditEvent.about).where(col(AuditEvent.company_id) == own.company.key)
        assert await own.table(mine) == [("apart",)]
        assert not own.writes


async def test_apart_takes_back_what_failed(portal, world, access_of):
    async with portal.database.transaction(write=True) as session:
        access = await access_of(session, world.alice, "00010")
    with pytest.raises(KeyError):  # noqa: PT012
        async with access.apart(write=True) as own:
            own.trace(AuditKind.COMPANY_CORRECTED, clock.now(), about="apart")
            raise KeyError
    async with access.apart(write=False) as own:
        assert await own.table(select(AuditEvent.about)) == []


async def test_nobody_waits_for_their_own_transaction(portal, world, access_of):
    async with portal.database.transaction(write=True) as session:
        access = await access_of(session, world.alice, "00010")
    async with access.apart(write=True) as own:
        with pytest.raises(RuntimeError, match="pause it first"):
            async with own.apart(write=True):
                pass
        async with own.paused(), own.apart(write=True) as other:
            other.trace(AuditKind.COMPANY_CORRECTED, clock.now(), about="paused")
        assert await own.table(select(AuditEvent.about)) == [("paused",)]


async def test_the_whole_company_is_read_when_asked_for(portal, world, access_of):
    async with portal.database.transaction(write=True) as session:
        access = await access_of(session, world.alice, "00010")
        row = await access.company_row()
        row.address = "1 rue du Port"
    async with access.apart(write=False) as own:
        assert (await own.company_row()).address == "1 rue du Port"


async def test_account_seen_by_the_door_is_the_row(portal, world, access_of):
    async with portal.database.transaction(write=True) as session:
        access = await access_of(session, world.alice, "00010-2")
        account = await session.get_one(Account, world.alice.key)
    for name in ("key", "email", "first_name", "last_name", "full_name"):
        assert getattr(access.account, name) == getattr(account, name)
    for name in ("key", "code", "member_code", "name", "town", "label", "is_site", "closed_at", "team_id"):
        assert getattr(access.company, name) == getattr(world.site, name)
