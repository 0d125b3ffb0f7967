"""A portal of one's own for each test: a copy of a migrated database, real requests, a real SMTP server."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import asyncpg
import pytest
import structlog
import time_machine
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine import make_url

from app.addresses import accept_reserved
from app.database import migrate
from app.main import routed, wired
from app.portal import Portal, make_portal
from app.settings import Settings
from tests.actors import Actor
from tests.postbox import Mailbox
from tests.world import Told, tell


class Compiled(BytecodeCache):
    """Templates in Python's code, kept from one test to the next."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._codes.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()
_routed_once = cache(routed)
SERVER = os.environ.get("PORTAIL_TEST_DATABASE_URL", "")
os.environ["PORTAIL_RESERVED_ADDRESSES"] = "true"  # nobody reads mail at .example


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """Faults are printed with their traceback, everything else is kept quiet: whatever a command configured
    in the test before.
    """
    structlog.reset_defaults()
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.format_exc_info, _only_faults]
    )


@pytest.fixture(autouse=True)
def _reserved() -> None:
    """Whatever a portal of the test before said."""
    accept_reserved(True)


def _only_faults(_logger: object, _method: str, event: dict[str, object]) -> str:
    if event["level"] in {"error", "critical"}:
        return f"{event.pop('exception', '')}\n{event}"
    raise structlog.DropEvent


@pytest.fixture(scope="session")
def model_database(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """A migrated database that every test copies: a file, or on PostgreSQL a template."""
    import asyncio

    if not SERVER:
        file = tmp_path_factory.mktemp("model") / "model.db"
        asyncio.run(migrate(f"sqlite+aiosqlite:///{file}"))
        return str(file)
    name = f"portail_model_{re.sub(r'[^a-z0-9]', '', worker_id)}"
    asyncio.run(_run_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"'))
    asyncio.run(migrate(_url_of(name)))
    return name


@pytest.fixture
async def database_url(model_database: str, tmp_path: Path) -> AsyncIterator[str]:
    if not SERVER:
        shutil.copy(model_database, tmp_path / "portail.db")
        yield f"sqlite+aiosqlite:///{tmp_path / 'portail.db'}"
        return
    name = model_database.replace("model", "test")
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    await _run_sql(drop, f'CREATE DATABASE "{name}" TEMPLATE "{model_database}"')
    yield _url_of(name)
    await _run_sql(drop)


def _url_of(database: str) -> str:
    return make_url(SERVER).set(drivername="postgresql+asyncpg", database=database).render_as_string(False)


async def _run_sql(*statements: str) -> None:
    connection = await asyncpg.connect(make_url(SERVER).set(drivername="postgresql").render_as_string(False))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A real SMTP server on loopback, and the letters that it took."""
    box = await Mailbox().open()
    yield box
    await box.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mailbox: Mailbox) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        secret_key="k" * 64,
        smtp_url=f"smtp://127.0.0.1:{mailbox.port}",
        base_url="http://127.0.0.1:8000",
    )


@pytest.fixture
async def app(settings: Settings):
    """What `create_app` gives, but for what is the same each time: routes and compiled templates."""
    portal = make_portal(settings, bcrypt_cost=4)
    edge = wired(_routed_once(demo=settings.demo), settings, portal)
    edge.app.state.templates.environment.bytecode_cache = COMPILED
    yield edge
    await portal.close()


@pytest.fixture
def portal(app) -> Portal:
    return app.app.state.portal


@pytest.fixture
async def told(portal: Portal) -> Told:
    """Two companies that must never see each other, and who acts for them."""
    return await tell(portal)


@pytest.fixture
async def visitor(app) -> AsyncIterator[Actor]:
    """Somebody with the address of the portal and nothing else."""
    async with Actor(app) as actor:
        yield actor


@pytest.fixture
async def alice(app, told: Told) -> AsyncIterator[Actor]:
    """Acts for BRIEUC and its two sites."""
    async with Actor(app) as actor:
        yield await actor.signed_in(told.alice)


@pytest.fixture
async def charlie(app, told: Told) -> AsyncIterator[Actor]:
    """Acts for the other company: a stranger to BRIEUC."""
    async with Actor(app) as actor:
        yield await actor.signed_in(told.charlie)


@pytest.fixture
async def clerk(app, told: Told) -> AsyncIterator[Actor]:
    """Works for the service."""
    async with Actor(app) as actor:
        yield await actor.signed_in(told.clerk)


@pytest.fixture
def time_machine_at() -> Iterator[time_machine.Traveller]:
    """A Monday morning at work; `shift` lets time pass."""
    with time_machine.travel("2026-03-02 09:00:00+00:00", tick=True) as traveller:
        yield traveller
