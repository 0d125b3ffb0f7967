"""The database is held, full, gone or cut off: the reader is told to come back, and nothing is half done."""

import asyncio
import sqlite3
from contextlib import contextmanager
from threading import Thread

import asyncpg
import pytest
from sqlalchemy import event, text

from app.main import create_app
from db.engine import POSTGRESQL_PATIENCE, migrate
from db.models import Account, AccountSession, Membership, OutboxMail, SignInFlow, Throttle, metadata
from tests.actors import Actor
from tests.conftest import SERVER
from tests.faults.steps import NEW, ask_reset, entry, give, give_numbers, open_account
from tests.reading import rows
from tests.world import PASSWORD, add_world

only_postgresql = pytest.mark.skipif(not SERVER, reason="what a server can do and a file cannot")


@pytest.fixture
async def lite(settings, tmp_path, monkeypatch):
    """A portal on a SQLite file of its own, whatever database the other tests use, that waits 0.3 s."""
    monkeypatch.setattr("db.turns.SECONDS", 0.3)
    own = settings.model_copy(update={"database_url": f"sqlite+aiosqlite:///{tmp_path / 'lite.db'}"})
    await migrate(own.database_url)
    edge = create_app(own, bcrypt_cost=4)
    yield edge
    await edge.app.state.portal.close()


@pytest.fixture
async def people(lite):
    return await add_world(lite.app.state.portal)


@contextmanager
def held(lite):
    """Another program holds the file for writing."""
    url = lite.app.state.portal.settings.database_url
    connection = sqlite3.connect(url.partition("///")[2], isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


async def everything(portal):
    async with portal.database.transaction(write=False) as session:
        connection = await session.connection()
        return {
            table.name: (await connection.execute(table.select())).all() for table in metadata.sorted_tables
        }


def is_the_busy_page(answer):
    assert answer.status_code == 503, answer.text[:200]
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"].startswith("text/html")
    assert '<html lang="fr"' in answer.text
    assert "Le portail a trop à faire en ce moment" in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store, max-age=0"
    return True


async def test_a_step_of_the_sign_in_says_to_come_back_and_then_works(lite, people):
    async with Actor(lite) as visitor:
        fields = {"csrf": await visitor.token("/connexion"), "email": "alice@ours.example"}
        with held(lite):
            assert is_the_busy_page(await visitor.post("/connexion", data=fields))
        assert not await rows(lite.app.state.portal, SignInFlow)
        assert (await visitor.post("/connexion", data=fields)).status_code == 303


async def test_an_account_that_could_not_be_written_leaves_no_trace(lite, people, mailbox, monkeypatch):
    portal = lite.app.state.portal
    async with Actor(lite) as visitor:
        await give_numbers(visitor, "00010")
        fields = {"csrf": await visitor.token("/connexion/creer-mon-compte"), **entry()}
        before = await everything(portal)
        with held(lite):
            assert is_the_busy_page(await visitor.post("/connexion/creer-mon-compte", data=fields))
        assert await everything(portal) == before
        assert not portal.database.mail_queued.is_set()
        answer = await visitor.post("/connexion/creer-mon-compte", data=fields)
        assert answer.headers["location"] == "/connexion/compte-cree"
    monkeypatch.setattr("db.turns.SECONDS", 60)  # On a busy machine the letter waits for longer than 0.3 s.
    assert NEW in {letter["To"] for letter in await mailbox.delivered(lite)}


async def test_a_sign_in_that_could_not_be_counted_is_not_tried(lite, people):
    portal = lite.app.state.portal
    async with Actor(lite) as alice:
        await alice.fill("/connexion", email="alice@ours.example")
        token = await alice.token("/connexion/mot-de-passe")
        fields = {"csrf": token, "email": "alice@ours.example", "password": PASSWORD}
        with held(lite):
            assert is_the_busy_page(await alice.post("/connexion/mot-de-passe", data=fields))
        assert not await rows(portal, AccountSession)
        assert not await rows(portal, Throttle)
        assert (await alice.post("/connexion/mot-de-passe", data=fields)).status_code == 303


async def test_reading_goes_on_while_another_program_writes(lite, people):
    async with await Actor(lite).signed_in(people.alice) as alice:
        with held(lite):
            for path in ("/", "/connexion?fait=fin", "/espace/00010", "/mon-compte", "/healthz"):
                assert (await alice.get(path)).status_code == 200, path
            assert (await alice.get("/readyz")).status_code == 503
        assert (await alice.get("/readyz")).status_code == 200


async def test_htmx_gets_the_same_page_to_come_back(lite, people):
    async with Actor(lite) as visitor:
        fields = {"csrf": await visitor.token("/connexion"), "email": "a@b.fr"}
        headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
        with held(lite):
            answer = await visitor.post("/connexion", data=fields, headers=headers)
    assert is_the_busy_page(answer)
    assert 'id="erreur"' in answer.text


def filled_up(portal, most):
    """No page beyond this many: what SQLite does when the disk is full."""

    def limit(connection, _record):
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count={most}")
        cursor.close()

    event.listen(portal.database.engine.sync_engine, "connect", limit)
    return limit


async def page_count(portal):
    async with portal.database.transaction(write=False) as session:
        return (await (await session.connection()).execute(text("PRAGMA page_count"))).scalar_one()


async def accounts_until_full(lite, most):
    """Open accounts until the disk is full: the addresses acknowledged."""
    acknowledged = []
    for n in range(most):
        async with Actor(lite) as visitor:
            answer = await give_numbers(visitor, "00010")
            if answer.status_code == 303:
                answer = await visitor.fill("/connexion/creer-mon-compte", **entry(f"n{n}@ours.example"))
            if answer.status_code != 303:
                assert is_the_busy_page(answer)
                return acknowledged
            acknowledged.append(f"n{n}@ours.example")
    return pytest.fail("the disk never filled up")


async def test_a_full_disk_says_to_come_back_and_keeps_what_was_acknowledged(lite, people):
    portal = lite.app.state.portal
    before = {account.email for account in await rows(portal, Account)}
    limit = filled_up(portal, await page_count(portal) + 2)
    await portal.database.dispose()
    acknowledged = await accounts_until_full(lite, 200)
    async with Actor(lite) as reader:
        assert (await reader.get("/")).status_code == 200
        assert (await reader.get("/healthz")).status_code == 200
        assert (await reader.get("/readyz")).status_code == 503
    accounts = await rows(portal, Account)
    assert {account.email for account in accounts} == before | set(acknowledged)
    mailed = [
        mail.account_id for mail in await rows(portal, OutboxMail, OutboxMail.template == "account_created")
    ]
    assert len(mailed) == len(acknowledged)
    linked = {membership.account_id for membership in await rows(portal, Membership)}
    assert set(mailed) <= linked

    event.remove(portal.database.engine.sync_engine, "connect", limit)
    await portal.database.dispose()
    async with Actor(lite) as visitor:
        answer = await open_account(visitor, "after@ours.example", code="00010")
        assert answer.headers["location"] == "/connexion/compte-cree"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://portail@127.0.0.1:1/none",
        "postgresql+asyncpg://portail@localhost:1/none",
        "postgresql+asyncpg://portail@/none?host=/nowhere",
        "postgresql+asyncpg://portail@nowhere.invalid/none",
        "sqlite+aiosqlite:////nowhere/at/all/portail.db",
    ],
    ids=["no server", "at neither of two addresses", "no socket", "no such host", "no folder"],
)
async def test_a_portal_without_its_database_is_alive_but_not_ready(url, settings):
    edge = create_app(settings.model_copy(update={"database_url": url}), bcrypt_cost=4)
    async with Actor(edge) as visitor:
        assert (await visitor.get("/healthz")).text == "ok\n"
        assert (await visitor.get("/")).status_code == 200
        ready = await visitor.get("/readyz")
        visitor.cookies.set("session", "s" * 43, domain="127.0.0.1")
        page = await visitor.get("/espace/00010")
        visitor.cookies.clear()
        token = edge.app.state.portal.keys.form_token("")
        posted = await visitor.post("/connexion", data={"csrf": token, "email": "a@b.fr"})
    await edge.app.state.portal.close()
    assert is_the_busy_page(page)
    assert is_the_busy_page(posted)
    assert (ready.status_code, ready.headers.get("retry-after")) == (503, "5")


