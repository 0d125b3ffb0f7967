"""The owner of this base: the demo, or anybody else.

A base says itself that the demo filled it (`demobase`, a row written with the story). A variable alone opens
nothing, and nothing is inferred from the contents. Revisit for demos that several people keep.
"""

from enum import Enum

from sqlalchemy import Connection, inspect, table, text
from sqlalchemy import select as rows_of
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import VisitorAccess
from db.models import DemoBase


class Filled(Enum):
    NOT_YET = "nothing at all"
    BY_DEMO = "the demo's row is there"
    OTHERWISE = "somebody's own"


async def is_demo_base(access: VisitorAccess) -> bool:
    return await access.first(select(DemoBase)) is not None


async def filling_of(session: AsyncSession) -> Filled:
    """The filling of a base of any age, before it is migrated: imported members are as real as accounts."""
    return await (await session.connection()).run_sync(_look)


def _look(connection: Connection) -> Filled:
    # Indexes of words, tables to SQLite, hold something from the start.
    names = {each for each in inspect(connection).get_table_names() if "_words" not in each}
    names -= {"alembic_version"}
    held = {
        name
        for name in names
        if connection.execute(rows_of(text("1")).select_from(table(name)).limit(1)).first()
    }
    if not held:
        return Filled.NOT_YET
    return Filled.BY_DEMO if DemoBase.__tablename__ in held else Filled.OTHERWISE
