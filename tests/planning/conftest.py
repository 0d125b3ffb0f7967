"""Élise, to whom a periodic visit is due, and the slot that the service proposes to her."""

import pytest

from tests.planning.told import a_person, a_slot


@pytest.fixture
async def elise(portal, told):
    return await a_person(portal, told.site, email="elise@example.fr")


@pytest.fixture
async def slot(portal, told, elise):
    return await a_slot(portal, told.site, elise)
