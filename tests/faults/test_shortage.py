"""A database that is short of something, stopping or away is 503: come back. A fault of ours is 500."""

import asyncio
import errno
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from app.files.storage import FileLost
from app.main import create_app
from db.models import SignInFlow
from db.shortage import may_pass
from tests.actors import Actor
from tests.faults.test_database_trouble import is_the_busy_page, lite, only_postgresql, people
from tests.reading import rows

__all__ = ["lite", "people"]

PASSING = (
    "53000", "53100", "53200", "53300", "53400", "57014", "57P01", "57P02", "57P03", "08000", "08006",
    "55P03", "40001", "40P01", "58030", "25006",
)  # fmt: skip
OURS = ("22P02", "23514", "42P01", "XX001", "0A000")
RAISE = """
CREATE FUNCTION struck() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = 'struck'; END $$
"""
AT_ONCE = "CREATE TRIGGER struck BEFORE INSERT ON signinflow FOR EACH ROW EXECUTE FUNCTION struck()"
AT_COMMIT = """
CREATE CONSTRAINT TRIGGER struck AFTER INSERT ON signinflow DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION struck()
"""


async def run(portal, *statements):
    async with portal.database.transaction(write=True) as session:
        for statement in statements:
            await (await session.connection()).execute(text(statement))


async def begin_to_sign_in(actor):
    return await actor.post(
        "/connexion", data={"csrf": await actor.token("/connexion"), "email": "alice@ours.example"}
    )


def is_our_fault(answer):
    assert answer.status_code == 500
    assert "retry-after" not in answer.headers
    assert "Une erreur est survenue" in answer.text
    return True


@only_postgresql
@pytest.mark.parametrize("trigger", [AT_ONCE, AT_COMMIT], ids=["in the handler", "at the commit"])
@pytest.mark.parametrize("state", PASSING + OURS)
async def test_what_the_server_says_while_writing(portal, world, visitor, state, trigger):
    await run(portal, RAISE.format(state=state), trigger)
    answer = await begin_to_sign_in(visitor)
    assert is_the_busy_page(answer) if state in PASSING else is_our_fault(answer)
    await run(portal, "DROP TRIGGER struck ON signinflow")
    assert not await rows(portal, SignInFlow)
    assert (await begin_to_sign_in(visitor)).status_code == 303


async def one_refusal(state):
    """A server that answers every start with this state: full, starting, stopping, recovering."""

    async def refuse(reader, writer):
        length = int.from_bytes(await reader.readexactly(4))
        if length == 8:  # May we speak TLS? No.
            await reader.readexactly(4)
            writer.write(b"N")
            length = int.from_bytes(await reader.readexactly(4))
        await reader.readexactly(length - 4)
        fields = b"".join(
            kind + words + b"\0" for kind, words in ((b"S", b"FATAL"), (b"C", state.encode()), (b"M", b"no"))
        )
        writer.write(b"E" + (len(fields) + 5).to_bytes(4) + fields + b"\0")
        await writer.drain()
        writer.close()

    return await asyncio.start_server(refuse, "127.0.0.1", 0)


@pytest.mark.parametrize("state", ["53300", "57P01", "57P03", "53200", "53100", "58030"])
async def test_what_the_server_says_before_any_handler(settings, state):
    async with await one_refusal(state) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"postgresql+asyncpg://portail@127.0.0.1:{port}/portail"
        edge = create_app(settings.model_copy(update={"database_url": url}), bcrypt_cost=4)
        async with Actor(edge) as visitor:
            token = edge.app.state.portal.keys.form_token("")
            assert is_the_busy_page(await visitor.post("/connexion", data={"csrf": token, "email": "a@b.fr"}))
            visitor.cookies.set("session", "s" * 43, domain="127.0.0.1")
            for path in ("/espace/00010", "/mon-compte", "/readyz"):
                assert is_the_busy_page(await visitor.get(path))
            assert (await visitor.get("/healthz")).status_code == 200
        await edge.app.state.portal.close()


