"""How many are served at once, who comes first, and how long one waits at most."""

import asyncio

import pytest
from sqlalchemy import text

from app.web.crowd import READING, WRITING
from db import turns as waiting
from db.shortage import Busy
from db.turns import Turns, one_request, patience, unhurried
from tests.actors import Actor
from tests.faults.test_database_trouble import held, is_the_busy_page, lite, only_postgresql, people
from tests.statements import watched

__all__ = ["lite", "people"]


@pytest.fixture
def stuck(app, monkeypatch):
    """Every page waits until it is let go."""
    go, inside = asyncio.Event(), app.app

    async def waits(scope, receive, send):
        if scope["path"] not in {"/healthz", "/readyz"}:
            await go.wait()
        await inside(scope, receive, send)

    app.app = waits
    yield go
    app.app = inside


async def many(app, number, method="GET"):
    actors = [Actor(app) for _ in range(number)]
    asked = [asyncio.create_task(actor.request(method, "/connexion")) for actor in actors]
    await asyncio.sleep(0.05)
    return asked


async def test_one_more_reader_is_told_to_come_back_and_a_writer_finds_room(app, stuck):
    asked = await many(app, READING)
    async with Actor(app) as actor:
        refused = await actor.get("/connexion", headers={"Accept-Encoding": "br"})
        assert is_the_busy_page(refused)
        assert refused.headers["content-encoding"] == "br"
        assert "default-src 'none'" in refused.headers["content-security-policy"]
        assert is_the_busy_page(await actor.get("/connexion", headers={"Accept-Encoding": ""}))
        head = await actor.head("/connexion")
        assert (head.status_code, head.content) == (503, b"")
        assert (await actor.get("/healthz")).status_code == 200
        assert (await actor.get("/readyz")).status_code == 200
        style = next(path for path in app._assets.files if path.endswith(".css"))
        assert (await actor.get(style)).status_code == 200
        asked += await many(app, WRITING - READING, "POST")
        assert not any(task.done() for task in asked)
        assert is_the_busy_page(await actor.post("/connexion"))
        stuck.set()
        assert all(answer.status_code != 503 for answer in await asyncio.gather(*asked))
        assert (await actor.get("/connexion")).status_code == 200


async def test_a_slow_sender_takes_nobodys_place(app):
    """Bodies that do not come are the network's affair, not the portal's."""
    never = asyncio.Event()

    async def slow_body():
        await never.wait()
        yield b""

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    slow = [
        asyncio.create_task(Actor(app).post("/connexion", content=slow_body(), headers=headers))
        for _ in range(3)
    ]
    await asyncio.sleep(0.1)
    assert app._crowd._under_way == 0
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    assert app._crowd._under_way == 0


async def test_what_a_fault_leaves_behind_is_no_place_taken(app, visitor):
    async def fails(scope, receive, send):
        raise RuntimeError

    inside, app.app = app.app, fails
    for _ in range(3):
        assert (await visitor.get("/connexion")).status_code == 500
    app.app = inside
    assert app._crowd._under_way == 0


def turns():
    return Turns(writers=1, readers=4, beside_a_writer=2)


async def test_a_writer_goes_before_the_readers_who_came_earlier():
    queue, order = turns(), []

    async def use(name, *, write):
        await queue.acquire(write=write)
        order.append(name)
        await asyncio.sleep(0)
        queue.release(write=write)

    for _ in range(4):
        await queue.acquire(write=False)
    await queue.acquire(write=True)
    waiting = [asyncio.create_task(use(f"reader {n}", write=False)) for n in range(6)]
    await asyncio.sleep(0)
    waiting.append(asyncio.create_task(use("writer", write=True)))
    await asyncio.sleep(0)
    assert order == []
    queue.release(write=True)
    await asyncio.sleep(0.01)
    assert order == ["writer"]
    for _ in range(4):
        queue.release(write=False)
    await asyncio.gather(*waiting)
    assert len(order) == 7


async def test_readers_go_on_beside_writers_without_end():
    queue = turns()
    await queue.acquire(write=True)
    for _ in range(2):
        await asyncio.wait_for(queue.acquire(write=False), 1)
    third = asyncio.create_task(queue.acquire(write=False))
    await asyncio.sleep(0.01)
    assert not third.done()
    queue.release(write=False)
    await asyncio.wait_for(third, 1)


async def test_who_leaves_the_queue_leaves_no_hole():
    queue = turns()
    await queue.acquire(write=True)
    leaving = [asyncio.create_task(queue.acquire(write=True)) for _ in range(3)]
    await asyncio.sleep(0)
    leaving[0].cancel()
    queue.release(write=True)
    leaving[1].cancel()
    await asyncio.gather(*leaving[:2], return_exceptions=True)
    await asyncio.wait_for(leaving[2], 1)
    queue.release(write=True)
    await asyncio.wait_for(queue.acquire(write=True), 1)


async def test_the_wait_is_one_for_the_whole_request(monkeypatch):
    monkeypatch.setattr(waiting, "SECONDS", 0.2)
    queue = turns()
    await queue.acquire(write=True)
    left = []
    with one_request():
        for _ in range(5):
            with pytest.raises(Busy):
                await queue.acquire(write=True)
            left.append(patience().left)
    assert left == [pytest.approx(0, abs=1e-3)] * 5
    queue.release(write=True)
    await queue.acquire(write=True)


async def test_work_beside_the_pages_waits_for_its_turn_longer_than_a_page(monkeypatch):
    monkeypatch.setattr(waiting, "READER_SECONDS", 0.0)
    queue = turns()
    for _ in range(4):
        await queue.acquire(write=False)

    async def read_beside():
        with unhurried():
            await queue.acquire(write=False)

    beside = asyncio.create_task(read_beside())
    with one_request(), pytest.raises(Busy):
        await queue.acquire(write=False)
    assert not beside.done()
    queue.release(write=False)
    await beside


async def test_behind_a_held_file_the_last_writer_waits_no_longer_than_the_first(lite, people, monkeypatch):
    """In turn, each waiting anew, five writers would have waited for five times as long."""
    monkeypatch.setattr(waiting, "SECONDS", 1.0)
    waits = []

    def note(connection, _cursor, statement, *_):
        if statement == "BEGIN IMMEDIATE":
            waits.append(float(connection.info["wait"].partition("=")[2]))

    async with Actor(lite) as visitor:
        fields = {"csrf": await visitor.token("/connexion"), "email": "alice@ours.example"}
        with held(lite), watched(lite.app.state.portal, note):
            answers = await asyncio.gather(
                *(visitor.post("/connexion", data=fields) for _ in range(6)),
            )
        assert all(map(is_the_busy_page, answers))
        first, *others = waits
        assert first == 1_000
        assert max(others, default=0) < 1_000, "whoever queued behind the first has waited already"
        assert (await visitor.post("/connexion", data=fields)).status_code == 303


@only_postgresql
async def test_what_was_waited_in_the_queue_shortens_the_wait_for_a_lock(portal, world):
    with one_request(0.4):
        async with portal.database.transaction(write=True) as session:
            connection = await session.connection()
            found = (await connection.execute(text("SHOW lock_timeout"))).scalar_one()
    assert int(found.removesuffix("ms")) <= 400
    async with portal.database.transaction(write=True) as session:
        connection = await session.connection()
        assert (await connection.execute(text("SHOW lock_timeout"))).scalar_one() == "10s"
