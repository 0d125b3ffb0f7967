"""What an act takes back: every way into the account, walked for every act that takes some back."""

import pytest
from sqlmodel import select

from app import clock
from app.access import VisitorAccess
from app.commands import create_staff
from app.voiding import Act, Way, void
from db.models import Account, AccountToken, AuditEvent, AuditKind
from tests.account.test_routes import ADDRESS, NEW, account_named
from tests.account.ways import FIRST, alive, open_ways
from tests.actors import Actor
from tests.postbox import link_in, words_of
from tests.reading import rows
from tests.world import PASSWORD

USUALLY_LEFT = {Way.INVITATION_SENT, Way.FEED}
LEFT = {
    Act.FIRST_PASSWORD: USUALLY_LEFT | {Way.RECOVERY},
    Act.PASSWORD_CHANGED: USUALLY_LEFT,
    Act.PASSWORD_RESET: USUALLY_LEFT,
    Act.EMAIL_CHANGED: USUALLY_LEFT | {Way.UNDO},
    Act.EMAIL_RESTORED: set(),
    Act.SESSIONS_ENDED: USUALLY_LEFT,
    Act.SIGN_UP_CORRECTED: set(),
    Act.MADE_STAFF: USUALLY_LEFT,
    Act.LEFT_SERVICE: set(),
}


async def do(act, app, alice, portal, world, settings, ways):
    """The act, as a person does it."""
    async with Actor(app) as anybody:
        if act is Act.FIRST_PASSWORD:
            await anybody.signed_in(world.alice, must_choose_password=True)
            return await anybody.fill("/connexion/premier-mot-de-passe", new_password=NEW)
        if act is Act.PASSWORD_CHANGED:
            return await alice.fill("/mon-compte/mot-de-passe", current_password=PASSWORD, new_password=NEW)
        if act is Act.PASSWORD_RESET:
            return await anybody.fill(ways.more[Way.RESET], new_password=NEW)
        if act is Act.EMAIL_CHANGED:
            return await anybody.fill(ways.more[Way.CONFIRMATION])
        if act is Act.EMAIL_RESTORED:
            return await anybody.fill(ways.more[Way.UNDO])
        if act is Act.SESSIONS_ENDED:
            return await alice.fill("/mon-compte/connexions")
        if act is Act.MADE_STAFF:
            return await create_staff(settings, "alice@ours.example", "Alice", "Martin", clock.now())
        async with portal.database.transaction(write=True) as session:
            account = await session.get_one(Account, world.alice.key)
            return await void(VisitorAccess(portal, session), account, act, clock.now())


@pytest.mark.parametrize("act", Act)
async def test_an_act_takes_back_what_it_should_and_leaves_the_rest(act, app, alice, portal, world, settings):
    ways = await open_ways(portal, world)
    assert await alive(app, portal, world, ways) == set(Way)
    await do(act, app, alice, portal, world, settings, ways)
    assert await alive(app, portal, world, ways) == LEFT[act]


def test_every_act_is_walked():
    assert LEFT.keys() == set(Act)


@pytest.mark.parametrize(("ticked", "read"), [({"feeds": "oui"}, False), ({}, True)])
@pytest.mark.parametrize("act", [Act.PASSWORD_CHANGED, Act.PASSWORD_RESET])
async def test_calendars_end_with_the_password_when_that_is_asked(
    act, ticked, read, app, alice, portal, world
):
    ways = await open_ways(portal, world)
    path = ways.more[Way.RESET] if act is Act.PASSWORD_RESET else "/mon-compte/mot-de-passe"
    page = await alice.get(path)
    assert 'name="feeds" value="oui" checked' in page.text
    fields = {} if act is Act.PASSWORD_RESET else {"current_password": PASSWORD}
    await alice.fill(path, new_password=NEW, **fields, **ticked)
    assert (Way.FEED in await alive(app, portal, world, ways)) == read


