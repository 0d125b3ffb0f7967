"""The portal served for real, and a real browser in front of it."""

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, async_playwright

from app.settings import Settings
from tests.browser.reader import Reader
from tests.browser.windows import Windows

# Without these, Chromium calls its maker, or asks for more than a container gives.
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = "Les tests de navigateur ont besoin de Chromium. Tapez : sudo apt-get install chromium"

Opening = Callable[..., Awaitable[Reader]]


@pytest.fixture(scope="session")
def listening() -> Iterator[socket.socket]:
    """One address for all the tests of this process, so that a window goes from one to the next without a
    process of its own. Taken before the settings are made: the links in letters hold its port.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def settings(request: pytest.FixtureRequest, settings: Settings, listening: socket.socket) -> Settings:
    """A test may ask for others: `@pytest.mark.parametrize("settings", [{"demo": True}], indirect=True)`."""
    port = listening.getsockname()[1]
    asked = getattr(request, "param", {})
    return settings.model_copy(update={"port": port, "base_url": f"http://127.0.0.1:{port}", **asked})


class Server(uvicorn.Server):
    """In the loop of the test, which keeps its own signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_options(app: Any) -> uvicorn.Config:
    options: dict[str, Any] = {"lifespan": "on", "ws": "none", "log_config": None, "access_log": False}
    return uvicorn.Config(app, timeout_graceful_shutdown=2, **options)


@pytest.fixture
async def site(app, settings: Settings, listening: socket.socket) -> AsyncIterator[str]:
    """The address of the running portal, whose own dispatcher sends its mail. The server closes what it is
    given, so it is given a copy.
    """
    server = Server(server_options(app))
    serving = asyncio.create_task(server.serve(sockets=[listening.dup()]))
    while not server.started:
        assert not serving.done(), "the portal did not start"
        await asyncio.sleep(0.01)
    yield settings.base_url
    server.should_exit = True
    await serving


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = os.environ.get("PORTAIL_TEST_CHROMIUM", "")
    names = ("chromium", "chromium-browser", "google-chrome")
    found = found or next((path for name in names if (path := shutil.which(name))), "")
    if not Path(found).is_file():
        pytest.fail(MISSING, pytrace=False)
    return found


@pytest.fixture
def _function_scoped_runner(_session_scoped_runner: asyncio.Runner) -> asyncio.Runner:
    """Each test of this folder in the same loop, since one browser for all of them lives in it."""
    return _session_scoped_runner


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(chromium_path: str) -> AsyncIterator[Browser]:
    """One for all the tests of this process: starting it takes longer than most of them."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=SWITCHES)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def windows(chromium: Browser) -> Windows:
    return Windows(chromium)


@pytest.fixture
async def opened(windows: Windows, site: str, portal, mailbox) -> AsyncIterator[Opening]:
    """`await opened(javascript=False)`: somebody else, in a browser window that knows nobody."""
    readers: list[Reader] = []

    async def open_window(**options: Any) -> Reader:
        readers.append(Reader(await windows.lent(site, **options), site, portal, mailbox))
        return readers[-1]

    yield open_window
    for reader in readers:
        await windows.given_back(reader.page, is_changed=reader.is_changed)


@pytest.fixture
async def reader(opened: Opening, world) -> Reader:
    """Somebody in front of the portal, JavaScript on."""
    return await opened()
