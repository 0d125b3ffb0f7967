"""A portal of one's own for each test: a copy of a migrated database, real requests, a real SMTP server."""

import asyncio
import gc
import os
import pickle
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import asyncpg
import pytest
import structlog
import time_machine
from hypothesis import settings as hypothesis_settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine import make_url

from app import portions
from app.main import make_litestar, wire
from app.portal import Portal, make_portal
from app.settings import DEMO_SELLER, Settings
from app.text.addresses import accept_reserved
from app.web.edge import Edge
from app.web.templating import Templates
from db.engine import Database, migrate
from tests.actors import Actor
from tests.postbox import Mailbox
from tests.world import TwoCompanies, add_world

# No test reads a stopwatch: on a busy machine the first example alone takes longer than the default allows.
hypothesis_settings.register_profile("portal", deadline=None)
hypothesis_settings.load_profile("portal")


class Compiled(BytecodeCache):
    """Templates in Python's code, kept from one test to the next."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._codes.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


def _compile_once(database: Database) -> None:
    """Statements in their database's words, kept from one test to the next; their cache goes by dialect."""
    for name, engine in (("engine", database.engine.sync_engine), ("reader", database.reader.sync_engine)):
        engine.dialect, engine._compiled_cache = STATEMENTS.setdefault(
            name, (engine.dialect, engine._compiled_cache)
        )
    if database._readers:
        database._readers._plans = PLANS


def _share_templates(edge: Edge, settings: Settings) -> None:
    """Templates, made once for all the tests that look alike: none of them names a place of this test."""
    look = settings.model_dump_json(exclude=PLACES), settings.takes_passkeys
    edge.app.state.templates = TEMPLATES.setdefault(look, edge.app.state.templates)


COMPILED = Compiled()
STATEMENTS: dict[str, tuple[Any, Any]] = {}
PLANS: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
TEMPLATES: dict[tuple[str, bool], Templates] = {}
# What differs from one test to the next and stands in no template.
PLACES = {"data_dir", "database_url", "smtp_url", "port", "base_url"}
_routed_once = cache(make_litestar)
SERVER = os.environ.get("PORTAIL_TEST_DATABASE_URL", "")
os.environ["PORTAIL_RESERVED_ADDRESSES"] = "true"  # nobody reads mail at .example
MEMORY, ROOM = Path("/dev/shm"), 2 * 1024**3
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    # Each commit waits for its disk: three quarters of a test's time. Files in memory need not.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What drives a browser comes first: beside the longest journey, all the rest is done.

    On PostgreSQL only the tests that have a database run, and those that ask which one it is (`skipif`):
    rules of the text, pure functions, readers of files and templates are the same there, and run on SQLite.
    Of a sweep, whose statements are the same for everybody, two cases do, others each time.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    if SERVER:
        cases: dict[str, list[pytest.Item]] = {}
        for item in items:
            if item.get_closest_marker("sweep"):
                cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
        between = {item for sweep in cases.values() for item in sweep[1:-1]}
        chosen = [item for item in items if _asks_the_database(item) and item not in between]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = chosen


def _asks_the_database(item: pytest.Item) -> bool:
    has_one = "database_url" in getattr(item, "fixturenames", ())
    return has_one or item.get_closest_marker("skipif") is not None


def pytest_collection_finish() -> None:
    """What was imported stays: the collector need not go through it again and again."""
    gc.collect()
    gc.freeze()


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


@dataclass(frozen=True, slots=True)
class Model:
    """A migrated database that tests copy: a file, or on PostgreSQL a template. `files`: what its rows name.
    `world`: the two companies, pickled, of a model in which they are.
    """

    database: str
    files: Path
    world: bytes = b""


@pytest.fixture(scope="session")
def empty_model(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Model]:
    folder = tmp_path_factory.mktemp("model")
    database = str(folder / "model.db")
    if SERVER:
        database = _own_name("model", worker_id)
        asyncio.run(_copied_on_server(database, "template1"))
    asyncio.run(migrate(_url_of(database)))
    yield Model(database, folder / "files")
    asyncio.run(dropped(database))


