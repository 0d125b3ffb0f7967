"""Known devices: a cookie of their own, listed with the calendars, ended one by one or all at once."""

from datetime import timedelta

from sqlmodel import select

from app import clock
from app.access import VisitorAccess
from app.devices import MOST, Origin, known_device, open_browser
from app.security.keys import fingerprint
from db.models import Account, AccountSession, AuditEvent, AuditKind, CalendarFeed, KnownDevice
from tests.account.test_routes import NEW
from tests.account.ways import open_ways
from tests.actors import Actor
from tests.faults.steps import actor_at, give
from tests.reading import rows
from tests.world import PASSWORD

LIST = "/mon-compte/connexions"


async def living(portal):
    return [row for row in await rows(portal, KnownDevice) if row.ended_at is None]


async def test_the_cookie_is_a_nonce_of_its_own_and_the_table_holds_its_fingerprint(app, world, portal):
    async with actor_at(app, "198.51.100.1") as alice:
        await give(alice)
        device, session = alice.cookies["device"], alice.cookies["session"]
    (row,) = await rows(portal, KnownDevice)
    assert len(device) >= 43
    assert session[:8] not in device
    assert (row.token_hash, row.account_id) == (fingerprint(device), world.alice.key)
    assert (row.network, row.last_seen_at) == (portal.keys.network_mark("198.51.100.1"), row.created_at)


async def test_the_same_browser_stays_one_device_and_its_network_follows(app, world, portal):
    async with actor_at(app, "198.51.100.1") as alice:
        await give(alice)
        device = alice.cookies["device"]
    async with actor_at(app, "203.0.113.7") as alice:
        alice.cookies.set("device", device, domain="127.0.0.1")
        await give(alice)
        assert alice.cookies.get("device", domain="127.0.0.1") == device
    (row,) = await rows(portal, KnownDevice)
    assert row.network == portal.keys.network_mark("203.0.113.7")


async def test_a_browser_is_never_known_by_a_cookie_that_we_did_not_give_it(app, world, portal):
    """Set by somebody who used the machine before, and knows it."""
    async with Actor(app) as charlie:
        await give(charlie, "charlie@theirs.example")
        theirs = charlie.cookies["device"]
    for planted in (theirs, "chosen-by-an-attacker"):
        async with Actor(app) as alice:
            alice.cookies.set("device", planted, domain="127.0.0.1")
            await give(alice)
        found = [row.token_hash for row in await living(portal) if row.account_id == world.alice.key]
        assert fingerprint(planted) not in found


async def test_a_browser_without_cookies_does_not_fill_the_table(world, portal):
    async with portal.database.transaction(write=True) as session:
        access, now = VisitorAccess(portal, session), clock.now()
        account = await session.get_one(Account, world.alice.key)
        for n in range(MOST + 3):
            last = await open_browser(access, account, Origin("", "", "w3m"), now + timedelta(seconds=n))
        assert await known_device(access, account.key, last.device, now)
    assert len(await living(portal)) == MOST


async def test_a_new_password_gives_this_browser_another_device(app, world, portal):
    async with Actor(app) as alice:
        await give(alice)
        before = alice.cookies["device"]
        await alice.fill("/mon-compte/mot-de-passe", current_password=PASSWORD, new_password=NEW)
        after = alice.cookies["device"]
    assert before != after
    assert [row.token_hash for row in await living(portal)] == [fingerprint(after)]


async def test_a_device_ended_elsewhere_is_a_stranger_again(app, world, portal):
    async with actor_at(app, "198.51.100.1") as lost, Actor(app) as alice:
        await give(lost)
        await give(alice)
        page = await alice.get(LIST)
        assert page.text.count("Oublier<span") == 2
        assert page.text.count("(celui-ci)") == 1
        device = (await rows(portal, KnownDevice))[0]
        shown = await alice.get(f"/mon-compte/appareils/{device.key}")
        assert "Oublier cet appareil" in shown.text
        done = await alice.follow(await alice.fill(f"/mon-compte/appareils/{device.key}"))
        assert "L’appareil est oublié." in done.text
        assert "appareil oublié" in done.text
        assert (await lost.get("/mon-compte")).status_code == 303, "what was open there ends"
        assert (await alice.get("/mon-compte")).status_code == 200
        assert "déjà oublié" in (await alice.get(f"/mon-compte/appareils/{device.key}")).text
    assert [row.key for row in await living(portal)] != [device.key]


