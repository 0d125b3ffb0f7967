"""Migrate a base again and again, killed one statement later each time, until it comes to its end.

    python -m tests.db.killing URL [STEP]

After each kill the rows must be those of before. Prints how many kills there were. Its own process: it forks,
and what is killed is killed as `kill -9` does it.
"""

import asyncio
import os
import signal
import sys

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import create_async_engine

from db.engine import migrate


def main(url: str, step: int) -> None:
    before, kills = asyncio.run(everything(url)), 0
    while killed_at(url, 1 + kills * step):
        kills += 1
        # All rows each tenth time: what is left half done shows at the next start anyhow.
        if kills % 10 == 1:
            assert asyncio.run(everything(url)) == before, f"kill at statement {1 + (kills - 1) * step}"
    print(kills)


def killed_at(url: str, statement: int) -> bool:
    """Whether the migration was killed before this statement, the commit being the last one."""
    child = os.fork()
    if not child:
        _kill_before(statement)
        asyncio.run(migrate(url))
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def _kill_before(statement: int) -> None:
    passed = 0

    def count(*_):
        nonlocal passed
        passed += 1
        if passed == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)


async def everything(url: str) -> dict[str, list[str]]:
    """Every row of every table, the revision's among them, and the tables' own columns."""
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = sqlalchemy.MetaData()
        await connection.run_sync(found.reflect)
        rows = {}
        for table in found.sorted_tables:
            names = [f'"{column.name}"' for column in table.columns]
            chosen = sqlalchemy.text(f'SELECT {", ".join(names)} FROM "{table.name}"')
            rows[table.name] = names + sorted(map(str, await connection.execute(chosen)))
    await engine.dispose()
    return rows


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1)