@pytest.fixture(scope="session")
def world_model(empty_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    """The two companies are written once: writing their rows takes longer than most tests."""
    folder = tmp_path_factory.mktemp("world")
    model = asyncio.run(_fill_once(empty_model, folder))
    yield model
    asyncio.run(dropped(model.database))


async def _fill_once(empty: Model, folder: Path) -> Model:
    database = await _copied(empty, empty.database.replace("model", "world"), folder)
    portal = make_portal(_settings(_url_of(database), folder, 9), bcrypt_cost=4)
    world = pickle.dumps(await add_world(portal))
    await portal.close()
    return Model(database, folder / "files", world)


@pytest.fixture
def model(request: pytest.FixtureRequest) -> Model:
    """Where this test begins."""
    name = "world_model" if "world" in request.fixturenames else "empty_model"
    return request.getfixturevalue(name)


@pytest.fixture
async def database_url(model: Model, worker_id: str, tmp_path: Path) -> AsyncIterator[str]:
    database = await _copied(model, _own_name("test", worker_id), tmp_path)
    yield _url_of(database)
    await dropped(database)


async def dropped(database: str) -> None:
    """From the server. A file goes with its folder."""
    if SERVER:
        await _run_sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def _own_name(kind: str, worker_id: str) -> str:
    """Of a database on the server, where somebody else's tests may run too."""
    return f"portail_{kind}_{os.getpid()}_{re.sub(r'[^a-z0-9]', '', worker_id)}"


async def _copied(model: Model, name: str, folder: Path) -> str:
    """A database of that name like the model's, with its files in `folder`."""
    if model.files.exists():
        shutil.copytree(model.files, folder / "files")
    if SERVER:
        await _copied_on_server(name, model.database)
        return name
    return shutil.copy(model.database, folder / "portail.db")


BY_FILES = " STRATEGY file_copy"  # half the time of page after page, which PostgreSQL has preferred since 15


async def _copied_on_server(name: str, template: str) -> None:
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    await _run_sql(drop, f'CREATE DATABASE "{name}" TEMPLATE "{template}"{BY_FILES}')


def _url_of(database: str) -> str:
    if not SERVER:
        return f"sqlite+aiosqlite:///{database}"
    return make_url(SERVER).set(drivername="postgresql+asyncpg", database=database).render_as_string(False)


async def _run_sql(*statements: str) -> None:
    connection = await asyncpg.connect(make_url(SERVER).set(drivername="postgresql").render_as_string(False))
    for statement in statements:
        knows = connection.get_server_version().major >= 15
        await connection.execute(statement if knows else statement.removesuffix(BY_FILES))
    await connection.close()


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A real SMTP server on loopback, and the letters that it took."""
    box = await Mailbox().open()
    yield box
    await box.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, mailbox: Mailbox) -> Settings:
    return _settings(database_url, tmp_path, mailbox.port)


def _settings(database_url: str, folder: Path, mail_port: int) -> Settings:
    places = {"data_dir": folder, "database_url": database_url, "smtp_url": f"smtp://127.0.0.1:{mail_port}"}
    return _usual_settings().model_copy(update=places)


@cache
def _usual_settings() -> Settings:
    """Read and checked once: both take longer than a page."""
    return Settings(secret_key="k" * 64, base_url="http://127.0.0.1:8000", **DEMO_SELLER)


@pytest.fixture
async def app(settings: Settings):
    """What `create_app` gives, but for what is the same each time: routes and compiled templates."""
    portal = make_portal(settings, bcrypt_cost=4)
    _compile_once(portal.database)
    edge = wire(_routed_once(demo=settings.demo), settings, portal)
    edge.app.state.templates.environment.bytecode_cache = COMPILED
    _share_templates(edge, settings)
    yield edge
    await portal.close()


@pytest.fixture
def portal(app, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Its portions are of as many rows as their job says, however slow this machine is."""
    monkeypatch.setattr(portions, "HOLD", 3_600.0)
    return app.app.state.portal


@pytest.fixture
async def world(model: Model, portal: Portal) -> TwoCompanies:
    """Two companies that must never see each other, and who acts for them."""
    return pickle.loads(model.world) if model.world else await add_world(portal)


@pytest.fixture
async def visitor(app) -> AsyncIterator[Actor]:
    """Somebody with the address of the portal and nothing else."""
    async with Actor(app) as actor:
        yield actor


@pytest.fixture
async def alice(app, world: TwoCompanies) -> AsyncIterator[Actor]:
    """Acts for BRIEUC and its two sites."""
    async with Actor(app) as actor:
        yield await actor.signed_in(world.alice)


@pytest.fixture
async def charlie(app, world: TwoCompanies) -> AsyncIterator[Actor]:
    """Acts for the other company: a stranger to BRIEUC."""
    async with Actor(app) as actor:
        yield await actor.signed_in(world.charlie)


@pytest.fixture
async def clerk(app, world: TwoCompanies) -> AsyncIterator[Actor]:
    """Works for the service."""
    async with Actor(app) as actor:
        yield await actor.signed_in(world.clerk)


@pytest.fixture
def time_machine_at() -> Iterator[time_machine.Traveller]:
    """A Monday morning at work; `shift` lets time pass."""
    with time_machine.travel("2026-03-02 09:00:00+00:00", tick=True) as traveller:
        yield traveller
