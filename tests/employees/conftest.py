"""People of one company, for tests of several at once."""

import pytest

from tests.employees.people import an_employee


@pytest.fixture
async def three(portal, world):
    return [
        await an_employee(portal, world.site, birth_name=name, first_names="X")
        for name in ("ARZEL", "BIHAN", "CORRE")
    ]