async def test_forgetting_ones_own_device_keeps_the_session(app, world, portal):
    async with Actor(app) as alice:
        await give(alice)
        (device,) = await rows(portal, KnownDevice)
        await alice.fill(f"/mon-compte/appareils/{device.key}")
        assert (await alice.get("/mon-compte")).status_code == 200
    assert not await living(portal)


async def test_the_device_of_somebody_else_is_not_found(app, world, alice, portal):
    async with Actor(app) as charlie:
        await give(charlie, "charlie@theirs.example")
    (theirs,) = await rows(portal, KnownDevice)
    absent = await alice.get("/mon-compte/appareils/999999")
    foreign = await alice.get(f"/mon-compte/appareils/{theirs.key}")
    assert (absent.status_code, absent.content) == (404, foreign.content)
    assert (await alice.fill("/mon-compte", to=f"/mon-compte/appareils/{theirs.key}")).status_code == 404
    assert len(await living(portal)) == 1


async def test_every_other_device_is_forgotten_at_once(app, world, portal):
    async with Actor(app) as first, Actor(app) as second, Actor(app) as alice:
        for actor in (first, second, alice):
            await give(actor)
        done = await alice.follow(await alice.fill("/mon-compte/appareils"))
        assert "Tous vos autres appareils sont oubliés." in done.text
        assert (await first.get("/mon-compte")).status_code == 303
        assert (await alice.get("/mon-compte")).status_code == 200
        assert "Aucun autre appareil" in (await alice.get("/mon-compte/appareils")).text
        kept = alice.cookies["device"]
    assert [row.token_hash for row in await living(portal)] == [fingerprint(kept)]


async def test_ending_every_session_forgets_every_device_and_gives_this_browser_a_new_one(app, world, portal):
    async with Actor(app) as elsewhere, Actor(app) as alice:
        await give(elsewhere)
        await give(alice)
        before = alice.cookies["device"]
        await alice.fill(LIST)
        after = alice.cookies["device"]
        assert (await elsewhere.get("/mon-compte")).status_code == 303
        assert "(celui-ci)" in (await alice.get(LIST)).text
    assert before != after
    assert [row.token_hash for row in await living(portal)] == [fingerprint(after)]


async def test_ending_one_session_forgets_its_browser(app, world, portal):
    async with Actor(app) as elsewhere, Actor(app) as alice:
        await give(elsewhere)
        await give(alice)
        session = (await rows(portal, AccountSession))[0]
        await alice.fill(LIST, to=f"{LIST}/{session.key}")
    assert [row.key for row in await living(portal)] != [session.device_id]


async def test_calendars_are_listed_and_all_ended_with_a_line_in_the_history(app, alice, world, portal):
    await open_ways(portal, world)
    page = await alice.get(LIST)
    assert "Toutes mes entreprises, sans les noms des salariés" in page.text
    assert "Toutes mes entreprises" in (await alice.get("/mon-compte/calendriers/revocation")).text
    done = await alice.follow(await alice.fill("/mon-compte/calendriers/revocation"))
    assert "Plus aucun agenda ne lit vos rendez-vous." in done.text
    assert "adresse d’agenda révoquée" in done.text
    (feed,) = await rows(portal, CalendarFeed)
    assert feed.revoked_at
    assert "Aucun agenda" in (await alice.get("/mon-compte/calendriers/revocation")).text


async def test_a_password_replaced_while_it_was_compared_opens_nothing(app, visitor, world, portal):
    """The comparison takes place outside the transaction: what was read before may be void after."""
    matches = portal.passwords.matches

    async def replaced_meanwhile(*given):
        found = await matches(*given)
        async with portal.database.transaction(write=True) as session:
            (await session.get_one(Account, world.alice.key)).password_hash = "$2b$12$" + "!" * 53
        return found

    await visitor.fill("/connexion", email="alice@ours.example")
    token = await visitor.token("/connexion/mot-de-passe")
    portal.passwords.matches = replaced_meanwhile
    fields = {"csrf": token, "email": "alice@ours.example", "password": PASSWORD}
    answer = await visitor.post("/connexion/mot-de-passe", data=fields)
    assert answer.status_code == 422
    async with portal.database.transaction(write=False) as session:
        assert not (await session.exec(select(AccountSession))).all()


async def test_a_forgotten_device_leaves_one_line(app, world, portal, alice):
    async with Actor(app) as elsewhere:
        await give(elsewhere)
    (device,) = await rows(portal, KnownDevice)
    for _ in range(2):
        await alice.fill("/mon-compte", to=f"/mon-compte/appareils/{device.key}")
    assert len(await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.DEVICE_FORGOTTEN)) == 1
