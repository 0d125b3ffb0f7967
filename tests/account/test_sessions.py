"""/mon-compte/connexions, and how a session ends."""

from datetime import timedelta

from sqlmodel import select

from db.models import AccountSession
from tests.actors import Actor


async def open_ids(portal):
    async with portal.database.transaction(write=False) as session:
        rows = (await session.exec(select(AccountSession).order_by(AccountSession.id))).all()
        return [row.id for row in rows if row.ended_at is None]


async def test_one_session_among_several_is_ended(app, alice, world, portal):
    async with Actor(app) as elsewhere:
        await elsewhere.signed_in(world.alice)
        page = await alice.get("/mon-compte/connexions")
        assert page.text.count("(celle-ci)") == 1
        other = (await open_ids(portal))[-1]
        done = await alice.follow(await alice.fill(f"/mon-compte/connexions/{other}"))
        assert "La connexion est terminée." in done.text
        assert (await elsewhere.get("/mon-compte")).headers["location"].startswith("/connexion")
    assert (await alice.get("/mon-compte")).status_code == 200


async def test_all_the_others_are_ended_at_once(app, alice, world, portal):
    async with Actor(app) as first, Actor(app) as second:
        for actor in (first, second):
            await actor.signed_in(world.alice)
        await alice.fill("/mon-compte/connexions")
        for actor in (first, second):
            assert (await actor.get("/mon-compte")).status_code == 303
    assert len(await open_ids(portal)) == 1


async def test_the_session_of_somebody_else_is_not_found(alice, charlie, portal):
    theirs = (await open_ids(portal))[-1]
    absent = await alice.get("/mon-compte/connexions/999999")
    foreign = await alice.get(f"/mon-compte/connexions/{theirs}")
    assert (absent.status_code, absent.content) == (404, foreign.content)
    answer = await alice.fill("/mon-compte/connexions", to=f"/mon-compte/connexions/{theirs}")
    assert answer.status_code == 404
    assert (await charlie.get("/mon-compte")).status_code == 200


async def test_signing_out_ends_the_session_for_good(alice, world):
    kept = alice.cookies["session"]
    answer = await alice.fill("/deconnexion")
    assert "Vous êtes déconnecté." in (await alice.follow(answer)).text
    alice.cookies.set("session", kept, domain="127.0.0.1")
    assert (await alice.get("/mon-compte")).status_code == 303


async def test_a_sign_out_without_the_pages_token_does_nothing(alice):
    answer = await alice.post("/deconnexion", data={})
    assert answer.status_code == 403
    assert "Cette page avait expiré" in answer.text
    assert (await alice.get("/mon-compte")).status_code == 200


async def test_thirty_idle_minutes_end_a_session_and_any_page_prolongs_it(alice, world, time_machine_at):
    await alice.signed_in(world.alice)
    for _ in range(3):
        time_machine_at.shift(timedelta(minutes=29))
        assert (await alice.get("/mon-compte/session")).status_code == 200
    time_machine_at.shift(timedelta(minutes=31))
    answer = await alice.get("/mon-compte")
    assert answer.headers["location"] == "/connexion?suite=%2Fmon-compte&fait=fin"


async def test_what_was_seen_is_written_in_batches_and_by_no_get(alice, world, portal, time_machine_at):
    await alice.signed_in(world.alice)
    time_machine_at.shift(timedelta(minutes=20))
    await alice.get("/mon-compte")
    await portal.presence.flush()
    portal.presence._seen.clear()  # another worker
    time_machine_at.shift(timedelta(minutes=20))
    assert (await alice.get("/mon-compte")).status_code == 200


async def test_twelve_hours_end_a_session_whatever_happens(alice, world, time_machine_at):
    await alice.signed_in(world.alice)
    for _ in range(25):
        time_machine_at.shift(timedelta(minutes=29))
        answer = await alice.get("/mon-compte")
    assert answer.status_code == 303


async def test_htmx_is_told_to_go_to_the_sign_in_instead_of_swapping_it(alice, world, time_machine_at):
    await alice.signed_in(world.alice)
    time_machine_at.shift(timedelta(minutes=31))
    answer = await alice.partial("/mon-compte/session")
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"].startswith("/connexion?")
