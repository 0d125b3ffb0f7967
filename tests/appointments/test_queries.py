"""Who is offered for a request, beside the rule that refuses it: nobody who may be asked for is left out, and
whoever is offered for a late or a mid-career visit may be asked for.
"""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from app.appointments.acts import objections
from app.appointments.queries import MID_CAREER_FROM, people_for
from app.appointments.rules import MOTIVES
from app.clock import Moment, day_of
from app.follow_up.law import NOT_FOLLOWED, DoneVisit
from db.kinds import Contract
from db.models import CareCentre, Employee, RequestMotive, Slot, SlotState, VisitKind
from tests import doors
from tests.appointments.steps import a_request
from tests.employees.people import an_employee
from tests.reading import rows

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT = Moment(NOW, day_of(NOW))
DAY = timedelta(days=1)


async def many(portal, world):
    draw = Random(11)
    (centre, *_) = await rows(portal, CareCentre)
    for place in range(40):
        # 45 years old in 2026, 2027, 2028 and 2029, on the first and the last day of the year.
        born = draw.choice([date(y, *day) for y in (1980, 1981, 1983, 1984) for day in ((1, 1), (12, 31))])
        more = {
            "birth_on": born.isoformat(),
            "contract": draw.choice(["cdi", "cdi", "cdd", "stage", "interim"]),
        }
        more["risks"] = draw.choice(["", "NUIT", "AMIANTE"])
        if draw.random() < 0.4:
            more["exit_on"] = (AT.today + draw.choice([-1, 0, 1, 90]) * DAY).isoformat()
        visits = draw.choice(
            [
                [],
                [DoneVisit(VisitKind.VIP, date(2025, 9, 1))],
                [DoneVisit(VisitKind.MID_CAREER, date(2026, 1, 9))],
            ]
        )
        person = await an_employee(portal, world.site, *visits, birth_name=f"N{place:02}", **more)
        if person.due_kind and draw.random() < 0.6:
            state, at = (
                draw.choice(list(SlotState)),
                NOW + draw.choice([-1, 1]) * DAY + timedelta(minutes=place),
            )
            kind = draw.choice([person.due_kind, VisitKind.RETURN])
            async with portal.database.transaction(write=True) as session:
                session.add(
                    Slot(
                        company_id=world.site.id, centre_id=centre.id, starts_at=at, kind=kind, state=state,
                        professional=f"Dr {place}", employee_id=person.id, created_at=NOW, updated_at=NOW,
                    )
                )  # fmt: skip
        elif person.due_kind and draw.random() < 0.5:
            await a_request(portal, world.site, person, world.alice, kind=person.due_kind)


async def every_page(access, motive):
    after, read = None, []
    while page := await people_for(access, motive, "", AT, after):
        read += page[:25]
        if len(page) <= 25:
            break
        after = (page[24].sort_key, page[24].id)
    return read


@pytest.mark.parametrize("motive", MOTIVES)
async def test_who_is_offered_for_a_visit_is_who_may_be_asked_for(portal, world, motive):
    await many(portal, world)
    people = await rows(portal, Employee, Employee.company_id == world.site.id)
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        offered = await every_page(access, motive)
        refused = {
            each.id for each in people if await objections(access, motive, [each], AT, is_exposed=True)
        }
    ids = {each.id for each in offered}
    assert len(ids) == len(offered)
    here = {each.id for each in people if each.exit_on is None or each.exit_on >= AT.today}
    followed = {each.id for each in people if Contract(each.contract) not in NOT_FOLLOWED}
    assert ids <= here & followed
    if motive == RequestMotive.OVERDUE:
        # The rule knows no request: two for one visit are refused where they are asked.
        assert ids <= {each.id for each in people} - refused
        assert ids, "the drawing has somebody late"
    else:
        assert ids == {each.id for each in people} - refused
    names = [(each.sort_key, each.id) for each in offered]
    assert names == sorted(names)


async def test_mid_career_is_offered_from_the_first_of_january_of_the_forty_third_year(portal, world):
    """L4624-2-2: the year of the 45th birthday, or within the two years before."""
    for born in (date(1983, 1, 1), date(1983, 12, 31), date(1984, 1, 1)):
        await an_employee(portal, world.site, birth_on=born.isoformat(), birth_name=f"N{born:%Y%m%d}")
    async with doors.member(portal, world.alice, world.site, write=False) as access:
        found = {each.birth_name for each in await every_page(access, RequestMotive.MID_CAREER)}
    assert found == {"N19830101", "N19831231"}
    assert MID_CAREER_FROM == 45 - 2
