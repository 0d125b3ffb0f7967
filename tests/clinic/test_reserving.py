"""A session kept for some companies until a date, then for all."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from app import clock
from app.batches.rules import RESERVED
from app.batches.staff import Wanted, prepare_batch
from app.clinic import queries
from db.kinds import VisitKind
from db.models import BatchLine, LineState, SessionCompany, Slot
from tests.clinic.steps import BOARD, a_session
from tests.pages import check
from tests.planning.steps import a_person, service
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
NINE = datetime(2026, 3, 9, 8, tzinfo=UTC)


async def reserved(clerk, made, codes="00042", until="06/03/2026"):
    return await clerk.fill(f"{BOARD}/{made.id}/reservation", codes=codes, until=until)


async def proposed(clerk, made, person, at=NINE):
    return await clerk.fill(f"{BOARD}/{made.id}/heure/{int(at.timestamp())}", salarie=str(person.id))


async def test_others_come_once_the_day_has_passed(clerk, portal, world, time_machine_at):
    made, person = await a_session(portal, world), await a_person(portal, world.site)
    path = f"{BOARD}/{made.id}/reservation"
    check(await clerk.get(path))
    page = await clerk.follow(await reserved(clerk, made))
    check(page)
    assert "Réservée jusqu’au 6 mars 2026 à 00042, puis à tous." in page.text
    hour = f"{BOARD}/{made.id}/heure/{int(NINE.timestamp())}"
    assert "LE GALL" not in (await clerk.get(hour)).text
    times = (await clerk.get(f"/service/salaries/{person.id}/creneau")).text
    assert "Aucun créneau dans les deux mois" in times
    time_machine_at.move_to(datetime(2026, 3, 7, 9, tzinfo=UTC))
    await clerk.signed_in(world.clerk)
    assert (await proposed(clerk, made, person)).status_code == 303


async def test_nobody_else_is_proposed_a_reserved_time(clerk, portal, world):
    made, person = await a_session(portal, world), await a_person(portal, world.site)
    token = await clerk.token(f"/service/salaries/{person.id}/creneau")
    await reserved(clerk, made)
    path, key = f"/service/salaries/{person.id}/creneau", f"{made.id}-{int(NINE.timestamp())}"
    answer = await clerk.post(path, data={"csrf": token, "creneau": key})
    assert answer.status_code == 409
    assert "réservée à d’autres adhérents" in answer.text
    await reserved(clerk, made, "00042, 00010-2")
    assert (await clerk.post(path, data={"csrf": token, "creneau": key})).status_code == 303
    assert len([each for each in await rows(portal, Slot) if each.session_id == made.id]) == 1


async def test_a_batch_says_that_a_session_is_reserved(clerk, portal, world):
    made = await a_session(portal, world)
    await a_person(portal, world.site)
    await reserved(clerk, made)
    async with service(portal, world) as staff:
        await prepare_batch(staff, Wanted(None, date(2026, 7, 1), (), (made.id,)), clock.moment())
    (line,) = await rows(portal, BatchLine)
    assert (line.state, line.reason) == (LineState.LEFT, RESERVED)


@pytest.mark.parametrize(
    ("codes", "until", "words"),
    [
        ("00099", "06/03/2026", "Aucun adhérent n’a le code 00099"),
        ("chez Paul", "06/03/2026", "Ce code adhérent ne se lit pas : chez"),
        ("00042", "", "tient jusqu’à un jour"),
        ("00042", "10/03/2026", "tient jusqu’à un jour"),
        ("00042", "01/03/2026", "tient jusqu’à un jour"),
    ],
)
async def test_what_cannot_be_reserved_is_said(clerk, portal, world, codes, until, words):
    made = await a_session(portal, world)
    answer = await reserved(clerk, made, codes, until)
    assert answer.status_code == 422
    assert words in answer.text
    assert not await rows(portal, SessionCompany)


async def test_it_is_given_back_to_all(clerk, portal, world):
    made = await a_session(portal, world)
    await reserved(clerk, made)
    await reserved(clerk, made, "", "")
    assert not await rows(portal, SessionCompany)
    person = await a_person(portal, world.site)
    assert (await proposed(clerk, made, person, NINE + timedelta(minutes=30))).status_code == 303


async def test_the_nearest_times_are_the_same_however_many_sessions_are_looked_at(
    clerk, portal, world, monkeypatch
):
    """Sessions that overlap, begin together, and of which some are taken."""
    hours = [(8, 12), (8, 10), (9, 11), (10, 12), (8, 9)]
    made = [
        await a_session(portal, world, opens=time(opens), closes=time(closes), name=f"Dr {place}")
        for place, (opens, closes) in enumerate(hours)
    ]
    person = await a_person(portal, world.site)
    monkeypatch.setattr(queries, "SESSIONS_LOOKED_AT", 1)
    for names in (0, 20):
        monkeypatch.setattr(queries, "FEW_NAMES", names)
        async with service(portal, world) as staff:
            every = await queries.free_times_ahead(staff, clock.now())
            for most in range(1, len(every) + 2):
                nearest = await queries.free_times_for(staff, VisitKind.VIP, clock.now(), most)
                assert [each.key for each in nearest] == [each.key for each in every[:most]]
        if not names:
            await proposed(clerk, made[0], person)
            assert len(every) == 22
    assert len(every) == 21
