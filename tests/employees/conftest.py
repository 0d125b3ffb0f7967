"""People of one company: one who was seen, three to act on at once."""

from datetime import date

import pytest

from app.follow_up.law import DoneVisit
from db.models import VisitKind
from tests.employees.people import an_employee


@pytest.fixture
async def elise(portal, world):
    """On the list, seen once."""
    return await an_employee(portal, world.site, DoneVisit(VisitKind.VIP_INITIAL, date(2024, 10, 1)))


@pytest.fixture
async def three(portal, world):
    return [
        await an_employee(portal, world.site, birth_name=name, first_names="X")
        for name in ("ARZEL", "BIHAN", "CORRE")
    ]
