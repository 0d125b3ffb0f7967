"""What is kept as an instant, when the clock jumps."""

from datetime import timedelta

from app import clock
from app.security.presence import IDLE, is_over
from db.models import AccountSession
from tests.reading import rows


async def test_a_session_seen_before_the_clock_went_back_still_ends_when_idle(
    time_machine_at, portal, alice, world
):
    await alice.get("/espace")
    await portal.presence.flush()
    time_machine_at.shift(-timedelta(hours=5))
    await alice.get("/espace")
    await portal.presence.flush()
    (session,) = await rows(portal, AccountSession, AccountSession.account_id == world.alice.id)
    assert abs(session.seen_at - clock.now()) < timedelta(minutes=1), "not five hours from now"
    time_machine_at.shift(IDLE + timedelta(minutes=1))
    assert is_over(session, portal.presence.last_seen(session), clock.now())


async def test_the_later_of_two_workers_still_wins(portal, alice, world):
    await alice.get("/espace")
    await portal.presence.flush()
    (session,) = await rows(portal, AccountSession, AccountSession.account_id == world.alice.id)
    portal.presence.touch(session.id, session.seen_at - timedelta(seconds=15))
    await portal.presence.flush()
    (after,) = await rows(portal, AccountSession, AccountSession.account_id == world.alice.id)
    assert after.seen_at == session.seen_at
