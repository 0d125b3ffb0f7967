"""Élise, to whom a periodic visit is due, and the slot that the service proposes to her."""

import pytest

from tests.planning.steps import a_person, a_slot


@pytest.fixture
async def elise(portal, world):
    return await a_person(portal, world.site, email="elise@example.fr")


@pytest.fixture
async def slot(portal, world, elise):
    return await a_slot(portal, world.site, elise)
