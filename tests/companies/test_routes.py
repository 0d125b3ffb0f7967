"""A company joins an account, the others are told, and administration is never lost."""

from datetime import date

import pytest
from sqlmodel import select

from app.rights import WORKING_ROLES
from db.models import Account, Membership
from db.seeds.world import World
from tests.actors import Actor
from tests.postbox import link_in, words_of
from tests.world import NUMBER, OTHER_NUMBER, THEIRS

NEW = "/entreprises/ajout"


async def memberships(portal, email):
    async with portal.database.transaction(write=False) as session:
        mine = (
            select(Membership)
            .join(Account, Account.id == Membership.account_id)
            .where(Account.email == email)
        )
        return (await session.exec(mine.order_by(Membership.company_id))).all()


async def test_a_company_is_added_with_its_two_numbers_and_its_administrators_are_told(
    app, alice, world, portal, mailbox
):
    answer = await alice.fill(NEW, code="42", number=OTHER_NUMBER, third_party="on")
    assert answer.headers["location"] == "/espace/00042"
    assert THEIRS in (await alice.get("/espace/00042")).text
    added = (await memberships(portal, "alice@ours.example"))[-1]
    assert (added.roles, added.third_party) == ([*WORKING_ROLES], True)
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == "charlie@theirs.example"
    assert "Alice Martin (alice@ours.example)" in words_of(letter)
    assert THEIRS in words_of(letter)


async def test_a_members_code_brings_the_sites_that_are_missing(app, world, portal):
    async with Actor(app) as bob:
        await bob.signed_in(world.bob)
        await bob.fill(NEW, code="00010", number=NUMBER)
        assert len(await memberships(portal, "bob@ours.example")) == 3


async def test_the_first_person_of_a_company_administers_it(alice, world, portal):
    async with portal.database.transaction(write=True) as session:
        key = portal.keys.declarant_key("00077", OTHER_NUMBER)
        await World(session).a_company("00077", "Toute neuve", key=key)
    await alice.fill(NEW, code="00077", number=OTHER_NUMBER)
    assert (await memberships(portal, "alice@ours.example"))[-1].roles == ["administrateur"]


@pytest.mark.parametrize(
    ("code", "number", "words"),
    [
        ("00042", "2022000109", "Le code adhérent ou le n° télédéclarant est incorrect."),
        ("99999", OTHER_NUMBER, "Le code adhérent ou le n° télédéclarant est incorrect."),
        ("00010", NUMBER, "Cette entreprise est déjà dans votre liste."),
        ("", "", "Saisissez votre code adhérent."),
    ],
)
async def test_what_cannot_be_added_is_said_without_revealing_anything(alice, code, number, words):
    answer = await alice.fill(NEW, code=code, number=number)
    assert answer.status_code == 422
    assert words in answer.text
    assert THEIRS not in answer.text


async def test_a_closed_company_is_said_only_to_who_holds_its_numbers(alice, world, portal):
    async with portal.database.transaction(write=True) as session:
        theirs = await session.get_one(type(world.theirs), world.theirs.id)
        theirs.closed_at = theirs.created_at
    right = await alice.fill(NEW, code="00042", number=OTHER_NUMBER)
    wrong = await alice.fill(NEW, code="00042", number=NUMBER)
    assert "Ce compte adhérent est fermé." in right.text
    assert "fermé" not in wrong.text


async def test_guesses_are_counted_as_at_the_sign_in(alice):
    seen = [(await alice.fill(NEW, code="00042", number="2022000109")).status_code for _ in range(6)]
    assert seen == [422] * 5 + [429]


async def test_a_third_party_whose_time_is_over_joins_again_with_the_numbers(app, world, portal):
    async with portal.database.transaction(write=True) as session:
        for row in (
            await session.exec(select(Membership).where(Membership.account_id == world.bob.id))
        ).all():
            row.third_party, row.ends_on = True, date(2026, 1, 31)
    async with Actor(app) as bob:
        await bob.signed_in(world.bob)
        assert (await bob.get("/espace/00010")).status_code == 404
        await bob.fill(NEW, code="00010", number=NUMBER)
        assert (await bob.get("/espace/00010")).status_code == 200


async def test_without_an_administrator_the_contact_on_file_decides(
    app, alice, visitor, world, portal, mailbox
):
    async with portal.database.transaction(write=True) as session:
        (await session.get_one(type(world.theirs), world.theirs.id)).email = "contact@theirs.example"
        charlies = select(Membership).where(Membership.account_id == world.charlie.id)
        (await session.exec(charlies)).one().ends_on = date(2026, 1, 31)
    await alice.fill(NEW, code="00042", number=OTHER_NUMBER)
    assert (await memberships(portal, "alice@ours.example"))[-1].roles == [*WORKING_ROLES]
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == "contact@theirs.example"
    link = link_in(letter, "administration")
    assert "Alice Martin" in (await visitor.get(link)).text
    assert (await memberships(portal, "alice@ours.example"))[-1].roles == [*WORKING_ROLES]
    assert "C’est fait" in (await visitor.fill(link)).text
    assert (await memberships(portal, "alice@ours.example"))[-1].roles == ["administrateur"]
    assert (await visitor.get(link)).status_code == 404
    told_of_it = [letter["To"] for letter in await mailbox.delivered(app)]
    assert told_of_it == ["alice@ours.example"]


async def test_a_member_asks_for_the_administration_that_somebody_left_with(app, world, portal, mailbox):
    async with portal.database.transaction(write=True) as session:
        bobs = select(Membership).where(Membership.account_id == world.bob.id)
        (await session.exec(bobs)).one().roles = ["lecture"]
    async with Actor(app) as bob:
        await bob.signed_in(world.bob)
        seen = [(await bob.fill("/espace/00010/administration")).status_code for _ in range(4)]
    assert seen == [200, 200, 200, 429]
    assert {letter["To"] for letter in await mailbox.delivered(app)} == {"portailadh@aist22.fr"}


async def test_an_administrator_has_nothing_to_ask(alice):
    answer = await alice.fill("/espace/00010/administration")
    assert answer.status_code == 422
    assert "Vous êtes déjà administrateur" in answer.text


@pytest.mark.parametrize("meanwhile", ["ended", "removed"])
async def test_a_link_to_the_administration_is_dead_for_who_acts_no_more(
    meanwhile, app, alice, visitor, world, portal, mailbox
):
    mine = select(Membership).where(
        Membership.account_id == world.bob.id, Membership.company_id == world.ours.id
    )
    async with portal.database.transaction(write=True) as session:
        bobs = (await session.exec(mine)).one()
        bobs.roles = ["lecture"]
    async with Actor(app) as bob:
        await bob.signed_in(world.bob)
        await bob.fill("/espace/00010/administration")
    (letter,) = await mailbox.delivered(app)
    link = link_in(letter, "administration")
    if meanwhile == "removed":
        await alice.fill(f"/espace/00010/utilisateurs/{bobs.key}/retrait")
        assert (await visitor.get(link)).status_code == 404
        return
    async with portal.database.transaction(write=True) as session:
        (await session.exec(mine)).one().ends_on = date(2026, 1, 31)
    assert (await visitor.fill(link)).status_code == 422
    async with portal.database.transaction(write=False) as session:
        assert (await session.exec(mine)).one().roles == ["lecture"]
