"""What the tests of faults share."""

import pytest

from app.portal import Portal
from db.models import Company
from db.seeds.world import World
from tests.faults.steps import LONE
from tests.world import NUMBER


@pytest.fixture
async def lone(portal: Portal) -> Company:
    """A company where nobody has an account yet: opening the first writes one letter and no other."""
    async with portal.database.transaction(write=True) as session:
        key = portal.keys.declarant_key(LONE, NUMBER)
        return await World(session).a_company(LONE, "Biscuiterie", key=key)
