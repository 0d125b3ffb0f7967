"""The list and its filter read one rule, the one in Python and the other in SQL: they say the same."""

import re
from datetime import UTC, datetime
from itertools import product

import pytest

from db.models import RequestState, SlotState, VisitKind
from tests.appointments.steps import a_request
from tests.employees.people import LIST, an_employee
from tests.planning.steps import WEDNESDAY, a_slot
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
YESTERDAY = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CALLS = (
    None,
    (SlotState.PROPOSED, WEDNESDAY, VisitKind.VIP_INITIAL),
    (SlotState.PROPOSED, YESTERDAY, VisitKind.VIP_INITIAL),
    (SlotState.CONFIRMED, WEDNESDAY, VisitKind.RETURN),
    (SlotState.CONFIRMED, YESTERDAY, VisitKind.VIP_INITIAL),
    (SlotState.DECLINED, WEDNESDAY, VisitKind.VIP_INITIAL),
)
ASKED = (
    None,
    (RequestState.SENT, VisitKind.VIP_INITIAL),
    (RequestState.TAKEN, VisitKind.RETURN),
    (RequestState.CANCELLED, VisitKind.VIP_INITIAL),
)
NAME = re.compile(r'<th scope="row"><a href="[^"]+">([^<]+)</a></th>\s*<td[^>]*>(.*?)</td>')


async def situations(portal, world):
    """Somebody late, in each situation: 24 people, one page."""
    for place, (call, wanted) in enumerate(product(CALLS, ASKED)):
        name = f"N{chr(65 + place)}"
        person = await an_overdue(portal, world.site, name)
        if call:
            state, starts_at, kind = call
            more = {"state": state, "kind": kind, "professional": f"Dr {name}"}
            await a_slot(portal, world.site, person, starts_at, **more)
        if wanted:
            state, kind = wanted
            await a_request(portal, world.site, person, world.alice, state=state, kind=kind)


async def an_overdue(portal, company, name):
    """Who came in 2024 and was never seen: a first visit is due since then."""
    return await an_employee(portal, company, birth_name=name)


async def test_who_is_late_in_the_list_is_who_its_filter_finds(alice, world, portal):
    await situations(portal, world)
    everybody = NAME.findall((await alice.get(LIST)).text)
    assert len(everybody) == len(CALLS) * len(ASKED)
    late = {name for name, cell in everybody if "en retard" in cell}
    found = {name for name, _ in NAME.findall((await alice.get(f"{LIST}?visite=retard")).text)}
    # Nothing counts but the visit that is due: 4 calls that do not, with 3 requests that do not.
    assert late == found
    assert len(late) == 4 * 3
    dated = {name for name, _ in NAME.findall((await alice.get(f"{LIST}?visite=date")).text)}
    assert len(dated) == 2 * 4


async def test_the_list_asks_the_same_number_of_statements_however_many_are_called(alice, world, portal):
    await an_overdue(portal, world.site, "SEULE")
    with statements_of(portal) as few:
        await alice.get(LIST)
    await situations(portal, world)
    with statements_of(portal) as many:
        await alice.get(LIST)
    assert len(many) == len(few)
