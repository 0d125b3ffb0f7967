"""Migrate a base again and again, killed one statement later each time, until it comes to its end.

    python -m tests.db.killing URL [STEP]

After each kill the rows must be those of before. Prints how many kills there were. Its own process: it forks,
and what is killed is killed as `kill -9` does it.
"""

import asyncio
import sys

import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

from db.engine import migrate
from tests.killing import killed_at


def main(url: str, step: int) -> None:
    before, kills = asyncio.run(everything(url)), 0
    while killed_at(1 + kills * step, lambda: asyncio.run(migrate(url))):
        kills += 1
        # All rows each tenth time: what is left half done shows at the next start anyhow.
        if kills % 10 == 1:
            assert asyncio.run(everything(url)) == before, f"kill at statement {1 + (kills - 1) * step}"
    print(kills)


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