@pytest.mark.parametrize(("ticked", "box"), [({"feeds": "oui"}, "checked"), ({}, "")])
async def test_a_refused_password_keeps_what_was_said_of_calendars(ticked, box, alice, portal, world):
    await open_ways(portal, world)
    answer = await alice.fill(
        "/mon-compte/mot-de-passe", current_password="wrong", new_password=NEW, **ticked
    )
    assert answer.status_code == 422
    assert ('name="feeds" value="oui" checked' in answer.text) == bool(box)


async def test_who_has_no_calendar_is_not_asked_about_them(alice):
    assert 'name="feeds"' not in (await alice.get("/mon-compte/mot-de-passe")).text


async def test_a_second_change_of_address_is_undone_to_the_first(app, alice, visitor, portal, mailbox):
    """A thief who changes it twice cannot make the undo theirs."""
    undos = []
    for email in ("thief@evil.example", "again@evil.example"):
        async with Actor(app) as actor:
            await actor.signed_in(await account_named(portal, "Alice"))
            await actor.fill(ADDRESS, email=email, current_password=PASSWORD)
        await visitor.fill(link_in((await mailbox.delivered(app))[0], "confirmation"))
        (notice,) = await mailbox.delivered(app)
        undos.append((notice["To"], link_in(notice, "annulation")))
    assert [to for to, _ in undos] == ["alice@ours.example", "thief@evil.example"]
    assert "alice@ours.example" in (await visitor.get(undos[1][1])).text
    await visitor.fill(undos[0][1])
    assert (await account_named(portal, "Alice")).email == "alice@ours.example"
    assert (await visitor.get(undos[1][1])).status_code == 404, "the thief's undo is over too"


async def test_a_thief_who_changes_the_password_next_does_not_take_the_undo_away(
    app, alice, visitor, portal, mailbox
):
    await alice.fill(ADDRESS, email="thief@evil.example", current_password=PASSWORD)
    await visitor.fill(link_in((await mailbox.delivered(app))[0], "confirmation"))
    first = link_in((await mailbox.delivered(app))[0], "annulation")
    await alice.signed_in(await account_named(portal, "Alice"))
    await alice.fill("/mon-compte/mot-de-passe", current_password=PASSWORD, new_password=NEW)
    letters = {letter["To"]: letter for letter in await mailbox.delivered(app)}
    assert (await visitor.get(first)).status_code == 404
    assert "remplace celui que vous aviez reçu" in words_of(letters["alice@ours.example"])
    await visitor.fill(link_in(letters["alice@ours.example"], "annulation"))
    assert (await account_named(portal, "Alice")).email == "alice@ours.example"


async def test_a_restored_account_takes_back_its_invitations_and_the_company_reads_it(
    app, alice, visitor, portal, world
):
    ways = await open_ways(portal, world)
    await visitor.fill(ways.more[Way.UNDO])
    assert (await account_named(portal, "Alice")).email == FIRST
    async with portal.database.transaction(write=False) as session:
        kinds = select(AuditEvent).where(AuditEvent.kind == AuditKind.INVITATION_CANCELLED)
        (event,) = (await session.exec(kinds)).all()
    assert (event.company_id, event.about) == (world.ours.key, "guest@ours.example")


async def test_an_address_changed_while_the_password_was_compared_is_refused(alice, portal, world):
    """A thief's request under way when the password is replaced leaves no link behind."""
    matches = portal.passwords.matches

    async def replaced_meanwhile(*given):
        found = await matches(*given)
        async with portal.database.transaction(write=True) as session:
            (await session.get_one(Account, world.alice.key)).password_hash = "$2b$12$" + "!" * 53
        return found

    token = await alice.token(ADDRESS)
    portal.passwords.matches = replaced_meanwhile
    fields = {"csrf": token, "email": "thief@evil.example", "current_password": PASSWORD}
    answer = await alice.post(ADDRESS, data=fields)
    assert answer.status_code == 409
    assert 'value="thief@evil.example"' in answer.text
    assert not await rows(portal, AccountToken)
