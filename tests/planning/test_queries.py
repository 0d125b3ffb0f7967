"""Pages and counters of a planning, beside the same slots looked at one by one; and who may take one."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from app.clock import PARIS, moment
from app.errors import Refused
from app.planning.acts import SeenSlot, give_slot
from app.planning.queries import (
    FILTERS,
    absences_of,
    candidates_for,
    counts_of,
    slot_row,
    slots_after,
    slots_between,
    to_confirm_at,
)
from app.planning.rules import midnight, monday_of
from db.models import CareCentre, Employee, RequestState, Slot, SlotState, VisitKind
from tests import doors
from tests.appointments.steps import a_request
from tests.employees.people import an_employee
from tests.planning.steps import a_person
from tests.reading import rows

# The week in which clocks go forward in France: its Sunday, 29 March 2026, has 23 hours.
NOW = datetime(2026, 3, 27, 8, 0, tzinfo=UTC)
LIVE = {SlotState.PROPOSED, SlotState.CONFIRMED}
FAR = (datetime(1970, 1, 1, tzinfo=UTC), 0)


async def a_full_planning(portal, company, people, seed, number=80):
    """Slots of every state around now, and at both ends of the days when clocks change."""
    draw = Random(seed)
    (centre, *_) = await rows(portal, CareCentre)
    nights = [midnight(day) for day in (datetime(2026, 3, 29).date(), datetime(2026, 10, 25).date())]  # noqa: DTZ001
    async with portal.database.transaction(write=True) as session:
        for place in range(number):
            around = draw.choice([NOW, *nights])
            at = around + timedelta(hours=draw.choice([-400, -25, -1, 0, 1, 23, 24, 25, 168, 900]))
            state = draw.choice(list(SlotState))
            # An open slot names nobody; a living one names a person once for one visit.
            named = place < len(people) and state in LIVE
            session.add(
                Slot(
                    company_id=company.id, centre_id=centre.id, starts_at=at, kind=VisitKind.VIP, state=state,
                    professional=f"Dr {company.code} {place}", created_at=NOW, updated_at=NOW,
                    employee_id=people[place].id if named else None,
                    fee_cents=draw.choice([0, 0, 7_000]) if state not in LIVE else 0,
                )
            )  # fmt: skip


@pytest.fixture
async def people(portal, world):
    return [await a_person(portal, world.site, f"N{place:02}") for place in range(30)]


async def every_page(access, state, place=FAR):
    read = []
    while page := await slots_after(access, state, place):
        read += page[:25]
        if len(page) <= 25:
            break
        place = (page[24].starts_at, page[24].id)
    return read


def holds(slot, state):
    return {
        "": slot.state in LIVE,
        "confirmer": slot.state == SlotState.PROPOSED and slot.employee_id is not None,
        "libres": slot.state == SlotState.PROPOSED and slot.employee_id is None,
        "confirmes": slot.state == SlotState.CONFIRMED,
        "rendus": slot.state in {SlotState.DECLINED, SlotState.CANCELLED},
    }[state]


@pytest.mark.parametrize("seed", [1, 2])
async def test_each_filter_has_its_slots_in_their_order_and_the_counters_count_them(
    portal, world, people, seed
):
    await a_full_planning(portal, world.site, people, seed)
    slots = await rows(portal, Slot, Slot.company_id == world.site.id)
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        for state in FILTERS:
            found = await every_page(access, state)
            assert [each.id for each in found] == [
                each.id for each in sorted(slots, key=lambda e: (e.starts_at, e.id)) if holds(each, state)
            ]
        counts = await counts_of(access, NOW)
    coming = [each for each in slots if each.starts_at >= NOW]
    to_confirm = [each for each in coming if holds(each, "confirmer")]
    confirmed = [each for each in coming if holds(each, "confirmes")]
    free = [each for each in coming if holds(each, "libres")]
    assert (counts.to_confirm, counts.open, counts.confirmed) == (len(to_confirm), len(free), len(confirmed))
    assert counts.week == sum(each.starts_at < NOW + timedelta(days=7) for each in confirmed)
    days = [min(each.starts_at for each in some).astimezone(PARIS).date() for some in (to_confirm, free)]
    assert [counts.first_to_confirm, counts.first_open] == days
    async with doors.account(portal, world.alice) as access:
        board = await to_confirm_at(access, NOW.date(), NOW)
    later = [each for each in to_confirm if each.starts_at > NOW]
    assert board.get(world.site.code, 0) == len(later)


async def test_a_week_holds_each_slot_of_its_days_in_france_once_when_clocks_change_too(
    portal, world, people
):
    await a_full_planning(portal, world.site, people, 3)
    living = [e for e in await rows(portal, Slot, Slot.company_id == world.site.id) if e.state in LIVE]
    first = min(monday_of(each.starts_at.astimezone(PARIS).date()) for each in living)
    seen = []
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        for week in range(60):
            monday = first + timedelta(weeks=week)
            found = await slots_between(access, monday, monday + timedelta(weeks=1))
            assert {each.starts.date() for each in found} <= {monday + timedelta(days=n) for n in range(7)}
            seen += [each.id for each in found]
    assert sorted(seen) == sorted(each.id for each in living)


async def test_what_was_missed_or_given_back_late_lately_is_said_and_nothing_else(portal, world, people):
    await a_full_planning(portal, world.site, people, 4)
    slots = await rows(portal, Slot, Slot.company_id == world.site.id)
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        found = {each.id for each in await absences_of(access, NOW)}
    lately = [each for each in slots if NOW - timedelta(days=365) <= each.starts_at <= NOW]
    assert found == {e.id for e in lately if e.state == SlotState.ABSENT or e.fee_cents > 0}


async def test_another_companys_slots_are_on_no_page_and_in_no_counter(portal, world, people):
    async with doors.member(portal, world.charlie, world.theirs, write=False) as access:
        before = await counts_of(access, NOW), await every_page(access, "")
    await a_full_planning(portal, world.site, people, 5)
    async with doors.member(portal, world.charlie, world.theirs, write=False) as access:
        assert (await counts_of(access, NOW), await every_page(access, "")) == before


@pytest.mark.parametrize("kind", [VisitKind.VIP, VisitKind.EMPLOYER])
async def test_who_is_offered_for_a_slot_is_who_may_take_it(portal, world, kind):
    """Due for that visit or asked for it, still there that day, and not called for it already."""
    (centre, *_) = await rows(portal, CareCentre)
    draw, at = Random(6), NOW + timedelta(days=10)
    async with portal.database.transaction(write=True) as session:
        session.add(
            slot := Slot(
                company_id=world.site.id, centre_id=centre.id, starts_at=at, kind=kind, professional="Dr A",
                created_at=NOW, updated_at=NOW,
            )
        )  # fmt: skip
    expected = set()
    for place in range(24):
        gone = draw.choice(
            [None, None, at.date() - timedelta(days=1), at.date(), at.date() + timedelta(days=1)]
        )
        name = f"N{place:02}"
        more = {"exit_on": gone.isoformat()} if gone else {}
        is_due = place % 2 == 0
        make = a_person if is_due else an_employee
        person = (
            await make(portal, world.site, name, **more)
            if is_due
            else await make(portal, world.site, birth_name=name, **more)
        )
        state = draw.choice([None, *RequestState])
        if state:
            await a_request(portal, world.site, person, world.alice, state=state, kind=kind)
        other = draw.choice([None, *SlotState])
        if other:
            async with portal.database.transaction(write=True) as session:
                session.add(
                    Slot(
                        company_id=world.site.id, centre_id=centre.id, starts_at=at + timedelta(days=place),
                        kind=kind, professional=f"Dr {place}", state=other, employee_id=person.id,
                        created_at=NOW, updated_at=NOW,
                    )
                )  # fmt: skip
        row = (await rows(portal, Employee, Employee.id == person.id))[0]
        is_wanted = row.due_kind == kind or state in {"sent", "taken", "planned"}
        is_here = gone is None or gone >= at.date()
        if is_wanted and is_here and other not in LIVE:
            expected.add(person.id)
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        row = await slot_row(access, slot.id)
        found = await candidates_for(access, row, "", None)
    assert {each.id for each in found} == expected
    order = [(each.due_on, each.id) for each in found]
    assert order == sorted(order), "the most urgent first"
    for person in await rows(portal, Employee, Employee.company_id == world.site.id):
        door = doors.member(portal, world.alice, world.site)
        words = ""
        try:
            async with door as access:
                await give_slot(access, await slot_row(access, slot.id), SeenSlot(0), person.id, moment(NOW))
                raise UndoneError
        except Refused as refused:
            words = refused.message
        except UndoneError:
            pass
        same_hour = "même heure" in words  # the one whose other appointment is at this very hour
        assert (not words) is (person.id in expected) or same_hour, words


class UndoneError(Exception):
    """What was done is taken back: it was only to see whether it may be."""