async def test_a_portal_with_its_database_is_ready(visitor):
    assert (await visitor.get("/healthz")).text == "ok\n"
    answer = await visitor.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


TERMINATE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()
"""


async def cut_off(portal):
    """Every connection of the portal is ended by the server, as at its restart."""
    url = portal.database.engine.url.set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(False))
    await connection.execute(TERMINATE, url.database)
    await connection.close()


@only_postgresql
async def test_the_first_request_after_a_restart_of_the_server_is_served(portal, alice, visitor):
    assert (await alice.get("/espace/00010")).status_code == 200
    await cut_off(portal)
    assert (await alice.get("/espace/00010")).status_code == 200
    await cut_off(portal)
    assert (await give(visitor)).status_code == 303


@only_postgresql
async def test_a_connection_cut_in_the_middle_of_a_request_means_come_back(portal, visitor, world):
    fields = {"csrf": await visitor.token("/connexion"), "email": "alice@ours.example"}

    def cut(_connection, _cursor, statement, *_):
        if "INSERT INTO signinflow" in statement:
            other = Thread(target=lambda: asyncio.run(cut_off(portal)))
            other.start()
            other.join()

    event.listen(portal.database.engine.sync_engine, "before_cursor_execute", cut)
    answer = await visitor.post("/connexion", data=fields)
    event.remove(portal.database.engine.sync_engine, "before_cursor_execute", cut)
    assert is_the_busy_page(answer)
    assert not await rows(portal, SignInFlow)
    assert (await visitor.post("/connexion", data=fields)).status_code == 303


@pytest.fixture
async def hurried(settings, world, monkeypatch):
    """The same base behind a portal that waits a third of a second for a lock."""
    monkeypatch.setitem(POSTGRESQL_PATIENCE, "lock_timeout", "300")
    edge = create_app(settings, bcrypt_cost=4)
    yield edge
    await edge.app.state.portal.close()


@only_postgresql
async def test_a_lock_that_is_held_for_ever_ends_in_the_page_to_come_back(hurried, portal, world):
    async with await Actor(hurried).signed_in(world.alice) as alice:
        path = "/espace/00010/utilisateurs/depart"
        fields = {"csrf": await alice.token(path)}
        async with portal.database.transaction(write=True) as session:
            await (await session.connection()).execute(text("SELECT 1 FROM company FOR UPDATE"))
            assert is_the_busy_page(await alice.post(path, data=fields))
        assert (await alice.post(path, data=fields)).status_code != 503


@only_postgresql
async def test_mail_goes_on_after_the_server_cut_the_connection(
    settings, app, portal, visitor, world, mailbox
):
    await ask_reset(visitor)
    await cut_off(portal)
    assert [letter["To"] for letter in await mailbox.delivered(app)] == ["alice@ours.example"]
