"""The base that the demo filled, once for all tests of a process."""

import asyncio

import pytest

from app.main import create_app
from app.settings import Settings
from app.starting import fill_demo
from tests.actors import Actor
from tests.conftest import Model, _copied, _url_of, dropped


def settings_of(database_url, folder):
    return Settings(demo=True, data_dir=folder, database_url=database_url, secret_key="k" * 64)


@pytest.fixture(scope="session")
def filled_model(empty_model, tmp_path_factory):
    """The demo is told once: it takes a second."""
    folder = tmp_path_factory.mktemp("demo")
    database = asyncio.run(_filled(empty_model, folder))
    yield Model(database, folder / "files")
    asyncio.run(dropped(database))


async def _filled(empty, folder):
    database = await _copied(empty, empty.database.replace("model", "demo"), folder)
    await fill_demo(settings_of(_url_of(database), folder))
    return database


@pytest.fixture
def model(request, model):
    """Where a test begins that shows the demo, or whose `kind` of base is the demo's own."""
    given = getattr(request.node, "callspec", None)
    is_demo = "show" in request.fixturenames or (given is not None and given.params.get("kind") == "demo")
    return request.getfixturevalue("filled_model") if is_demo else model


@pytest.fixture
async def show(database_url, tmp_path):
    edge = create_app(settings_of(database_url, tmp_path), bcrypt_cost=4)
    async with Actor(edge) as actor:
        yield actor
    await edge.app.state.portal.close()
