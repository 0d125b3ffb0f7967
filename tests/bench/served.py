"""The portal as production serves it, in a process of its own, over two companies in a temporary database."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from app import clock
from app.access import VisitorAccess
from app.portal import Portal, make_portal
from app.sessions import open_session
from app.settings import Settings
from db.engine import migrate
from tests.world import TwoCompanies, add_world

ROOT = Path(__file__).parents[2]
SECRET = "b" * 64
KNOWN = "alice@ours.example"
Fill = Callable[[Portal, TwoCompanies], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers at `url`."""

    url: str
    pid: int

    def processor_seconds(self) -> float:
        """What its threads have used so far. 0 where the system does not tell (it does on Linux)."""
        told = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(file.read_text().split()[0]) for file in told) / 1e9


@dataclass(frozen=True, slots=True)
class Served(Server):
    """The portal: also the file that it keeps its rows in, and the session of somebody signed in."""

    database: Path
    session: str


@contextmanager
def portal_served(fill: Fill | None = None, **more: str) -> Iterator[Served]:
    """`portail serve` with real passwords (bcrypt at its real cost), no mail relay, nothing of the demo.

    `fill` adds rows to the two companies before it starts; `more`: other variables, such as a relay.
    """
    with TemporaryDirectory(prefix="portail-bench-") as folder:
        port, database = free_port(), Path(folder) / "portail.db"
        settings = Settings(
            data_dir=Path(folder), database_url=f"sqlite:///{database}", secret_key=SECRET, demo=False
        )
        session = asyncio.run(_told(settings, fill))
        variables = {
            "PORTAIL_DATA_DIR": folder,
            "PORTAIL_DATABASE_URL": settings.database_url,
            "PORTAIL_SECRET_KEY": SECRET,
            "PORTAIL_RESERVED_ADDRESSES": "true",
            "PORTAIL_PORT": str(port),
        } | more
        with running("app", "serve", port=port, **variables) as server:
            yield Served(server.url, server.pid, database, session)


@contextmanager
def running(module: str, *arguments: str, port: int, tree: Path = ROOT, **variables: str) -> Iterator[Server]:
    """A server of this module of that tree, once it answers and until the block ends."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PORTAIL_")}
    command = [sys.executable, "-m", module, *arguments]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, cwd=tree, env=inherited | variables, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_until_it_answers(url, process)
            yield Server(url, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _told(settings: Settings, fill: Fill | None = None) -> str:
    await migrate(settings.database_url)
    portal = make_portal(settings)
    told = await add_world(portal)
    if fill:
        await fill(portal, told)
    async with portal.database.transaction(write=True) as session:
        token = open_session(VisitorAccess(portal, session), told.alice, "Firefox", clock.now())
    await portal.close()
    return token


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{url}/healthz", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{' '.join(map(str, process.args))} does not answer")
