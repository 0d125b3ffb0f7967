"""What people type never reaches the log, whatever fails."""

import asyncio
import io
import logging
from contextlib import contextmanager

import pytest
import structlog
from pydantic import BaseModel
from sqlalchemy import text

from app import clock
from app.logs import PROCESSORS, LibraryHandler, as_line, trace_words
from db.models import Account, AuditEvent, AuditKind, Company
from tests.actors import Actor
from tests.faults.test_database_trouble import held, lite, only_postgresql, people
from tests.faults.test_shortage import AT_COMMIT, AT_ONCE, RAISE, run, set_on_writers

__all__ = ["lite", "people"]

MARK = "marque-de-mireille"
EMAIL = f"{MARK}@ours.example"


@pytest.fixture
def logged():
    """Every line as production writes it."""
    before, lines = structlog.get_config(), []

    def keep(_logger, _method, event):
        lines.append(as_line(_logger, _method, event))
        raise structlog.DropEvent

    structlog.configure(processors=[*PROCESSORS, keep])
    yield lines
    structlog.configure(**before)


async def post_the_mark(actor):
    return await actor.post("/connexion", data={"csrf": await actor.token("/connexion"), "email": EMAIL})


def says_nothing(lines, *named):
    whole = "\n".join(lines)
    assert MARK not in whole
    assert '"exception"' in whole, "nothing was logged"
    for name in named:
        assert name in whole
    return True


@only_postgresql
@pytest.mark.parametrize("trigger", [AT_ONCE, AT_COMMIT], ids=["in the handler", "at the commit"])
@pytest.mark.parametrize("state", ["53100", "57P01", "22P02", "XX000"])
async def test_when_the_server_quotes_the_row(portal, world, visitor, logged, state, trigger):
    quoted = RAISE.format(state=state).replace(
        "MESSAGE = 'struck'", "MESSAGE = NEW.email, DETAIL = NEW.email, HINT = NEW.email"
    )
    await run(portal, quoted, trigger)
    assert (await post_the_mark(visitor)).status_code >= 500
    assert says_nothing(logged, state)


@only_postgresql
async def test_when_a_table_is_locked(settings, portal, world, logged, monkeypatch):
    from app.main import create_app
    from db.engine import POSTGRESQL_PATIENCE

    monkeypatch.setitem(POSTGRESQL_PATIENCE, "lock_timeout", "300")
    edge = create_app(settings, bcrypt_cost=4)
    async with Actor(edge) as visitor, portal.database.transaction(write=True) as session:
        lock = text("LOCK TABLE signinflow IN ACCESS EXCLUSIVE MODE")
        await (await session.connection()).execute(lock)
        assert (await post_the_mark(visitor)).status_code == 503
    await edge.app.state.portal.close()
    assert says_nothing(logged, "55P03", "signinflow")


@pytest.mark.parametrize(
    ("pragma", "named"),
    [("PRAGMA query_only=ON", "SQLITE_READONLY"), ("PRAGMA max_page_count=1", "SQLITE_FULL")],
)
async def test_when_the_disk_is_full_or_sealed(lite, people, logged, pragma, named):
    await set_on_writers(lite, pragma)
    with fault_logged():
        async with lite.app.state.portal.database.transaction(write=True) as session:
            event = {"at": clock.now(), "kind": AuditKind.SIGNED_IN}
            session.add_all([AuditEvent(about=MARK * 10, **event) for _ in range(5_000)])
            await session.flush()
    assert says_nothing(logged, named)


async def test_when_the_file_is_held(lite, people, logged):
    async with Actor(lite) as visitor:
        with held(lite):
            assert (await post_the_mark(visitor)).status_code == 503
    assert says_nothing(logged, "SQLITE_BUSY")


@contextmanager
def fault_logged():
    try:
        yield
    except Exception:  # noqa: BLE001
        structlog.get_logger().exception("fault", given=Company(name=MARK))


async def account(session):
    now = clock.now()
    names = {"first_name": MARK, "last_name": MARK, "job_title": MARK}
    session.add_all([Account(email=EMAIL, created_at=now, **names) for _ in range(2)])
    await session.flush()


async def nothing(session):
    session.add(Account(email=EMAIL, first_name=MARK, last_name=None, job_title=MARK, created_at=clock.now()))
    await session.flush()


async def foreign(session):
    session.add(AuditEvent(at=clock.now(), kind=AuditKind.SIGNED_IN, account_id=987654, about=MARK))
    await session.flush()


async def longer_than_its_column(session):
    session.add(Account(email=EMAIL * 40, first_name="", last_name="", job_title="", created_at=clock.now()))
    await session.flush()
    raise KeyError(MARK)


async def of_another_type(session):
    row = await session.get_one(Company, 1)
    row.created_at = MARK
    await session.flush()


async def not_understood(session):
    await (await session.connection()).execute(
        text("SELECT CAST(:mark AS nonsense), json(:mark)"), {"mark": MARK}
    )


@pytest.mark.parametrize(
    "work", [account, nothing, foreign, longer_than_its_column, of_another_type, not_understood]
)
async def test_when_a_rule_of_the_tables_is_broken(portal, world, logged, work):
    with fault_logged():
        async with portal.database.transaction(write=True) as session:
            await work(session)
    assert says_nothing(logged)


class Age(BaseModel):
    years: int


@pytest.mark.parametrize(
    "work",
    [
        lambda: int(MARK),
        lambda: {}[MARK],
        lambda: Age(years=MARK),
        (MARK.encode() + b"\xff").decode,
        lambda: f"{MARK}é".encode("ascii"),
        lambda: open(f"/nowhere/{MARK}"),  # noqa: PTH123, SIM115
        lambda: asyncio.run(grouped()),
    ],
)
def test_when_python_quotes_what_it_met(work):
    with pytest.raises(Exception) as caught:
        work()
    assert MARK not in trace_words(caught.value)
    assert "test_log.py" in trace_words(caught.value)


async def grouped():
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(int, MARK))


def test_words_about_code_stay():
    with pytest.raises(AttributeError) as caught:
        None.upper()
    assert "'NoneType' object has no attribute 'upper'" in trace_words(caught.value)


async def test_the_error_that_a_rule_raises_names_the_rule(portal, world, logged):
    with fault_logged():
        async with portal.database.transaction(write=True) as session:
            await account(session)
    assert says_nothing(logged, "INSERT INTO account", "email")


def test_what_libraries_log_follows_the_same_rule():
    handler, lines = LibraryHandler(), io.StringIO()
    handler.shown_on = lines
    logger = logging.getLogger("libraries")
    logger.addHandler(handler)
    try:
        int(MARK)
    except ValueError as error:
        logger.error("Task exception was never retrieved\nfuture: %r", error, exc_info=error)
    assert "Task exception was never retrieved" in lines.getvalue()
    assert "ValueError" in lines.getvalue()
    assert MARK not in lines.getvalue()