@only_postgresql
async def test_a_server_that_only_reads(settings, portal, world):
    """As a copy does, and a server whose operator said so."""
    name = portal.database.engine.url.database
    await run(portal, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    edge = create_app(settings, bcrypt_cost=4)
    async with Actor(edge) as visitor:
        assert is_the_busy_page(await begin_to_sign_in(visitor))
        assert is_the_busy_page(await visitor.get("/readyz"))
    await edge.app.state.portal.close()


@only_postgresql
async def test_not_ready_behind_a_lock_and_asked_by_many_only_one_waits(portal, world, visitor):
    async with portal.database.transaction(write=True) as session:
        connection = await session.connection()
        await connection.execute(text("LOCK TABLE throttle IN ACCESS EXCLUSIVE MODE"))
        answers = await asyncio.gather(*(visitor.get("/readyz") for _ in range(20)))
        assert all(map(is_the_busy_page, answers))
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%throttle%guesses%'")
        assert (await connection.execute(waiting)).scalar_one() <= 2
    assert (await visitor.get("/readyz")).status_code == 200


async def test_a_probe_writes_nothing(portal, world, visitor):
    from db.models import Throttle

    assert (await visitor.get("/readyz")).status_code == 200
    assert not await rows(portal, Throttle)


async def set_on_writers(lite, pragma):
    async with lite.app.state.portal.database.transaction(write=True) as session:
        await (await session.connection()).execute(text(pragma))


async def test_a_file_that_only_reads(lite, people):
    await set_on_writers(lite, "PRAGMA query_only=ON")
    async with Actor(lite) as visitor:
        assert is_the_busy_page(await begin_to_sign_in(visitor))
        assert is_the_busy_page(await visitor.get("/readyz"))


async def test_a_get_that_writes_is_our_fault(lite, people):
    database = lite.app.state.portal.database
    with pytest.raises(RuntimeError) as caught:
        async with database.transaction(write=False) as session:
            await (await session.connection()).execute(text("UPDATE company SET name = 'x'"))
    assert not may_pass(caught.value)


async def test_a_corrupt_file_is_no_shortage(lite, people):
    portal = lite.app.state.portal
    file = portal.settings.database_url.partition("///")[2]
    async with await Actor(lite).signed_in(people.alice) as alice:
        assert (await alice.get("/espace/00010")).status_code == 200
        await portal.database.dispose()
        with Path(file).open("r+b") as content:
            content.seek(4096)
            content.write(b"\xff" * 4096 * 20)
        answer = await alice.get("/espace/00010")
    assert is_our_fault(answer)


@pytest.mark.parametrize(
    ("name", "passes"),
    [
        ("SQLITE_BUSY", True), ("SQLITE_BUSY_SNAPSHOT", True), ("SQLITE_LOCKED", True), ("SQLITE_FULL", True),
        ("SQLITE_IOERR", True), ("SQLITE_IOERR_FSYNC", True), ("SQLITE_READONLY", True),
        ("SQLITE_CANTOPEN", True), ("SQLITE_NOMEM", True), ("SQLITE_PROTOCOL", True),
        ("SQLITE_CORRUPT", False), ("SQLITE_NOTADB", False), ("SQLITE_ERROR", False),
        ("SQLITE_CONSTRAINT_UNIQUE", False), ("SQLITE_MISUSE", False),
    ],
)  # fmt: skip
def test_what_sqlite_says(name, passes):
    error = sqlite3.OperationalError("as it happens")
    error.sqlite_errorcode = getattr(sqlite3, name)
    assert may_pass(error) is passes


PASSING_ERRORS = (
    OSError(errno.ENOSPC, "no room"), OSError(errno.EMFILE, "no more files"), OSError(errno.EIO, "a disk"),
    BlockingIOError(errno.EAGAIN, "no more processes"), MemoryError(), TimeoutError(), BrokenPipeError(),
    ConnectionRefusedError(errno.ECONNREFUSED, "nobody"),
)  # fmt: skip
OUR_ERRORS = (
    FileNotFoundError(errno.ENOENT, "no such file"), PermissionError(errno.EACCES, "not ours"),
    IsADirectoryError(errno.EISDIR, "a folder"), OSError(errno.EINVAL, "what we asked makes no sense"),
    OSError("in words only"), FileLost("a" * 64), ValueError(),
)  # fmt: skip


@pytest.mark.parametrize("error", PASSING_ERRORS + OUR_ERRORS, ids=repr)
async def test_of_what_the_system_says_only_a_shortage_may_pass(error, visitor, world, monkeypatch):
    def struck(*_, **__):
        raise error

    monkeypatch.setattr("app.sign_in.routes.start_flow", struck)
    answer = await begin_to_sign_in(visitor)
    if isinstance(error, FileLost):
        assert answer.status_code == 500
    else:
        assert is_the_busy_page(answer) if error in PASSING_ERRORS else is_our_fault(answer)
