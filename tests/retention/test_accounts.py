"""An account that nobody uses: warned first, kept by one sign-in, then of nobody."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, update

from app import clock
from app.retention.acts import apply_periods
from db.models import (
    Account,
    AccountSession,
    AppointmentRequest,
    AuditEvent,
    AuditKind,
    Company,
    Inquiry,
    InquiryState,
    KnownDevice,
    Membership,
    OutboxMail,
    RequestState,
)
from db.seeds.world import World
from tests.postbox import words_of
from tests.reading import rows

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
LONG_AGO, DAY = datetime(2023, 2, 20, 9, tzinfo=UTC), timedelta(days=1)


async def night(portal, now):
    await apply_periods(portal, now, clock.now() + timedelta(hours=1))


async def last_seen(portal, account, at):
    async with portal.database.transaction(write=True) as session:
        mine = update(Account).where(col(Account.id) == account.key)
        await session.exec(mine.values(last_signed_in_at=at, first_signed_in_at=LONG_AGO))


async def account_of(portal, account):
    return (await rows(portal, Account, Account.id == account.key))[0]


async def mails(portal):
    return [
        each.recipient for each in await rows(portal, OutboxMail, OutboxMail.template == "account_unused")
    ]


@pytest.fixture
async def charlie(portal, world):
    """Unused for more than three years; what he asked is over, and Bob may do all that he may."""
    await last_seen(portal, world.charlie, LONG_AGO)
    await last_seen(portal, world.bob, NOW + 4 * 366 * DAY)
    async with portal.database.transaction(write=True) as session:
        await World(session).acts_for(world.bob, world.theirs)
        await session.exec(update(Inquiry).values(state=InquiryState.CLOSED))
        await session.exec(update(AppointmentRequest).values(state=RequestState.DONE))
        session.add_all(
            [
                KnownDevice(
                    token_hash="d", account_id=world.charlie.key, created_at=NOW, last_seen_at=NOW
                ),
                AccountSession(
                    token_hash="s", account_id=world.charlie.key, created_at=NOW, seen_at=NOW
                ),
                AuditEvent(
                    at=NOW, kind=AuditKind.ROLES_CHANGED, company_id=world.theirs.key,
                    about="Charlie Petit : lecture",
                ),
            ]
        )  # fmt: skip
    return world.charlie


async def test_it_is_warned_first_then_is_nobodys(app, portal, world, charlie, mailbox):
    await night(portal, NOW)
    assert await mails(portal) == [charlie.email]
    (letter,) = await mailbox.delivered(app)
    assert "3 ans" in words_of(letter)
    assert "1er avril 2026" in words_of(letter)
    assert (await account_of(portal, charlie)).email == charlie.email
    await night(portal, NOW + 29 * DAY)
    assert (await account_of(portal, charlie)).email == charlie.email
    await night(portal, NOW + 31 * DAY)
    row = await account_of(portal, charlie)
    assert (row.full_name, row.email) == ("Compte effacé", f"efface-{charlie.key}@invalid")
    assert row.password_hash is None
    assert await mails(portal) == [charlie.email]
    for model in (Membership, AccountSession, KnownDevice):
        assert not await rows(portal, model, model.account_id == charlie.key)
    theirs = await rows(portal, AuditEvent, AuditEvent.company_id == world.theirs.key)
    assert AuditKind.ACCOUNT_ERASED in {each.kind for each in theirs}
    assert not [each for each in theirs if "Charlie" in each.about]
    (thread,) = await rows(portal, Inquiry, Inquiry.company_id == world.theirs.key)
    assert thread.account_id == charlie.key


async def test_one_sign_in_keeps_it(portal, world, charlie):
    await night(portal, NOW)
    await last_seen(portal, charlie, NOW + DAY)
    await night(portal, NOW + 40 * DAY)
    assert (await account_of(portal, charlie)).email == charlie.email


async def test_three_years_later_it_is_warned_again(portal, world, charlie):
    await night(portal, NOW)
    await last_seen(portal, charlie, NOW + DAY)
    await night(portal, NOW + 3 * 366 * DAY)
    assert (await account_of(portal, charlie)).email == charlie.email
    assert (await mails(portal)).count(charlie.email) >= 1
    row = await account_of(portal, charlie)
    assert row.warned_at == NOW + 3 * 366 * DAY


@pytest.mark.parametrize("days", [-40, -10])
async def test_it_is_warned_within_the_month_before(portal, world, charlie, days):
    """Three years after 20 February 2023 are over on 21 February 2026."""
    await night(portal, datetime(2026, 2, 21, 3, tzinfo=UTC) + days * DAY)
    assert (await mails(portal) == [charlie.email]) is (days == -10)


async def test_what_it_asked_and_waits_holds_it(portal, world, charlie):
    async with portal.database.transaction(write=True) as session:
        await session.exec(update(Inquiry).values(state=InquiryState.SENT))
    await night(portal, NOW)
    await night(portal, NOW + 40 * DAY)
    assert (await account_of(portal, charlie)).email == charlie.email


async def test_whoever_works_for_the_service_stays(portal, world, charlie):
    await last_seen(portal, world.clerk, LONG_AGO)
    await night(portal, NOW)
    await night(portal, NOW + 40 * DAY)
    assert (await account_of(portal, world.clerk)).email == world.clerk.email
    assert world.clerk.email not in await mails(portal)


# A company always keeps an administrator.


async def only_charlie(portal, world, **of_bob):
    """What Bob may do at Charlie's company, changed."""
    async with portal.database.transaction(write=True) as session:
        his = (col(Membership.account_id) == world.bob.key, col(Membership.company_id) == world.theirs.key)
        await session.exec(update(Membership).where(*his).values(**of_bob))


async def is_erased(portal, account):
    """Whether two nights, far enough apart for the warning, end this account."""
    await night(portal, NOW)
    await night(portal, NOW + 40 * DAY)
    return (await account_of(portal, account)).erased_at is not None


@pytest.mark.parametrize("of_bob", [{"roles": ["lecture"]}, {"ends_on": date(2026, 12, 31)}])
async def test_the_last_administrator_waits_is_not_warned_and_is_counted(
    clerk, portal, world, charlie, of_bob
):
    await only_charlie(portal, world, **of_bob)
    assert not await is_erased(portal, charlie)
    assert charlie.email not in await mails(portal)
    page = await clerk.get("/service/conservation")
    assert "1 compte inutilisé est le dernier administrateur" in page.text
    await only_charlie(portal, world, roles=["administrateur"], ends_on=None)
    assert await is_erased(portal, charlie)
    assert (
        "dernier administrateur d’un adhérent : il attend"
        not in (await clerk.get("/service/conservation")).text
    )


async def test_the_last_administrator_of_a_company_that_left_goes(portal, world, charlie):
    await only_charlie(portal, world, roles=["lecture"])
    async with portal.database.transaction(write=True) as session:
        left = update(Company).where(col(Company.id) == world.theirs.key)
        await session.exec(left.values(closed_at=NOW - DAY))
    assert await is_erased(portal, charlie)


async def test_of_two_administrators_whom_nobody_has_seen_one_stays(portal, world, charlie):
    """Bob goes, who has the lower number; he waited before on `ours`, which Alice administers."""
    await last_seen(portal, world.bob, LONG_AGO)
    assert not await is_erased(portal, charlie)
    assert (await account_of(portal, world.bob)).erased_at
    left = await rows(portal, Membership, Membership.company_id == world.theirs.key)
    assert [each.account_id for each in left] == [charlie.key]
