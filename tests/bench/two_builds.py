"""The build of before beside this one, over the same rows of a large service, on SQLite or on PostgreSQL.

The rows are written once, in the schema of before; `portail migrate` of this build brings a copy forward.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg

from tests.bench.large_service import Size, fill
from tests.bench.mail import SERVER, _on_server, fresh
from tests.bench.pages import tree_of
from tests.bench.served import ROOT, SECRET, Server, free_port, running
from tests.bench.service import _is_postgres

# The last commit before the statements of each journey were halved. Its home makes nine statements, one trip
# each, as the build did of which the figures to beat were taken.
BEFORE = "baea9f8"
NAMES = {"before": "portail_bench_before", "now": "portail_bench_now"}
CALM, LONGEST_START = 0.1, 120.0  # of a processor; seconds


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two builds, and where its processor time is read."""

    base: str
    server: Server

    def processor_seconds(self) -> tuple[float, float]:
        """Of the portal, and of PostgreSQL where it is its base, so far."""
        return self.server.processor_seconds(), _postgres_seconds() if self.base == "PostgreSQL" else 0.0


@dataclass(frozen=True, slots=True)
class Sides:
    """Both, over the same rows, and the people who are signed in at either."""

    now: Side
    before: Side
    people: dict[str, Any]
    base: str

    def in_turn(self, number: int) -> tuple[Side, Side]:
        """Either is first as often as the other."""
        return (self.now, self.before) if number % 2 else (self.before, self.now)


def databases() -> list[str]:
    return ["SQLite", *(["PostgreSQL"] if SERVER else [])]


@contextmanager
def both_served(base: str, size: Size) -> Iterator[Sides]:
    with TemporaryDirectory(prefix="portail-two-") as folder, tree_of(BEFORE) as tree, ExitStack() as stack:
        began = time.monotonic()
        place, variables = Path(folder), {}
        for name, database in NAMES.items():
            (place / name).mkdir()
            variables[name] = _variables(base, place / name, database)
        if base == "PostgreSQL":
            asyncio.run(fresh(NAMES["before"]))
            stack.callback(asyncio.run, _dropped())
        _migrate(tree, variables["before"])
        people = asyncio.run(fill(variables["before"]["PORTAIL_DATABASE_URL"], size))
        filled = time.monotonic() - began
        _copy(base, place)
        _migrate(ROOT, variables["now"])
        print(f"{base}: filled in {filled:.0f} s, copied and migrated in"
              f" {time.monotonic() - began - filled:.0f} s", file=sys.stderr, flush=True)  # fmt: skip
        sides = {}
        for name, its_tree in (("before", tree), ("now", ROOT)):
            port = free_port()
            own = variables[name] | {"PORTAIL_PORT": str(port)}
            server = stack.enter_context(running("app", "serve", port=port, tree=its_tree, **own))
            _wait_until_calm(server)
            sides[name] = Side(base, server)
        yield Sides(sides["now"], sides["before"], people, base)


def _variables(base: str, folder: Path, name: str) -> dict[str, str]:
    url = f"sqlite:///{folder}/portail.db"
    if base == "PostgreSQL":
        url = _on_server(name).replace("+asyncpg", "")
    return {
        "PORTAIL_DATA_DIR": str(folder), "PORTAIL_DATABASE_URL": url, "PORTAIL_SECRET_KEY": SECRET,
        "PORTAIL_RESERVED_ADDRESSES": "true",
    }  # fmt: skip


def _migrate(tree: Path, variables: dict[str, str]) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PORTAIL_")}
    command = [sys.executable, "-m", "app", "migrate"]
    subprocess.run(command, cwd=tree, env=inherited | variables, check=True, stdout=subprocess.DEVNULL)


def _copy(base: str, place: Path) -> None:
    if base == "PostgreSQL":
        asyncio.run(_told_server(
            f"DROP DATABASE IF EXISTS {NAMES['now']} WITH (FORCE)",
            f"CREATE DATABASE {NAMES['now']} TEMPLATE {NAMES['before']}",
        ))  # fmt: skip
    else:
        shutil.copy(place / "before" / "portail.db", place / "now")


async def _dropped() -> None:
    await _told_server(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in NAMES.values()))


async def _told_server(*statements: str) -> None:
    connection = await asyncpg.connect(SERVER)
    for each in statements:
        await connection.execute(each)
    await connection.close()


def _postgres_seconds() -> float:
    return sum(
        Server("", int(each.parent.name)).processor_seconds()
        for each in Path("/proc").glob("[0-9]*/comm")
        if _is_postgres(each)
    )


def _wait_until_calm(server: Server) -> None:
    """What a start does beside the requests is no part of a page."""
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline:
        before = server.processor_seconds()
        time.sleep(2)
        if server.processor_seconds() - before < 2 * CALM:
            return
    print("the server goes on working by itself", file=sys.stderr)
