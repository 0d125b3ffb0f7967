"""A sign-up corrects or takes back what it made itself, and nothing that is somebody's."""

import asyncio
from datetime import timedelta

import pytest

from app import clock
from app.commands import create_staff
from app.security.keys import fingerprint
from db.models import Account, Invitation, Membership, StaffMember
from tests.actors import Actor
from tests.faults.steps import give_numbers
from tests.postbox import link_in, password_in
from tests.reading import rows
from tests.world import NUMBER, OTHER_NUMBER, PASSWORD

ACCOUNT = "/connexion/creer-mon-compte"
FIRST, SECOND, STAFF = "first@new.example", "second@new.example", "boss@service.example"


def entry(email):
    person = {"last_name": "Pirate", "first_name": "Pia", "job_title": "Autre"}
    return person | {"email": email, "email_again": email}


async def with_numbers(actor, code="00042", number=OTHER_NUMBER):
    await give_numbers(actor, code, number)
    return actor


async def at(portal, email):
    found = await rows(portal, Account, Account.email == email)
    return found[0] if found else None


async def companies_of(portal, account):
    mine = await rows(portal, Membership, Membership.account_id == account.key)
    return {row.company_id for row in mine}


async def test_a_staff_account_created_meanwhile_is_not_renamed(visitor, world, portal, settings):
    await with_numbers(visitor)
    await create_staff(settings, STAFF, "Ada", "Chef", clock.now())
    staff = await at(portal, STAFF)
    for email in (STAFF, "mine@evil.example"):
        assert (await visitor.fill(ACCOUNT, **entry(email))).status_code == 303
    kept = await at(portal, STAFF)
    assert (kept.key, kept.last_name) == (staff.key, "Chef")
    assert await rows(portal, StaffMember, StaffMember.account_id == staff.key)
    mine = await at(portal, "mine@evil.example")
    assert mine.key != staff.key
    assert not await rows(portal, StaffMember, StaffMember.account_id == mine.key)


async def test_an_account_made_staff_after_the_flow_created_it_is_not_renamed(
    visitor, world, portal, settings
):
    await with_numbers(visitor)
    await visitor.fill(ACCOUNT, **entry(STAFF))
    await create_staff(settings, STAFF, "Ada", "Chef", clock.now())
    await visitor.fill(ACCOUNT, **entry("mine@evil.example"))
    staff, mine = await at(portal, STAFF), await at(portal, "mine@evil.example")
    assert staff.key != mine.key
    assert (await rows(portal, StaffMember))[-1].account_id == staff.key


@pytest.mark.parametrize("victim", ["unopened", "opened"])
async def test_the_memberships_of_an_account_that_was_there_stay(victim, app, visitor, world, portal):
    await with_numbers(visitor)
    async with portal.database.transaction(write=True) as session:
        account = Account(
            email=FIRST, first_name="Vic", last_name="Time", job_title="x", created_at=clock.now()
        )
        if victim == "opened":
            account.password_hash, account.first_signed_in_at = world.alice.password_hash, clock.now()
        session.add(account)
        await session.flush()
        session.add(Membership(account_id=account.key, company_id=world.ours.key, created_at=clock.now()))
    for email in (FIRST, "bob@ours.example", SECOND):
        await visitor.fill(ACCOUNT, **entry(email))
    kept = await at(portal, FIRST)
    assert (kept.key, kept.last_name) == (account.key, "Time")
    assert world.ours.key in await companies_of(portal, kept)
    assert await at(portal, SECOND)
    assert world.ours.key in await companies_of(portal, await at(portal, "bob@ours.example"))


async def test_of_two_flows_on_one_address_neither_takes_the_account_from_the_other(app, world, portal):
    async with Actor(app) as first, Actor(app) as second:
        await with_numbers(first)
        await with_numbers(second)
        await first.fill(ACCOUNT, **entry(FIRST))
        shared = await at(portal, FIRST)
        await second.fill(ACCOUNT, **entry(FIRST))
        for actor, email in ((first, "mine@evil.example"), (second, SECOND)):
            await actor.fill(ACCOUNT, **entry(email))
    assert (await at(portal, FIRST)).key == shared.key
    assert len({(await at(portal, email)).key for email in (FIRST, "mine@evil.example", SECOND)}) == 3


