"""Calendars tell the slots of each test and no others."""

import pytest
from sqlmodel import delete

from db.models import Slot


@pytest.fixture
async def world(world, portal):
    async with portal.database.transaction(write=True) as session:
        await session.exec(delete(Slot))
    return world
