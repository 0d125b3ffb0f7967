"""The list, its filters and the counts of deadlines are SQL; the law is Python: of many people drawn at the
edges of the rules, both say the same.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random

import pytest
from sqlalchemy import delete, update

from app.clock import Moment, day_of
from app.employees.acts import change_declared
from app.employees.deadlines import LATE, UNDER_WAY, employees_due, months_due
from app.employees.declared import DAY_FIELDS, all_columns, declared_of
from app.employees.filters import SORTS, STATES, VISITS, ListFilters
from app.employees.listing import employees_before, every_employee, following, youngest_adult
from app.employees.standings import standings_of
from app.follow_up.law import NOT_FOLLOWED, DoneVisit, add_months, follow_up, is_minor
from app.follow_up.standing import Call, OpenRequest, standing_of
from app.web.paging import place_of
from app.welcome.todo import FEW_OF_EACH, waiting_of
from db.kinds import Contract, Monitoring
from db.models import (
    NEVER,
    AppointmentRequest,
    CareCentre,
    ChangeKind,
    Employee,
    RequestMotive,
    RequestState,
    Slot,
    SlotState,
    VisitKind,
)
from db.seeds.world import World
from tests import doors
from tests.employees.people import ELISE
from tests.reading import rows

NOW = datetime(
    2027, 3, 1, 8, 0, tzinfo=UTC
)  # the day of majority of who was born on a 29 February or a 1 March
AT = Moment(NOW, day_of(NOW))
TODAY = AT.today
DAY = timedelta(days=1)
EDGES = [-400, -31, -2, -1, 0, 1, 29, 30, 31, 32, 61, 200, 400]
KINDS = [VisitKind.VIP_INITIAL, VisitKind.VIP, VisitKind.EXAM_HIRING, VisitKind.RETURN]


def drawn(draw, number):
    entry = TODAY + draw.choice(EDGES) * DAY
    majority = add_months(TODAY, -216)
    born = draw.choice([date(1980, 5, 4), date(1990, 2, 28), majority - DAY, majority, majority + DAY])
    declared = ELISE | {
        "birth_name": f"N{draw.randrange(60):02}", "first_names": draw.choice(["Ana", "Bo"]),
        "birth_on": born.isoformat(), "entry_on": entry.isoformat(),
        "contract": draw.choice([*Contract, *["cdi"] * 6, "cdd", "apprentissage"]),
        "job_title": draw.choice(["Soudeur", "Caissière"]),
        "risks": draw.choice(["", "", "", "NUIT", "AMIANTE", "RQTH", "NUIT BIO2"]),
    }  # fmt: skip
    if draw.random() < 0.4:
        declared["exit_on"] = max(entry, TODAY + draw.choice(EDGES) * DAY).isoformat()
    if draw.random() < 0.3:
        declared["contract_ends_on"] = max(entry, TODAY + draw.choice(EDGES) * DAY).isoformat()
    seen = []
    if draw.random() < 0.5:
        done, kind = TODAY - draw.choice([0, 30, 800, 1800]) * DAY, draw.choice(KINDS)
        seen = [DoneVisit(kind, done, draw.choice([None, TODAY + draw.choice(EDGES) * DAY]))]
    return declared, seen


async def a_full_list(portal, world, seed, number=140):
    """People; of some, an appointment and a request in each state. Their rows, as the database has them."""
    draw, site = Random(seed), world.site
    (centre, *_) = await rows(portal, CareCentre)
    async with portal.database.transaction(write=True) as session:
        told = World(session, NOW - 40 * DAY)
        people = [told.employee_of(site, all_columns(*drawn(draw, n))) for n in range(number)]
        await told.keep(*people)
        for place, each in enumerate(people):
            mine = {"company_id": site.id, "employee_id": each.id}
            if draw.random() < 0.5:
                at = NOW + draw.choice([-40, -1, 1, 50]) * DAY + timedelta(minutes=place)
                kind = draw.choice([each.due_kind or VisitKind.VIP, draw.choice(KINDS)])
                session.add(
                    Slot(
                        centre_id=centre.id, starts_at=at, kind=kind, professional=f"Dr {place}",
                        state=draw.choice(list(SlotState)), created_at=NOW, updated_at=NOW, **mine,
                    )
                )  # fmt: skip
            if draw.random() < 0.4:
                kind = draw.choice([each.due_kind or VisitKind.VIP, draw.choice(KINDS)])
                session.add(
                    AppointmentRequest(
                        batch=f"lot-{place:05}", motive=RequestMotive.EMPLOYER, kind=kind, reason="x",
                        state=draw.choice(list(RequestState)), sent_at=NOW, updated_at=NOW,
                        account_id=world.alice.id, **mine,
                    )
                )  # fmt: skip
    return draw


async def as_told(portal, world):
    """Everybody of the site, each with what is under way for them: as the rule in Python takes it."""
    people = await rows(portal, Employee, Employee.company_id == world.site.id)
    slots = await rows(portal, Slot, Slot.company_id == world.site.id)
    requests = await rows(portal, AppointmentRequest, AppointmentRequest.company_id == world.site.id)
    living, open_states = {"proposed", "confirmed"}, {"sent", "taken", "planned"}
    found = {}
    for each in people:
        way = [
            Call(slot.id, slot.kind, slot.state == SlotState.CONFIRMED, slot.starts_at, "")
            for slot in slots
            if slot.employee_id == each.id and slot.state in living
        ]
        way += [
            OpenRequest(one.id, one.kind, one.sent_at)
            for one in requests
            if one.employee_id == each.id and one.state in open_states
        ]
        here = each.exit_on is None or each.exit_on >= TODAY
        found[each.id] = (each, way, standing_of(each.due_on, each.due_kind, way, AT, is_here=here))
    return found


def is_here(each):
    return each.exit_on is None or each.exit_on >= TODAY


def holds(told, state, monitoring, visit):
    """The filters of the list, as their words say them."""
    each, way, standing = told
    by_state = {
        "presents": is_here(each),
        "sortis": not is_here(each),
        "confirmer": each.exit_on is None and bool(each.contract_ends_on and each.contract_ends_on < TODAY),
        "tous": True,
    }
    followed = follow_up(each.risks.split(), each.birth_on, TODAY).monitoring
    has_date = any(isinstance(one, Call) and one.starts_at > NOW for one in way)
    by_visit = {
        "": True,
        "retard": standing.is_late,
        "date": is_here(each) and has_date,
        "mois": is_here(each) and TODAY <= each.due_on <= TODAY + 30 * DAY,
    }
    is_followed = not monitoring or (Contract(each.contract) not in NOT_FOLLOWED and followed == monitoring)
    return by_state[state] and is_followed and by_visit[visit]


@pytest.mark.parametrize("seed", [1, 2])
async def test_each_filter_finds_the_people_of_its_words(portal, world, seed):
    await a_full_list(portal, world, seed)
    told = await as_told(portal, world)
    sizes = Counter()
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        for state, monitoring, visit in product(STATES, ("", *Monitoring), VISITS):
            asked = ListFilters(state=state, monitoring=monitoring, visit=visit)
            found = {number for (number,) in await every_employee(access, asked, AT, ("id",))}
            expected = {number for number, each in told.items() if holds(each, state, monitoring, visit)}
            assert found == expected, (state, monitoring, visit)
            page = await employees_before(access, asked, AT)
            assert {each.total for each in page} <= {len(expected)}, "the caption counts all the pages"
            sizes[bool(expected)] += 1
        for risk, job in (("NUIT", ""), ("RQTH", "Soudeur"), ("", "Caissière")):
            asked = ListFilters(risk=risk, job=job)
            found = {number for (number,) in await every_employee(access, asked, AT, ("id",))}
            assert found == {
                number
                for number, (each, *_) in told.items()
                if is_here(each) and (not risk or risk in each.risks.split()) and job in ("", each.job_title)
            }
    assert sizes[True] > 30, "the drawing has somebody in most of them"


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
async def test_pages_follow_one_another_without_loss_whatever_the_order(portal, world, sort):
    await a_full_list(portal, world, 3, 90)
    people = {each.id: each for each in await rows(portal, Employee, Employee.company_id == world.site.id)}
    asked, read = ListFilters(state="tous", sort=sort), []
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        while True:
            page = await employees_before(access, asked, AT)
            read += page[:25]
            if not (place := following(page, sort)):
                break
            asked = replace(asked, after=place_of(place, sort.removeprefix("-")))
    assert [each.id for each in read] == [*dict.fromkeys(each.id for each in read)]
    assert {each.id for each in read} == set(people)
    column = SORTS[sort.removeprefix("-")]
    values = [(getattr(each, column) or date.min, each.id) for each in read]
    assert values == sorted(values, reverse=sort.startswith("-"))
    names = Counter(each.sort_key for each in people.values())
    assert all(each.is_namesake == (names[each.sort_key] > 1) for each in read)


async def test_where_each_visit_stands_is_read_as_it_is_told(portal, world):
    await a_full_list(portal, world, 4)
    told = await as_told(portal, world)
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        standings = await standings_of(access, [each for each, *_ in told.values()], AT)
        waiting = await waiting_of(access, NOW, TODAY)
    for number, (_, _, expected) in told.items():
        found = standings[number]
        assert (found.state, found.due_on, found.is_over) == (
            expected.state,
            expected.due_on,
            expected.is_over,
        )
    late = {number for number, (*_, standing) in told.items() if standing.is_late}
    assert waiting.late_number == len(late), "the home counts what the list finds"
    first = sorted(late, key=lambda number: (told[number][0].due_on, number))
    assert [each.employee_id for each in waiting.late] == first[:FEW_OF_EACH]
    assert waiting.present == sum(is_here(each) for each, *_ in told.values())


async def months_told(portal, world):
    """Numbers of people by month of their deadline, asked of each."""
    found = Counter()
    for each, _, standing in (await as_told(portal, world)).values():
        if not is_here(each) or each.due_on == NEVER:
            continue
        year_on = add_months(TODAY.replace(day=1), 12)
        if each.due_on < TODAY:
            found[LATE if standing.is_late else UNDER_WAY] += 1
        else:
            found["ensuite" if each.due_on >= year_on else f"{each.due_on:%Y-%m}"] += 1
    return found


async def check_months(portal, world):
    expected = await months_told(portal, world)
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        months = await months_due(access, AT)
        assert {each.key: each.number for each in months if each.number} == expected
        for month in months:
            people = await employees_due(access, month, AT)
            assert len(people[:25]) == min(25, month.number), month.key


@pytest.mark.parametrize("seed", [5, 6])
async def test_deadlines_are_counted_right_whatever_was_done_to_the_list_meanwhile(portal, world, seed):
    """The numbers are kept by the database as rows come, change and go: one by one, several, and all."""
    draw = await a_full_list(portal, world, seed)
    await check_months(portal, world)
    people = list(await rows(portal, Employee, Employee.company_id == world.site.id))
    for _ in range(25):
        one = draw.choice(people)
        async with doors.member(portal, world.alice, world.site) as access:
            row = await access.get(Employee, one.id)
            declared, _seen = drawn(draw, 0)
            names = {"entry_on", "exit_on", "contract", "risks", "birth_on"}
            after = declared_of(row) | {"exit_on": ""} | {n: v for n, v in declared.items() if n in names}
            changed = {name: value for name, value in after.items() if value != declared_of(row)[name]}
            if changed:
                await change_declared(access, row, changed, ChangeKind.CORRECTED, AT)
    await check_months(portal, world)
    some = [each.id for each in people[::4]]
    async with portal.database.transaction(write=True) as session:
        for model in (Slot, AppointmentRequest):
            await session.exec(delete(model).where(model.employee_id.in_(some)))
        await session.exec(delete(Employee).where(Employee.id.in_(some)))
        nobody = {"exit_on": TODAY - DAY}
        await session.exec(
            update(Employee).where(Employee.id.in_([each.id for each in people[1::4]])).values(nobody)
        )
    await check_months(portal, world)


def test_the_youngest_adult_is_the_one_that_the_law_calls_so_every_day():
    """The list compares birth dates in SQL, with a day; the law asks each person."""
    day = date(2024, 1, 1)
    while day < date(2029, 1, 1):
        adult = youngest_adult(day)
        assert not is_minor(adult, day)
        assert is_minor(adult + DAY, day)
        day += DAY


def test_every_day_of_a_row_is_one_of_the_fields_of_a_declaration():
    row = all_columns(ELISE | {"exit_on": "2027-03-01"}, [])
    days = {name for name, value in row.items() if isinstance(value, date)}
    assert days - {"due_on", "last_visit_on"} <= DAY_FIELDS