async def test_what_another_flow_gave_stays_when_the_first_takes_its_own_back(app, world, portal):
    async with Actor(app) as first, Actor(app) as second:
        await with_numbers(first)
        await with_numbers(second, "00010", NUMBER)
        await first.fill(ACCOUNT, **entry(FIRST))
        await second.fill(ACCOUNT, **entry(FIRST))
        await first.fill(ACCOUNT, **entry(SECOND))
    assert world.theirs.key not in await companies_of(portal, await at(portal, FIRST))
    assert world.ours.key in await companies_of(portal, await at(portal, FIRST))
    assert await companies_of(portal, await at(portal, SECOND)) == {world.theirs.key}


async def test_an_account_that_somebody_opened_is_not_renamed(app, visitor, world, portal, mailbox):
    await with_numbers(visitor)
    await visitor.fill(ACCOUNT, **entry(FIRST))
    password = next(password_in(letter) for letter in await mailbox.delivered(app) if letter["To"] == FIRST)
    async with Actor(app) as owner:
        await owner.fill("/connexion", email=FIRST)
        await owner.fill("/connexion/mot-de-passe", email=FIRST, password=password)
        await visitor.fill(ACCOUNT, **entry(SECOND))
        await owner.fill("/connexion/premier-mot-de-passe", new_password=PASSWORD)
        assert (await owner.get("/mon-compte")).status_code == 200
    assert (await at(portal, FIRST)).key != (await at(portal, SECOND)).key
    assert await companies_of(portal, await at(portal, FIRST)) == {world.theirs.key}


async def test_an_account_whose_address_is_invited_is_not_renamed(visitor, world, portal):
    await with_numbers(visitor)
    await visitor.fill(ACCOUNT, **entry(FIRST))
    now = clock.now()
    async with portal.database.transaction(write=True) as session:
        session.add(
            Invitation(
                company_id=world.ours.key, email=FIRST, token_hash=fingerprint("invited"),
                invited_by=world.alice.key, created_at=now, sent_at=now, expires_at=now + timedelta(days=1),
            )
        )  # fmt: skip
    await visitor.fill(ACCOUNT, **entry(SECOND))
    assert (await at(portal, FIRST)).key != (await at(portal, SECOND)).key


async def test_a_reset_asked_for_the_mistyped_address_is_void_once_it_is_corrected(
    app, visitor, world, portal, mailbox
):
    await with_numbers(visitor)
    await visitor.fill(ACCOUNT, **entry(FIRST))
    await mailbox.delivered(app)
    async with Actor(app) as stranger:
        await stranger.fill("/connexion/mot-de-passe-oublie", email=FIRST)
        (letter,) = await mailbox.delivered(app)
        await visitor.fill(ACCOUNT, **entry(SECOND))
        assert (await stranger.get(link_in(letter, "nouveau-mot-de-passe"))).status_code == 404
    assert await at(portal, FIRST) is None


async def test_an_address_corrected_three_times_leaves_one_account_with_the_company(visitor, world, portal):
    await with_numbers(visitor)
    for email in (FIRST, "bob@ours.example", SECOND):
        await visitor.fill(ACCOUNT, **entry(email))
    assert await at(portal, FIRST) is None
    assert await companies_of(portal, await at(portal, SECOND)) == {world.theirs.key}


async def test_a_letter_to_an_address_that_the_account_has_left_makes_no_password(
    app, visitor, world, portal, mailbox
):
    await with_numbers(visitor)
    await visitor.fill(ACCOUNT, **entry(FIRST))
    async with portal.database.transaction(write=True) as session:
        (await session.get_one(Account, (await at(portal, FIRST)).key)).email = SECOND
    letters = [letter for letter in await mailbox.delivered(app) if letter["To"] == FIRST]
    assert len(letters) == 1
    assert (await at(portal, SECOND)).temporary_hash is None


@pytest.mark.parametrize("_round", range(3))
async def test_two_people_who_type_each_others_address_wait_for_one_another_and_not_for_ever(
    _round, app, world, portal
):
    async with Actor(app) as one, Actor(app) as other:
        for actor, email in ((one, FIRST), (other, SECOND)):
            await with_numbers(actor)
            assert (await actor.fill(ACCOUNT, **entry(email))).status_code == 303
        pages = await asyncio.gather(one.token(ACCOUNT), other.token(ACCOUNT))
        answers = await asyncio.gather(
            one.post(ACCOUNT, data={"csrf": pages[0], **entry(SECOND)}),
            other.post(ACCOUNT, data={"csrf": pages[1], **entry(FIRST)}),
        )
    assert [each.status_code for each in answers] == [303, 303]
    assert {each.email for each in await rows(portal, Account)} >= {FIRST, SECOND}
